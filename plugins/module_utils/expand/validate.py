# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that relate the parts of a plan. What needs sizes or placement is found by `size.py` and `uplinks.py`.

Each rule is a function that takes one thing and reports all it finds; `validate` is the list of them.
"""

from __future__ import annotations

from ..diagnostics import Diagnostics, Path, nearest
from ..model.plan import (
    FABRIC_ZONE,
    MESH,
    MESH_ZONE,
    OOB_ZONE,
    RAIL_OPTIMIZED,
    SPINE,
    UPLINK_ZONE,
    Connection,
    Plan,
    ServerClass,
    SwitchClass,
    Zone,
)
from .names import MAX_NAME, check_pattern
from .ports import format_ports


def validate(plan: Plan, found: Diagnostics) -> None:
    """Collect every broken rule of a plan whose references are resolved."""
    for category, pattern in plan.naming.items():
        check_pattern(pattern, ("naming", category), found)
    for fabric in plan.fabrics:
        _fabric(plan, fabric, found)
    for switch_class in plan.switch_classes.values():
        path: Path = ("switch_classes", switch_class.key)
        _hardware(switch_class, path, found)
        _overlaps(plan, switch_class, path, found)
        _redundancy(plan, switch_class, path, found)
        for zone in switch_class.zones.values():
            _zone(plan, switch_class, zone, (*path, "zones", zone.key), found)
    for server_class in plan.server_classes.values():
        path = ("server_classes", server_class.key, "connections")
        for connection in server_class.connections.values():
            _connection(plan, connection, (*path, connection.key), found)
        _nic_ports(server_class, path, found)
        _interface_names(server_class, path, found)


def _fabric(plan: Plan, key: str, found: Diagnostics) -> None:
    classes = [c for c in plan.switch_classes.values() if c.fabric.key == key]
    spines = [c for c in classes if c.role == SPINE]
    if plan.fabrics[key].mode == MESH:
        for spine in spines:
            found.error(
                "spine-in-mesh",
                ("switch_classes", spine.key, "role"),
                f"the fabric {key!r} is a mesh: it has no spines.",
            )
    elif len(spines) > 1:
        names = ", ".join(c.key for c in spines)
        found.error(
            "two-spine-classes", ("switch_classes", spines[1].key, "role"),
            f"the fabric {key!r} has {len(spines)} spine classes ({names}); it can have one.",
            "Put one of them into a fabric of its own.",
        )


def _hardware(switch_class: SwitchClass, path: Path, found: Diagnostics) -> None:
    hardware = switch_class.device_type
    if not hardware.groups:
        found.warn(
            "unchecked-hardware", (*path, "device_type"),
            f"the catalog does not know the ports of {hardware.slug!r}, so they are not checked.",
            "Describe them under `catalog.device_types`.",
        )
        return
    for zone in switch_class.zones.values():
        zone_path = (*path, "zones", zone.key)
        known = tuple(p for group in hardware.groups for p in group.ports)
        beyond = tuple(sorted(set(zone.ports) - set(known)))
        if beyond:
            found.error(
                "no-such-port", (*zone_path, "ports"),
                f"{hardware.slug} has ports {format_ports(tuple(sorted(known)))}, not {format_ports(beyond)}.",
            )
        for group in hardware.groups:
            used = tuple(sorted(set(zone.ports) & set(group.ports)))
            if used and group.breakouts and zone.breakout not in group.breakouts:
                allowed = " ".join(str(b) for b in sorted(group.breakouts))
                found.error(
                    "breakout-not-supported", (*zone_path, "breakout"),
                    f"ports {format_ports(used)} of {hardware.slug} cannot be {zone.breakout}; they can be {allowed}.",
                )


def _overlaps(plan: Plan, switch_class: SwitchClass, path: Path, found: Diagnostics) -> None:
    report = found.error if plan.overlap == "error" else found.warn
    zones = list(switch_class.zones.values())
    for index, zone in enumerate(zones):
        for other in zones[:index]:
            shared = tuple(sorted(set(zone.ports) & set(other.ports)))
            if shared:
                report(
                    "overlapping-zones", (*path, "zones", zone.key, "ports"),
                    f"the zones {other.key!r} and {zone.key!r} both claim {format_ports(shared)}.",
                    "Give each port to one zone." if plan.overlap == "error" else "No port is used twice.",
                )


def _redundancy(plan: Plan, switch_class: SwitchClass, path: Path, found: Diagnostics) -> None:
    if switch_class.redundancy is None:
        return
    for server_class in plan.server_classes.values():
        for connection in server_class.connections.values():
            if connection.switch_class == switch_class.key and connection.distribution == RAIL_OPTIMIZED:
                found.error(
                    "rails-on-groups",
                    ("server_classes", server_class.key, "connections", connection.key, "distribution"),
                    f"rail-optimized links cannot go to {switch_class.key!r}, whose switches are redundancy groups.",
                    "Remove its `redundancy`, or put the rails on a class of their own.",
                )


def _zone(plan: Plan, switch_class: SwitchClass, zone: Zone, path: Path, found: Diagnostics) -> None:
    if zone.type == MESH_ZONE and switch_class.fabric.mode != MESH:
        found.error(
            "mesh-zone-without-mesh", (*path, "type"),
            f"the fabric {switch_class.fabric.key!r} is not a mesh.", "Set its `mode: mesh`, or remove the zone.",
        )
    if zone.type == FABRIC_ZONE and switch_class.role != SPINE:
        found.error("fabric-zone-without-spine", (*path, "type"), "a fabric zone is the spine side of uplinks.")
    if zone.peer is None:
        return
    if zone.type not in (UPLINK_ZONE, OOB_ZONE):
        found.error(
            "peer-on-wrong-zone", (*path, "peer"), f"a {zone.type} zone has no peer; uplink and oob zones may have one."
        )
    far_class, far_key = zone.peer
    if far_class not in plan.switch_classes:
        return  # reported where it could not be built
    far = plan.zone(far_class, far_key)
    if not far.takes_servers or far.peer is not None:
        found.error(
            "peer-cannot-take-links", (*path, "peer"),
            f"links can arrive in a server or oob zone without a peer of its own; {far_class}/{far_key} is not one.",
        )
    if far.breakout.speed != zone.breakout.speed:
        found.error(
            "speed-mismatch", (*path, "peer"),
            f"lanes of {zone.breakout.speed}G cannot join lanes of {far.breakout.speed}G ({far_class}/{far_key}).",
        )


def _connection(plan: Plan, connection: Connection, path: Path, found: Diagnostics) -> None:
    if connection.distribution == RAIL_OPTIMIZED and connection.rail is None:
        found.error("rail-without-number", path, "rail-optimized links need a `rail` number.")
    if connection.distribution != RAIL_OPTIMIZED and connection.rail is not None:
        found.error("rail-without-distribution", (*path, "rail"), "`rail` goes with `distribution: rail-optimized`.")
    last = connection.first_port + connection.ports
    if connection.nic.ports and last > len(connection.nic.ports):
        found.error(
            "no-such-nic-port", (*path, "ports"),
            f"NIC {connection.nic.key!r} has {len(connection.nic.ports)} ports; first_port {connection.first_port} and"
            f" ports {connection.ports} need {last}.",
        )
    if connection.switch_class not in plan.switch_classes:
        return
    zone = plan.zone(connection.switch_class, connection.zone)
    if not zone.takes_servers or zone.peer is not None:
        takers = [
            f"{c.key}/{z.key}"
            for c in plan.switch_classes.values()
            for z in c.zones.values()
            if z.takes_servers and z.peer is None
        ]
        found.error(
            "zone-cannot-take-servers", (*path, "zone"),
            f"servers connect to a server or oob zone without a peer; {connection.switch_class}/{connection.zone} is"
            f" {'an uplink' if zone.peer else 'of type ' + zone.type}.",
            nearest(f"{connection.switch_class}/{connection.zone}", takers),
        )
    if connection.speed not in (None, zone.breakout.speed):
        found.error(
            "speed-mismatch", (*path, "speed"),
            f"{connection.speed}G on a zone whose lanes have {zone.breakout.speed}G ({zone.breakout}).",
        )


def _nic_ports(server_class: ServerClass, path: Path, found: Diagnostics) -> None:
    taken: dict[tuple[str, int], str] = {}
    for connection in server_class.connections.values():
        for port in range(connection.first_port, connection.first_port + connection.ports):
            other = taken.setdefault((connection.nic.key, port), connection.key)
            if other != connection.key:
                found.error(
                    "nic-port-twice", (*path, connection.key),
                    f"port {port} of NIC {connection.nic.key!r} is used by the connection {other!r} already.",
                    "Set `first_port`, or use another NIC.",
                )


def _interface_names(server_class: ServerClass, path: Path, found: Diagnostics) -> None:
    """NetBox takes interface names of 64 characters, each once on a device."""
    owners: dict[str, str] = {}
    for connection in server_class.connections.values():
        used = slice(connection.first_port, connection.first_port + connection.ports)
        for port in connection.nic.ports[used]:
            name = f"{connection.nic.key}-{port}"
            if len(name) > MAX_NAME:
                found.error(
                    "name-too-long", (*path, connection.key, "nic"),
                    f"the interface {name!r} has {len(name)} characters; NetBox takes {MAX_NAME}.",
                    "Shorten the key of the NIC.",
                )
            if owners.setdefault(name, connection.nic.key) != connection.nic.key:
                found.error(
                    "duplicate-name", (*path, connection.key, "nic"),
                    f"ports of the NICs {owners[name]!r} and {connection.nic.key!r} would both be called {name!r}.",
                    "Rename one of the NICs.",
                )
