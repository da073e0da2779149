# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `reference_data` of a first-DIET document, and the catalog that a converted plan needs of it.

The first DIET never checked zones against the hardware, so its documents use ports and breakouts that they do not
declare. The catalog made here covers what the zones use, and a warning names what had to be added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..diagnostics import Diagnostics, Path, nearest
from ..model.hardware import BUILTIN_DEVICE_TYPES, Breakout, PortGroup
from ..model.keys import natural
from .origin_rows import Row, slug_of, slugify
from .ports import format_ports

_PORT_NAME = re.compile(r"^E1/([1-9]\d{0,3})$")
_TYPE_SPEED = re.compile(r"^(\d+)(g?)base")

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


@dataclass(frozen=True, slots=True)
class Maker:
    slug: str
    name: str
    row: Row


@dataclass(frozen=True, slots=True)
class Hardware:
    """A device type of the document; `templates` are its interfaces as (name, type)."""

    slug: str
    model: str
    maker: Maker
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


@dataclass(frozen=True, slots=True)
class Card:
    """A module type with interfaces: a network card. Optics have none."""

    slug: str
    ports: tuple[str, ...]
    row: Row


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

    def __init__(self, document: Row, found: Diagnostics) -> None:
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
        self.cards: dict[str, Card | None] = self._by_id(data, "module_types", _MODULE_TYPE, self._card)
        self._tell_cards_apart()
        self.misnamed: dict[str, Breakout] = {}

    def find(self, known: Mapping[str, Any], row: Row, field: str, what: str) -> Any:
        """What the id in `field` stands for; None when it is missing, unknown or has mistakes (reported)."""
        given = row.text(field, required=True)
        if not given:
            return None
        if given not in known:
            code = "unknown-" + what.replace(" ", "-")
            self._found.error(code, row.at(field), f"there is no {what} {given!r}.", nearest(given, known))
        return known.get(given)

    def optic(self, row: Row) -> bool:
        """Whether a zone or connection names an optic."""
        given = bool(row.text("transceiver_module_type"))
        return given and self.find(self.cards, row, "transceiver_module_type", "module type") is not None

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
        for row in data.rows(block, known):
            key = row.text("id", required=True)
            if key in entries:
                self._found.error("duplicate-id", row.at("id"), f"the id {key!r} stands in {block} already.")
            elif key:
                entries[key] = read(row)
        return entries

    def _maker(self, row: Row) -> Maker:
        name = row.text("name") or row.text("slug") or row.text("id")
        return Maker(self._slug(row, name), name, row)

    def _slug(self, row: Row, name: str) -> str:
        slug = slug_of(row.text("slug"), name)
        if not slug:
            self._found.error("invalid-value", row.path, f"{name!r} holds nothing to make a slug of.", "Add a `slug`.")
        return slug

    def _hardware(self, row: Row) -> Hardware | None:
        maker: Maker | None = self.find(self.makers, row, "manufacturer", "manufacturer")
        model = row.text("model", required=True)
        if maker is None or not model:
            return None
        templates = tuple(
            (template.text("name", required=True), template.text("type"))
            for template in row.rows("interface_templates", _TEMPLATE)
        )
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
        return Extension(hardware, row.number("native_speed"), frozenset(allowed))

    def _card(self, row: Row) -> Card | None:
        model = row.text("model", required=True)
        self.find(self.makers, row, "manufacturer", "manufacturer")
        names = [t.text("name", required=True) for t in row.rows("interface_templates", _TEMPLATE)]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            self._found.error("duplicate-id", row.at("interface_templates"), f"two interfaces are called {twice[0]!r}.")
        # Port indices count templates in natural order of their names, wherever they stand in the list.
        return Card(slugify(model), tuple(sorted(names, key=natural)), row) if model else None

    def _tell_cards_apart(self) -> None:
        """Two models with one slug (NetBox tells them apart by manufacturer) get their ids as slugs."""
        cards = {key: card for key, card in self.cards.items() if card is not None}
        slugs = [card.slug for card in cards.values()]
        for key, card in cards.items():
            if slugs.count(card.slug) > 1 or not card.slug:
                self.cards[key] = Card(slugify(key) or "module", card.ports, card.row)


# -- the catalog of the converted plan ------------------------------------------------------------------------------


def device_type_entry(hardware: Hardware) -> dict[str, Any]:
    """A catalog entry without ports."""
    entry: dict[str, Any] = {"manufacturer": hardware.maker.slug, "model": hardware.model}
    if hardware.u_height is not None:
        entry["u_height"] = hardware.u_height
    if hardware.is_full_depth is not None:
        entry["is_full_depth"] = hardware.is_full_depth
    return entry


def switch_type_entry(uses: list[Use], found: Diagnostics) -> dict[str, Any] | None:
    """The catalog entry of a switch type, with all ports that `uses` (not empty, of one slug) need.

    None when it is a built-in type that covers them: the built-in knows its hardware better than any document.
    """
    hardware = uses[0].extension.hardware
    builtin = BUILTIN_DEVICE_TYPES.get(hardware.slug)
    allowed = frozenset(b for use in uses for b in use.extension.breakouts)
    declared = builtin.groups if builtin else _template_groups(hardware, allowed)
    groups = {port: group for group in declared for port in group.ports}
    added, widened = _cover(groups, uses, allowed)
    _warn_extended(hardware, uses, added, widened, bool(builtin), found)
    if builtin and not added and not widened:
        return None
    entry = device_type_entry(hardware)
    if builtin:
        # An entry replaces the built-in as a whole: its other facts are repeated.
        entry |= {"model": builtin.model, "u_height": builtin.u_height, "is_full_depth": builtin.is_full_depth}
    if groups:
        entry["ports"] = _ports_entry(groups)
    return entry


def _template_groups(hardware: Hardware, allowed: frozenset[Breakout]) -> tuple[PortGroup, ...]:
    """Front ports `E1/<n>` by interface type; management ports and others have other names."""
    by_type: dict[str, list[int]] = {}
    for name, interface_type in hardware.templates:
        match = _PORT_NAME.match(name)
        if match and _speed_of(interface_type):
            by_type.setdefault(interface_type, []).append(int(match[1]))
    return tuple(
        PortGroup(tuple(sorted(set(ports))), _speed_of(kind), _fitting(allowed, _speed_of(kind)), kind)
        for kind, ports in by_type.items()
    )


def _speed_of(interface_type: str) -> int:
    """Gb/s of a NetBox interface type such as `100gbase-x-qsfp28` or `1000base-t`, 0 where it does not say."""
    match = _TYPE_SPEED.match(interface_type)
    if not match:
        return 0
    return int(match[1]) if match[2] else int(match[1]) // 1000


def _fitting(allowed: frozenset[Breakout], speed: int) -> frozenset[Breakout]:
    """A document allows breakouts per switch type, whatever its ports; a port takes those it is fast enough for."""
    return frozenset(b for b in allowed if b.lanes * b.speed <= speed)


def _cover(
    groups: dict[int, PortGroup], uses: list[Use], allowed: frozenset[Breakout]
) -> tuple[set[int], dict[Breakout, set[int]]]:
    """Extend `groups` (port -> what it can do) by what the zones use; returns added ports and added breakouts."""
    added: set[int] = set()
    widened: dict[Breakout, set[int]] = {}
    for use in uses:
        total = use.breakout.lanes * use.breakout.speed
        for port in use.ports:
            group = groups.get(port)
            if group is None or (port in added and group.speed < total):
                speed = max(use.extension.native_speed or 0, total)
                before = group.breakouts if group else frozenset()
                group = groups[port] = PortGroup((), speed, before | _fitting(allowed, speed))
                added.add(port)
            if group.breakouts and use.breakout not in group.breakouts:
                groups[port] = PortGroup(
                    (), group.speed, group.breakouts | {use.breakout}, group.interface_type
                )
                widened.setdefault(use.breakout, set()).add(port)
    return added, widened


def _ports_entry(groups: Mapping[int, PortGroup]) -> dict[str, Any]:
    """Ports that can do the same, as one range each."""
    alike: dict[tuple[int, frozenset[Breakout], str], list[int]] = {}
    for port in sorted(groups):
        group = groups[port]
        alike.setdefault((group.speed, group.breakouts, group.interface_type), []).append(port)
    entry = {}
    for (speed, breakouts, interface_type), ports in alike.items():
        row: dict[str, Any] = {"speed": speed}
        if breakouts:
            row["breakouts"] = [str(b) for b in sorted(breakouts)]
        if interface_type:
            row["interface_type"] = interface_type
        entry[format_ports(tuple(ports))] = row
    return entry


def _warn_extended(
    hardware: Hardware, uses: list[Use], added: set[int], widened: Mapping[Breakout, set[int]], builtin: bool,
    found: Diagnostics,
) -> None:
    """One warning per switch type, at the first zone that needs what it does not have."""
    parts = []
    if added:
        parts.append(f"ports {format_ports(tuple(sorted(added)))}")
    for breakout in sorted(widened):
        parts.append(f"{breakout} on ports {format_ports(tuple(sorted(widened[breakout])))}")
    if not parts:
        return
    lacking = added.union(*widened.values())
    first = next(use for use in uses if lacking & set(use.ports))
    source = "the built-in type" if builtin else "the document"
    found.warn(
        "hardware-extended", first.path,
        f"zones use {' and '.join(parts)} of {hardware.slug!r}, which {source} does not list; the catalog has them"
        " now.",
        "Check that the hardware can do this.",
    )
