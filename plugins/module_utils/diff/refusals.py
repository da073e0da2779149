# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NetBox would refuse in the middle of a run, found before its first write: rules between a device and what it
refers to, and what NetBox has been told to demand. Of several devices with one mistake the first is named.

Lengths, choices and units of a plan alone are checked with the plan; names, ports and units that others have are in
`guard.py` and `racks.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..diagnostics import Diagnostics, Path
from ..model.objects import Device, Topology
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS, Owned, SharedRow
from .changeset import CREATE, MOVE, UPDATE, Change, ChangeSet
from .normalize import TOGETHER

# Interfaces of these types have no socket. Those of radios begin like the others.
_WITHOUT_SOCKET = frozenset({"virtual", "bridge", "lag", "gsm", "cdma", "lte", "4g", "5g"})
_RADIO = ("ieee802.11", "ieee802.15", "other-wireless")

_RULES_OF_DEVICES = frozenset({"rack", *TOGETHER["rack"], "platform", "device_type", "tags"})


@dataclass(frozen=True, slots=True)
class Demands:
    """What this NetBox demands beyond its usual rules, and knows.

    `required` are custom fields of others that must have a value, with the kinds they are for; `unknown_types` are
    interface types of the topology that it does not know; `closed` are ids of interfaces that are marked as connected,
    so that they take no cable.
    """

    required: Mapping[str, Collection[str]]
    unknown_types: Collection[str]
    closed: Collection[int]


Report = Callable[[str, str, str, str], None]  # code, field, what is wrong after the name of the device, way out


def check_refusals(topology: Topology, changes: ChangeSet, shared: Iterable[SharedRow], found: Diagnostics) -> None:
    """Report devices that would not fit the rack, location, platform, type or tags that they are to have."""
    touched = {
        c.key for c in changes.changes
        if c.kind == DEVICE and c.action in (CREATE, UPDATE) and not _RULES_OF_DEVICES.isdisjoint(c.after)
    }
    rows = {(row.kind, row.key): row.payload for row in shared}
    told: dict[tuple[str, ...], list[Device]] = {}
    for device in (d for d in topology.devices if d.key in touched):
        def report(code: str, field: str, wrong: str, way_out: str, device: Device = device) -> None:
            told.setdefault((device.class_key, code, field, wrong, way_out), []).append(device)

        _of_device(device, rows, report)
    for (_class_key, code, name, wrong, way_out), devices in told.items():
        more = f" So would {len(devices) - 1} more of its class." if len(devices) > 1 else ""
        found.error(code, _path(devices[0], name), f"{devices[0].name} {wrong}{more}", way_out)


def check_demands(
    topology: Topology, changes: ChangeSet, owned: Owned, demands: Demands, found: Diagnostics
) -> None:
    """Report what this NetBox would refuse because of its own settings, and interfaces that take no cable."""
    made = {c.kind for c in changes.changes if c.action == CREATE and c.kind in OWNED_KINDS}
    for name, kinds in sorted(demands.required.items()):
        wanted = [kind for kind in OWNED_KINDS if kind in made and kind in kinds]
        if wanted:
            found.error(
                "required-field", (),
                f"NetBox demands a value of the custom field {name!r} of every new {' and '.join(wanted)}, and the plan"
                " has none. Its default does not help, because NetBox gives defaults only to objects without any custom"
                " field.", "Do not require it in NetBox.",
            )
    used = {c.after["type"]: c for c in changes.changes if c.kind == INTERFACE and "type" in c.after}
    for kind in sorted(demands.unknown_types):
        found.error(
            "unknown-interface-type", (),
            f"NetBox knows no interface type {kind!r}, which {used[kind].label} is to have.",
            "Correct `interface_type` of the device type or the module type.",
        )
    ends = [end for c in _cabled(changes) for end in c.after["ends"]]
    _sockets(topology, ends, found)
    _closed(owned, ends, demands.closed, found)


def _cabled(changes: ChangeSet) -> Iterator[Change]:
    return (c for c in changes.changes if c.kind == CABLE and c.action in (CREATE, MOVE))


def _sockets(topology: Topology, ends: Collection[str], found: Diagnostics) -> None:
    without = {i.key: i for i in topology.interfaces if i.type in _WITHOUT_SOCKET or i.type.startswith(_RADIO)}
    hit = [without[end] for end in ends if end in without] if without else []
    for kind in sorted({one.type for one in hit}):
        alike = [one for one in hit if one.type == kind]
        found.error(
            "no-socket", (),
            f"{len(alike)} cables would end on interfaces of the type {kind!r}, which take none: the first is"
            f" {alike[0].key}.", "Correct `interface_type` of the device type or the module type.",
        )


def _closed(owned: Owned, ends: Iterable[str], closed: Collection[int], found: Diagnostics) -> None:
    for end in ends if closed else ():
        row = owned.interfaces.get(end)
        if row is not None and row.id in closed:
            found.error(
                "marked-connected", (), f"the interface {end} is marked as connected, so NetBox takes no cable there.",
                "Take that mark off in NetBox.",
            )


# -- one device ------------------------------------------------------------------------------------------------------


def _of_device(device: Device, rows: Mapping[tuple[str, str], Mapping[str, Any]], report: Report) -> None:
    kind = rows.get(("device_type", device.device_type), {})
    rack = rows.get(("rack", device.rack or ""), {})
    if _value(kind.get("subdevice_role")) == "child" and (device.face or device.position):
        report(
            "child-device", "position", f"is of the type {device.device_type!r}, which lies in the bay of another"
            " device and has no place of its own in a rack.", "Take `position` and `face` away.",
        )
    if device.position is not None:
        _of_units(device, float(kind.get("u_height", 1)), rack, report)
    if device.location and rack and "location" in rack and _slug(rack["location"]) != device.location:
        where = _slug(rack["location"])
        report(
            "rack-elsewhere", "location", f"would be at the location {device.location!r} and in the rack"
            f" {device.rack!r}, which is at {repr(where) if where else 'none'}.",
            "Correct one of them, or leave the location out.",
        )
    maker = _slug(rows.get(("platform", device.platform or ""), {}).get("manufacturer"))
    if maker and kind and _slug(kind.get("manufacturer")) != maker:
        report(
            "platform-not-for-type", "platform", f"would get the platform {device.platform!r}, which is for devices of"
            f" {maker!r}, and is of {_slug(kind.get('manufacturer'))!r}.", "Name another platform.",
        )
    for tag in device.tags or ():
        types = rows.get(("tag", tag), {}).get("object_types")
        if types and "dcim.device" not in types:
            report(
                "tag-not-for-devices", "tags",
                f"would get the tag {tag!r}, which is for {', '.join(map(str, types))} only.",
                "Let it be for devices in NetBox, or name another.",
            )


def _of_units(device: Device, height: float, rack: Mapping[str, Any], report: Report) -> None:
    position = device.position or 0
    if not height:
        report(
            "unit-without-height", "position", f"is of the type {device.device_type!r}, which takes no rack units, and"
            " has a position.", "Take `position` away.",
        )
        return
    if not rack.get("u_height"):
        return
    first = float(rack.get("starting_unit") or 1)
    last = first + float(rack["u_height"]) - 1
    top = position + height - 1
    if position < first or top > last:
        report(
            "unit-beyond-rack", "position", f"would take the units {position:g} to {top:g} of the rack {device.rack!r},"
            f" which has {first:g} to {last:g}.", "Give it another position.",
        )


def _path(device: Device, name: str) -> Path:
    section = "switch_classes" if device.role else "server_classes"
    if name == "position":
        return (section, device.class_key, "instances", str(device.index), name)
    return (section, device.class_key, name)


def _slug(value: Any) -> str:
    return str(value.get("slug") or "") if isinstance(value, Mapping) else str(value or "")


def _value(value: Any) -> Any:
    return value.get("value") if isinstance(value, Mapping) else value
