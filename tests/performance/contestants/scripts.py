# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contestants that are programs of their own: pynetbox in two ways, and the server's floor."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from measuring.meter import Measured, measure
from measuring.server import Server

from .plans import Row
from .steps import Part, Step

_HERE = Path(__file__).resolve().parent


def pynetbox(server: Server, directory: Path, way: str, step: Step) -> tuple[Measured, list[Part]]:
    """Do the work of a step, `single` or by `lists`."""
    work = directory / "work.json"
    work.write_text(json.dumps({name: getattr(step, name).plain() for name in ("look", "create", "delete")}))
    command = [sys.executable, _HERE / f"pynetbox_{way}.py", work]
    measured = measure(server, command, server.environment, directory)
    return measured, [Part(**part) for part in json.loads(measured.text.splitlines()[-1])]


def floor(
    server: Server, directory: Path, rows: Mapping[str, Sequence[Row]], shapes: Sequence[tuple[str, int]]
) -> Measured:
    """Send rows in lists of given kinds and sizes. They hold ids, so the NetBox has to be as ours found it."""
    taken = dict.fromkeys(rows, 0)
    bodies = []
    for kind, size in shapes:
        some = rows[kind][taken[kind]:taken[kind] + size]
        taken[kind] += size
        bodies.append((f"/api/dcim/{kind}/", json.dumps(some)))
    if taken != {kind: len(all_rows) for kind, all_rows in rows.items()}:
        raise RuntimeError(f"we sent {taken}, and the plan has other numbers")
    path = directory / "bodies.json"
    path.write_text(json.dumps(bodies))
    return measure(server, [sys.executable, _HERE / "floor_script.py", path], server.environment, directory)
