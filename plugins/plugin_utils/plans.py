# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as plugins get them: a mapping, or the path of a file; checked, with errors that point into the file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.basic import missing_required_lib

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import (
    ERROR,
    Diagnostic,
    Diagnostics,
    PlanError,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import Loaded, read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.shape import MissingLibraryError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import MAX_TEXT, Ledger, LedgerError
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import read as read_ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.plugin_utils.ansible_values import from_mapping
from ansible_collections.hedgehog.diet.plugins.plugin_utils.findings import explain, render
from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import PlanSource, PlanSourceError
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_library import with_library_files
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import read_plan_file

Find = Callable[[str], str]  # from a path as the user wrote it to the path of a file; raises AnsibleError


@dataclass(frozen=True)
class FoundPlan:
    """A plan that loads, where it came from, and the path of its file, empty for a mapping."""

    loaded: Loaded
    source: PlanSource
    path: str

    @property
    def ledger_path(self) -> str:
        """The ledger file that belongs to a plan file by default."""
        return f"{self.path}.ledger.json" if self.path else ""

    def report_dir(self) -> str:
        """The directory for reports that belongs to a plan file by default."""
        return os.path.join(os.path.dirname(self.path), ".diet", self.loaded.plan.id) if self.path else ""

    def explain(self, diagnostics: Iterable[Diagnostic]) -> str:
        """Findings as text under a heading, with the places in the user's file."""
        return explain(diagnostics, self.source)

    def warnings(self, diagnostics: Iterable[Diagnostic]) -> list[str]:
        """Warnings, a line each, as Ansible shows them: it says itself that they are warnings."""
        lines = render(diagnostics, self.source).splitlines()[1:]
        return [line.removeprefix("warning: ") for line in lines]


def find_plan(plan: Any, find: Find) -> FoundPlan:
    """Read and check a plan.

    Args:
        plan: a mapping, or the path of a file.
        find: turns a relative path into the path of the file, as Ansible searches it.

    Raises:
        AnsibleError: with everything that is wrong with the plan.
    """
    path = ""
    try:
        if isinstance(plan, Mapping):
            source = from_mapping(plan)
        elif isinstance(plan, (str, os.PathLike)) and str(plan):
            path = find(str(plan))
            source = read_plan_file(path)
        else:
            raise AnsibleError(f"a plan is a mapping or the path of a file, not {plan!r}")
    except PlanSourceError as error:
        raise AnsibleError(f"The plan cannot be read.\n{error}") from None
    found = Diagnostics()
    # A mapping may come from a file too, which Ansible then names.
    source = with_library_files(source, os.path.dirname(path or source.name) or os.getcwd(), found)
    try:
        loaded = read_checked(source, found)
    except PlanError as error:
        raise AnsibleError(explain([d for d in error.diagnostics if d.severity == ERROR], source)) from None
    except MissingLibraryError as error:
        raise AnsibleError(missing_required_lib(str(error.name))) from None
    return FoundPlan(loaded, source, path)


def read_checked(source: PlanSource, found: Diagnostics) -> Loaded:
    """The plan of a document; `found` is what reading the files that it names has found, and comes with all else.

    Raises:
        PlanError: the plan or a file that it names has errors; all of them are in it.
        MissingLibraryError: jsonschema is not installed.
    """
    try:
        loaded = read_plan(source.document)
    except PlanError as error:
        # A card that is in a file which cannot be used is no mistake of its own.
        hidden = {"unknown-module-type"} if found.errors else set()
        raise PlanError([*found, *(d for d in error.diagnostics if d.code not in hidden)]) from None
    found.stop_on_errors()
    return replace(loaded, warnings=(*found.warnings, *loaded.warnings))


def beside(path: str, searched: str | None) -> str:
    """The file a path means: itself when absolute, else where Ansible found it, else in the working directory.

    Raises:
        AnsibleError: there is none.
    """
    path = os.path.expanduser(path)
    for candidate in (path if os.path.isabs(path) else searched, os.path.abspath(path)):
        if candidate and os.path.exists(candidate):
            return candidate
    raise AnsibleError(
        f"There is no file {path!r}: looked beside the playbook, below its `files`, and in {os.getcwd()}."
    )


def expand_plan(found: FoundPlan, ledger_file: str, prune: bool) -> tuple[Topology, list[Diagnostic]]:
    """Expand a plan with the ledger file beside it, without a server.

    Raises:
        AnsibleError: the plan does not fit, or the ledger file cannot be used.
    """
    ledger = Ledger()
    try:
        if ledger_file and os.path.exists(ledger_file):
            with open(ledger_file, encoding="utf-8") as file:
                ledger = read_ledger(file.read(MAX_TEXT + 1), ledger_file, found.loaded.plan.id)
        topology, warnings = expand(found.loaded.plan, ledger, prune)
    except PlanError as error:
        raise AnsibleError(found.explain(found.loaded.locate(error.diagnostics))) from None
    except (LedgerError, OSError, UnicodeDecodeError) as error:
        raise AnsibleError(f"The ledger file cannot be used: {error}") from None
    return topology, found.loaded.locate(warnings)
