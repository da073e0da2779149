# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan comes to, as plain rows: how many of what and why, how full the port zones are, totals.

Counts say what is in the topology; only what a zone could hold is computed here, from the plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model.keys import natural, split_device_key
from ..model.objects import Interface, Topology
from ..model.plan import Plan, ServerClass, SwitchClass, Zone
from .language.ports import format_ports

Row = dict[str, Any]
Used = Mapping[str, Sequence[Interface]]  # cabled interfaces by device


def summary(plan: Plan, topology: Topology, warnings: Iterable[str] = ()) -> Row:
    """The rows: `switches` and `servers` by class, `totals`, and `warnings` as they are given.

    Lanes are counted over all switches of a class. `used_min` and `used_max` are those of the emptiest and of the
    fullest switch; `free` are lanes of the zone on ports that no other zone has taken.
    """
    used: dict[str, list[Interface]] = defaultdict(list)
    for one in (*topology.interfaces, *topology.external_interfaces):
        if not one.spare:
            used[one.device].append(one)
    devices: dict[str, list[str]] = defaultdict(list)
    for device in (*topology.devices, *topology.external_devices):
        devices[device.class_key].append(device.key)
    pods = {d.class_key: d.pod for d in topology.devices if d.pod is not None}  # the last one has the highest
    reasons = {row.switch_class: row.reason for row in topology.quantities}
    rails = _rails(plan, topology)
    return {
        "plan": plan.id,
        "name": plan.name,
        "site": plan.site.slug,
        "switches": [
            _switches(one, devices[key], reasons.get(key, ""), pods.get(key), used, rails)
            for key, one in _in_order(plan.switch_classes)
        ],
        "servers": [_servers(one, len(devices[key])) for key, one in _in_order(plan.server_classes)],
        "totals": _totals(plan, topology, devices),
        "warnings": list(warnings),
    }


def _in_order(classes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(classes.items(), key=lambda item: natural(item[0]))


def _switches(
    one: SwitchClass, devices: Sequence[str], reason: str, pods: int | None, used: Used,
    rails: Mapping[tuple[str, str], set[int]],
) -> Row:
    zones = [_zone(one, zone, devices, used) for _key, zone in _in_order(one.zones)]
    carried = [len(found) for (device, _zone), found in rails.items() if split_device_key(device)[0] == one.key]
    if carried:
        reason += f"; {_span(min(carried), max(carried))} on a switch"
    return {
        "class": one.key,
        "fabric": one.fabric.key,
        "role": one.role,
        "device_type": one.device_type.slug,
        "quantity": len(devices),
        "given": one.quantity is not None,
        "external": one.external,
        "pods": pods,
        "reason": reason,
        "zones": zones,
    }


def _span(low: int, high: int) -> str:
    return f"{low} rail{'' if low == 1 else 's'}" if low == high else f"{low} to {high} rails"


def _zone(one: SwitchClass, zone: Zone, devices: Sequence[str], used: Used) -> Row:
    lanes = len(zone.ports) * zone.breakout.lanes
    mine = [sum(found.zone == zone.key for found in used.get(device, ())) for device in devices]
    return {
        "zone": zone.key,
        "type": zone.type,
        "breakout": str(zone.breakout),
        "ports": format_ports(tuple(sorted(zone.ports))),
        "lanes": lanes,
        "used": sum(mine),
        "used_min": min(mine, default=0),
        "used_max": max(mine, default=0),
        "free": sum(
            _open(one, zone, used.get(device, ())) - count for device, count in zip(devices, mine, strict=True)
        ),
    }


def _open(one: SwitchClass, zone: Zone, found: Sequence[Interface]) -> int:
    """Lanes of a zone on one switch, less those on ports that another zone, which overlaps it, has taken."""
    if not any(other is not zone and not set(zone.ports).isdisjoint(other.ports) for other in one.zones.values()):
        return len(zone.ports) * zone.breakout.lanes
    taken = {row.physical_port for row in found if row.zone != zone.key}
    return sum(port not in taken for port in zone.ports) * zone.breakout.lanes


def _rails(plan: Plan, topology: Topology) -> dict[tuple[str, str], set[int]]:
    """The rails on every switch, by device and zone."""
    rail_of = {
        (one.key, connection.key): connection.rail
        for one in plan.server_classes.values() for connection in one.connections.values()
        if connection.rail is not None
    }
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    if rail_of:
        for cable in topology.cables:
            if cable.kind == "server":
                _kind, _space, near = cable.key.partition(" ")
                class_key, _index, connection, _offset = near.split("/")
                rail = rail_of.get((class_key, connection))
                if rail is not None:
                    found[cable.b.partition(":")[0], cable.zone].add(rail)
    return found


def _servers(one: ServerClass, present: int) -> Row:
    return {
        "class": one.key,
        "device_type": one.device_type.slug,
        "quantity": present,
        "absent": sorted(one.absent),
        "gpus": present * one.gpus,
    }


def _totals(plan: Plan, topology: Topology, devices: Mapping[str, Sequence[str]]) -> Row:
    """Counts of what is made. `interfaces` are the cabled ones, both ends; `spare_interfaces` have no cable."""
    kinds = Counter(cable.kind for cable in topology.cables)
    spare = sum(one.spare for one in topology.interfaces)
    return {
        "devices": len(topology.devices),
        "servers": sum(device.role == "" for device in topology.devices),
        "switches": sum(device.role != "" for device in topology.devices),
        "external_devices": len(topology.external_devices),
        "interfaces": len(topology.interfaces) - spare,
        "spare_interfaces": spare,
        "cables": len(topology.cables),
        "cables_by_kind": {kind: kinds[kind] for kind in sorted(kinds)},
        "gpus": sum(one.gpus * len(devices.get(key, ())) for key, one in plan.server_classes.items()),
    }
