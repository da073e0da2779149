# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `reference_data` of a first-DIET document: makers, device types, breakouts, network cards and optics.

Everything there has an id that holds within the document. What our plan needs of it is made in `catalog.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...diagnostics import Diagnostics, Path, nearest
from ...model.hardware import Breakout
from ...model.keys import natural
from .rows import Row, slug_of, slugify, warn_left_out

_BLOCKS = ("manufacturers", "device_types", "device_type_extensions", "breakout_options", "module_types")
_MANUFACTURER = ("id", "name", "slug")
_DEVICE_TYPE = ("id", "manufacturer", "model", "slug", "u_height", "is_full_depth", "interface_templates")
_EXTENSION = (
    "id", "device_type", "mclag_capable", "hedgehog_roles", "supported_breakouts", "native_speed", "uplink_ports",
    "hedgehog_profile_name", "notes",
)
_BREAKOUT = ("id", "breakout_id", "from_speed", "logical_ports", "logical_speed", "optic_type")
_MODULE_TYPE = ("id", "manufacturer", "model", "attribute_data", "interface_templates", "profile")
_TEMPLATE = ("name", "type", "label", "mgmt_only", "enabled", "description")

_OPTIC_PROFILE = "Network Transceiver"
# Its attributes that a plan has, by their name here. The others are kept for people.
_OPTIC_FIELDS = {
    "medium": "medium", "cage_type": "cage_type", "connector": "connector", "reach_class": "reach_class",
    "cable_assembly_type": "assembly", "far_end_medium": "far_end_medium", "far_end_cage_type": "far_end_cage_type",
}
_ASSEMBLIES = ("none", "DAC", "ACC", "AOC")


@dataclass(frozen=True, slots=True)
class Maker:
    slug: str
    name: str
    row: Row


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device type of the document; `templates` are its interfaces as (name, type).

    Without a `maker` it is one that NetBox is said to have, and of which the document says no more than the slug.
    """

    slug: str
    model: str
    maker: Maker | None
    u_height: float | None
    is_full_depth: bool | None
    templates: tuple[tuple[str, str], ...]
    row: Row


@dataclass(frozen=True, slots=True)
class Extension:
    """What a document says of a switch type beyond NetBox's own fields. No `breakouts`: all are allowed."""

    hardware: Hardware
    native_speed: int | None
    breakouts: frozenset[Breakout]
    mclag_capable: bool | None
    roles: tuple[str, ...]
    profile: str
    row: Row


@dataclass(frozen=True, slots=True)
class Module:
    """A module type: a network card where it has `ports`, else an optic, or what says of itself that it is one."""

    slug: str
    model: str
    maker: Maker
    ports: tuple[str, ...]
    interface_type: str
    profile: str
    attributes: Mapping[str, Any]
    row: Row

    @property
    def is_optic(self) -> bool:
        return self.profile == _OPTIC_PROFILE or (not self.profile and (bool(self.attributes) or not self.ports))


@dataclass(frozen=True, slots=True)
class Use:
    """Ports of a switch type that a zone uses, and how."""

    extension: Extension
    ports: tuple[int, ...]
    breakout: Breakout
    path: Path


class Reference:
    """The reference data by the ids that the rest of the document uses.

    A row with mistakes is there as None: it is not unknown, and one mistake is one finding.
    """

    def __init__(self, document: Row, found: Diagnostics, in_netbox: Iterable[str] = ()) -> None:
        """`in_netbox` are slugs of device types that the document uses and does not describe."""
        self._found = found
        data = document.child("reference_data", _BLOCKS)
        self.makers: dict[str, Maker | None] = self._by_id(data, "manufacturers", _MANUFACTURER, self._maker)
        self.hardware: dict[str, Hardware | None] = self._by_id(data, "device_types", _DEVICE_TYPE, self._hardware)
        self._named: dict[str, tuple[str, Breakout] | None] = self._by_id(
            data, "breakout_options", _BREAKOUT, self._breakout
        )
        self.extensions: dict[str, Extension | None] = self._by_id(
            data, "device_type_extensions", _EXTENSION, self._extension
        )
        self.modules: dict[str, Module | None] = self._by_id(data, "module_types", _MODULE_TYPE, self._module)
        self._tell_modules_apart()
        self.misnamed: dict[str, Breakout] = {}
        for slug in in_netbox:
            hardware = Hardware(slug, "", None, None, None, (), document)
            self.hardware[slug] = hardware
            self.extensions[slug] = Extension(hardware, None, frozenset(), None, (), "", document)

    def find(self, known: Mapping[str, Any], row: Row, field: str, what: str) -> Any:
        """What the id in `field` stands for; None when it is missing, unknown or has mistakes (reported)."""
        given = row.text(field, required=True)
        if not given:
            return None
        if given not in known:
            code = "unknown-" + what.replace(" ", "-")
            self._found.error(code, row.at(field), f"there is no {what} {given!r}.", nearest(given, known))
        return known.get(given)

    def optic(self, row: Row) -> dict[str, str]:
        """`optic` of a zone or connection, nothing where it names none."""
        field = "transceiver_module_type"
        if not row.text(field):
            return {}
        module: Module | None = self.find(self.modules, row, field, "module type")
        if module is None:
            return {}
        if not module.is_optic:
            self._found.error(
                "not-an-optic", row.at(field),
                f"the module type {row.text(field)!r} is no optic: its profile is not {_OPTIC_PROFILE!r}.",
                f"Say so with `profile: {_OPTIC_PROFILE}`, or give it `attribute_data`.",
            )
            return {}
        return {"optic": module.slug}

    def breakout(self, row: Row, field: str) -> Breakout | None:
        """A breakout by its id. One that no row declares is good too when it says itself what it is: `4x200g`."""
        given = row.text(field, required=True)
        plain = Breakout.parse(given)
        if given and given not in self._named and plain:
            return plain
        entry: tuple[str, Breakout] | None = self.find(self._named, row, field, "breakout") if given else None
        if entry is None:
            return None
        name, breakout = entry
        if Breakout.parse(name) != breakout:
            self.misnamed[name] = breakout
        return breakout

    # -- one method per block -------------------------------------------------------------------------------------

    def _by_id(self, data: Row, block: str, known: tuple[str, ...], read: Any) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        rows = data.rows(block, known)
        for row in rows:
            key = row.text("id", required=True)
            if key in entries:
                self._found.error("duplicate-id", row.at("id"), f"the id {key!r} stands in {block} already.")
            elif key:
                entries[key] = read(row)
        warn_left_out(rows, {"optic_type": "a breakout has no optic, zones and connections have"}, self._found)
        return entries

    def _maker(self, row: Row) -> Maker:
        name = row.text("name") or row.text("slug") or row.text("id")
        return Maker(self._slug(row, name), name, row)

    def _slug(self, row: Row, name: str) -> str:
        slug = slug_of(row.text("slug"), name)
        if not slug:
            self._found.error("invalid-value", row.path, f"{name!r} holds nothing to make a slug of.", "Add a `slug`.")
        return slug

    def _templates(self, row: Row) -> list[tuple[str, str]]:
        rows = row.rows("interface_templates", _TEMPLATE)
        return [(template.text("name", required=True), template.text("type")) for template in rows]

    def _hardware(self, row: Row) -> Hardware | None:
        maker: Maker | None = self.find(self.makers, row, "manufacturer", "manufacturer")
        model = row.text("model", required=True)
        if maker is None or not model:
            return None
        templates = tuple(self._templates(row))
        slug = self._slug(row, model)
        return Hardware(slug, model, maker, row.height("u_height"), row.flag("is_full_depth"), templates, row)

    def _breakout(self, row: Row) -> tuple[str, Breakout] | None:
        lanes, speed = row.number("logical_ports", required=True), row.number("logical_speed", required=True)
        name = row.text("breakout_id") or row.text("id")
        if lanes is None or speed is None:
            return None
        # Through text, so that nothing passes that the plan language cannot write.
        breakout = Breakout.parse(f"{lanes}x{speed}g")
        if breakout is None:
            self._found.error("out-of-range", row.path, f"the breakout {name!r} has {lanes} lanes of {speed}G.")
            return None
        return name, breakout

    def _extension(self, row: Row) -> Extension | None:
        hardware: Hardware | None = self.find(self.hardware, row, "device_type", "device type")
        if hardware is None:
            return None
        named = {key: entry for key, entry in self._named.items() if entry is not None}
        by_name = dict(named.values()) | {key: breakout for key, (_name, breakout) in named.items()}
        allowed = set()
        for position, value in enumerate(row.items("supported_breakouts")):
            breakout = by_name.get(str(value)) or Breakout.parse(str(value))
            if breakout is None:
                self._found.warn(
                    "unknown-breakout", (*row.at("supported_breakouts"), str(position)),
                    f"there is no breakout {str(value)!r}; it is ignored.", nearest(str(value), by_name),
                )
            else:
                allowed.add(breakout)
        roles = tuple(str(role) for role in row.items("hedgehog_roles"))
        return Extension(
            hardware, row.number("native_speed"), frozenset(allowed), row.flag("mclag_capable"), roles,
            row.text("hedgehog_profile_name"), row,
        )

    def _module(self, row: Row) -> Module | None:
        model = row.text("model", required=True)
        maker: Maker | None = self.find(self.makers, row, "manufacturer", "manufacturer")
        # Port indices count templates in natural order of their names, wherever they stand in the list.
        templates = sorted(self._templates(row), key=lambda template: natural(template[0]))
        names = [name for name, _type in templates]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            self._found.error("duplicate-id", row.at("interface_templates"), f"two interfaces are called {twice[0]!r}.")
        profile, attributes = row.text("profile"), self._attributes(row)
        if not model or maker is None:
            return None
        kinds = {kind for _name, kind in templates}
        # `other` is no type that tells more than the usual one for the speed of the link.
        interface_type = kinds.pop() if len(kinds) == 1 and "other" not in kinds else ""
        return Module(slugify(model), model, maker, tuple(names), interface_type, profile, attributes, row)

    @staticmethod
    def _attributes(row: Row) -> dict[str, Any]:
        data = row.child("attribute_data")
        known = {ours: data.text(theirs) for theirs, ours in _OPTIC_FIELDS.items() if theirs != "cable_assembly_type"}
        assembly = data.choice("cable_assembly_type", _ASSEMBLIES)
        said = {ours: known.get(ours, assembly) for ours in _OPTIC_FIELDS.values()}
        others = data.labels(*(str(key) for key in data.values if key not in _OPTIC_FIELDS))
        return {key: value for key, value in said.items() if value} | others

    def _tell_modules_apart(self) -> None:
        """Two models with one slug (NetBox tells them apart by manufacturer) get their ids as slugs."""
        modules = {key: module for key, module in self.modules.items() if module is not None}
        slugs = [module.slug for module in modules.values()]
        for key, module in modules.items():
            if slugs.count(module.slug) > 1 or not module.slug:
                self.modules[key] = replace(module, slug=slugify(key) or "module")
