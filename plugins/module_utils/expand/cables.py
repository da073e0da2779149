# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placed links become cables and the interfaces at their ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..diagnostics import InvariantError
from ..model.hardware import TYPE_BY_SPEED
from ..model.keys import (
    device_key,
    interface_key,
    interface_order,
    link_order,
    nic_port_key,
    split_device_key,
    switch_port_key,
)
from ..model.ledger import End
from ..model.objects import Cable, Interface
from ..model.plan import Plan, SwitchClass
from .keep import Spot
from .links import BORDER, OOB, SERVER, Arrival, PlacedLink, WantedLink
from .size import Sizer
from .sized import SizedClass


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


def cables(links: Iterable[PlacedLink]) -> tuple[Cable, ...]:
    """The cables of links, in natural order of their keys."""
    rows = (
        Cable(
            link.key, link.kind, interface_key(link.a.device, link.a.port), interface_key(link.b.device, link.b.port),
            link.fabric, link.a_zone or link.b_zone, link.speed, link.entry().text(),
        )
        for link in links
    )
    return tuple(sorted(rows, key=lambda cable: link_order(cable.key)))


def interfaces(plan: Plan, links: Iterable[PlacedLink]) -> tuple[Interface, ...]:
    """The interfaces at both ends of every link, in natural order of their keys."""
    nic_ports: Mapping[tuple[str, str], tuple[str, str]] = {
        (server_class.key, nic_port_key(connection.nic.key, index)): (
            f"{connection.nic.key}-{name}", connection.nic.interface_type
        )
        for server_class in plan.server_classes.values()
        for connection in server_class.connections.values()
        for index, name in enumerate(connection.nic.ports)
    }
    switch_ports: dict[tuple[str, str, str], _SwitchPort] = {}
    rows: list[Interface] = []
    for link in links:
        for end, zone in ((link.a, link.a_zone), (link.b, link.b_zone)):
            class_key = end.device.rpartition("/")[0]
            key = interface_key(end.device, end.port)
            if zone:
                here = (class_key, zone, end.port)
                port = switch_ports.get(here)
                if port is None:
                    port = switch_ports[here] = _switch_port(plan.switch_classes[class_key], end)
                rows.append(
                    Interface(key, end.device, port.name, port.type, port.speed, zone, port.physical, port.lane)
                )
            else:
                name, stated = nic_ports[class_key, end.port]
                kind = stated or TYPE_BY_SPEED.get(link.speed, "other")
                rows.append(Interface(key, end.device, name, kind, link.speed))
    return tuple(sorted(rows, key=lambda interface: interface_order(interface.key)))


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
