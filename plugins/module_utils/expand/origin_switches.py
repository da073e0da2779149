# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch classes and port zones of a first-DIET document, in our language.

Fabrics stand there only as names in the classes, zones in a list of their own. What the first DIET would not have
used (a mesh zone outside a mesh, say) is left out with a warning, since in our language it is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..diagnostics import Diagnostics, Path, nearest
from ..model.hardware import Breakout
from ..model.schema_terms import PORTS
from .origin_hardware import Extension, Reference, Use
from .origin_rows import Keys, Row, tidy_key
from .ports import PortRangeError, format_ports, parse_ports

Paths = dict[Path, Path]

_CLASS = (
    "switch_class_id", "id", "fabric_name", "fabric", "fabric_class", "hedgehog_role", "device_type_extension",
    "uplink_ports_per_switch", "mclag_pair", "override_quantity", "calculated_quantity", "redundancy_type",
    "redundancy_group", "groups", "topology_mode", "notes", "description",
)
_ZONE = (
    "switch_class", "zone_name", "zone_type", "port_spec", "breakout_option", "allocation_strategy",
    "allocation_order", "priority", "peer_zone", "transceiver_module_type", "notes", "description",
)

# Our field -> theirs, where an error about ours can be located in the user's document.
_CLASS_FIELDS = {
    "fabric": "fabric_name", "role": "hedgehog_role", "device_type": "device_type_extension",
    "quantity": "override_quantity", "redundancy": "redundancy_type",
}
_ZONE_FIELDS = {
    "type": "zone_type", "ports": "port_spec", "breakout": "breakout_option", "allocation": "allocation_strategy",
    "order": "allocation_order", "priority": "priority", "peer": "peer_zone",
}

_FABRIC_CLASSES = ("managed", "unmanaged")
_ONCE_MANAGED = ("frontend", "backend")
_ROLES = {"spine": "spine", "server-leaf": "server-leaf", "border-leaf": "border-leaf", "virtual": "oob"}
# The first DIET gives a class with a blank role the device role `leaf`, in unmanaged fabrics too. Reading it as a leaf
# keeps the device role, and with it the devices, as they are when they are adopted.
_BLANK_ROLE = "server-leaf"
_ZONE_TYPES = ("server", "uplink", "fabric", "mesh", "oob")
_LATER_ZONE_TYPES = ("mclag", "peer", "session")
_ALLOCATIONS = ("sequential", "interleaved", "spaced", "custom")


@dataclass(frozen=True, slots=True)
class ZonePlace:
    """Where a zone of the document went; `left_out` says why it went nowhere."""

    reference: str
    type: str
    breakout: Breakout | None
    left_out: str = ""


class Switches:
    """Fabrics and switch classes in our language; `zones` finds a zone by `class/zone` as the document writes it."""

    def __init__(self, document: Row, reference: Reference, found: Diagnostics, paths: Paths) -> None:
        self._reference = reference
        self._found = found
        self._paths = paths
        self._keys = Keys("switch class", found)
        self._extensions: dict[str, Extension] = {}
        self._no_uplinks: set[str] = set()
        self._zone_keys: dict[str, Keys] = {}
        self._unmatched_peers: list[tuple[dict[str, Any], Row]] = []
        self.fabrics: dict[str, dict[str, Any]] = {}
        self.classes: dict[str, dict[str, Any]] = {}
        self.by_id: dict[str, str] = {}
        self.zones: dict[str, ZonePlace] = {}
        self.uses: list[Use] = []
        self.optics = 0
        for row in document.rows("switch_classes", _CLASS, required=True):
            self._class(row)
        for row in document.rows("switch_port_zones", _ZONE):
            self._zone(row)
        for zone, row in self._unmatched_peers:
            self._peer(zone, row)

    # -- classes and fabrics --------------------------------------------------------------------------------------

    def _class(self, row: Row) -> None:
        field = "switch_class_id" if row.text("switch_class_id") or not row.text("id") else "id"
        key = self._keys.claim(row, field)
        role = row.choice("hedgehog_role", _ROLES)
        extension: Extension | None = self._reference.find(
            self._reference.extensions, row, "device_type_extension", "device type extension"
        )
        fabric = self._fabric(row)
        quantity = row.number("override_quantity")
        redundancy = self._redundancy(row)
        # An id that is a duplicate still resolves, so that its references are not reported as well.
        self.by_id.setdefault(row.text(field), key)
        if not key:
            return
        if row.number("uplink_ports_per_switch") == 0:
            self._no_uplinks.add(key)
        if extension is not None:
            self._extensions[key] = extension
        entry: dict[str, Any] = {
            "fabric": fabric,
            "role": _ROLES.get(role, _BLANK_ROLE),
            "device_type": extension.hardware.slug if extension else "",
        }
        if quantity is not None:
            entry["quantity"] = quantity
        if redundancy:
            entry["redundancy"] = {"type": redundancy}
        self.classes[key] = entry | {"zones": {}}
        remember(self._paths, ("switch_classes", key), row, _CLASS_FIELDS)

    def _redundancy(self, row: Row) -> str:
        given = row.choice("redundancy_type", ("mclag", "eslag"))
        return given or ("mclag" if row.flag("mclag_pair") else "")

    def _fabric(self, row: Row) -> str:
        """The key of the fabric of a class; the classes of a fabric must agree on what kind of fabric it is."""
        name, legacy = row.text("fabric_name"), row.text("fabric")
        if name and legacy and name != legacy:
            self._found.error("invalid-value", row.at("fabric"), f"{legacy!r} differs from fabric_name {name!r}.")
        given = name or legacy or row.text("fabric_name", required=True)
        key = tidy_key(given)
        if given and not key:
            self._found.error("invalid-key", row.at("fabric_name"), f"{given!r} holds no letter or digit.")
        if not key:
            return ""
        entry = {"fabric_class": self._fabric_class(row)}
        mode = row.choice("topology_mode", ("spine-leaf", "mesh"), "spine-leaf")
        if mode == "mesh":
            entry["mode"] = mode
        if key not in self.fabrics:
            self.fabrics[key] = entry
            remember(
                self._paths, ("fabrics", key), row, {"fabric_class": "fabric_class", "mode": "topology_mode"},
                "fabric_name",
            )
            if key != given:
                self._found.warn("renamed-key", row.at("fabric_name"), f"the fabric {given!r} becomes {key!r}.")
        elif self.fabrics[key] != entry:
            self._found.error(
                "mixed-fabric", row.at("fabric_name"),
                f"the classes of the fabric {given!r} differ in fabric_class or topology_mode.",
                "Make them agree, or give some of them another fabric_name.",
            )
        return key

    def _fabric_class(self, row: Row) -> str:
        given = row.text("fabric_class")
        if not given or given in _FABRIC_CLASSES:
            return given or "managed"
        meant = "managed" if given in _ONCE_MANAGED else "unmanaged"
        self._found.warn(
            "legacy-value", row.at("fabric_class"), f"{given!r} is an old fabric_class; it is read as {meant}."
        )
        return meant

    # -- zones ----------------------------------------------------------------------------------------------------

    def _zone(self, row: Row) -> None:
        class_id, name = row.text("switch_class", required=True), row.text("zone_name")
        if class_id and class_id not in self.by_id:
            self._found.error(
                "unknown-switch-class", row.at("switch_class"), f"there is no switch class {class_id!r}.",
                nearest(class_id, self.by_id),
            )
            return
        class_key = self.by_id.get(class_id, "")
        key = self._zone_keys.setdefault(class_id, Keys(f"zone of {class_id!r}", self._found)).claim(row, "zone_name")
        kind = row.choice("zone_type", (*_ZONE_TYPES, *_LATER_ZONE_TYPES), required=True)
        ports = self._ports(row)
        breakout = self._reference.breakout(row, "breakout_option") if kind in _ZONE_TYPES else None
        if not key or not class_key or not kind:
            self.zones.setdefault(f"{class_id}/{name}", ZonePlace("", kind or "server", breakout))
            return
        why = self._why_left_out(class_key, kind, bool(row.text("peer_zone")))
        self.zones[f"{class_id}/{name}"] = ZonePlace(f"{class_key}/{key}", kind, breakout, why)
        if why:
            self._found.warn("zone-left-out", row.path, f"the zone {name!r} of {class_id!r} is left out: {why}.")
            return
        if ports and breakout and class_key in self._extensions:
            self.uses.append(Use(self._extensions[class_key], ports, breakout, row.at("port_spec")))
        self.optics += self._reference.optic(row)
        self._add_zone(row, class_key, key, kind, breakout)

    def _add_zone(self, row: Row, class_key: str, key: str, kind: str, breakout: Breakout | None) -> None:
        zone: dict[str, Any] = {"type": kind, "ports": _range_text(row), "breakout": str(breakout or "")}
        zone |= self._allocation(row)
        priority = row.number("priority")
        if priority is not None:
            zone["priority"] = priority
        self.classes[class_key]["zones"][key] = zone
        remember(self._paths, ("switch_classes", class_key, "zones", key), row, _ZONE_FIELDS)
        if row.text("peer_zone"):
            self._unmatched_peers.append((zone, row))

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
        entry = self.classes[class_key]
        mode = self.fabrics.get(entry["fabric"], {}).get("mode", "spine-leaf")
        if kind in _LATER_ZONE_TYPES:
            return f"zones of type {kind} are not supported yet"
        if kind == "uplink" and not has_peer and class_key in self._no_uplinks:
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
        place = self.find_zone(row, "peer_zone")
        if place is not None:
            zone["peer"] = place.reference

    def find_zone(self, row: Row, field: str) -> ZonePlace | None:
        """The zone that `field` names; None when there is none, or it was left out (reported)."""
        given = row.text(field, required=True)
        if not given:
            return None
        place = self.zones.get(given)
        if place is None:
            self._found.error("unknown-zone", row.at(field), f"there is no zone {given!r}.", nearest(given, self.zones))
        elif place.left_out:
            self._found.error("unusable-zone", row.at(field), f"{given!r} cannot be used: {place.left_out}.")
        else:
            return place
        return None


def remember(paths: Paths, ours: Path, row: Row, fields: Mapping[str, str], itself: str = "") -> None:
    """Note where an object of ours and its fields stand in the document."""
    paths[ours] = row.at(itself) if itself else row.path
    for our_field, their_field in fields.items():
        if their_field in row.values:
            paths[(*ours, our_field)] = row.at(their_field)


def _range_text(row: Row) -> str:
    """The port range as the user wrote it where our language reads it, else the same ports."""
    given = row.text("port_spec")
    if re.match(PORTS, given):
        return given
    try:
        return format_ports(parse_ports(given))
    except PortRangeError:
        return given
