# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ports of a switch can do together, and which redundancy groups it can be in: the hardware beyond one port.

Knows zones by key, ports and breakout only, so that it can be asked about a plan's zones as well as about the ports
that an expansion really uses.

The counting is that of Hedgehog's own admission check (`Switch.Validate` in `api/wiring/v1beta1/switch_types.go` of
github.com/githedgehog/fabric at 78827de): every data port of the switch counts, and one that nothing uses counts the
lanes of its default breakout. A port can be left out, but not switched off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...model.hardware import Breakout, DeviceType, Pipeline
from ..language.ports import format_ports

ZoneUse = tuple[Iterable[int], Breakout]


@dataclass(frozen=True, slots=True)
class LimitProblem:
    """Zones that together ask for more than the hardware has: what, with the arithmetic, and the way out."""

    zones: tuple[str, ...]
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Used:
    """Ports that one zone uses in one way; the zone is empty where nothing uses them."""

    zone: str
    breakout: Breakout
    ports: tuple[int, ...]

    @property
    def lanes(self) -> int:
        return len(self.ports) * self.breakout.lanes


def check_limits(hardware: DeviceType, zones: Mapping[str, ZoneUse]) -> Iterator[LimitProblem]:
    """Every limit of the hardware that the zones in use go over.

    Args:
        zones: what is in use, by zone key, in the order in which zones claim ports: a port in two zones counts for
            the first, since no port is used twice.
    """
    owner: dict[int, tuple[str, Breakout]] = {}
    for key, (ports, breakout) in zones.items():
        for port in ports:
            owner.setdefault(port, (key, breakout))
    yield from _speeds(hardware, owner)
    yield from _pipelines(hardware, owner)
    yield from _total(hardware, owner)


def redundancy_not_supported(hardware: DeviceType, redundancy: str) -> str | None:
    """Why switches of this type cannot be in such redundancy groups; None where they can, or nobody knows."""
    if hardware.redundancy is None or redundancy in hardware.redundancy:
        return None
    others = " and ".join(sorted(hardware.redundancy))
    known = f"it supports {others}" if others else "it supports no redundancy groups"
    return f"{hardware.slug} does not support {redundancy}; {known}."


# -- one rule each ----------------------------------------------------------------------------------------------------


def _speeds(hardware: DeviceType, owner: Mapping[int, tuple[str, Breakout]]) -> Iterator[LimitProblem]:
    found: dict[object, list[tuple[int, ...]]] = {}
    first: dict[object, list[_Used]] = {}
    for ports in hardware.limits.same_speed:
        uses = [use for use in _uses(hardware, ports, owner) if use.zone]
        if len({use.breakout.speed for use in uses}) > 1:
            alike = tuple((use.zone, use.breakout) for use in uses)
            found.setdefault(alike, []).append(ports)
            first.setdefault(alike, uses)
    whole = ", ".join(format_ports(ports) for ports in hardware.limits.same_speed[:3])
    for shape, groups in found.items():
        parts = " and ".join(
            f"{format_ports(use.ports)} {_are(use.ports)} {use.breakout} in {use.zone!r}" for use in first[shape]
        )
        yield LimitProblem(
            _zones(first[shape]),
            f"ports {format_ports(groups[0])} of {hardware.slug} run at one speed; {parts}{_more(groups)}.",
            f"Ports of different speeds need groups of their own: {whole} and so on.",
        )


def _pipelines(hardware: DeviceType, owner: Mapping[int, tuple[str, Breakout]]) -> Iterator[LimitProblem]:
    found: dict[object, list[Pipeline]] = {}
    first: dict[object, list[_Used]] = {}
    for pipeline in hardware.limits.pipelines:
        uses = _uses(hardware, pipeline.ports, owner)
        if sum(use.lanes for use in uses) > pipeline.lanes:
            alike = (pipeline.lanes, tuple((use.zone, use.breakout, len(use.ports)) for use in uses))
            found.setdefault(alike, []).append(pipeline)
            first.setdefault(alike, uses)
    for shape, pipelines in found.items():
        uses = first[shape]
        yield LimitProblem(
            _zones(uses),
            f"ports {_listed(pipelines[0].ports)} of {hardware.slug} share a pipeline of {pipelines[0].lanes} lanes;"
            f" {_sum(uses)}{_more([p.ports for p in pipelines])}.",
            _way_out(hardware, pipelines, uses, owner),
        )


def _total(hardware: DeviceType, owner: Mapping[int, tuple[str, Breakout]]) -> Iterator[LimitProblem]:
    most = hardware.limits.lanes
    uses = _uses(hardware, tuple(sorted({*hardware.ports, *owner})), owner)
    if most is not None and sum(use.lanes for use in uses) > most:
        yield LimitProblem(
            _zones(uses), f"{hardware.slug} has {most} lanes in all; {_sum(uses)}.",
            "Take ports out of these zones, or use breakouts with fewer lanes.",
        )


# -- counting ---------------------------------------------------------------------------------------------------------


def _uses(
    hardware: DeviceType, ports: tuple[int, ...], owner: Mapping[int, tuple[str, Breakout]]
) -> list[_Used]:
    """How ports are used, in the order of the ports: one entry per zone, and per default breakout of unused ports."""
    alike: dict[tuple[str, Breakout], list[int]] = {}
    for port in ports:
        alike.setdefault(owner.get(port) or ("", _default(hardware, port)), []).append(port)
    return [_Used(zone, breakout, tuple(sorted(of))) for (zone, breakout), of in alike.items()]


def _default(hardware: DeviceType, port: int) -> Breakout:
    group = hardware.group_of(port)
    return (group.default_breakout if group else None) or Breakout(1, 0)


def _way_out(
    hardware: DeviceType, pipelines: list[Pipeline], uses: list[_Used], owner: Mapping[int, tuple[str, Breakout]]
) -> str:
    """What would fit, where one zone alone is too much; `uses` are those of the first of these pipelines."""
    users = [use for use in uses if use.zone]
    if len(users) != 1:
        return "Take ports out of these zones, or use breakouts with fewer lanes."
    breakout, room = users[0].breakout, pipelines[0].lanes
    rest = [_default(hardware, port).lanes for port in pipelines[0].ports]
    fit = max(n for n in range(len(rest) + 1) if n * breakout.lanes + sum(rest[n:]) <= room or n == 0)
    left_out = {port for p in pipelines for port in [q for q in p.ports if q in owner][fit:]}
    keep = tuple(sorted({p for p, (zone, _breakout) in owner.items() if zone == users[0].zone} - left_out))
    hints = [f"{fit} of them can be {breakout}: take ports {format_ports(keep)}"] if fit and keep else []
    group = hardware.group_of(users[0].ports[0])
    unused = sum(use.lanes for use in uses if not use.zone)
    fewer = [
        mode for mode in (group.breakouts if group else ())
        if mode.lanes * len(users[0].ports) + unused <= room and mode.lanes < breakout.lanes
    ]
    if fewer:
        best = max(fewer, key=lambda mode: (mode.lanes * mode.speed, mode.speed == breakout.speed, mode.lanes))
        hints.append(f"all of them can be {best}")
    text = ", or ".join(hints) or "take ports out of the zone"
    return f"{text[0].upper()}{text[1:]}."


# -- words ------------------------------------------------------------------------------------------------------------


def _zones(uses: Iterable[_Used]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use.zone for use in uses if use.zone))


def _are(ports: tuple[int, ...]) -> str:
    return "is" if len(ports) == 1 else "are"


def _listed(ports: tuple[int, ...]) -> str:
    return f"{ports[0]} and {ports[1]}" if len(ports) == 2 else format_ports(ports)


def _sum(uses: list[_Used]) -> str:
    """`8x100g on both is 16`, or the terms of the sum."""
    total = sum(use.lanes for use in uses)
    if len(uses) == 1:
        count = len(uses[0].ports)
        return f"{uses[0].breakout} on {'both' if count == 2 else f'all {count}'} is {total}"
    parts = [
        f"{use.breakout} on {format_ports(use.ports)} is {use.lanes}" if use.zone
        else f"{format_ports(use.ports)} {'takes' if len(use.ports) == 1 else 'take'} {use.lanes} though unused"
        for use in uses
    ]
    return f"{', '.join(parts)}: {total}"


def _more(alike: list[tuple[int, ...]]) -> str:
    others = tuple(sorted(port for ports in alike[1:] for port in ports))
    return f"; ports {format_ports(others)} likewise" if others else ""
