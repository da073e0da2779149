# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `catalog` of a converted plan.

The first DIET never checked zones against the hardware, so its documents use ports and breakouts that they do not
declare. The catalog made here covers what the zones use, and a warning names what had to be added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ...diagnostics import Diagnostics, Path
from ...model.hardware import Breakout, DeviceType, PortGroup, speed_of
from ...model.switches import BUILTIN_DEVICE_TYPES
from ..language.catalog import device_type_row
from ..language.ports import format_ports
from .hardware import Extension, Hardware, Module, Reference, Use
from .rows import warn_left_out

_PORT_NAME = re.compile(r"^E1/([1-9]\d{0,3})$")

# The first DIET has one flag for both.
_REDUNDANCY: Mapping[bool, list[str]] = {True: ["eslag", "mclag"], False: []}


def catalog(reference: Reference, uses: Iterable[Use], found: Diagnostics, paths: dict[Path, Path]) -> dict[str, Any]:
    """All that the reference data describes and our built-in hardware does not, and what the zones use beyond it."""
    makers = {maker.slug: maker for maker in reference.makers.values() if maker is not None}
    modules = {module.slug: module for module in reference.modules.values() if module is not None}
    extensions = [extension for extension in reference.extensions.values() if extension is not None]
    device_types: dict[str, Any] = {}
    for hardware in _first_of_slug(reference, found):
        of_type = [extension for extension in extensions if extension.hardware.slug == hardware.slug]
        used = [use for use in uses if use.extension.hardware.slug == hardware.slug]
        entry = _device_type(hardware, of_type, used, found)
        if entry is not None:
            device_types[hardware.slug] = entry
            paths[("catalog", "device_types", hardware.slug)] = hardware.row.path
    for slug, maker in makers.items():
        paths[("catalog", "manufacturers", slug)] = maker.row.path
    for slug, module in modules.items():
        paths[("catalog", "module_types", slug)] = module.row.at("interface_templates")
        paths[("catalog", "optics", slug)] = module.row.at("attribute_data")
    _warn_of_extensions(extensions, found)
    return {
        "manufacturers": {slug: {"name": maker.name} for slug, maker in makers.items()},
        "device_types": device_types,
        "module_types": {slug: _card(module) for slug, module in modules.items() if module.ports},
        "optics": {slug: _optic(module) for slug, module in modules.items() if module.is_optic},
    } | _notes(extensions)


def _first_of_slug(reference: Reference, found: Diagnostics) -> list[Hardware]:
    """Device types by slug; rows of one slug are one device type in NetBox."""
    first: dict[str, Hardware] = {}
    for hardware in reference.hardware.values():
        if hardware is None:
            continue
        other = first.setdefault(hardware.slug, hardware)
        if other.model != hardware.model:
            found.warn(
                "duplicate-slug", hardware.row.path,
                f"{hardware.model!r} and {other.model!r} have one slug, {hardware.slug!r}; the plan has the latter.",
            )
    return list(first.values())


def _card(module: Module) -> dict[str, Any]:
    entry: dict[str, Any] = {"manufacturer": module.maker.slug, "model": module.model, "ports": list(module.ports)}
    return entry | ({"interface_type": module.interface_type} if module.interface_type else {})


def _optic(module: Module) -> dict[str, Any]:
    return {"manufacturer": module.maker.slug, "model": module.model} | dict(module.attributes)


def _notes(extensions: Iterable[Extension]) -> dict[str, Any]:
    """What is written for people about switch types, of which built-in ones have no entry to write it into."""
    notes = {extension.hardware.slug: extension.row.text("notes") for extension in extensions}
    kept = {slug: text for slug, text in notes.items() if text}
    return {"_notes": kept} if kept else {}


def _warn_of_extensions(extensions: Iterable[Extension], found: Diagnostics) -> None:
    rows = [extension.row for extension in extensions]
    warn_left_out(rows, {"uplink_ports": "uplinks are the ports of uplink zones"}, found)
    named = [e for e in extensions if e.profile and e.profile != e.hardware.slug]
    if named:
        pairs = ", ".join(f"{e.hardware.slug} has {e.profile}" for e in named)
        found.warn(
            "left-out", named[0].row.at("hedgehog_profile_name"),
            f"the switch profile of a device type is called like its slug; names that differ are left out: {pairs}.",
        )


# -- device types -----------------------------------------------------------------------------------------------------


def _device_type(
    hardware: Hardware, extensions: list[Extension], uses: list[Use], found: Diagnostics
) -> dict[str, Any] | None:
    """The entry of a device type with all ports that `uses` need.

    None when it is a built-in type that covers them (the built-in knows its hardware better than any document), or one
    of which no more is known than that NetBox has it.
    """
    builtin = BUILTIN_DEVICE_TYPES.get(hardware.slug)
    if hardware.maker is None and not builtin:
        return None
    allowed = frozenset(b for extension in extensions for b in extension.breakouts)
    native = max((extension.native_speed or 0 for extension in extensions), default=0)
    declared = builtin.groups if builtin else _template_groups(hardware, allowed, native) if extensions else ()
    groups = {port: group for group in declared for port in group.ports}
    added, widened = _cover(groups, uses, allowed)
    _warn_extended(hardware, uses, added, widened, bool(builtin), found)
    if builtin:
        # An entry replaces the built-in as a whole: its other facts are repeated.
        return device_type_row(replace(builtin, groups=_merged(groups))) if added or widened else None
    entry = _plain_entry(hardware)
    capable = [extension.mclag_capable for extension in extensions if extension.mclag_capable is not None]
    if capable:
        entry["redundancy"] = _REDUNDANCY[any(capable)]
    made = DeviceType(hardware.slug, "", "", groups=_merged(groups))
    return entry | {key: value for key, value in device_type_row(made).items() if key == "ports"}


def _plain_entry(hardware: Hardware) -> dict[str, Any]:
    entry: dict[str, Any] = {"manufacturer": hardware.maker.slug if hardware.maker else "", "model": hardware.model}
    if hardware.u_height is not None:
        entry["u_height"] = hardware.u_height
    if hardware.is_full_depth is not None:
        entry["is_full_depth"] = hardware.is_full_depth
    return entry


def _template_groups(hardware: Hardware, allowed: frozenset[Breakout], native: int) -> tuple[PortGroup, ...]:
    """Front ports `E1/<n>` by interface type; management ports and others have other names."""
    by_type: dict[str, list[int]] = {}
    for name, interface_type in hardware.templates:
        match = _PORT_NAME.match(name)
        if match and (speed_of(interface_type) or native):
            by_type.setdefault(interface_type, []).append(int(match[1]))
    return tuple(
        PortGroup(
            tuple(sorted(set(ports))), speed_of(kind) or native, _fitting(allowed, speed_of(kind) or native),
            kind if speed_of(kind) else "",
        )
        for kind, ports in by_type.items()
    )


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
                group = groups[port] = PortGroup((port,), speed, before | _fitting(allowed, speed))
                added.add(port)
            if group.breakouts and use.breakout not in group.breakouts:
                groups[port] = replace(group, breakouts=group.breakouts | {use.breakout})
                widened.setdefault(use.breakout, set()).add(port)
    return added, widened


def _merged(groups: Mapping[int, PortGroup]) -> tuple[PortGroup, ...]:
    """Ports that can do the same, as one group each, with the numbers in their names as they were."""
    alike: dict[PortGroup, list[int]] = {}
    for port in sorted(groups):
        group = groups[port]
        counted = None if group.first_number is None else group.number_of(port) - port
        alike.setdefault(replace(group, ports=(), first_number=counted), []).append(port)
    merged = []
    for group, ports in alike.items():
        first = None if group.first_number is None else group.first_number + ports[0]
        merged.append(replace(group, ports=tuple(ports), first_number=first))
    return tuple(merged)


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
