# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a plan's `catalog` become hardware, and hardware becomes such rows again.

A row has the shape that the schema asks for; what relates several of its values is checked here. The way back is for
whoever extends a built-in type: a row replaces the built-in as a whole, so it has to repeat all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...diagnostics import Diagnostics, Path
from ...model.hardware import Breakout, DeviceType, Limits, ModuleType, Pipeline, PortGroup
from .ports import format_ports, ports_of

Row = Mapping[str, Any]

# Keys of a device type that mean in the plan what they mean in `DeviceType`, whose defaults are the schema's.
_PLAIN = ("u_height", "is_full_depth", "port_name")


def device_type(slug: str, row: Row, path: Path, found: Diagnostics) -> DeviceType:
    """The device type that a row of `catalog.device_types` describes.

    Reports `invalid-ports`, `port-twice`, `no-such-port`, `breakout-not-supported` and `duplicate-name`.
    """
    ranges = {
        str(text): _group(ports_of(text, (*path, "ports", str(text)), found), group)
        for text, group in row.get("ports", {}).items()
    }
    _check_groups(ranges, path, found)
    groups = tuple(ranges.values())
    redundancy = row.get("redundancy")
    made = DeviceType(
        slug, row["manufacturer"], row["model"], groups=groups,
        redundancy=None if redundancy is None else frozenset(redundancy),
        limits=_limits(row.get("limits", {}), groups, (*path, "limits"), found),
        **{key: row[key] for key in _PLAIN if key in row},
    )
    _check_names(made, path, found)
    return made


def module_type(slug: str, row: Row) -> ModuleType:
    """The network card that a row of `catalog.module_types` describes."""
    return ModuleType(
        slug, tuple(row["ports"]), row.get("interface_type", ""), row.get("manufacturer", ""), row.get("model", "")
    )


def device_type_row(hardware: DeviceType) -> dict[str, Any]:
    """The row that describes a device type: `device_type` makes the same of it again."""
    row: dict[str, Any] = {
        "manufacturer": hardware.manufacturer,
        "model": hardware.model,
        "u_height": hardware.u_height,
        "is_full_depth": hardware.is_full_depth,
        "port_name": hardware.port_name,
    }
    if hardware.redundancy is not None:
        row["redundancy"] = sorted(hardware.redundancy)
    if hardware.limits != Limits():
        row["limits"] = _limits_row(hardware.limits)
    if hardware.groups:
        row["ports"] = {format_ports(group.ports): _group_row(group) for group in hardware.groups}
    return row


# -- from rows --------------------------------------------------------------------------------------------------------


def _group(ports: tuple[int, ...], row: Row) -> PortGroup:
    breakouts = (Breakout.parse(text) for text in row.get("breakouts", ()))
    return PortGroup(
        ports, row["speed"], frozenset(b for b in breakouts if b), row.get("interface_type", ""),
        row.get("port_name", ""), row.get("first_number"), Breakout.parse(row.get("default_breakout", "")),
    )


def _limits(row: Row, groups: tuple[PortGroup, ...], path: Path, found: Diagnostics) -> Limits:
    pipelines = tuple(
        Pipeline(ports_of(text, (*path, "pipelines", str(text)), found), lanes)
        for text, lanes in row.get("pipelines", {}).items()
    )
    same_speed = tuple(ports_of(text, (*path, "same_speed"), found) for text in row.get("same_speed", ()))
    known = {port for group in groups for port in group.ports}
    for key, sets in (("pipelines", [p.ports for p in pipelines]), ("same_speed", list(same_speed))):
        _once(sets, (*path, key), found)
        beyond = tuple(sorted({port for ports in sets for port in ports} - known))
        if beyond and known:
            found.error(
                "no-such-port", (*path, key), f"`ports` has {format_ports(tuple(sorted(known)))},"
                f" not {format_ports(beyond)}.",
            )
    return Limits(row.get("lanes"), pipelines, same_speed)


# -- what relates several values --------------------------------------------------------------------------------------


def _check_groups(ranges: Mapping[str, PortGroup], path: Path, found: Diagnostics) -> None:
    _once([group.ports for group in ranges.values()], (*path, "ports"), found)
    for text, group in ranges.items():
        default = group.default_breakout
        if default and group.breakouts and default not in group.breakouts:
            allowed = " ".join(str(b) for b in sorted(group.breakouts))
            found.error(
                "breakout-not-supported", (*path, "ports", text, "default_breakout"),
                f"{default} is not one of the breakouts of these ports, {allowed}.",
            )


def _once(sets: Iterable[tuple[int, ...]], path: Path, found: Diagnostics) -> None:
    seen: set[int] = set()
    twice: set[int] = set()
    for ports in sets:
        twice |= seen & set(ports)
        seen |= set(ports)
    if twice:
        found.error("port-twice", path, f"port {min(twice)} stands in two of the ranges.")


def _check_names(hardware: DeviceType, path: Path, found: Diagnostics) -> None:
    """NetBox has one interface of a name on a device."""
    whole = Breakout(1, 0)
    seen: dict[str, int] = {}
    for port in hardware.ports:
        name = hardware.interface_name(port, 1, whole)
        if name in seen:
            found.error(
                "duplicate-name", (*path, "ports"), f"ports {seen[name]} and {port} would both be called {name!r}.",
                "Give one of the ranges a `port_name` of its own.",
            )
            return
        seen[name] = port


# -- to rows ----------------------------------------------------------------------------------------------------------


def _group_row(group: PortGroup) -> dict[str, Any]:
    row: dict[str, Any] = {"speed": group.speed}
    if group.breakouts:
        row["breakouts"] = [str(breakout) for breakout in sorted(group.breakouts)]
    if group.default_breakout:
        row["default_breakout"] = str(group.default_breakout)
    if group.interface_type:
        row["interface_type"] = group.interface_type
    if group.port_name:
        row["port_name"] = group.port_name
    if group.first_number is not None:
        row["first_number"] = group.first_number
    return row


def _limits_row(limits: Limits) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if limits.lanes is not None:
        row["lanes"] = limits.lanes
    if limits.pipelines:
        row["pipelines"] = {format_ports(pipeline.ports): pipeline.lanes for pipeline in limits.pipelines}
    if limits.same_speed:
        row["same_speed"] = [format_ports(ports) for ports in limits.same_speed]
    return row
