# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lanes that links can be given: of one or more zones of a switch class, alike on each of its switches.

A space knows which lanes are held (by kept links and leftovers); everything else about placement is elsewhere.
Switches are counted from 1, as their indices are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from ...model.hardware import Breakout
from ...model.plan import Zone


@dataclass(frozen=True, slots=True)
class Lane:
    zone: str
    port: int
    lane: int
    breakout: Breakout


class Space:
    """Lanes in draw order, and the positions (indices into `lanes`) that are held on each switch."""

    def __init__(self, zones: Iterable[tuple[Zone, tuple[int, ...]]]) -> None:
        """`zones` are zones with their ports that no other zone claims."""
        self.lanes = tuple(
            Lane(zone.key, port, lane, zone.breakout)
            for zone, ports in zones
            for port in ports
            for lane in range(1, zone.breakout.lanes + 1)
        )
        self._position = {(lane.port, lane.lane): index for index, lane in enumerate(self.lanes)}
        self._held: dict[int, set[int]] = {}

    @property
    def capacity(self) -> int:
        """Lanes per switch."""
        return len(self.lanes)

    def hold(self, switch: int, port_and_lane: tuple[int, int]) -> bool:
        """Take a lane; False where the space has no such lane or something holds it."""
        position = self._position.get(port_and_lane)
        held = self._held.setdefault(switch, set())
        if position is None or position in held:
            return False
        held.add(position)
        return True

    def take(self, switch: int, port: str) -> None:
        """Take what a port key says: a whole physical port `17`, or a lane `17/2`."""
        physical, _slash, lane = port.partition("/")
        for one in self.lanes:
            if str(one.port) == physical and lane in ("", str(one.lane)):
                self.hold(switch, (one.port, one.lane))

    def release(self, switch: int, port_and_lane: tuple[int, int]) -> None:
        self._held[switch].discard(self._position[port_and_lane])

    def has(self, port_and_lane: tuple[int, int]) -> bool:
        return port_and_lane in self._position

    def lane(self, port_and_lane: tuple[int, int]) -> Lane | None:
        position = self._position.get(port_and_lane)
        return None if position is None else self.lanes[position]

    def load(self, switch: int) -> int:
        return len(self._held.get(switch, ()))

    @property
    def highest(self) -> int:
        """The highest switch on which a lane is held, 0 for none."""
        return max((switch for switch, held in self._held.items() if held), default=0)

    def free(self, switch: int) -> Iterator[Lane]:
        """Free lanes in the order to draw them: freed ones last.

        A free lane before the last held one counts as freed: a port someone has just unplugged is the last to be used.
        """
        held = self._held.get(switch)
        if not held:
            return iter(self.lanes)
        last = max(held)
        positions = [*range(last + 1, len(self.lanes)), *range(last)]
        return iter([self.lanes[p] for p in positions if p not in held])


def unclaimed_ports(
    zones: Iterable[Zone], all_lanes_used: Set[str], in_use: Set[str], kept: Mapping[int, str] | None = None
) -> dict[str, tuple[int, ...]]:
    """The ports each zone of a switch class may use, in draw order: every port belongs to at most one zone in use.

    Zones whose lanes are all used claim first, then by priority number, then by key (design: sizing and placement).
    Zones that are not in use get no ports. `kept` are the zones of ports that links are kept on: what is new claims
    none of these, unless it needs all its lanes.
    """
    ranked = sorted(
        (zone for zone in zones if zone.key in in_use), key=lambda z: (z.key not in all_lanes_used, z.priority, z.key)
    )
    held = kept or {}
    taken: set[int] = set()
    ports: dict[str, tuple[int, ...]] = {}
    for zone in ranked:
        claimed = [p for p in zone.ports if zone.key in all_lanes_used or held.get(p, zone.key) == zone.key]
        ports[zone.key] = tuple(port for port in claimed if port not in taken)
        taken.update(claimed)
    return ports
