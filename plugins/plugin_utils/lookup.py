# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lookups of expanded plans have in common: terms in, chosen rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import FoundPlan, beside, expand_plan, find_plan

Row = dict[str, Any]
Wanted = Mapping[str, Any]
Rows = Callable[[Topology, Wanted], Iterable[Row]]

display = Display()


class TopologyLookup(LookupBase):
    """A lookup is this with its own `rows`: Ansible wants a class, so the shared steps are in one."""

    rows: Rows

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **options: Any) -> list[Row]:
        self.set_options(var_options=variables, direct=options)
        wanted = self.get_options()
        found = [self._expand(term, variables or {}, wanted) for term in terms]
        return [row for topology in found for row in type(self).rows(topology, wanted)]

    def _expand(self, term: Any, variables: Mapping[str, Any], wanted: Wanted) -> Topology:
        try:
            plan = find_plan(term, lambda path: self._find(path, variables))
            topology, warnings = expand_plan(plan, self._ledger(plan, variables, wanted["ledger"]), wanted["prune"])
        except AnsibleError as error:
            raise AnsibleLookupError(error.message) from None
        told = [*plan.loaded.warnings, *warnings]
        if told:
            for line in plan.warnings(told):
                display.warning(line)
        return topology

    def _ledger(self, plan: FoundPlan, variables: Mapping[str, Any], given: str | None) -> str:
        """The ledger file to use. The default may be missing, one that was asked for may not."""
        if given is None:
            return plan.ledger_path
        return self._find(given, variables) if given else ""

    def _find(self, path: str, variables: Mapping[str, Any]) -> str:
        return beside(path, self.find_file_in_search_path(variables, "files", path, ignore_missing=True))


def chosen(rows: Iterable[Row], wanted: Wanted, **columns: tuple[str, ...]) -> Iterator[Row]:
    """Rows in which, for every option that is set, one of its columns has that value."""
    filters = [(names, wanted[option]) for option, names in columns.items() if wanted.get(option) is not None]
    for row in rows:
        if all(any(row[name] == value for name in names) for names, value in filters):
            yield row
