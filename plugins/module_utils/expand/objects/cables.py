# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placed links become cables and the interfaces at their ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...diagnostics import Diagnostics, InvariantError, Path
from ...model.hardware import TYPE_BY_SPEED
from ...model.keys import (
    device_key,
    interface_key,
    interface_order,
    link_order,
    nic_port_key,
    split_device_key,
    switch_port_key,
)
from ...model.ledger import End
from ...model.objects import Cable, Device, Interface
from ...model.plan import CableLook, Connection, Plan, SwitchClass, Zone
from ..place.keep import Spot
from ..place.links import BORDER, OOB, SERVER, Arrival, PlacedLink, WantedLink
from ..place.size import Sizer
from ..place.sized import SizedClass
from .names import MAX_LABEL, render


def server_and_uplink_links(plan: Plan, sizer: Sizer) -> Iterator[PlacedLink]:
    """The links that were placed in zones: those of servers that are not absent, and those arriving from peers."""
    for (class_key, zone_key), wanted in sizer.wanted.items():
        far = sizer.sized[class_key]
        for link in wanted:
            if not link.absent:
                yield _server_link(plan, far, zone_key, link)
    for (class_key, zone_key), arrivals in sizer.arrivals.items():
        far = sizer.sized[class_key]
        for arrival in arrivals:
            yield from _arriving_links(plan, far, zone_key, arrival)


def _server_link(plan: Plan, far: SizedClass, zone_key: str, link: WantedLink) -> PlacedLink:
    zone = far.switch_class.zones[zone_key]
    kept = far.kept[zone_key]
    spot = kept.spots.get(link.key)
    placement = far.placements[zone_key]
    domain = placement.domains.get(link.key)
    if spot is not None and link.device in kept.domain_of and link.connection.rail is not None:
        domain = kept.domains[kept.domain_of[link.device]]
    return PlacedLink(
        link.key, SERVER, link.end(), _far_end(far, zone_key, link.key), "", zone_key, far.switch_class.fabric.key,
        zone.breakout.speed, domain,
    )


def _arriving_links(plan: Plan, far: SizedClass, zone_key: str, arrival: Arrival) -> Iterator[PlacedLink]:
    class_key, _index = split_device_key(arrival.owner)
    near = plan.switch_classes[class_key]
    for key, lane in zip(arrival.links, arrival.lanes, strict=True):
        kind = OOB if key.startswith(OOB) else BORDER
        end = End(arrival.owner, switch_port_key(lane.port, lane.lane), lane.breakout)
        yield PlacedLink(
            key, kind, end, _far_end(far, zone_key, key), lane.zone, zone_key, near.fabric.key, lane.breakout.speed
        )


def _far_end(far: SizedClass, zone_key: str, link: str) -> End:
    zone = far.switch_class.zones[zone_key]
    spot: Spot | None = far.kept[zone_key].spots.get(link)
    if spot is None:
        switch, lane = far.placements[zone_key].lanes[link]
        spot = switch, (lane.port, lane.lane)
    switch, port = spot
    return End(device_key(far.switch_class.key, switch), switch_port_key(*port), zone.breakout)


def cables(
    plan: Plan, links: Iterable[PlacedLink], names: Mapping[str, tuple[str, str]], found: Diagnostics
) -> tuple[Cable, ...]:
    """The cables of links, in natural order of their keys.

    Args:
        names: device name and interface name by interface key, for labels.
        found: takes labels that are too long.
    """
    looks: dict[tuple[str, str, str, str], _Look] = {}
    told: set[tuple[str, str, str, str]] = set()
    rows: list[Cable] = []
    for link in links:
        a_class, b_class = link.a.device.rpartition("/")[0], link.b.device.rpartition("/")[0]
        near = link.a_zone or link.key.split("/")[2]  # of a server: its connection
        ends = (a_class, near, b_class, link.b_zone)
        look = looks.get(ends)
        if look is None:
            look = looks[ends] = _look(plan, link, a_class, near, b_class)
        a, b = interface_key(link.a.device, link.a.port), interface_key(link.b.device, link.b.port)
        label = look.cable.label
        if label is not None:
            (a_device, a_interface), (b_device, b_interface) = names[a], names[b]
            label = render(label, {
                "a_device": a_device, "a_interface": a_interface, "b_device": b_device, "b_interface": b_interface,
                "kind": link.kind, "plan": plan.id,
            })
            if len(label) > MAX_LABEL and ends not in told:
                told.add(ends)
                path = _said_at(plan, link, a_class, near, b_class)
                found.error(
                    "label-too-long", path, f"{label!r} has {len(label)} characters; NetBox takes {MAX_LABEL}.",
                    "Shorten the pattern.",
                )
        rows.append(
            Cable(
                link.key, link.kind, a, b, link.fabric, link.a_zone or link.b_zone, link.speed, link.entry().text(),
                look.cable.type, look.cable.color, label, look.cable.length, look.cable.length_unit,
                look.bond, look.a_optic, look.b_optic,
            )
        )
    return tuple(sorted(rows, key=lambda cable: link_order(cable.key)))


@dataclass(frozen=True, slots=True)
class _Look:
    """What all cables between two zones, or a connection and a zone, have in common."""

    cable: CableLook
    bond: str
    a_optic: str
    b_optic: str


def _look(plan: Plan, link: PlacedLink, a_class: str, near: str, b_class: str) -> _Look:
    """The near end says it; where it says nothing, the far zone does."""
    far = plan.switch_classes[b_class].zones[link.b_zone]
    end: Connection | Zone
    if link.a_zone:
        end = plan.switch_classes[a_class].zones[near]
        bond = ""
    else:
        end = plan.server_classes[a_class].connections[near]
        bond = end.bond
    return _Look(
        end.cable.over(far.cable), bond, end.optic.slug if end.optic else "", far.optic.slug if far.optic else ""
    )


def _said_at(plan: Plan, link: PlacedLink, a_class: str, near: str, b_class: str) -> Path:
    """Where the label of a cable stands."""
    if not link.a_zone and plan.server_classes[a_class].connections[near].cable.label is not None:
        return ("server_classes", a_class, "connections", near, "cable", "label")
    if link.a_zone and plan.zone(a_class, near).cable.label is not None:
        return ("switch_classes", a_class, "zones", near, "cable", "label")
    return ("switch_classes", b_class, "zones", link.b_zone, "cable", "label")


def device_and_interface_names(
    devices: Iterable[Device], interfaces: Iterable[Interface]
) -> dict[str, tuple[str, str]]:
    """What a device and its interface are called, by interface key."""
    names = {device.key: device.name for device in devices}
    return {one.key: (names[one.device], one.name) for one in interfaces}


def interfaces(
    plan: Plan, links: Iterable[PlacedLink], spare: Iterable[tuple[End, str]] = ()
) -> tuple[Interface, ...]:
    """The interfaces at both ends of every link, and the spare ones, in natural order of their keys."""
    nic_ports = _nic_ports(plan)
    switch_ports: dict[tuple[str, str, str], _SwitchPort] = {}
    rows: list[Interface] = []

    def add(end: End, zone: str, speed: int | None, is_spare: bool) -> None:
        class_key = end.device.rpartition("/")[0]
        key = interface_key(end.device, end.port)
        if zone:
            here = (class_key, zone, end.port)
            port = switch_ports.get(here)
            if port is None:
                port = switch_ports[here] = _switch_port(plan.switch_classes[class_key], end)
            rows.append(
                Interface(key, end.device, port.name, port.type, port.speed, zone, port.physical, port.lane, is_spare)
            )
        else:
            name, stated = nic_ports[class_key, end.port]
            kind = stated or TYPE_BY_SPEED.get(speed or 0, "other")
            rows.append(Interface(key, end.device, name, kind, speed, spare=is_spare))

    for link in links:
        add(link.a, link.a_zone, link.speed, False)
        add(link.b, link.b_zone, link.speed, False)
    speeds = _nic_speeds(plan)
    for end, zone in spare:
        nic = end.device.rpartition("/")[0], end.port.rpartition("/")[0]
        add(end, zone, None if zone else speeds.get(nic), True)
    return tuple(sorted(rows, key=lambda interface: interface_order(interface.key)))


def _nic_ports(plan: Plan) -> dict[tuple[str, str], tuple[str, str]]:
    """Name and stated type of every NIC port, by server class and port key."""
    return {
        (server_class.key, nic_port_key(nic.key, index)): (f"{nic.key}-{name}", nic.interface_type)
        for server_class in plan.server_classes.values()
        for nic in server_class.nics.values()
        for index, name in enumerate(nic.ports)
    }


def _nic_speeds(plan: Plan) -> dict[tuple[str, str], int]:
    """The speed of the links of a NIC, by server class and NIC: what its spare ports are taken to have."""
    return {
        (server_class.key, connection.nic.key): plan.zone(connection.switch_class, connection.zone).breakout.speed
        for server_class in plan.server_classes.values()
        for connection in server_class.connections.values()
    }


@dataclass(frozen=True, slots=True)
class _SwitchPort:
    """What a port of a zone is on every switch of the class."""

    name: str
    type: str
    speed: int
    physical: int
    lane: int | None


def _switch_port(switch_class: SwitchClass, end: End) -> _SwitchPort:
    if end.physical is None or end.breakout is None:
        raise InvariantError(f"{end.device}:{end.port} is not a switch port")
    hardware = switch_class.device_type
    port, lane = end.physical
    return _SwitchPort(
        name=hardware.interface_name(port, lane, end.breakout),
        type=hardware.interface_type(port, end.breakout),
        speed=end.breakout.speed,
        physical=port,
        lane=lane if end.breakout.lanes > 1 else None,
    )
