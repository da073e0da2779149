# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology as plain rows for playbooks, as a ledger, and as digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..diagnostics import InvariantError
from ..model.ledger import Entry, Ledger
from ..model.objects import Cable, Device, Interface, Topology
from ..model.plan import Plan
from .pipeline import ALGORITHM

Row = dict[str, Any]


def device_row(device: Device) -> Row:
    """What the plan does not say of a device is None, and no tags."""
    return {
        "key": device.key,
        "name": device.name,
        "class": device.class_key,
        "index": device.index,
        "category": device.category,
        "role": device.role or "server",
        "device_role": device.device_role,
        "fabric": device.fabric or None,
        "device_type": device.device_type,
        "site": device.site,
        "boot_mac": device.boot_mac or None,
        "pod": device.pod,
        "group": device.group or None,
        "tenant": device.tenant,
        "location": device.location,
        "rack": device.rack,
        "position": device.position,
        "face": device.face,
        "platform": device.platform,
        "status": device.status,
        "tags": list(device.tags or ()),
        "description": device.description,
    }


def interface_row(interface: Interface, device: Device) -> Row:
    """`speed` in Gb/s; `lane` is None where the port is not broken out, `physical_port` too on servers."""
    return {
        "key": interface.key,
        "device": device.name,
        "device_key": device.key,
        "class": device.class_key,
        "fabric": device.fabric or None,
        "name": interface.name,
        "type": interface.type,
        "speed": interface.speed,
        "zone": interface.zone or None,
        "physical_port": interface.physical_port,
        "lane": interface.lane,
        "spare": interface.spare,
    }


def cable_row(cable: Cable, interfaces: Mapping[str, Interface], devices: Mapping[str, Device]) -> Row:
    """`a` is the near end: the server, or the switch whose uplink it is. `speed` in Gb/s. None is not said."""
    a, b = interfaces[cable.a], interfaces[cable.b]
    return {
        "key": cable.key,
        "kind": cable.kind,
        "fabric": cable.fabric,
        "zone": cable.zone,
        "speed": cable.speed,
        "a_device": devices[a.device].name,
        "a_interface": a.name,
        "a_class": devices[a.device].class_key,
        "b_device": devices[b.device].name,
        "b_interface": b.name,
        "b_class": devices[b.device].class_key,
        "bond": cable.bond or None,
        "a_optic": cable.a_optic or None,
        "b_optic": cable.b_optic or None,
        "type": cable.type,
        "color": cable.color,
        "label": cable.label,
        "length": cable.length,
        "length_unit": cable.length_unit,
    }


def ledger_of(topology: Topology) -> Ledger:
    """The ledger that the cables of a topology carry."""
    entries: dict[str, Entry] = {}
    for cable in topology.cables:
        entry = Entry.parse(cable.ports)
        if entry is None:
            raise InvariantError(f"the ledger entry of {cable.key!r} cannot be read back: {cable.ports!r}")
        entries[cable.key] = entry
    return Ledger(entries)


def plan_digest(plan: Plan) -> str:
    """Digest of the plan's meaning and the algorithm: file order, comments and spelled-out defaults do not matter."""
    return _digest([ALGORITHM, asdict(plan)])


def meaning_digest(plan: Plan) -> str:
    """As `plan_digest`, of the plan's meaning alone."""
    return _digest(asdict(plan))


def topology_digest(topology: Topology) -> str:
    """Digest of every expanded row."""
    return _digest([[asdict(row) for row in rows] for rows in (topology.devices, topology.interfaces, topology.cables)])


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    raise InvariantError(f"a {type(value).__name__} has no place in a digest")
