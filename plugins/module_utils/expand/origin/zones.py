# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Port zones of a first-DIET document, in our language.

They stand there in a list of their own. What the first DIET would not have used (a mesh zone outside a mesh, say) is
left out with a warning, since in our language it is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...diagnostics import Diagnostics, nearest
from ...model.hardware import Breakout
from ...model.schema_terms import PORTS
from ..language.ports import PortRangeError, format_ports, parse_ports
from .hardware import Reference, Use
from .rows import Keys, Row
from .switches import Paths, Switches, remember

_ZONE = (
    "switch_class", "zone_name", "zone_type", "port_spec", "breakout_option", "allocation_strategy",
    "allocation_order", "priority", "peer_zone", "transceiver_module_type", "notes", "description",
)
_ZONE_FIELDS = {
    "type": "zone_type", "ports": "port_spec", "breakout": "breakout_option", "allocation": "allocation_strategy",
    "order": "allocation_order", "priority": "priority", "peer": "peer_zone", "optic": "transceiver_module_type",
}
_ZONE_TYPES = ("server", "uplink", "fabric", "mesh", "oob", "peer", "session")
_UNUSED_TYPE = "mclag"
_PAIR_TYPES = ("peer", "session")
_ALLOCATIONS = ("sequential", "interleaved", "spaced", "custom")


@dataclass(frozen=True, slots=True)
class ZonePlace:
    """Where a zone of the document went; `left_out` says why it went nowhere."""

    reference: str
    type: str
    breakout: Breakout | None
    left_out: str = ""


class Zones:
    """Fills the zones of `switches`; `find` finds one by `class/zone` as the document writes it.

    `rows` and `used` are what the document says of our zones, and the ports that they use.
    """

    def __init__(
        self, document: Row, reference: Reference, switches: Switches, found: Diagnostics, paths: Paths
    ) -> None:
        self._reference = reference
        self._switches = switches
        self._found = found
        self._paths = paths
        self._keys: dict[str, Keys] = {}
        self._unmatched_peers: list[tuple[dict[str, Any], Row]] = []
        self.used: dict[str, Use] = {}
        self.rows: dict[str, Row] = {}
        self.places: dict[str, ZonePlace] = {}
        for row in document.rows("switch_port_zones", _ZONE):
            self._zone(row)
        for zone, row in self._unmatched_peers:
            self._peer(zone, row)

    def leads_up(self, reference: str) -> bool:
        """Whether one of our zones holds uplinks: to spines, or to a peer."""
        row = self.rows[reference]
        return row.text("zone_type") == "uplink" or bool(row.text("peer_zone"))

    def drop_pairs_without_groups(self) -> None:
        """Peer and session zones join the two switches of an mclag pair; where there is none they join nothing."""
        for class_key, entry in self._switches.classes.items():
            if entry.get("redundancy", {}).get("type") == "mclag":
                continue
            for key in [key for key, zone in entry["zones"].items() if zone["type"] in _PAIR_TYPES]:
                zone, row = entry["zones"].pop(key), self.rows[f"{class_key}/{key}"]
                self.used.pop(f"{class_key}/{key}", None)
                self._warn_left_out(row, f"{zone['type']} links join the switches of an mclag pair, and it has none")

    def find(self, row: Row, field: str) -> ZonePlace | None:
        """The zone that `field` names; None when there is none, or it was left out (reported)."""
        given = row.text(field, required=True)
        if not given:
            return None
        place = self.places.get(given)
        if place is None:
            self._found.error(
                "unknown-zone", row.at(field), f"there is no zone {given!r}.", nearest(given, self.places)
            )
        elif place.left_out:
            self._found.error("unusable-zone", row.at(field), f"{given!r} cannot be used: {place.left_out}.")
        else:
            return place
        return None

    def _zone(self, row: Row) -> None:
        by_id = self._switches.by_id
        class_id, name = row.text("switch_class", required=True), row.text("zone_name")
        if class_id and class_id not in by_id:
            self._found.error(
                "unknown-switch-class", row.at("switch_class"), f"there is no switch class {class_id!r}.",
                nearest(class_id, by_id),
            )
            return
        class_key = by_id.get(class_id, "")
        key = self._keys.setdefault(class_id, Keys(f"zone of {class_id!r}", self._found)).claim(row, "zone_name")
        kind = row.choice("zone_type", (*_ZONE_TYPES, _UNUSED_TYPE), required=True)
        ports = self._ports(row)
        breakout = self._reference.breakout(row, "breakout_option") if kind in _ZONE_TYPES else None
        if not key or not class_key or not kind:
            self.places.setdefault(f"{class_id}/{name}", ZonePlace("", kind or "server", breakout))
            return
        why = self._why_left_out(class_key, kind, bool(row.text("peer_zone")))
        reference = f"{class_key}/{key}"
        self.places[f"{class_id}/{name}"] = ZonePlace(reference, kind, breakout, why)
        if why:
            self._warn_left_out(row, why)
            return
        extension = self._switches.extensions.get(class_key)
        if ports and breakout and extension:
            self.used[reference] = Use(extension, ports, breakout, row.at("port_spec"))
        self.rows[reference] = row
        self._add(row, class_key, key, kind, breakout)

    def _add(self, row: Row, class_key: str, key: str, kind: str, breakout: Breakout | None) -> None:
        zone: dict[str, Any] = {"type": kind, "ports": _range_text(row), "breakout": str(breakout or "")}
        zone |= self._allocation(row)
        priority = row.number("priority")
        if priority is not None:
            zone["priority"] = priority
        zone |= self._reference.optic(row) | row.labels("notes", "description")
        self._switches.classes[class_key]["zones"][key] = zone
        remember(self._paths, ("switch_classes", class_key, "zones", key), row, _ZONE_FIELDS)
        if row.text("peer_zone"):
            self._unmatched_peers.append((zone, row))

    def _warn_left_out(self, row: Row, why: str) -> None:
        self._found.warn(
            "zone-left-out", row.path,
            f"the zone {row.text('zone_name')!r} of {row.text('switch_class')!r} is left out: {why}.",
        )

    def _ports(self, row: Row) -> tuple[int, ...]:
        given = row.text("port_spec", required=True)
        if not given:
            return ()
        try:
            return parse_ports(given)
        except PortRangeError as error:
            self._found.error("invalid-ports", row.at("port_spec"), f"{error}.")
            return ()

    def _why_left_out(self, class_key: str, kind: str, has_peer: bool) -> str:
        entry = self._switches.classes[class_key]
        mode = self._switches.fabrics.get(entry["fabric"], {}).get("mode", "spine-leaf")
        if kind == _UNUSED_TYPE:
            return f"zones of type {kind} carry no links; links of a pair are in peer and session zones"
        if kind == "uplink" and not has_peer and class_key in self._switches.no_uplinks:
            return "uplink_ports_per_switch is 0, so the class has no uplinks"
        if kind == "mesh" and mode != "mesh":
            return "its fabric is not a mesh"
        if kind == "fabric" and entry["role"] != "spine":
            return "only spines have fabric zones"
        return ""

    def _allocation(self, row: Row) -> dict[str, Any]:
        strategy = row.choice("allocation_strategy", _ALLOCATIONS, "sequential")
        order = row.items("allocation_order")
        if any(not isinstance(port, int) or isinstance(port, bool) for port in order):
            self._found.error("wrong-type", row.at("allocation_order"), "the order is not a list of port numbers.")
            return {}
        if strategy == "custom" and order:
            return {"allocation": "custom", "order": ",".join(str(port) for port in order)}
        if strategy == "custom":
            # The first DIET never read the order from a document: such a zone had no ports at all.
            self._found.warn(
                "no-order", row.at("allocation_strategy"), "allocation custom without allocation_order is sequential."
            )
            return {}
        if order:
            self._found.warn(
                "unused-order", row.at("allocation_order"), "it is ignored: allocation_strategy is not custom."
            )
        return {} if strategy == "sequential" else {"allocation": strategy}

    def _peer(self, zone: dict[str, Any], row: Row) -> None:
        """Resolve a peer once all zones are known."""
        if zone["type"] not in ("uplink", "oob"):
            self._found.warn(
                "peer-ignored", row.at("peer_zone"), f"a {zone['type']} zone has no peer; it is ignored."
            )
            return
        place = self.find(row, "peer_zone")
        if place is not None:
            zone["peer"] = place.reference


def _range_text(row: Row) -> str:
    """The port range as the user wrote it where our language reads it, else the same ports."""
    given = row.text("port_spec")
    if re.match(PORTS, given):
        return given
    try:
        return format_ports(parse_ports(given))
    except PortRangeError:
        return given
