# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter `from_origin`; its documentation is in `from_origin.yml`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.basic import missing_required_lib
from ansible.utils.display import Display

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.shape import MissingLibraryError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import (
    SITE,
    Converted,
    convert,
    is_origin,
)
from ansible_collections.hedgehog.diet.plugins.plugin_utils.ansible_values import from_mapping
from ansible_collections.hedgehog.diet.plugins.plugin_utils.findings import render
from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import PlanSource, PlanSourceError

display = Display()


def from_origin(document: Any, site: str = SITE) -> dict[str, Any]:
    """The plan that a document of the first DIET describes, in the plan language.

    Raises:
        AnsibleFilterError: it is no such document, or has errors; all of them are in it.
    """
    if not isinstance(site, str) or not site:
        raise AnsibleFilterError(f"site is the slug of a site, not {site!r}")
    try:
        source = from_mapping(document, "document")
    except PlanSourceError as error:
        raise AnsibleFilterError(f"The document cannot be read.\n{error}") from None
    if not is_origin(source.document):
        raise AnsibleFilterError("This is not a plan document of the first DIET: it has no `meta` or `apiVersion`.")
    converted = _checked(source, str.__str__(site))
    return converted.document


def _checked(source: PlanSource, site: str) -> Converted:
    """Convert and load, so that one run tells all that is wrong; warnings are shown."""
    converted = None
    try:
        converted = convert(source.document, site)
        _plan, warnings = load(converted.document)
    except PlanError as error:
        found = error.diagnostics if converted is None else converted.in_original(error.diagnostics)
        raise AnsibleFilterError(render([d for d in found if d.severity == ERROR], source)) from None
    except MissingLibraryError as error:
        raise AnsibleFilterError(missing_required_lib(str(error.name))) from None
    told = [*converted.diagnostics, *converted.in_original(warnings)]
    if told:
        for line in render(told, source).splitlines()[1:]:
            display.warning(line.removeprefix("warning: "))
    return converted


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"from_origin": from_origin}
