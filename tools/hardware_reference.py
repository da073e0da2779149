#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of docs/hardware.md from plugins/module_utils/model/{switches,nics}.py; the text around them stays.

Run it after a change of the built-in hardware; a unit test fails while they are out of step.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "hardware.md"


def _hardware() -> tuple[Any, Any, Any, Any]:
    """Switches, manufacturers and cards, and how ports are written. From this checkout, whatever is installed."""
    sys.path.insert(0, str(ROOT))
    from plugins.module_utils.expand.language.ports import format_ports
    from plugins.module_utils.model.nics import BUILTIN_MODULE_TYPES
    from plugins.module_utils.model.switches import BUILTIN_DEVICE_TYPES, BUILTIN_MANUFACTURERS

    return BUILTIN_DEVICE_TYPES, BUILTIN_MANUFACTURERS, BUILTIN_MODULE_TYPES, format_ports


def tables() -> dict[str, str]:
    """The tables by the name they have in the page."""
    switches, makers, cards, format_ports = _hardware()
    return {
        "switches": "".join(_switches(switches, makers)),
        "ports": "".join(_ports(switches, format_ports)),
        "limits": "".join(_limits(switches, format_ports)),
        "cards": "".join(_cards(cards, makers)),
    }


def _switches(switches: Any, makers: Any) -> Iterator[str]:
    yield "| Device type | Model | Height | Redundancy groups |\n| --- | --- | --- | --- |\n"
    for slug, row in switches.items():
        groups = "not known" if row.redundancy is None else " ".join(sorted(row.redundancy)) or "none"
        yield f"| `{slug}` | {makers[row.manufacturer].name} {row.model} | {row.u_height} | {groups} |\n"


def _ports(switches: Any, format_ports: Any) -> Iterator[str]:
    yield "| Device type | Ports | Called | Gb/s | NetBox type | Breakouts |\n| --- | --- | --- | --- | --- | --- |\n"
    for slugs, row in _alike(switches, lambda row: (row.groups, row.port_name)):
        for number, group in enumerate(row.groups):
            from_number = "" if group.first_number is None else f" from {group.first_number}"
            modes = " ".join(
                f"**{mode}**" if mode == group.default_breakout else str(mode) for mode in sorted(group.breakouts)
            )
            yield (
                f"| {slugs if number == 0 else ''} | {format_ports(group.ports)}"
                f" | `{group.port_name or row.port_name}`{from_number} | {group.speed}"
                f" | `{group.interface_type}` | {modes} |\n"
            )


def _limits(switches: Any, format_ports: Any) -> Iterator[str]:
    yield "| Device type | Lanes in all | Pipelines | Ports of one speed |\n| --- | --- | --- | --- |\n"
    for slugs, row in _alike(switches, lambda row: row.limits):
        limits = row.limits
        if limits.lanes or limits.pipelines or limits.same_speed:
            shared = "; ".join(format_ports(p.ports) for p in limits.pipelines[:4])
            pipelines = f"{len(limits.pipelines)} of {limits.pipelines[0].lanes} lanes: {shared}; ..." if shared else ""
            together = "; ".join(format_ports(ports) for ports in limits.same_speed[:4])
            more = "; ..." if len(limits.same_speed) > 4 else ""
            yield f"| {slugs} | {limits.lanes or ''} | {pipelines} | {together}{more} |\n"


def _cards(cards: Any, makers: Any) -> Iterator[str]:
    yield "| Module type | Model | Ports | NetBox type |\n| --- | --- | --- | --- |\n"
    for slug, row in cards.items():
        model = f"{makers[row.manufacturer].name} {row.model}" if row.model else "on board"
        ports = " ".join(f"`{port}`" for port in row.ports)
        yield f"| `{slug}` | {model} | {ports} | {f'`{row.interface_type}`' if row.interface_type else ''} |\n"


def _alike(switches: Any, key: Any) -> list[tuple[str, Any]]:
    """The first switch of those that have the same, with the slugs of all of them."""
    alike: dict[Any, list[Any]] = {}
    for row in switches.values():
        alike.setdefault(key(row), []).append(row)
    return [(" ".join(f"`{row.slug}`" for row in rows), rows[0]) for rows in alike.values()]


def outputs() -> dict[Path, str]:
    """What the files should say, by path."""
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        head, _begin, rest = text.partition(f"<!-- {name} -->\n")
        _old, end, tail = rest.partition("<!-- end -->\n")
        if not end:
            raise SystemExit(f"{PAGE.name} has no place for the table of {name}")
        text = f"{head}<!-- {name} -->\n{table}{end}{tail}"
    return {PAGE: text}


if __name__ == "__main__":
    for path, text in outputs().items():
        path.write_text(text, encoding="utf-8")
