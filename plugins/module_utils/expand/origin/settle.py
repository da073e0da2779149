# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What relates switches and servers of a first-DIET document, once both are read.

Redundancy there was a word that rounded quantities: no pair was joined, no bond was made. What our language would
refuse of it, and what meant nothing there, is left out with a warning.
"""

from __future__ import annotations

from typing import Any

from ...diagnostics import Diagnostics, Path
from .rows import Row
from .servers import Servers
from .switches import Switches
from .zones import Zones


def settle(switches: Switches, zones: Zones, servers: Servers, found: Diagnostics) -> None:
    """Leave out groups under rails, then bonds, peer and session zones without groups; report what has no uplinks."""
    _drop_groups_with_rails(switches, servers, found)
    for (class_key, key), row in servers.rows.items():
        connection = servers.classes[class_key]["connections"].get(key, {})
        if "bond" in connection:
            _bond(connection, row, switches, found)
    zones.drop_pairs_without_groups()
    for class_key in switches.classes:
        _uplinks(class_key, switches, found)
    _compare_uplinks(switches, zones, found)


def _drop_groups_with_rails(switches: Switches, servers: Servers, found: Diagnostics) -> None:
    """Rails spread by number, never by group; the first DIET took both and grouped nothing there."""
    for key, path in servers.rails.items():
        dropped = switches.classes[key].pop("redundancy", None) if key in switches.classes else None
        if dropped:
            found.warn(
                "redundancy-dropped", path,
                f"the class {key!r} takes rail-optimized links, so its {dropped['type']} groups are left out.",
            )


def _bond(connection: dict[str, Any], row: Row, switches: Switches, found: Diagnostics) -> None:
    bond, class_key = connection["bond"], connection["zone"].partition("/")[0]
    if class_key not in switches.classes:
        return
    declared = switches.declared[class_key]
    groups = switches.classes[class_key].get("redundancy", {}).get("type", "")
    if connection.get("distribution") == "alternating" and not declared:
        found.error(
            "bond-without-groups", row.at("hedgehog_conn_type"),
            f"{bond} links that alternate need a redundancy_type on the switch class {class_key!r}.",
            "Give it one, or make the connection unbundled.",
        )
    else:
        why = _why_no_bond(bond, connection.get("distribution", "none"), class_key, groups)
        if why:
            del connection["bond"]
            found.warn("bond-left-out", row.at("hedgehog_conn_type"), f"{bond!r} is left out: {why}.")


def _why_no_bond(bond: str, distribution: str, class_key: str, groups: str) -> str:
    """The first DIET wired every connection as unbundled, whatever it said, so a bond that cannot be means nothing."""
    if bond == "bundled":
        several = distribution in ("alternating", "rail-optimized")
        return f"a bundle is on one switch, and {distribution} links go to several" if several else ""
    if bond != groups:
        has = f"its groups are {groups}" if groups else "it has no redundancy groups"
        return f"it needs {bond} groups on the switch class {class_key!r}, and {has}"
    return "" if distribution == "alternating" else "it is over several switches, and these links go to one"


def _uplinks(class_key: str, switches: Switches, found: Diagnostics) -> None:
    """A leaf beside spines needs uplinks."""
    entry, row = switches.classes[class_key], switches.rows[class_key]
    zones = [zone for zone in entry["zones"].values() if zone["type"] == "uplink"]
    fabric = switches.fabrics.get(entry["fabric"], {})
    spines = [
        one for one in switches.classes.values() if one["fabric"] == entry["fabric"] and one["role"] == "spine"
    ]
    is_leaf = row.text("hedgehog_role") in ("server-leaf", "border-leaf")
    joined = fabric.get("fabric_class") == "managed" and fabric.get("mode") != "mesh" and bool(spines)
    if is_leaf and joined and not zones and class_key not in switches.no_uplinks and entry.get("quantity") != 0:
        found.error(
            "no-uplinks", row.path, f"the fabric has spines, and {class_key!r} has no uplink zone.",
            "Give it one, or `uplink_ports_per_switch: 0` when it is to have no uplinks.",
        )


def _compare_uplinks(switches: Switches, zones: Zones, found: Diagnostics) -> None:
    """Uplinks are the ports of uplink zones; a number that says something else is told once."""
    differ: list[tuple[str, Path]] = []
    for class_key, row in switches.rows.items():
        stated = row.number("uplink_ports_per_switch")
        ports = sum(
            len(use.ports) for reference, use in zones.used.items()
            if reference.startswith(f"{class_key}/") and zones.leads_up(reference)
        )
        if stated and stated != ports:
            differ.append((f"{class_key} says {stated} and has {ports}", row.at("uplink_ports_per_switch")))
    if differ:
        found.warn(
            "left-out", differ[0][1],
            f"uplinks are the ports of uplink zones; other numbers are left out: {', '.join(d[0] for d in differ)}.",
        )
