# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of switch classes and their port zones: what the hardware can do, and which zone goes where."""

from __future__ import annotations

from ...diagnostics import Diagnostics, Path
from ...model.plan import (
    CORE,
    FABRIC_ZONE,
    MESH,
    MESH_ZONE,
    OOB_ZONE,
    PEER_ZONE,
    RAIL_OPTIMIZED,
    SERVER_ZONE,
    SESSION_ZONE,
    SPINE,
    UPLINK_ZONE,
    Plan,
    SwitchClass,
    Zone,
)
from ..language.ports import format_ports
from ..objects.names import check_label
from ..place.sized import above
from .limits import check_limits, redundancy_not_supported


def check_hardware(switch_class: SwitchClass, path: Path, found: Diagnostics) -> bool:
    """Whether every zone alone is something that the hardware can do, as far as the catalog knows it."""
    before = len(found.errors)
    hardware = switch_class.device_type
    if not hardware.groups:
        found.warn(
            "unchecked-hardware", (*path, "device_type"),
            f"the catalog does not know the ports of {hardware.slug!r}, so they are not checked.",
            "Describe them under `catalog.device_types`.",
        )
        return True
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
                    f"port{'s' if len(used) > 1 else ''} {format_ports(used)} of {hardware.slug} cannot be"
                    f" {zone.breakout}, only {allowed}.",
                )
    return len(found.errors) == before


def check_together(plan: Plan, switch_class: SwitchClass, path: Path, found: Diagnostics) -> None:
    """What the zones in use ask of the hardware together: lanes of pipelines and of the whole switch."""
    used = [zone for zone in switch_class.zones.values() if _in_use(plan, switch_class, zone)]
    claiming = sorted(used, key=lambda z: (z.type in (SERVER_ZONE, OOB_ZONE) and z.peer is None, z.priority, z.key))
    for problem in check_limits(switch_class.device_type, {z.key: (z.ports, z.breakout) for z in claiming}):
        where = (*path, "zones", problem.zones[0], "breakout") if problem.zones else (*path, "zones")
        found.error("over-hardware-limit", where, problem.message, problem.hint)


def _in_use(plan: Plan, switch_class: SwitchClass, zone: Zone) -> bool:
    """Whether a zone can be in use at all: uplinks have something above them, a mesh zone a mesh."""
    if zone.type == UPLINK_ZONE and zone.peer is None:
        return above(plan, switch_class) is not None
    return zone.type != MESH_ZONE or switch_class.fabric.mode == MESH


def check_overlaps(plan: Plan, switch_class: SwitchClass, path: Path, found: Diagnostics) -> None:
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


def check_redundancy(plan: Plan, switch_class: SwitchClass, path: Path, found: Diagnostics) -> None:
    """Groups need hardware that supports them, and take no rails."""
    if switch_class.redundancy is None:
        return
    unsupported = redundancy_not_supported(switch_class.device_type, switch_class.redundancy.type)
    if unsupported:
        report = found.error if plan.strict else found.warn
        report(
            "redundancy-not-supported", (*path, "redundancy", "type"), unsupported,
            "Leave `redundancy` out (servers with routed links need none), or use other hardware.",
        )
    for server_class in plan.server_classes.values():
        for connection in server_class.connections.values():
            if connection.switch_class == switch_class.key and connection.distribution == RAIL_OPTIMIZED:
                found.error(
                    "rails-on-groups",
                    ("server_classes", server_class.key, "connections", connection.key, "distribution"),
                    f"rail-optimized links cannot go to {switch_class.key!r}, whose switches are redundancy groups.",
                    "Remove its `redundancy`, or put the rails on a class of their own.",
                )


def check_zone(plan: Plan, switch_class: SwitchClass, zone: Zone, path: Path, found: Diagnostics) -> None:
    if zone.type == MESH_ZONE and switch_class.fabric.mode != MESH:
        found.error(
            "mesh-zone-without-mesh", (*path, "type"),
            f"the fabric {switch_class.fabric.key!r} is not a mesh.", "Set its `mode: mesh`, or remove the zone.",
        )
    if zone.type == FABRIC_ZONE and switch_class.role not in (SPINE, CORE):
        found.error(
            "fabric-zone-without-spine", (*path, "type"),
            "a fabric zone is the far side of uplinks: on spines and cores.",
            "Make it an uplink zone, or give the class the role spine or core.",
        )
    if zone.type == UPLINK_ZONE and switch_class.role == CORE and zone.peer is None:
        found.error("uplinks-of-cores", (*path, "type"), "nothing is above a core: its uplinks need a `peer`.")
    pairs = switch_class.redundancy is not None and switch_class.redundancy.size == 2
    if zone.type in (PEER_ZONE, SESSION_ZONE) and not pairs:
        found.error(
            "pair-zone-without-pairs", (*path, "type"),
            f"a {zone.type} zone joins the two switches of a pair; {switch_class.key!r} has no pairs.",
            "Set `redundancy: {type: mclag}` on the class.",
        )
    if zone.cable.label is not None:
        check_label(zone.cable.label, (*path, "cable", "label"), found)
    if zone.peer is None:
        return
    if zone.type not in (UPLINK_ZONE, OOB_ZONE):
        found.error(
            "peer-on-wrong-zone", (*path, "peer"), f"a {zone.type} zone has no peer; uplink and oob zones may have one."
        )
        return
    far_class, far_key = zone.peer
    if far_class not in plan.switch_classes:
        return  # reported where it could not be built
    far = plan.zone(far_class, far_key)
    if not far.takes_servers or far.peer is not None:
        found.error(
            "peer-cannot-take-links", (*path, "peer"),
            f"links can arrive in a server or oob zone without a peer of its own; {far_class}/{far_key} is not one.",
        )
    elif far.breakout.speed != zone.breakout.speed:
        found.error(
            "speed-mismatch", (*path, "peer"),
            f"lanes of {zone.breakout.speed}G cannot join lanes of {far.breakout.speed}G ({far_class}/{far_key}).",
        )
