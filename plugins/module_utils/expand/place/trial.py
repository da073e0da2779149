# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A switch class with everything that lands on it, of which numbers of switches are tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...diagnostics import counted
from .deal import Refused
from .demand import Demand
from .placement import Placement, place
from .sized import SizedClass
from .tiers import UplinkRule


class ZoneRefused(Exception):
    """What lands in a zone does not fit on that many switches."""

    def __init__(self, zone: str, why: Refused) -> None:
        super().__init__(zone)
        self.zone = zone
        self.why = why


@dataclass(frozen=True, slots=True)
class Trial:
    """`demands` by zone. `rule` is what uplinks allow, for spines and cores on which some end."""

    sized: SizedClass
    demands: Mapping[str, Demand]
    rule: UplinkRule | None

    @property
    def group_size(self) -> int | None:
        redundancy = self.sized.switch_class.redundancy
        return redundancy.size if redundancy else None

    def place(self, n: int) -> dict[str, Placement]:
        """Place everything on n switches.

        Raises:
            ZoneRefused: it does not fit.
        """
        placements = {}
        for zone, demand in self.demands.items():
            try:
                placements[zone] = place(self.sized.spaces[zone], n, demand, self.group_size)
            except Refused as refused:
                raise ZoneRefused(zone, refused) from None
        return placements

    def links(self, zone: str) -> int:
        """All links of a zone, new and kept."""
        return self.demands[zone].new_links + len(self.sized.kept[zone].spots)

    def arithmetic(self) -> str:
        """Why the number is what it is, in words."""
        given = ["given"] if self.sized.switch_class.quantity is not None else []
        return "; ".join([*given, *map(self._zone_sum, self.demands), *(self.rule.sums if self.rule else [])])

    def _zone_sum(self, zone: str) -> str:
        links, lanes, rails = self.links(zone), self.sized.spaces[zone].capacity, len(self.demands[zone].rail_numbers)
        text = f"{zone}: {counted(links, 'link')} / {counted(lanes, 'lane')} = {-(-links // lanes)}"
        return f"{text}, {counted(rails, 'rail')}" if rails else text
