# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan document (plain mappings, already parsed) becomes a `Plan`.

Three checkpoints, each reporting all it finds: the shape (`shape.py`), references and values (here), and the rules
that relate them (`validate.py`). A document of the first DIET is converted first (`origin.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..diagnostics import Diagnostic, Diagnostics, Path, PlanError, nearest
from ..model import schema
from ..model.hardware import (
    BUILTIN_DEVICE_TYPES,
    BUILTIN_MANUFACTURERS,
    BUILTIN_MODULE_TYPES,
    Breakout,
    DeviceType,
    Manufacturer,
    ModuleType,
    PortGroup,
)
from ..model.keys import natural
from ..model.plan import Connection, Fabric, Nic, Plan, Redundancy, ServerClass, Site, SwitchClass, Zone
from .origin import Converted, in_our_language
from .ports import PortRangeError, draw_order, parse_ports
from .shape import check_shape
from .validate import validate

Document = Mapping[str, Any]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan, its warnings, and the way from its paths back to those of the document it came from."""

    plan: Plan
    warnings: tuple[Diagnostic, ...]
    source: Converted

    def locate(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Findings about the plan, at their paths in the user's document."""
        return self.source.in_original(diagnostics)


def read_plan(document: Document) -> Loaded:
    """The plan of a document in our language or in the first DIET's; all findings carry the document's own paths.

    Raises:
        PlanError: the document has errors; all of them are in it.
        MissingLibraryError: jsonschema is not installed.
    """
    source = in_our_language(document)
    try:
        plan, warnings = load(source.document)
    except PlanError as error:
        raise PlanError([*source.diagnostics, *source.in_original(error.diagnostics)]) from None
    return Loaded(plan, (*source.diagnostics, *source.in_original(warnings)), source)


_DEVICE_ROLES = {"spine": "spine", "server-leaf": "leaf", "border-leaf": "border", "oob": "oob"}


def load(document: Document) -> tuple[Plan, list[Diagnostic]]:
    """The plan of a document in our language, and its warnings.

    Raises:
        PlanError: the document has errors; all of them are in it.
        MissingLibraryError: jsonschema is not installed.
    """
    found = Diagnostics()
    tidy = _tidy(document)
    rest = check_shape(tidy, found)
    if rest is None:
        raise PlanError(found)
    plan = _Builder(rest, tidy, found).plan()
    validate(plan, found)
    found.stop_on_errors()
    return plan, found.warnings


def _tidy(value: Any) -> Any:
    """Mappings with text keys in natural order and without the keys that begin with `_`; whole numbers as integers."""
    if isinstance(value, Mapping):
        rows = {str(key): item for key, item in value.items()}
        return {key: _tidy(rows[key]) for key in sorted(rows, key=natural) if not key.startswith("_")}
    if isinstance(value, (list, tuple)):
        return [_tidy(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Builder:
    """Resolves references. What cannot be resolved is reported and left out, so that one pass finds all."""

    def __init__(self, document: Document, whole: Document, found: Diagnostics) -> None:
        """`whole` is the document with what `document` lacks because its shape is wrong, and is reported already."""
        self.document = document
        self.whole = whole
        self.found = found
        catalog = document.get("catalog", {})
        self.manufacturers = dict(BUILTIN_MANUFACTURERS) | {
            slug: Manufacturer(slug, row["name"]) for slug, row in catalog.get("manufacturers", {}).items()
        }
        self.module_types = dict(BUILTIN_MODULE_TYPES) | {
            slug: ModuleType(slug, tuple(row["ports"]), row.get("interface_type", ""))
            for slug, row in catalog.get("module_types", {}).items()
        }
        self.device_types = dict(BUILTIN_DEVICE_TYPES) | {
            slug: self.device_type(slug, row) for slug, row in catalog.get("device_types", {}).items()
        }
        self.fabrics = {
            key: Fabric(
                key,
                row.get("fabric_class", schema.default(schema.FABRIC, "fabric_class")),
                row.get("mode", schema.default(schema.FABRIC, "mode")),
            )
            for key, row in document["fabrics"].items()
        }

    def plan(self) -> Plan:
        document = self.document
        site = document["site"]
        naming = schema.NAMING["properties"]
        return Plan(
            id=document["id"],
            name=document.get("name", document["id"]),
            site=Site(site, document.get("catalog", {}).get("sites", {}).get(site, {}).get("name", site)),
            overlap=document.get("overlap", schema.default(schema.PLAN, "overlap")),
            fabrics=self.fabrics,
            switch_classes=self._each("switch_classes", self.switch_class),
            server_classes=self._each("server_classes", self.server_class),
            naming={
                category: document.get("naming", {}).get(category, rule["default"])
                for category, rule in naming.items()
            },
            manufacturers=self.manufacturers,
        )

    def _each(self, section: str, build: Callable[[str, Document, Path], Item | None]) -> dict[str, Item]:
        built = {key: build(key, row, (section, key)) for key, row in self.document[section].items()}
        return {key: item for key, item in built.items() if item is not None}

    # -- catalog -------------------------------------------------------------------------------------------------

    def device_type(self, slug: str, row: Document) -> DeviceType:
        path: Path = ("catalog", "device_types", slug)
        groups = []
        for text, group in row.get("ports", {}).items():
            ports = self.ports(text, (*path, "ports", text))
            breakouts = (Breakout.parse(b) for b in group.get("breakouts", ()))
            groups.append(
                PortGroup(
                    ports, group["speed"], frozenset(b for b in breakouts if b), group.get("interface_type", "")
                )
            )
        claimed = [port for group in groups for port in group.ports]
        twice = sorted({port for port in claimed if claimed.count(port) > 1})
        if twice:
            self.found.error("port-twice", (*path, "ports"), f"port {twice[0]} stands in two of the ranges.")
        return DeviceType(
            slug,
            row["manufacturer"],
            row["model"],
            row.get("u_height", schema.default(schema.DEVICE_TYPE, "u_height")),
            row.get("is_full_depth", schema.default(schema.DEVICE_TYPE, "is_full_depth")),
            tuple(groups),
            row.get("port_name", schema.default(schema.DEVICE_TYPE, "port_name")),
        )

    def hardware(self, slug: str) -> DeviceType:
        """The catalog's device type; an unknown slug may still be one that NetBox has, with ports unchecked."""
        return self.device_types.get(slug) or DeviceType(slug, "", "")

    # -- switches ------------------------------------------------------------------------------------------------

    def switch_class(self, key: str, row: Document, path: Path) -> SwitchClass | None:
        fabric = self.fabrics.get(row["fabric"])
        if fabric is None:
            known = self.named("fabrics")
            if row["fabric"] not in known:
                hint = nearest(row["fabric"], known)
                self.found.error("unknown-fabric", (*path, "fabric"), f"there is no fabric {row['fabric']!r}.", hint)
            return None
        redundancy = row.get("redundancy")
        return SwitchClass(
            key=key,
            fabric=fabric,
            role=row["role"],
            device_role=row.get("device_role", _DEVICE_ROLES[row["role"]]),
            device_type=self.hardware(row["device_type"]),
            quantity=row.get("quantity"),
            redundancy=self.redundancy(redundancy, (*path, "redundancy")) if redundancy else None,
            zones={zone: self.zone(zone, part, (*path, "zones", zone)) for zone, part in row["zones"].items()},
        )

    def redundancy(self, row: Document, path: Path) -> Redundancy:
        if row["type"] == "mclag":
            if row.get("group_size", 2) != 2:
                self.found.error("invalid-value", (*path, "group_size"), "mclag groups are pairs.", "Use eslag.")
            return Redundancy("mclag", 2)
        return Redundancy("eslag", row.get("group_size"))

    def zone(self, key: str, row: Document, path: Path) -> Zone:
        breakout = Breakout.parse(row["breakout"])
        ports = self.ports(row["ports"], (*path, "ports"))
        allocation = row.get("allocation", schema.default(schema.ZONE, "allocation"))
        order: tuple[int, ...] = ()
        if allocation == "custom" and "order" not in row:
            self.found.error("missing-key", path, "allocation custom needs `order`.")
        elif allocation != "custom" and "order" in row:
            self.found.error("invalid-value", (*path, "order"), "`order` goes with `allocation: custom` only.")
        elif allocation == "custom":
            order = self.ports(row["order"], (*path, "order"), keep_order=True)
        try:
            ports = draw_order(ports, allocation, order) if ports and (order or allocation != "custom") else ports
        except PortRangeError as error:
            self.found.error("invalid-value", (*path, "order"), f"{error}.")
        far = row["peer"].split("/") if "peer" in row else None
        return Zone(
            key=key,
            type=row["type"],
            ports=ports,
            breakout=breakout or Breakout(1, 1),
            priority=row.get("priority", schema.default(schema.ZONE, "priority")),
            peer=(far[0], far[1]) if far and self.zone_exists(row["peer"], (*path, "peer")) else None,
        )

    def ports(self, text: str | int, path: Path, keep_order: bool = False) -> tuple[int, ...]:
        try:
            return parse_ports(text, keep_order)
        except PortRangeError as error:
            self.found.error("invalid-ports", path, f"{error}.")
            return ()

    def zone_exists(self, reference: str, path: Path) -> bool:
        """Whether a zone can be referred to; one that is there and wrong in itself is reported there, not here."""
        class_key, zone = reference.split("/")
        classes = self.named("switch_classes")
        zones = self.named("switch_classes", class_key, "zones")
        if class_key not in classes:
            hint = nearest(class_key, classes)
            self.found.error("unknown-switch-class", path, f"there is no switch class {class_key!r}.", hint)
        elif zone not in zones:
            hint = nearest(zone, zones)
            self.found.error("unknown-zone", path, f"switch class {class_key!r} has no zone {zone!r}.", hint)
        return zone in self.document["switch_classes"].get(class_key, {}).get("zones", {})

    def named(self, *path: str) -> tuple[str, ...]:
        """The keys that the user wrote in a mapping, whether what they stand for is usable or not."""
        at: Any = self.whole
        for key in path:
            at = at.get(key) if isinstance(at, Mapping) else None
        return tuple(at) if isinstance(at, Mapping) else ()

    # -- servers -------------------------------------------------------------------------------------------------

    def server_class(self, key: str, row: Document, path: Path) -> ServerClass:
        nics = {nic: self.nic(nic, part, (*path, "nics", nic)) for nic, part in row.get("nics", {}).items()}
        connections = {
            name: self.connection(name, part, key, nics, (*path, "connections", name))
            for name, part in row.get("connections", {}).items()
        }
        absent = frozenset(row.get("absent", ()))
        beyond = sorted(index for index in absent if index > row["quantity"])
        if beyond:
            self.found.error(
                "out-of-range", (*path, "absent"), f"{beyond[0]} is above the quantity {row['quantity']}."
            )
        return ServerClass(
            key=key,
            quantity=row["quantity"],
            absent=absent,
            device_type=self.hardware(row["device_type"]),
            device_role=row.get("device_role", schema.default(schema.SERVER_CLASS, "device_role")),
            connections={name: item for name, item in connections.items() if item is not None},
        )

    def nic(self, key: str, row: Document, path: Path) -> Nic:
        slug = row.get("module_type", "")
        ports = tuple(row.get("ports", ()))
        known = self.module_types.get(slug)
        if not ports and known is not None:
            ports = known.ports
        elif not ports and slug and slug not in self.named("catalog", "module_types"):
            self.found.error(
                "unknown-module-type", (*path, "module_type"), f"there is no module type {slug!r} in the catalog.",
                nearest(slug, self.module_types) + " Or name the ports of this NIC with `ports`.",
            )
        elif not ports and not slug:
            self.found.error("missing-key", path, "a NIC needs `module_type` or `ports`.")
        return Nic(key, slug, ports, row.get("interface_type", known.interface_type if known else ""))

    def connection(
        self, key: str, row: Document, server_class: str, nics: Mapping[str, Nic], path: Path
    ) -> Connection | None:
        nic = nics.get(row["nic"])
        known = self.named("server_classes", server_class, "nics")
        if row["nic"] not in known:
            hint = nearest(row["nic"], known)
            self.found.error("unknown-nic", (*path, "nic"), f"the class has no NIC {row['nic']!r}.", hint)
        if not self.zone_exists(row["zone"], (*path, "zone")) or nic is None:
            return None
        switch_class, zone = row["zone"].split("/")
        return Connection(
            key=key,
            nic=nic,
            first_port=row.get("first_port", schema.default(schema.CONNECTION, "first_port")),
            ports=row.get("ports", schema.default(schema.CONNECTION, "ports")),
            switch_class=switch_class,
            zone=zone,
            distribution=row.get("distribution", schema.default(schema.CONNECTION, "distribution")),
            rail=row.get("rail"),
            speed=row.get("speed"),
        )
