# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every topology keeps, whatever plan it came from. Computed from the cables alone, not by the code under test."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from itertools import pairwise

from ansible_collections.hedgehog.diet.plugins.module_utils.model.keys import natural
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Entry
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Connection, Plan, SwitchClass

from .plans import counts, device_at, indices
from .promises_between import pairs_are_joined_lane_by_lane, switches_are_joined
from .promises_described import devices_are_as_described, labels_and_looks_are_as_described

Taken = Mapping[str, Set[str]]


def check(plan: Plan, topology: Topology, from_scratch: bool = True, taken: Taken | None = None) -> None:
    """Every promise. Those about spread hold for what is new only, so they are checked on plans without a ledger.

    `taken` are ports of external switches, by device, that others have cabled.
    """
    ports_are_used_once(plan, topology)
    ports_of_others_are_left_alone(topology, taken or {})
    every_link_is_there(plan, topology)
    every_port_is_there_that_is_asked_for(plan, topology)
    indices_skip_what_is_absent(plan, topology)
    servers_obey_their_distribution(plan, topology, from_scratch)
    rails_are_pure(plan, topology)
    switches_are_joined(plan, topology, level=from_scratch and not taken)
    pairs_are_joined_lane_by_lane(plan, topology)
    devices_are_as_described(plan, topology)
    labels_and_looks_are_as_described(plan, topology)
    if from_scratch:
        blocks_are_contiguous(plan, topology, taken or {})
        alternating_zones_are_level(plan, topology, taken or {})


def ports_are_used_once(plan: Plan, topology: Topology) -> None:
    devices = {d.key: d for d in (*topology.devices, *topology.external_devices)}
    every_interface = (*topology.interfaces, *topology.external_interfaces)
    interfaces = {i.key: i for i in every_interface}
    assert len(devices) == len(topology.devices) + len(topology.external_devices)
    assert len(interfaces) == len(every_interface)
    assert len({(i.device, i.name) for i in every_interface}) == len(every_interface)
    assert len({(d.tenant, d.name.lower()) for d in devices.values()}) == len(devices)
    used = [end for cable in topology.cables for end in cable.ends]
    assert Counter(used).most_common(1)[0][1] == 1 if used else True
    assert set(used) == {one.key for one in every_interface if not one.spare}
    breakouts: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in every_interface:
        assert one.device in devices
        if one.physical_port is not None:
            zone = plan.switch_classes[devices[one.device].class_key].zones[one.zone]
            assert one.physical_port in zone.ports
            assert (one.lane or 1) <= zone.breakout.lanes
            assert (one.lane is None) == (zone.breakout.lanes == 1)
            assert one.speed == zone.breakout.speed
            breakouts[one.device, one.physical_port].add(f"{zone.key} {zone.breakout}")
    assert all(len(found) == 1 for found in breakouts.values())
    for cable in topology.cables:
        assert cable.a.partition(":")[0] != cable.b.partition(":")[0]
        assert interfaces[cable.a].speed == interfaces[cable.b].speed == cable.speed
        entry = Entry.parse(cable.ports)
        assert entry is not None
        assert (f"{entry.a.device}:{entry.a.port}", f"{entry.b.device}:{entry.b.port}") == cable.ends


def ports_of_others_are_left_alone(topology: Topology, taken: Taken) -> None:
    for cable in topology.cables:
        for end in cable.ends:
            device, _colon, port = end.partition(":")
            assert not {port, port.partition("/")[0]} & set(taken.get(device, ())), end


def every_link_is_there(plan: Plan, topology: Topology) -> None:
    wanted = {
        f"server {key}/{index}/{c.key}/{offset}": (f"{key}/{index}:{c.nic.key}/{c.first_port + offset}", c)
        for key, one in plan.server_classes.items()
        for index in range(1, one.quantity + 1)
        if index not in one.absent
        for c in one.connections.values()
        for offset in range(c.ports)
    }
    found = {c.key: c for c in topology.cables if c.kind == "server"}
    assert found.keys() == wanted.keys()
    for key, (near, connection) in wanted.items():
        assert found[key].a == near
        assert device_at(found[key].b)[0] == connection.switch_class
        assert found[key].zone == connection.zone
    far_lanes = Counter(
        device_at(c.a) for c in topology.cables if c.kind in ("border", "oob")
    )
    for key, one in plan.switch_classes.items():
        lanes = sum(len(z.ports) * z.breakout.lanes for z in one.zones.values() if z.peer)
        for index in indices(topology, key):
            assert far_lanes[key, index] == lanes


def every_port_is_there_that_is_asked_for(plan: Plan, topology: Topology) -> None:
    """`ports: all` makes the lanes of all zones, no port in two of them, and all NIC ports; others make none."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in topology.interfaces:
        found[one.device].append(one.key.partition(":")[2])
        if one.spare:
            class_key = device_at(one.key)[0]
            assert {**plan.switch_classes, **plan.server_classes}[class_key].all_ports
    for key, switch_class in plan.switch_classes.items():
        if switch_class.all_ports:
            ports = {port for zone in switch_class.zones.values() for port in zone.ports}
            for index in indices(topology, key):
                made = found[f"{key}/{index}"]
                assert {int(port.partition("/")[0]) for port in made} == ports
                for physical, lanes in Counter(int(port.partition("/")[0]) for port in made).items():
                    assert lanes in {z.breakout.lanes for z in switch_class.zones.values() if physical in z.ports}
    for key, server_class in plan.server_classes.items():
        if server_class.all_ports:
            ports_of_nics = {f"{nic.key}/{n}" for nic in server_class.nics.values() for n in range(len(nic.ports))}
            for index in indices(topology, key):
                assert set(found[f"{key}/{index}"]) == ports_of_nics


def indices_skip_what_is_absent(plan: Plan, topology: Topology) -> None:
    number = counts(topology)
    for key, one in plan.switch_classes.items():
        found = indices(topology, key)
        assert len(found) == number[key]
        assert not set(found) & one.absent
        last = found[-1] if found else 0
        assert set(range(1, last + 1)) == set(found) | {index for index in one.absent if index < last}
        external = {d.class_key for d in topology.external_devices}
        assert (key in external) == (one.external and bool(found))
    assert not {d.class_key for d in topology.devices} & {d.class_key for d in topology.external_devices}
    away = {d.key for d in topology.external_devices}
    assert all(i.device in away and not i.spare for i in topology.external_interfaces)
    assert all(i.device not in away for i in topology.interfaces)


def _by_server_and_zone(plan: Plan, topology: Topology) -> dict[tuple[str, str, str], dict[str, list[int]]]:
    """Switches of the links of every server, counted from 1 without gaps: by switch class, zone and distribution."""
    position = {key: {index: n + 1 for n, index in enumerate(indices(topology, key))} for key in plan.switch_classes}
    rows: dict[tuple[str, str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for cable in sorted((c for c in topology.cables if c.kind == "server"), key=lambda c: natural(c.key)):
        connection = connection_of(plan, cable.key)
        target = connection.switch_class, connection.zone, connection.distribution
        class_key, index = device_at(cable.b)
        rows[target][cable.a.partition(":")[0]].append(position[class_key][index])
    return rows


def connection_of(plan: Plan, key: str) -> Connection:
    class_key, _index, connection, _offset = key.removeprefix("server ").split("/")
    return plan.server_classes[class_key].connections[connection]


def servers_obey_their_distribution(plan: Plan, topology: Topology, from_scratch: bool) -> None:
    number = counts(topology)
    for (class_key, _zone, distribution), servers in _by_server_and_zone(plan, topology).items():
        redundancy = plan.switch_classes[class_key].redundancy
        size = redundancy.size if redundancy and redundancy.size else number[class_key]
        for server, found in servers.items():
            if distribution in ("same-switch", "none"):
                assert len(set(found)) == 1, server
            elif distribution == "alternating":
                assert number[class_key] >= 2
                per_switch = Counter(found)
                assert max(per_switch.values()) - min(per_switch.values()) <= 1, server
                assert len({(switch - 1) // size for switch in found}) == 1, server
                # What is kept stays on at least two switches; what is dealt from scratch uses all there are.
                assert len(per_switch) >= min(len(found), size if from_scratch else 2), server
        if redundancy and redundancy.size and number[class_key]:
            assert number[class_key] % redundancy.size == 0


def rails_are_pure(plan: Plan, topology: Topology) -> None:
    """Every rail of a domain is on one leaf, a server is in one domain, and domains do not overlap."""
    domain_of: dict[tuple[str, str, str], set[tuple[int, int, int]]] = defaultdict(set)
    leaf_of: dict[tuple[str, str, int, int], set[int]] = defaultdict(set)
    domains: dict[tuple[str, str], set[tuple[int, int, int]]] = defaultdict(set)
    for cable in topology.cables:
        if cable.kind != "server":
            continue
        connection = connection_of(plan, cable.key)
        if connection.distribution != "rail-optimized" or connection.rail is None:
            continue
        entry = Entry.parse(cable.ports)
        assert entry is not None and entry.domain is not None
        domain = entry.domain.number, entry.domain.first, entry.domain.last
        target = connection.switch_class, connection.zone
        leaf = device_at(cable.b)[1]
        assert domain[1] <= leaf <= domain[2]
        domain_of[*target, cable.a.partition(":")[0]].add(domain)
        leaf_of[*target, domain[0], connection.rail].add(leaf)
        domains[target].add(domain)
    assert all(len(found) == 1 for found in domain_of.values())
    assert all(len(found) == 1 for found in leaf_of.values())
    for found in domains.values():
        for (_n, _first, last), (_m, first, _last) in pairwise(sorted(found, key=lambda d: d[1])):
            assert last < first


def blocks_are_contiguous(plan: Plan, topology: Topology, taken: Taken) -> None:
    for (class_key, _zone, distribution), servers in _by_server_and_zone(plan, topology).items():
        if distribution == "same-switch":
            # Class by class: a class `gpu-2` comes after `gpu`, though `gpu-2/1` comes before `gpu/1`.
            in_turn = sorted(servers, key=lambda key: (natural(device_at(key)[0]), device_at(key)[1]))
            order = [servers[server][0] for server in in_turn]
            assert order == sorted(order), class_key


def alternating_zones_are_level(plan: Plan, topology: Topology, taken: Taken) -> None:
    """Where a zone has alternating links only (and no groups), loads differ by one link at most."""
    number = counts(topology)
    rows = _by_server_and_zone(plan, topology)
    arriving = {(device_at(c.b)[0], topology_zone) for c in topology.cables if c.kind in ("border", "oob")
                for topology_zone in plan.switch_classes[device_at(c.b)[0]].zones}
    with_absent = {key for key, one in plan.server_classes.items() if one.absent}
    others_cable = {device.rpartition("/")[0] for device in taken}
    for (class_key, zone, distribution), servers in rows.items():
        others = [k for k in rows if k[:2] == (class_key, zone) and k[2] != distribution]
        if distribution != "alternating" or others or (class_key, zone) in arriving or class_key in others_cable:
            continue
        switch_class = plan.switch_classes[class_key]
        if switch_class.redundancy or _lands(plan, class_key, zone) & with_absent or _overlaps(switch_class, zone):
            continue
        found = Counter(switch for switches in servers.values() for switch in switches)
        loads = [found[n] for n in range(1, number[class_key] + 1)]
        capacity = len(plan.zone(class_key, zone).ports) * plan.zone(class_key, zone).breakout.lanes
        assert max(loads) - min(loads) <= 1 or max(loads) == capacity, (class_key, zone, loads)


def _overlaps(switch_class: SwitchClass, zone: str) -> bool:
    ports = set(switch_class.zones[zone].ports)
    return any(ports & set(other.ports) for key, other in switch_class.zones.items() if key != zone)


def _lands(plan: Plan, class_key: str, zone: str) -> set[str]:
    return {
        key for key, one in plan.server_classes.items()
        for c in one.connections.values() if (c.switch_class, c.zone) == (class_key, zone)
    }
