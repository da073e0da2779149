# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links between switches: every pair has a quota, between tiers and within a mesh.

With a ledger, pairs keep their links up to the quota; what is above it, and what is new, goes to the least loaded
far switch that a pair still lacks. Such a link keeps its key (its lane at the near end), so only its far end moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

from ...diagnostics import Diagnostics, InvariantError, counted
from ...model.keys import lane_link_key, natural, split_device_key, switch_port_key
from ...model.ledger import End, Entry, Ledger
from ...model.plan import MESH, MESH_ZONE, UPPER_ROLES, Plan, Zone
from .links import MESH as MESH_LINK
from .links import PlacedLink
from .sized import SizedClass, fabric_zones, ranked, uplink_zones
from .space import Lane, Space
from .tiers import Quotas, is_uplink, tiers


@dataclass(slots=True)
class _Side:
    """The switches of one class with the lanes they have for these links."""

    sized: SizedClass
    space: Space


def uplink_links(plan: Plan, sized: Mapping[str, SizedClass], ledger: Ledger, prune: bool) -> list[PlacedLink]:
    """The links between leaves and spines and between spines and cores."""
    links: list[PlacedLink] = []
    uplinks = {key: (s.count, s.lanes(uplink_zones(s.switch_class))) for key, s in sized.items()}
    for upper in (s for s in sized.values() if s.switch_class.role in UPPER_ROLES and s.count):
        for tier in tiers(plan, upper, sized, ledger, prune):
            # Links of a class that went to another fabric are dealt anew there, and leave their lanes here.
            here = {lower.key for lower in tier.lowers}
            elsewhere = {key: lanes for key, lanes in uplinks.items() if key not in here}
            entries = {
                key: entry
                for far_class in (upper.switch_class.key, *here)
                for key, entry in ledger.ending_on(tier.kind, far_class).items()
                if not is_uplink(entry.a, elsewhere)
            }
            quotas = tier.deal(upper.count // tier.units)
            near = [_side(lower.sized, uplink_zones(lower.sized.switch_class), tier.speed) for lower in tier.lowers]
            far = _side(upper, fabric_zones(upper.switch_class, tier.speed), tier.speed)
            links += _deal(tier.kind, [*near, far], quotas, upper.switch_class.fabric.key, entries, prune)
    return links


def mesh_links(
    plan: Plan, sized: Mapping[str, SizedClass], ledger: Ledger, prune: bool, found: Diagnostics
) -> list[PlacedLink]:
    """The links of meshes: floor(lanes / (switches - 1)) for every pair of switches."""
    links: list[PlacedLink] = []
    for fabric in (f for f in plan.fabrics.values() if f.mode == MESH):
        members = [s for s in sized.values() if s.switch_class.fabric == fabric and s.count]
        zones = {s.switch_class.key: [z for z in s.switch_class.zones.values() if z.type == MESH_ZONE] for s in members}
        speeds = {z.breakout.speed for rows in zones.values() for z in rows}
        if len(speeds) > 1 or any(not rows for rows in zones.values()):
            found.error(
                "mesh-zones", ("fabrics", fabric.key, "mode"),
                "every switch class of a mesh needs mesh zones, all of one lane speed.",
            )
            continue
        sides = [_side(s, zones[s.switch_class.key], speed) for s in members for speed in speeds]
        devices = sorted((d for side in sides for d in side.sized.devices()), key=natural)
        if len(devices) < 2:
            continue
        lanes = min(side.space.capacity for side in sides)
        per_pair, unused = divmod(lanes, len(devices) - 1)
        if not per_pair:
            found.error(
                "mesh-zones", ("fabrics", fabric.key, "mode"),
                f"{len(devices)} switches need {counted(len(devices) - 1, 'mesh lane')} each; there"
                f" {'is' if lanes == 1 else 'are'} {lanes}.",
                "Give the mesh zones more ports.",
            )
            continue
        if unused:
            found.warn(
                "unused-mesh-lanes", ("fabrics", fabric.key, "mode"),
                f"{unused} of {lanes} mesh lanes of a switch stay unused: {len(devices) - 1} peers share them evenly.",
            )
        entries = {key: entry for member in zones for key, entry in ledger.ending_on(MESH_LINK, member).items()}
        # A pair has its near end where its cables have it: after a renaming that need not be the first by key.
        turned = {(e.a.device, e.b.device) for e in entries.values()}
        couples = ((a, b) for i, a in enumerate(devices) for b in devices[i + 1:])
        quotas: Quotas = {(b, a) if (b, a) in turned else (a, b): per_pair for a, b in couples}
        links += _deal(MESH_LINK, sides, quotas, fabric.key, entries, prune)
    return links


def _side(sized: SizedClass, zones: list[Zone], speed: int) -> _Side:
    return _Side(sized, sized.lanes([z for z in ranked(zones) if z.breakout.speed == speed]))


def _deal(
    kind: str, sides: list[_Side], quotas: Quotas, fabric: str, entries: Mapping[str, Entry], prune: bool
) -> list[PlacedLink]:
    space_of = {side.sized.switch_class.key: side.space for side in sides}
    kept = _keep(space_of, quotas, entries, prune)
    links: list[PlacedLink] = []

    def add(near: str, near_lane: Lane, far: str, far_lane: Lane) -> None:
        port = switch_port_key(near_lane.port, near_lane.lane)
        links.append(
            PlacedLink(
                lane_link_key(kind, near, near_lane.zone, port), kind, _end(near, near_lane), _end(far, far_lane),
                near_lane.zone, far_lane.zone, fabric, near_lane.breakout.speed,
            )
        )

    for near, near_lane, far, far_lane in kept:
        add(near, near_lane, far, far_lane)
    devices = {device for pair in quotas for device in pair}
    load = {device: _space(space_of, device).load(split_device_key(device)[1]) for device in devices}
    free = {device: _space(space_of, device).free(split_device_key(device)[1]) for device in devices}
    fars: dict[str, list[str]] = {}
    for near, far in quotas:
        fars.setdefault(near, []).append(far)
    for near, candidates in fars.items():
        heap = [(load[far], position, far) for position, far in enumerate(candidates) if quotas[near, far]]
        heapify(heap)
        while heap:
            _load, position, far = heap[0]
            near_end, far_end = next(free[near], None), next(free[far], None)
            if near_end is None or far_end is None:
                raise InvariantError(f"{near} and {far} were given a quota of links that their lanes do not hold")
            add(near, near_end, far, far_end)
            quotas[near, far] -= 1
            load[far] += 1
            if quotas[near, far]:
                heapreplace(heap, (load[far], position, far))
            else:
                heappop(heap)
    return links


def _keep(
    space_of: Mapping[str, Space], quotas: Quotas, entries: Mapping[str, Entry], prune: bool
) -> list[tuple[str, Lane, str, Lane]]:
    """Hold the lanes of links the ledger has, up to the quota of their pair; the quotas are lowered by what is kept."""
    kept: list[tuple[str, Lane, str, Lane]] = []
    near_devices = {pair[0] for pair in quotas}
    for key in sorted(entries, key=natural):
        entry = entries[key]
        near, far = entry.a.device, entry.b.device
        near_lane, far_lane = _lane(space_of, entry.a), _lane(space_of, entry.b)
        if near_lane is not None and far_lane is not None and quotas.get((near, far), 0):
            near_space, far_space = _space(space_of, near), _space(space_of, far)
            spots = split_device_key(near)[1], (near_lane.port, near_lane.lane)
            if near_space.hold(*spots):
                if far_space.hold(split_device_key(far)[1], (far_lane.port, far_lane.lane)):
                    quotas[near, far] -= 1
                    kept.append((near, near_lane, far, far_lane))
                else:
                    near_space.release(*spots)
        elif entry.cabled and not prune and far_lane is not None and (near not in near_devices or near_lane is None):
            # A leftover: its near lane is no uplink any more. Where it still is one, the link is only dealt anew.
            _space(space_of, far).hold(split_device_key(far)[1], (far_lane.port, far_lane.lane))
    return kept


def _lane(space_of: Mapping[str, Space], end: End) -> Lane | None:
    space = space_of.get(split_device_key(end.device)[0])
    return space.lane(end.physical) if space is not None and end.physical is not None else None


def _space(space_of: Mapping[str, Space], device: str) -> Space:
    return space_of[split_device_key(device)[0]]


def _end(device: str, lane: Lane) -> End:
    return End(device, switch_port_key(lane.port, lane.lane), lane.breakout)
