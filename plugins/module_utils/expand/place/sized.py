# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A switch class while its fabric is being sized: its number, its claimed ports, and what was placed in its zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...diagnostics import counted
from ...model.keys import device_key, split_device_key
from ...model.ledger import Taken
from ...model.plan import CORE, FABRIC_ZONE, SPINE, SPINE_LEAF, UNMANAGED, UPLINK_ZONE, Plan, SwitchClass, Zone
from .demand import Demand
from .keep import Kept
from .placement import Placement
from .space import Space

MAX_ONE_GROUP = 4  # switches of an eslag class that is one group


@dataclass(slots=True)
class SizedClass:
    """A switch class with its number, its claimed ports by zone, and what was placed in each zone that takes links.

    `taken` are ports that cables of others take, by device: on external switches only.
    """

    switch_class: SwitchClass
    ports: Mapping[str, tuple[int, ...]]
    taken: Taken = field(default_factory=dict)
    count: int = 0
    reason: str = ""
    demands: dict[str, Demand] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    placements: dict[str, Placement] = field(default_factory=dict)

    def lanes(self, zones: Sequence[Zone]) -> Space:
        """The lanes of some of its zones; those that others take are held."""
        space = Space((zone, self.ports.get(zone.key, ())) for zone in ranked(zones))
        for device, ports in self.taken.items():
            class_key, position = split_device_key(device)
            for port in ports if class_key == self.switch_class.key else ():
                space.take(position, port)
        return space

    def makes_groups(self, n: int) -> bool:
        """Whether n switches make whole redundancy groups, where the class has them."""
        if self.switch_class.redundancy is None:
            return True
        size = self.switch_class.redundancy.size
        return n % size == 0 if size else 2 <= n <= MAX_ONE_GROUP

    def devices(self) -> list[str]:
        return [device_key(self.switch_class.key, index) for index in range(1, self.count + 1)]


def ranked(zones: Sequence[Zone]) -> list[Zone]:
    return sorted(zones, key=lambda z: (z.priority, z.key))


def uplink_zones(switch_class: SwitchClass) -> list[Zone]:
    return [z for z in switch_class.zones.values() if z.type == UPLINK_ZONE and z.peer is None]


def above(plan: Plan, switch_class: SwitchClass) -> SwitchClass | None:
    """The class that uplinks of a class go to: spines for leaves, cores for spines; None where they are not in use."""
    fabric = switch_class.fabric
    if fabric.mode != SPINE_LEAF or fabric.fabric_class == UNMANAGED or switch_class.role == CORE:
        return None
    role = CORE if switch_class.role == SPINE else SPINE
    uppers = [c for c in plan.switch_classes.values() if c.fabric == fabric and c.role == role]
    return uppers[0] if uppers else None


def fabric_zones(switch_class: SwitchClass, speed: int) -> list[Zone]:
    """The zones on which uplinks of a speed end."""
    return [z for z in switch_class.zones.values() if z.type == FABRIC_ZONE and z.breakout.speed == speed]


def more_ports(zone: Zone, lanes: int) -> str:
    """So many lanes more, as ports of a zone."""
    ports = -(-lanes // zone.breakout.lanes)
    return f"{counted(ports, 'more port')} at {zone.breakout}"
