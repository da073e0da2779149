# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server classes, NICs and connections of a first-DIET document, in our language."""

from __future__ import annotations

from typing import Any

from ...diagnostics import Diagnostics, Path, nearest
from .hardware import Hardware, Module, Reference
from .rows import Keys, Row, warn_left_out
from .switches import Paths, remember
from .zones import ZonePlace, Zones

_CLASS = (
    "server_class_id", "id", "quantity", "server_device_type", "description", "category", "gpus_per_server", "notes",
)
_NIC = ("server_class", "nic_id", "module_type", "description")
# Keys of connections that earlier versions had, and what came in their place.
_DEPRECATED = {
    "target_switch_class": "`target_zone` says where a connection goes",
    "nic_module_type": "the NIC says its module type",
    "nic_slot": "`nic` and `port_index` say which ports",
    "server_interface_template": "`nic` and `port_index` say which ports",
    "cage_type": "the optic says it", "medium": "the optic says it", "connector": "the optic says it",
    "standard": "the optic says it",
}
_CONNECTION = (
    "server_class", "connection_id", "nic", "port_index", "ports_per_connection", "target_zone", "speed",
    "connection_name", "hedgehog_conn_type", "distribution", "rail", "port_type", "transceiver_module_type", "notes",
    *_DEPRECATED,
)

_CLASS_FIELDS = {"quantity": "quantity", "device_type": "server_device_type", "gpus": "gpus_per_server"}
_NIC_FIELDS = {"module_type": "module_type"}
_CONNECTION_FIELDS = {
    "nic": "nic", "zone": "target_zone", "ports": "ports_per_connection", "first_port": "port_index",
    "distribution": "distribution", "rail": "rail", "speed": "speed", "bond": "hedgehog_conn_type",
    "optic": "transceiver_module_type",
}

_BONDS = ("bundled", "mclag", "eslag")
_NO_BONDS = ("fabric", "vpc_loopback", "external")
_PORT_TYPES = ("data", "ipmi", "pxe")
_DISTRIBUTIONS = ("same-switch", "alternating", "rail-optimized")


class Servers:
    """Server classes in our language; `rails` are the switch classes that carry rails, `rows` those of connections."""

    def __init__(self, document: Row, reference: Reference, zones: Zones, found: Diagnostics, paths: Paths) -> None:
        self._reference = reference
        self._zones = zones
        self._found = found
        self._paths = paths
        self._keys = Keys("server class", found)
        self._part_keys: dict[tuple[str, str], Keys] = {}
        self._nic_keys: dict[tuple[str, str], str] = {}
        self.classes: dict[str, dict[str, Any]] = {}
        self.by_id: dict[str, str] = {}
        self.rails: dict[str, Path] = {}
        self.rows: dict[tuple[str, str], Row] = {}
        for row in document.rows("server_classes", _CLASS, required=True):
            self._class(row)
        for row in document.rows("server_nics", _NIC):
            self._nic(row)
        rows = document.rows("server_connections", _CONNECTION, required=True)
        for row in rows:
            self._connection(row)
        warn_left_out(rows, _DEPRECATED, found)

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
        gpus = row.number("gpus_per_server")
        self.classes[key] = {
            "quantity": quantity, "device_type": hardware.slug, "nics": {}, "connections": {},
            **({"gpus": gpus} if gpus else {}), **row.labels("description", "category", "notes"),
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
        card: Module | None = self._reference.find(self._reference.modules, row, "module_type", "module type")
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
            self.classes[class_key]["nics"][key] = {"module_type": card.slug} | row.labels("description")
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
        entry |= self._bond(row) | self._reference.optic(row)
        self._check_port_type(row, place)
        class_key = self.by_id[owner]
        if key and class_key in self.classes:
            self.classes[class_key]["connections"][key] = entry | row.labels("connection_name", "port_type", "notes")
            self.rows[class_key, key] = row
            remember(self._paths, ("server_classes", class_key, "connections", key), row, _CONNECTION_FIELDS)

    def _nic_of(self, owner: str, row: Row) -> str:
        given = row.text("nic", required=True)
        known = [nic for class_id, nic in self._nic_keys if class_id == owner]
        if given and given not in known:
            self._found.error(
                "unknown-nic", row.at("nic"), f"the server class {owner!r} has no NIC {given!r}.", nearest(given, known)
            )
        return self._nic_keys.get((owner, given), "")

    def _zone(self, row: Row) -> ZonePlace | None:
        place = self._zones.find(row, "target_zone")
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

    def _bond(self, row: Row) -> dict[str, Any]:
        given = row.choice("hedgehog_conn_type", ("unbundled", *_BONDS, *_NO_BONDS))
        if given in _NO_BONDS:
            self._found.warn(
                "left-out", row.at("hedgehog_conn_type"),
                f"{given!r} is left out: it is no way in which a server bonds its links.",
            )
        return {"bond": given} if given in _BONDS else {}

    def _check_port_type(self, row: Row, place: ZonePlace | None) -> None:
        """Not a rule of ours, but whoever breaks it has the wrong zone."""
        given = row.choice("port_type", _PORT_TYPES)
        if place is None or not given or (given == "ipmi") == (place.type == "oob"):
            return
        self._found.error(
            "port-type", row.at("port_type"),
            f"ports of type ipmi go to oob zones, and no others do; this one is {given}, and"
            f" {row.text('target_zone')!r} is of type {place.type}.",
        )

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
