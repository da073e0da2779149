# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter `to_catalog`; its documentation is in `to_catalog.yml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.library import LibraryError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.library import to_catalog as catalog_of

display = Display()


def to_catalog(documents: Any) -> dict[str, Any]:
    """A `catalog` for a plan. What had to be left out is a warning.

    Raises:
        AnsibleFilterError: with everything that is wrong with the documents.
    """
    if not isinstance(documents, (list, tuple)):
        raise AnsibleFilterError("to_catalog takes a list of documents of the device type library")
    try:
        library = catalog_of((_name(position, document), document) for position, document in enumerate(documents, 1))
    except LibraryError as error:
        raise AnsibleFilterError(f"to_catalog: {error}") from None
    for note in library.notes:
        display.warning(f"to_catalog: {note}")
    return library.catalog


def _name(position: int, document: Any) -> str:
    """What a document is called in messages."""
    known = document.get("slug") or document.get("model") if isinstance(document, Mapping) else None
    return f"document {position} ({known})" if known else f"document {position}"


class FilterModule:
    """What Ansible asks a file of filters for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"to_catalog": to_catalog}
