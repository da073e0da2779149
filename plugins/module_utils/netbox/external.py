# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the external switches of a plan: their ids, their interfaces, and which of their ports others' cables take."""

from __future__ import annotations

from dataclasses import dataclass

from ..diff.external import External, Port
from ..expand.external import port_keys, taken_ports
from ..model.keys import device_key, interface_key, switch_port_key
from ..model.ledger import Ledger, Taken
from ..model.plan import Plan, SwitchClass
from ..model.state import INTERFACE, Owned
from .answers import asked_for
from .client import Client
from .fields import References
from .resources import PLAN_MARK
from .source import source_of


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A device that the plan names, and what its interfaces are called by port key."""

    key: str
    switch_class: SwitchClass


def read_external(client: Client, plan: Plan, refs: References) -> External:
    """What NetBox has of the external devices of a plan. `refs` learns their interfaces, under the keys of ports."""
    wanted = {
        instance.name: _Wanted(device_key(one.key, index), one)
        for one in plan.switch_classes.values() if one.external
        for index, instance in one.instances.items()
    }
    found = External()
    if not wanted:
        return found
    source, names = source_of(client), sorted(wanted)
    for row in source.named(plan.site.slug, names):
        key = asked_for(wanted, row["name"], "dcim/devices").key
        found.ids.setdefault(key, []).append(int(row["id"]))
        found.plan_ids[key] = str((row.get("custom_fields") or {}).get(PLAN_MARK) or "")
    devices = {row_id: key for key, ids in found.ids.items() for row_id in ids}
    ports = {one.key: port_keys(one.switch_class) for one in wanted.values()}
    for row in source.interfaces_of_named(plan.site.slug, names, sorted(devices)):
        device, name = asked_for(devices, int(row["device"]["id"]), "dcim/interfaces"), str(row["name"])
        cable = int(row["cable"]["id"]) if row.get("cable") else None
        found.ports.setdefault(device, {})[name] = Port(int(row["id"]), cable)
        if name in ports[device]:
            refs.add(INTERFACE, interface_key(device, ports[device][name]), int(row["id"]))
    return found


def taken(plan: Plan, external: External, owned: Owned, placed: Ledger) -> Taken:
    """The ports of external switches that hold cables of others, for every one of these switches.

    A port that a cable of ours is placed at (`placed` is what our cables say) is not among them: that someone plugged
    another cable in there is a conflict to be told, and no reason to place ours anew.
    """
    cables = {row.id for row in owned.cables.values()}
    held = {(end.device, end.port) for entry in placed.values() for end in (entry.a, entry.b)}
    found = {}
    for one in plan.switch_classes.values():
        for device in (device_key(one.key, index) for index in one.instances if one.external):
            ports = external.ports.get(device, {})
            names = (name for name, port in ports.items() if port.cable is not None and port.cable not in cables)
            # A whole port is that of its first lane.
            found[device] = frozenset(
                port for port in taken_ports(one, names)
                if (device, port if "/" in port else switch_port_key(int(port), 1)) not in held
            )
    return found
