# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How switches are joined: leaves to spines, spines to cores, meshes, and the two switches of a pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Fabric, Plan, SwitchClass

from .plans import indices

Pairs = Counter[tuple[str, str]]


def switches_are_joined(plan: Plan, topology: Topology, level: bool) -> None:
    """`level`: whether the loads of spines under uneven leaves must be."""
    per_pair: dict[tuple[str, str], Pairs] = defaultdict(Counter)
    for cable in topology.cables:
        per_pair[cable.kind, cable.fabric][cable.a.partition(":")[0], cable.b.partition(":")[0]] += 1
    for key, fabric in plan.fabrics.items():
        classes = [c for c in plan.switch_classes.values() if c.fabric.key == key]
        if fabric.mode == "mesh":
            _mesh(classes, topology, per_pair["mesh", key])
            continue
        spine = next((c for c in classes if c.role == "spine"), None)
        core = next((c for c in classes if c.role == "core"), None)
        leaves = [c for c in classes if c.role not in ("spine", "core")]
        managed = fabric.fabric_class != "unmanaged"
        assert managed or not per_pair["fabric", key] + per_pair["core", key]
        if spine is not None and managed:
            _leaves_to_spines(fabric, leaves, spine, topology, per_pair["fabric", key], level)
        if spine is not None and core is not None and managed:
            _spines_to_cores(fabric, leaves, spine, core, topology, per_pair["core", key])


def devices(switch_class: SwitchClass, topology: Topology) -> list[str]:
    return [f"{switch_class.key}/{index}" for index in indices(topology, switch_class.key)]


def uplinks(switch_class: SwitchClass) -> int:
    """Lanes to the tier above, on one switch. In plans made at random no other zone overlaps them."""
    return sum(
        len(z.ports) * z.breakout.lanes for z in switch_class.zones.values() if z.type == "uplink" and not z.peer
    )


def pods(fabric: Fabric, leaves: list[SwitchClass], topology: Topology) -> dict[str, int]:
    """The pod of every leaf, counted from 0."""
    return {
        device: position // fabric.leaves_per_pod[leaf.key] if fabric.leaves_per_pod else 0
        for leaf in leaves if uplinks(leaf)
        for position, device in enumerate(devices(leaf, topology))
    }


def _mesh(classes: list[SwitchClass], topology: Topology, per_pair: Pairs) -> None:
    members = [device for one in classes for device in devices(one, topology)]
    assert len(members) in (0, 2, 3)
    assert {frozenset(pair) for pair in per_pair} == {frozenset((a, b)) for a in members for b in members if a != b}
    assert len(per_pair) == len(members) * (len(members) - 1) // 2
    assert len(set(per_pair.values())) <= 1


def _leaves_to_spines(
    fabric: Fabric, leaves: list[SwitchClass], spine: SwitchClass, topology: Topology, per_pair: Pairs, level: bool
) -> None:
    pod_of = pods(fabric, leaves, topology)
    spines = devices(spine, topology)
    number = max(pod_of.values(), default=0) + 1
    per_pod, rest = divmod(len(spines), number)
    assert not rest or not pod_of
    for leaf in leaves:
        for device in devices(leaf, topology):
            if not uplinks(leaf):
                assert not any(per_pair[device, far] for far in spines)
                continue
            first = pod_of[device] * per_pod
            links = [per_pair[device, far] for far in spines[first:first + per_pod]]
            assert sum(links) == uplinks(leaf), device
            assert sum(per_pair[device, far] for far in spines) == uplinks(leaf), device
            assert max(links) - min(links) <= leaf.uneven, device
            assert min(links) or leaf.partial, device
    arriving = [sum(n for (_near, to), n in per_pair.items() if to == far) for far in spines]
    if level and fabric.leaves_per_pod is None and arriving:
        assert max(arriving) - min(arriving) <= any(leaf.uneven for leaf in leaves)


def _spines_to_cores(
    fabric: Fabric, leaves: list[SwitchClass], spine: SwitchClass, core: SwitchClass, topology: Topology,
    per_pair: Pairs,
) -> None:
    spines, cores = devices(spine, topology), devices(core, topology)
    if not spines or not uplinks(spine):
        assert not per_pair
        return
    number = max(pods(fabric, leaves, topology).values(), default=0) + 1
    planes = len(spines) // number
    assert len(cores) % planes == 0
    for position, device in enumerate(spines):
        links = [per_pair[device, far] for far in cores[position % planes::planes]]
        assert sum(links) == uplinks(spine), device
        assert len(set(links)) == 1, device
        assert sum(per_pair[device, far] for far in cores) == uplinks(spine), device


def pairs_are_joined_lane_by_lane(plan: Plan, topology: Topology) -> None:
    """Peer and session zones join switches 1 and 2, 3 and 4 and so on, each lane with the same one."""
    found = {(c.kind, c.zone, c.a, c.b) for c in topology.cables if c.kind in ("peer", "session")}
    wanted = set()
    for one in plan.switch_classes.values():
        both = [(a, b) for n, (a, b) in enumerate(pairwise(devices(one, topology))) if n % 2 == 0]
        for zone in one.zones.values():
            if zone.type in ("peer", "session"):
                wanted |= {
                    (zone.type, zone.key, f"{a}:{port}/{lane}", f"{b}:{port}/{lane}")
                    for a, b in both for port in zone.ports for lane in range(1, zone.breakout.lanes + 1)
                }
    assert found == wanted
    for device in topology.devices:
        redundancy = plan.switch_classes[device.class_key].redundancy if device.role else None
        if redundancy is None:
            assert not device.group
            continue
        position = indices(topology, device.class_key).index(device.index)
        assert device.group == f"{device.class_key}-{position // redundancy.size + 1 if redundancy.size else 1}"
