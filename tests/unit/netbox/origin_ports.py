# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the first DIET puts the links of a plan: its rules for switches and ports, which are not ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import End, Entry
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Connection, Plan, Zone


def origin_ports(plan: Plan, topology: Topology) -> dict[str, Entry]:
    """Links by their keys, drawn in its order: classes, servers, connections as text, ports; then uplinks.

    Links of kinds that it makes as we do, or not at all, are left out.
    """
    counts = {row.switch_class: row.count for row in topology.quantities}
    ports: dict[tuple[str, str], Iterator[End]] = {}

    def draw(class_key: str, zone: Zone, switch: int) -> End:
        device = f"{class_key}/{switch + 1}"
        if (device, zone.key) not in ports:
            ports[device, zone.key] = iter([
                End(device, f"{port}/{lane}", zone.breakout)
                for port in zone.ports for lane in range(1, zone.breakout.lanes + 1)
            ])
        return next(ports[device, zone.key])

    found = {}
    for server in sorted(plan.server_classes.values(), key=lambda one: one.key):
        for index in range(server.quantity):
            for link in sorted(server.connections.values(), key=lambda one: one.key):
                zone = plan.switch_classes[link.switch_class].zones[link.zone]
                rails = {c.rail for c in server.connections.values() if (c.switch_class, c.zone) == (
                    link.switch_class, link.zone) and c.rail is not None}
                for offset in range(link.ports):
                    at = _switch(link, index, offset, server.quantity, counts[link.switch_class], len(rails), zone)
                    near = End(f"{server.key}/{index + 1}", f"{link.nic.key}/{link.first_port + offset}")
                    key = f"server {near.device}/{link.key}/{offset}"
                    found[key] = Entry(near, draw(link.switch_class, zone, at))
    for cable in topology.cables:
        entry = Entry.parse(cable.ports)
        if cable.kind == "fabric" and entry is not None:
            found[cable.key] = entry
    uplinks: dict[str, list[str]] = {}
    for key in (key for key in found if key.startswith("fabric ")):
        uplinks.setdefault(found[key].a.device, []).append(key)
    for leaf in sorted(uplinks):
        keys = uplinks[leaf]
        spine = found[keys[0]].b.device.rpartition("/")[0]
        every = plan.switch_classes[spine].zones.values()
        zones = {zone.breakout.speed: zone for zone in every if zone.type == "fabric"}
        base, more = divmod(len(keys), counts[spine])
        split = [at for at in range(counts[spine]) for _link in range(base + (at < more))]
        for key, at in zip(keys, split, strict=True):
            breakout = found[key].b.breakout
            if breakout is not None:
                found[key] = replace(found[key], b=draw(spine, zones[breakout.speed], at))
    return found


def _switch(link: Connection, server: int, offset: int, servers: int, switches: int, rails: int, zone: Zone) -> int:
    if link.distribution == "same-switch":
        base, more = divmod(servers, switches)
        sizes = [base + (at < more) for at in range(switches)]
        return next(at for at in range(switches) if server < sum(sizes[:at + 1]))
    if link.distribution == "alternating":
        return offset % switches
    if link.distribution == "rail-optimized" and link.rail is not None:
        if switches < rails:
            return link.rail // -(-rails // switches)
        per_domain = max(1, len(zone.ports) * zone.breakout.lanes // link.ports)
        return min(server // per_domain * rails + link.rail, switches - 1)
    return server % switches
