# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rack units that devices of the plan are to take, and who would be in the way: NetBox refuses those at the write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..diagnostics import Diagnostics
from ..model.objects import Device, Topology
from ..model.state import DEVICE
from .changeset import DELETE, ChangeSet
from .normalize import TOGETHER

PLACED = ("rack", *TOGETHER["rack"])


@dataclass(frozen=True, slots=True)
class Size:
    """Of a device type: its height in rack units, and whether it takes both sides of the rack."""

    height: float
    full_depth: bool


@dataclass(frozen=True, slots=True)
class Occupant:
    """A device in a rack. `id` is None for one that is still to be made, `position` the lowest unit that it takes."""

    name: str
    rack: str
    position: float
    face: str
    size: Size
    id: int | None = None

    def meets(self, other: Occupant) -> bool:
        """NetBox: two devices meet where units overlap on one side of the rack; full depth is both sides."""
        return (
            self.rack == other.rack
            and (self.size.full_depth or other.size.full_depth or self.face == other.face)
            and self.position < other.position + other.size.height
            and other.position < self.position + self.size.height
        )


def racks_to_check(topology: Topology, changes: ChangeSet) -> list[str]:
    """Names of the racks that some device is to get a place in."""
    placed = _placed(changes)
    return sorted({d.rack for d in topology.devices if d.key in placed and d.rack and d.position is not None})


def check_units(
    topology: Topology, changes: ChangeSet, sizes: Mapping[str, Size], there: Iterable[Occupant], found: Diagnostics
) -> None:
    """Report devices that would get rack units which others have or are to get.

    Args:
        sizes: by slug of the device type, as NetBox has them.
        there: who is in those racks now.
    """
    placed = _placed(changes)
    ids = {c.key: c.id for c in changes.changes if c.kind == DEVICE}
    leaving = {c.id for c in changes.changes if c.kind == DEVICE and (c.action == DELETE or c.key in placed)}
    wanted = [
        replace(_occupant(device, sizes), id=ids.get(device.key))
        for device in topology.devices if device.key in placed and device.rack and device.position is not None
    ]
    classes = {device.name: device for device in topology.devices}
    taken: list[Occupant] = [one for one in there if one.id not in leaving]
    by_rack: dict[str, list[Occupant]] = {}
    for one in taken:
        by_rack.setdefault(one.rack, []).append(one)
    for one in wanted:
        others: Sequence[Occupant] = by_rack.setdefault(one.rack, [])
        holder = next((other for other in others if one.meets(other)), None)
        if holder is not None:
            device = classes[one.name]
            section = "switch_classes" if device.role else "server_classes"
            whose = f"device {holder.id}" if holder.id is not None else "of this plan"
            found.error(
                "unit-taken", (section, device.class_key, "instances", str(device.index), "position"),
                f"{one.name} ({_units(one)} of the rack {one.rack!r}) would be where {holder.name or 'a device'}"
                f" ({whose}, {_units(holder)}) is.",
                "Give one of them another position.",
            )
        by_rack[one.rack].append(one)


def _placed(changes: ChangeSet) -> set[str]:
    """Keys of the devices that get a place in a rack, or another one."""
    return {
        c.key for c in changes.changes
        if c.kind == DEVICE and c.action != DELETE and any(name in c.after for name in PLACED)
    }


def _occupant(device: Device, sizes: Mapping[str, Size]) -> Occupant:
    size = sizes.get(device.device_type, Size(1, False))
    return Occupant(device.name, device.rack or "", device.position or 0, device.face or "", size)


def _units(one: Occupant) -> str:
    last = one.position + one.size.height - 1
    return f"unit {one.position:g}" if last <= one.position else f"units {one.position:g} to {last:g}"
