# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lookups of expanded plans have in common: terms in, rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Device, Topology
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import FoundPlan, beside, expand_plan, find_plan

Wanted = Mapping[str, Any]
Item = TypeVar("Item")

display = Display()


@dataclass(frozen=True)
class Expanded:
    """A plan, what it expands to, and the warnings of both as text."""

    found: FoundPlan
    topology: Topology
    warnings: list[str]


Rows = Callable[[Expanded, Wanted], Iterable[Any]]


class TopologyLookup(LookupBase):
    """A lookup is this with its own `rows`: Ansible wants a class, so the shared steps are in one."""

    rows: Rows
    displays_warnings = True

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=options)
        wanted = self.get_options()
        found = [self._expand(term, variables or {}, wanted) for term in terms]
        return [row for expanded in found for row in type(self).rows(expanded, wanted)]

    def _expand(self, term: Any, variables: Mapping[str, Any], wanted: Wanted) -> Expanded:
        try:
            plan = find_plan(term, lambda path: self._find(path, variables))
            topology, found = expand_plan(plan, self._ledger(plan, variables, wanted["ledger"]), wanted["prune"])
        except AnsibleError as error:
            raise AnsibleLookupError(error.message) from None
        told = [*plan.loaded.warnings, *found]
        warnings = plan.warnings(told) if told else []
        if self.displays_warnings:
            for line in warnings:
                display.warning(line)
        return Expanded(plan, topology, warnings)

    def _ledger(self, plan: FoundPlan, variables: Mapping[str, Any], given: str | None) -> str:
        """The ledger file to use. The default may be missing, one that was asked for may not."""
        if given is None:
            return plan.ledger_path
        return self._find(given, variables) if given else ""

    def _find(self, path: str, variables: Mapping[str, Any]) -> str:
        return beside(path, self.find_file_in_search_path(variables, "files", path, ignore_missing=True))


def chosen(objects: Iterable[Item], wanted: Wanted, **tests: Callable[[Item, Any], bool]) -> Iterator[Item]:
    """Objects that pass the test of every option that is set.

    Objects, not rows: what a lookup returns costs more than the expansion, so it makes only the rows it returns.
    """
    active = [(test, wanted[option]) for option, test in tests.items() if wanted.get(option) is not None]
    for one in objects:
        if all(test(one, value) for test, value in active):
            yield one


def devices_by_key(topology: Topology) -> dict[str, Device]:
    """All that links end on: the plan's own devices and external ones."""
    return {device.key: device for device in (*topology.devices, *topology.external_devices)}
