# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many objects a plan comes to, by multiplying: so that one that nobody can want is refused before it is expanded.

Before sizing, of switches only the given quantities count; sizing adds every class whose number it has found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnostics import Diagnostics, Path
from ...model.plan import MESH, MESH_ZONE, PAIR_ZONES, UPLINK_ZONE, Plan, ServerClass, SwitchClass, Zone
from .sized import above

# Seven times a plan of 10,000 servers with nine links each, which takes 5 s and 300 MB to expand.
MAX_OBJECTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Amount:
    """Objects of a plan. Interfaces at both ends of a link count for the class that sends it."""

    devices: int = 0
    interfaces: int = 0
    cables: int = 0

    @property
    def total(self) -> int:
        return self.devices + self.interfaces + self.cables

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.devices + other.devices, self.interfaces + other.interfaces, self.cables + other.cables
        )


class Budget:
    """What the classes of a plan come to so far, and whether that is too much."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._amounts: dict[Path, Amount] = {}
        for server_class in plan.server_classes.values():
            self._amounts["server_classes", server_class.key] = _servers(plan, server_class)
        for switch_class in plan.switch_classes.values():
            if switch_class.quantity is not None:
                self._amounts["switch_classes", switch_class.key] = _switches(plan, switch_class, switch_class.quantity)
        self._total = sum(self._amounts.values(), Amount())

    def add(self, switch_class: SwitchClass, count: int) -> None:
        """A class whose number sizing has found; given ones are counted already."""
        if switch_class.quantity is None:
            amount = _switches(self._plan, switch_class, count)
            self._amounts["switch_classes", switch_class.key] = amount
            self._total += amount

    def allows(self, found: Diagnostics) -> bool:
        """Whether all of it is within the limit; else that is reported, at the class that most of it comes from."""
        if self._total.total <= MAX_OBJECTS:
            return True
        path = max(self._amounts, key=lambda path: self._amounts[path].total)
        most, all_of_it = self._amounts[path], self._total
        found.error(
            "too-many-objects", (*path, "quantity"),
            f"the plan comes to {all_of_it.total:,} objects at least ({all_of_it.devices:,} devices,"
            f" {all_of_it.interfaces:,} interfaces, {all_of_it.cables:,} cables); {MAX_OBJECTS:,} is the limit."
            f" {most.total:,} of them are of {path[1]!r} and its links.",
            "Lower the quantity, or make several plans of it.",
        )
        return False


def _servers(plan: Plan, one: ServerClass) -> Amount:
    """Absent ones too: they are dealt ports like the others."""
    near = far = links = 0
    for connection in one.connections.values():
        links += connection.ports
        far += 0 if plan.switch_classes[connection.switch_class].all_ports else connection.ports
    near = max(links, sum(len(nic.ports) for nic in one.nics.values())) if one.all_ports else links
    return Amount(one.quantity, one.quantity * (near + far), one.quantity * links)


def _switches(plan: Plan, one: SwitchClass, count: int) -> Amount:
    """With the links that they send to others, of which pairs and meshes share each between two."""
    sent = shared = far = 0
    for zone, receiver in _sending(plan, one):
        lanes = len(zone.ports) * zone.breakout.lanes
        sent += lanes
        shared += lanes if receiver is None else 0
        far += lanes if receiver is not None and not receiver.all_ports else 0
    ports: dict[int, int] = {}
    for zone in one.zones.values() if one.all_ports and not one.external else ():
        for port in zone.ports:
            ports[port] = max(ports.get(port, 0), zone.breakout.lanes)
    return Amount(count, count * (max(sent, sum(ports.values())) + far), count * (sent - shared) + count * shared // 2)


def _sending(plan: Plan, one: SwitchClass) -> Iterator[tuple[Zone, SwitchClass | None]]:
    """Zones all of whose lanes become links, and the class at the far end; None where that is the class itself."""
    upper = above(plan, one)
    for zone in one.zones.values():
        if zone.peer is not None:
            yield zone, plan.switch_classes[zone.peer[0]]
        elif zone.type == UPLINK_ZONE and upper is not None:
            yield zone, upper
        elif zone.type in PAIR_ZONES or (zone.type == MESH_ZONE and one.fabric.mode == MESH):
            yield zone, None
