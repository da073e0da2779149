# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports without a cable, of classes that want all their ports: every lane of their zones and every NIC port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from ...model.keys import device_key, nic_port_key, switch_port_key
from ...model.ledger import End
from ...model.plan import Plan, ServerClass
from ..place.numbering import Numbering
from ..place.sized import SizedClass
from ..place.space import unclaimed_ports

SpareEnd = tuple[End, str]  # zone of a switch port, empty for a NIC port


def spare_ends(
    plan: Plan, sized: Mapping[str, SizedClass], numbering: Numbering, used: Set[tuple[str, str]]
) -> Iterator[SpareEnd]:
    """Ports that no link ends on. `used` holds the device and port of every end."""
    for one in sized.values():
        if not one.switch_class.all_ports or one.switch_class.external:
            continue  # interfaces of external switches are not ours to make
        ends = _lanes(one)
        for position in range(1, one.count + 1):
            device = device_key(one.switch_class.key, numbering.index(one.switch_class.key, position))
            for end, zone in ends:
                if (device, end.port) not in used:
                    yield End(device, end.port, end.breakout), zone
    for server_class in plan.server_classes.values():
        if server_class.all_ports:
            yield from _nic_ports(server_class, used)


def _lanes(one: SizedClass) -> list[SpareEnd]:
    """The lanes of one switch. Zones that are not in use get the ports that no zone in use claims."""
    zones = one.switch_class.zones
    claimed = {port for ports in one.ports.values() for port in ports}
    idle = unclaimed_ports(zones.values(), set(), zones.keys() - one.ports.keys())
    ports = {key: tuple(port for port in rest if port not in claimed) for key, rest in idle.items()} | dict(one.ports)
    return [
        (End("", switch_port_key(port, lane), zone.breakout), key)
        for key, zone in zones.items()
        for port in ports[key]
        for lane in range(1, zone.breakout.lanes + 1)
    ]


def _nic_ports(server_class: ServerClass, used: Set[tuple[str, str]]) -> Iterator[SpareEnd]:
    ports = [nic_port_key(nic.key, index) for nic in server_class.nics.values() for index in range(len(nic.ports))]
    for index in range(1, server_class.quantity + 1):
        device = device_key(server_class.key, index)
        for port in ports:
            if index not in server_class.absent and (device, port) not in used:
                yield End(device, port), ""
