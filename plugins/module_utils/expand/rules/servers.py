# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of connections and NICs."""

from __future__ import annotations

from collections.abc import Iterator

from ...diagnostics import Diagnostics, Path, nearest
from ...model.plan import ALTERNATING, BUNDLED, ESLAG, MCLAG, RAIL_OPTIMIZED, Connection, Plan, ServerClass
from ..objects.names import MAX_NAME, check_label


def check_connection(plan: Plan, connection: Connection, path: Path, found: Diagnostics) -> None:
    if connection.distribution == RAIL_OPTIMIZED and connection.rail is None:
        found.error(
            "rail-without-number", path, "rail-optimized links need a `rail` number.", "Set `rail`, counted from 0."
        )
    if connection.distribution != RAIL_OPTIMIZED and connection.rail is not None:
        found.error("rail-without-distribution", (*path, "rail"), "`rail` goes with `distribution: rail-optimized`.")
    last = connection.first_port + connection.ports
    if connection.nic.ports and last > len(connection.nic.ports):
        found.error(
            "no-such-nic-port", (*path, "ports"),
            f"NIC {connection.nic.key!r} has {len(connection.nic.ports)} ports; first_port {connection.first_port} and"
            f" ports {connection.ports} need {last}.",
            "Lower `first_port` or `ports`, or use another NIC.",
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
    if connection.cable.label is not None:
        check_label(connection.cable.label, (*path, "cable", "label"), found)
    _check_bond(plan, connection, path, found)
    if connection.speed not in (None, zone.breakout.speed):
        found.error(
            "speed-mismatch", (*path, "speed"),
            f"{connection.speed}G on a zone whose lanes have {zone.breakout.speed}G ({zone.breakout}).",
            f"Set {zone.breakout.speed}, or leave it out.",
        )


def _check_bond(plan: Plan, connection: Connection, path: Path, found: Diagnostics) -> None:
    """mclag and eslag bonds end on the switches of one group; a bundle ends on one switch."""
    redundancy = plan.switch_classes[connection.switch_class].redundancy
    if connection.bond in (MCLAG, ESLAG):
        if redundancy is None or redundancy.type != connection.bond:
            found.error(
                "bond-without-group", (*path, "bond"),
                f"{connection.bond} needs switches in {connection.bond} groups; {connection.switch_class!r} has"
                f" {redundancy.type + ' groups' if redundancy else 'no redundancy'}.",
                f"Set `redundancy: {{type: {connection.bond}}}` on the class, or another `bond`.",
            )
        elif connection.distribution != ALTERNATING:
            found.error(
                "bond-on-one-switch", (*path, "bond"),
                f"{connection.bond} is over several switches; {connection.distribution} links go to one.",
                "Use `distribution: alternating`, or `bond: bundled`.",
            )
    elif connection.bond == BUNDLED and connection.distribution in (ALTERNATING, RAIL_OPTIMIZED):
        found.error(
            "bond-over-switches", (*path, "bond"),
            f"a bundle is on one switch; {connection.distribution} links go to several.",
            "Use `distribution: same-switch`, or another `bond`.",
        )


def check_nic_ports(server_class: ServerClass, path: Path, found: Diagnostics) -> None:
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


def check_interface_names(server_class: ServerClass, path: Path, found: Diagnostics) -> None:
    """NetBox takes interface names of 64 characters, each once on a device."""
    owners: dict[str, str] = {}
    for where, nic, port in _made_ports(server_class, path):
        name = f"{nic}-{port}"
        if len(name) > MAX_NAME:
            found.error(
                "name-too-long", where,
                f"the interface {name!r} has {len(name)} characters; NetBox takes {MAX_NAME}.",
                "Shorten the key of the NIC.",
            )
        if owners.setdefault(name, nic) != nic:
            found.error(
                "duplicate-name", where,
                f"ports of the NICs {owners[name]!r} and {nic!r} would both be called {name!r}.",
                "Rename one of the NICs.",
            )


def _made_ports(server_class: ServerClass, path: Path) -> Iterator[tuple[Path, str, str]]:
    """The NIC ports that become interfaces: where the plan says so, NIC and port name."""
    if server_class.all_ports:
        for nic in server_class.nics.values():
            for port in nic.ports:
                yield (*path, "nics", nic.key), nic.key, port
        return
    for connection in server_class.connections.values():
        used = slice(connection.first_port, connection.first_port + connection.ports)
        for port in connection.nic.ports[used]:
            yield (*path, "connections", connection.key, "nic"), connection.nic.key, port
