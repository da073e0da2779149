# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A summary of a plan (`expand/summary.py`) as lines of text for a terminal.

Ansible prints a list of lines one by one, and breaks those over 80 columns when its results are shown as YAML. So
arithmetic has lines of its own, and what is tabular is narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def lines(row: Row) -> list[str]:
    """Totals; switch classes with their arithmetic and their zones; server classes; warnings."""
    parts = [
        [f"{row['plan']} on {row['site']}: {row['name']}", *_totals(row["totals"])],
        ["SWITCHES, and lanes of their zones", *_switches(row["switches"])],
        ["SERVERS", *_servers(row["servers"])],
        ["WARNINGS", *(f"  {text}" for text in row["warnings"])],
    ]
    shown = [part for number, part in enumerate(parts) if number == 0 or len(part) > 1]
    return [line for number, part in enumerate(shown) for line in ([""] if number else []) + part]


def _totals(totals: Row) -> Iterator[str]:
    servers, switches = _count(totals["servers"], "server"), _count(totals["switches"], "switch", "switches")
    yield f"{_count(totals['devices'], 'device')}: {servers}, {switches}"
    if totals["external_devices"]:
        yield _count(totals["external_devices"], "external device")
    if totals["gpus"]:
        yield f"{totals['gpus']:,} GPUs"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in totals["cables_by_kind"].items())
    yield f"{totals['cables']:,} cables{f': {kinds}' if kinds else ''}"
    spare = f", {totals['spare_interfaces']:,} spare ones" if totals["spare_interfaces"] else ""
    yield f"{totals['interfaces']:,} cabled interfaces{spare}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _switches(switches: Sequence[Row]) -> Iterator[str]:
    table = _aligned([_zone(zone) for one in switches for zone in one["zones"]], right=(4, 5, 6))
    for one in switches:
        external = "external " if one["external"] else ""
        yield f"  {one['quantity']} {one['class']}: {external}{one['role']} of {one['fabric']}, {one['device_type']}"
        # Whoever lists external switches knows that he has given their number.
        yield from (f"      {part}" for part in one["reason"].split("; ") if part not in ("", external and "given"))
        if (one["pods"] or 0) > 1:
            yield f"      {one['pods']} pods"
        own, table = table[:len(one["zones"])], table[len(one["zones"]):]
        yield from (f"    {line}" for line in own)


def _zone(zone: Row) -> list[str]:
    low, high = zone["used_min"], zone["used_max"]
    each = f"{low if low == high else f'{low}-{high}'} of {zone['lanes']} each"
    used, free = f"{zone['used']:,} used", f"{zone['free']:,} free"
    return [zone["zone"], zone["type"], zone["ports"], zone["breakout"], used, free, each]


def _servers(servers: Sequence[Row]) -> Iterator[str]:
    for one in servers:
        gpus = f", {one['gpus']:,} GPUs" if one["gpus"] else ""
        absent = ", ".join(str(index) for index in one["absent"][:10]) + (", ..." if len(one["absent"]) > 10 else "")
        without = f", without {absent}" if absent else ""
        yield f"  {one['quantity']:,} {one['class']}: {one['device_type']}{gpus}{without}"


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[int]) -> list[str]:
    """Columns as wide as they need; those in `right` are aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if number in right else text.ljust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
