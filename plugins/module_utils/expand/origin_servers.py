# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server classes, NICs and connections of a first-DIET document, in our language."""

from __future__ import annotations

from typing import Any

from ..diagnostics import Diagnostics, Path, nearest
from .origin_hardware import Card, Hardware, Reference
from .origin_rows import Keys, Row
from .origin_switches import Paths, Switches, ZonePlace, remember

_CLASS = (
    "server_class_id", "id", "quantity", "server_device_type", "description", "category", "gpus_per_server", "notes",
)
_NIC = ("server_class", "nic_id", "module_type", "description")
_CONNECTION = (
    "server_class", "connection_id", "nic", "port_index", "ports_per_connection", "target_zone", "speed",
    "connection_name", "hedgehog_conn_type", "distribution", "rail", "port_type", "transceiver_module_type", "notes",
    # Keys that earlier versions had; they said nothing that a plan needs.
    "target_switch_class", "nic_module_type", "nic_slot", "server_interface_template", "cage_type", "medium",
    "connector", "standard",
)

_CLASS_FIELDS = {"quantity": "quantity", "device_type": "server_device_type"}
_NIC_FIELDS = {"module_type": "module_type"}
_CONNECTION_FIELDS = {
    "nic": "nic", "zone": "target_zone", "ports": "ports_per_connection", "first_port": "port_index",
    "distribution": "distribution", "rail": "rail", "speed": "speed",
}

_CONNECTION_TYPES = ("unbundled", "bundled", "mclag", "eslag", "fabric", "vpc_loopback", "external")
_PORT_TYPES = ("data", "ipmi", "pxe")
_DISTRIBUTIONS = ("same-switch", "alternating", "rail-optimized")


class Servers:
    """Server classes in our language, the cards and device types they use, and the switch classes that carry rails."""

    def __init__(
        self, document: Row, reference: Reference, switches: Switches, found: Diagnostics, paths: Paths
    ) -> None:
        self._reference = reference
        self._switches = switches
        self._found = found
        self._paths = paths
        self._keys = Keys("server class", found)
        self._part_keys: dict[tuple[str, str], Keys] = {}
        self._nic_keys: dict[tuple[str, str], str] = {}
        self.classes: dict[str, dict[str, Any]] = {}
        self.by_id: dict[str, str] = {}
        self.hardware: dict[str, Hardware] = {}
        self.cards: dict[str, Card] = {}
        self.rails: dict[str, Path] = {}
        self.optics = 0
        for row in document.rows("server_classes", _CLASS, required=True):
            self._class(row)
        for row in document.rows("server_nics", _NIC):
            self._nic(row)
        for row in document.rows("server_connections", _CONNECTION, required=True):
            self._connection(row)

    def _class(self, row: Row) -> None:
        field = "server_class_id" if row.text("server_class_id") or not row.text("id") else "id"
        key = self._keys.claim(row, field)
        self.by_id.setdefault(row.text(field), key)
        hardware: Hardware | None = self._reference.find(
            self._reference.hardware, row, "server_device_type", "device type"
        )
        quantity = row.number("quantity", required=True)
        if not key or hardware is None:
            return
        self.hardware.setdefault(hardware.slug, hardware)
        self.classes[key] = {
            "quantity": quantity, "device_type": hardware.slug, "nics": {}, "connections": {}
        }
        remember(self._paths, ("server_classes", key), row, _CLASS_FIELDS)

    def _owner(self, row: Row) -> str | None:
        """The id of the server class of a NIC or connection; None when there is no such class (reported)."""
        given = row.text("server_class", required=True)
        if given and given not in self.by_id:
            self._found.error(
                "unknown-server-class", row.at("server_class"), f"there is no server class {given!r}.",
                nearest(given, self.by_id),
            )
        return given if given in self.by_id else None

    def _claim(self, owner: str, row: Row, field: str, what: str) -> str:
        keys = self._part_keys.setdefault((owner, what), Keys(f"{what} of {owner!r}", self._found))
        return keys.claim(row, field)

    def _nic(self, row: Row) -> None:
        owner = self._owner(row)
        card: Card | None = self._reference.find(self._reference.cards, row, "module_type", "module type")
        if owner is None:
            return
        key = self._claim(owner, row, "nic_id", "NIC")
        self._nic_keys.setdefault((owner, row.text("nic_id")), key)
        if card is not None and not card.ports:
            self._found.error(
                "no-ports", row.at("module_type"),
                f"the module type {row.text('module_type')!r} has no interface_templates, so the NIC has no ports.",
            )
        class_key = self.by_id[owner]
        if key and class_key in self.classes and card is not None:
            self.cards.setdefault(card.slug, card)
            self.classes[class_key]["nics"][key] = {"module_type": card.slug}
            remember(self._paths, ("server_classes", class_key, "nics", key), row, _NIC_FIELDS)

    def _connection(self, row: Row) -> None:
        owner = self._owner(row)
        if owner is None:
            return
        key = self._claim(owner, row, "connection_id", "connection")
        nic = self._nic_of(owner, row)
        place = self._zone(row)
        entry: dict[str, Any] = {"nic": nic, "zone": place.reference if place else ""}
        ports = row.number("ports_per_connection", required=True)
        first = row.number("port_index")
        if ports is not None:
            entry["ports"] = ports
        if first:
            entry["first_port"] = first
        entry |= self._distribution(row, place)
        entry |= self._speed(row, place)
        # Both say nothing that a plan needs, but a misspelt value means that the document is not what it seems.
        row.choice("hedgehog_conn_type", _CONNECTION_TYPES)
        row.choice("port_type", _PORT_TYPES)
        class_key = self.by_id[owner]
        if key and class_key in self.classes:
            self.classes[class_key]["connections"][key] = entry
            remember(self._paths, ("server_classes", class_key, "connections", key), row, _CONNECTION_FIELDS)
            self.optics += self._reference.optic(row)

    def _nic_of(self, owner: str, row: Row) -> str:
        given = row.text("nic", required=True)
        known = [nic for class_id, nic in self._nic_keys if class_id == owner]
        if given and given not in known:
            self._found.error(
                "unknown-nic", row.at("nic"), f"the server class {owner!r} has no NIC {given!r}.", nearest(given, known)
            )
        return self._nic_keys.get((owner, given), "")

    def _zone(self, row: Row) -> ZonePlace | None:
        place = self._switches.find_zone(row, "target_zone")
        if place is not None and place.type not in ("server", "oob"):
            self._found.error(
                "zone-cannot-take-servers", row.at("target_zone"),
                f"servers connect to zones of type server or oob; {row.text('target_zone')!r} is of type {place.type}.",
            )
            return None
        return place

    def _distribution(self, row: Row, place: ZonePlace | None) -> dict[str, Any]:
        distribution = row.choice("distribution", _DISTRIBUTIONS)
        rail = row.number("rail")
        if distribution == "rail-optimized":
            if place is not None:
                self.rails.setdefault(place.reference.partition("/")[0], row.at("distribution"))
            if rail is None:
                self._found.error("rail-without-number", row.path, "rail-optimized links need a `rail` number.")
                return {}
            return {"distribution": distribution, "rail": rail}
        if rail is not None:
            self._found.warn(
                "rail-ignored", row.at("rail"), "it is ignored: the distribution is not rail-optimized."
            )
        return {"distribution": distribution} if distribution else {}

    def _speed(self, row: Row, place: ZonePlace | None) -> dict[str, Any]:
        speed = row.number("speed")
        lane = place.breakout.speed if place and place.breakout else speed
        if speed is not None and speed != lane:
            self._found.warn(
                "speed-differs", row.at("speed"),
                f"{speed}G differs from the lanes of {row.text('target_zone')!r}, which have {lane}G; the lanes count.",
            )
            return {}
        return {} if speed is None else {"speed": speed}
