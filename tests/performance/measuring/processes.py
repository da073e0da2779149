# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processor seconds of running processes, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(roots: Iterable[int]) -> float:
    """What processes and all they have started ever used, including children that have ended.

    Of a child that ended, its parent has the seconds; so growing and ending trees are counted once.
    """
    stats = _stats()
    children: dict[int, list[int]] = {}
    for pid, (parent, _ticks) in stats.items():
        children.setdefault(parent, []).append(pid)
    total, waiting = 0, list(roots)
    while waiting:
        pid = waiting.pop()
        total += stats.get(pid, (0, 0))[1]
        waiting += children.get(pid, ())
    return total / _TICKS


def _stats() -> dict[int, tuple[int, int]]:
    """Parent and ticks by process: fields 4 and 14 to 17 of proc(5)."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The name in field 2 is in brackets and may hold anything, brackets too.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            found[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    return found
