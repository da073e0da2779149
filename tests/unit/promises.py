# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every topology keeps, whatever plan it came from. Computed from the cables alone, not by the code under test."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from ansible_collections.hedgehog.diet.plugins.module_utils.model.keys import natural
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Entry
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Connection, Plan

from .plans import counts, device_at


def check(plan: Plan, topology: Topology, from_scratch: bool = True) -> None:
    """Every promise. Those about spread hold for what is new only, so they are checked on plans without a ledger."""
    ports_are_used_once(plan, topology)
    every_link_is_there(plan, topology)
    servers_obey_their_distribution(plan, topology, from_scratch)
    rails_are_pure(plan, topology)
    switches_are_joined_evenly(plan, topology)
    if from_scratch:
        blocks_are_contiguous(plan, topology)
        alternating_zones_are_level(plan, topology)


def ports_are_used_once(plan: Plan, topology: Topology) -> None:
    devices = {d.key: d for d in topology.devices}
    interfaces = {i.key: i for i in topology.interfaces}
    assert len(devices) == len(topology.devices)
    assert len(interfaces) == len(topology.interfaces)
    assert len({(i.device, i.name) for i in topology.interfaces}) == len(topology.interfaces)
    assert len({d.name.lower() for d in topology.devices}) == len(topology.devices)
    used = [end for cable in topology.cables for end in cable.ends]
    assert Counter(used).most_common(1)[0][1] == 1 if used else True
    assert set(used) == set(interfaces)
    breakouts: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in topology.interfaces:
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
    number = counts(topology)
    for key, one in plan.switch_classes.items():
        lanes = sum(len(z.ports) * z.breakout.lanes for z in one.zones.values() if z.peer)
        for index in range(1, number[key] + 1):
            assert far_lanes[key, index] == lanes


def _by_server_and_zone(plan: Plan, topology: Topology) -> dict[tuple[str, str, str], dict[str, list[int]]]:
    """Switches of the links of every server: by switch class, zone and distribution, then by server."""
    rows: dict[tuple[str, str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for cable in sorted((c for c in topology.cables if c.kind == "server"), key=lambda c: natural(c.key)):
        connection = connection_of(plan, cable.key)
        target = connection.switch_class, connection.zone, connection.distribution
        rows[target][cable.a.partition(":")[0]].append(device_at(cable.b)[1])
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


def switches_are_joined_evenly(plan: Plan, topology: Topology) -> None:
    number = counts(topology)
    per_pair: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for cable in topology.cables:
        if cable.kind in ("fabric", "mesh"):
            per_pair[f"{cable.kind} {cable.fabric}"][cable.a.partition(":")[0], cable.b.partition(":")[0]] += 1
    for key, fabric in plan.fabrics.items():
        classes = [c for c in plan.switch_classes.values() if c.fabric.key == key]
        if fabric.mode == "mesh":
            members = [f"{c.key}/{n}" for c in classes for n in range(1, number[c.key] + 1)]
            assert len(members) in (0, 2, 3)
            assert len(per_pair[f"mesh {key}"]) == len(members) * (len(members) - 1) // 2
            assert len(set(per_pair[f"mesh {key}"].values())) <= 1
            continue
        spines = next((c for c in classes if c.role == "spine"), None)
        if spines is None or fabric.fabric_class == "unmanaged":
            assert not per_pair[f"fabric {key}"]
            continue
        for leaf in (c for c in classes if c.role != "spine"):
            lanes = sum(
                len(z.ports) * z.breakout.lanes for z in leaf.zones.values() if z.type == "uplink" and not z.peer
            )
            for n in range(1, number[leaf.key] + 1):
                links = [per_pair[f"fabric {key}"][f"{leaf.key}/{n}", f"{spines.key}/{m}"]
                         for m in range(1, number[spines.key] + 1)]
                assert sum(links) == lanes
                assert len(set(links)) <= 1


def blocks_are_contiguous(plan: Plan, topology: Topology) -> None:
    for (_class, _zone, distribution), servers in _by_server_and_zone(plan, topology).items():
        if distribution == "same-switch":
            order = [found[0] for _server, found in sorted(servers.items(), key=lambda item: natural(item[0]))]
            assert order == sorted(order)


def alternating_zones_are_level(plan: Plan, topology: Topology) -> None:
    """Where a zone has alternating links only (and no groups), loads differ by one link at most."""
    number = counts(topology)
    rows = _by_server_and_zone(plan, topology)
    arriving = {(device_at(c.b)[0], topology_zone) for c in topology.cables if c.kind in ("border", "oob")
                for topology_zone in plan.switch_classes[device_at(c.b)[0]].zones}
    with_absent = {key for key, one in plan.server_classes.items() if one.absent}
    for (class_key, zone, distribution), servers in rows.items():
        others = [k for k in rows if k[:2] == (class_key, zone) and k[2] != distribution]
        if distribution != "alternating" or others or (class_key, zone) in arriving:
            continue
        if plan.switch_classes[class_key].redundancy or _lands(plan, class_key, zone) & with_absent:
            continue
        found = Counter(switch for switches in servers.values() for switch in switches)
        loads = [found[n] for n in range(1, number[class_key] + 1)]
        capacity = len(plan.zone(class_key, zone).ports) * plan.zone(class_key, zone).breakout.lanes
        assert max(loads) - min(loads) <= 1 or max(loads) == capacity, (class_key, zone, loads)


def _lands(plan: Plan, class_key: str, zone: str) -> set[str]:
    return {
        key for key, one in plan.server_classes.items()
        for c in one.connections.values() if (c.switch_class, c.zone) == (class_key, zone)
    }
