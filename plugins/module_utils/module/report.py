# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells: files with every change, and a result that stays small whatever the size of the plan.

AWX replaces a result of more than 700,000 characters by nothing at all, counts and message included. The diff has
400,000 of them at most (`diff/render.py`); what else grows with a plan is cut here, and says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from ..diagnostics import ERROR, Diagnostic
from ..diff.changeset import ChangeSet
from ..diff.render import line
from ..netbox.meter import Metered
from ..netbox.transport import Statistics
from .files import report_dir, write_lines

MAX_FINDINGS = 200
MAX_TEXT = 50_000  # characters of all findings, and of a message
_encode = json.JSONEncoder(ensure_ascii=False, default=list).encode
_TEXT, _ROWS, _HELD = "changes.diff", "changes.jsonl", "held.jsonl"


def write_changes(changes: ChangeSet, directory: str) -> dict[str, str]:
    """All changes, a line each: as text for people, and as JSON with every field. Their paths, as the result has them.

    Raises:
        OSError: they cannot be written.
    """
    text, rows = (os.path.join(directory, name) for name in (_TEXT, _ROWS))
    write_lines(text, (line(change) + "\n" for change in changes.changes), 0o600)
    write_lines(rows, (_encode(change.as_row()) + "\n" for change in changes.changes), 0o600)
    return {"report": text, "changes_file": rows}


def read_changes(wanted_dir: str | None, plan_id: str) -> list[dict[str, Any]]:
    """What `write_changes` wrote last, as plain data; nothing where that cannot be read."""
    try:
        with open(os.path.join(report_dir(wanted_dir, plan_id), _ROWS), encoding="utf-8") as file:
            rows = [json.loads(one) for one in file]
    except (OSError, ValueError, RecursionError):
        return []
    return rows if all(isinstance(row, dict) for row in rows) else []


def write_held(changes: ChangeSet, directory: str) -> dict[str, str]:
    """Drift that is left alone, a field a line. Its path, as the result has it.

    Raises:
        OSError: it cannot be written.
    """
    path = os.path.join(directory, _HELD)
    write_lines(path, (_encode(one.as_row()) + "\n" for one in changes.held), 0o600)
    return {"drift_file": path}


def requests(statistics: Statistics, meter: Metered | None) -> dict[str, Any]:
    """What was sent, in all and by endpoint."""
    told = {"reads": statistics.reads, "writes": statistics.writes, "bytes_received": statistics.received}
    return told | (meter.summary() if meter else {})


def findings(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings that there is room for, errors first where that is not for all, and one that counts the others."""
    found = list(diagnostics)
    kept: list[Diagnostic] = []
    room = MAX_TEXT
    for one in sorted(found, key=lambda d: d.severity != ERROR) if _too_many(found) else found:
        room -= len(one.text())
        if len(kept) == MAX_FINDINGS or room < 0:
            break
        kept.append(one)
    if len(kept) < len(found):
        more = len(found) - len(kept)
        severity = ERROR if any(d.severity == ERROR for d in found) else found[0].severity
        kept.append(Diagnostic(severity, "more-findings", (), f"{more} more findings are not shown."))
    return kept


def _too_many(found: list[Diagnostic]) -> bool:
    return len(found) > MAX_FINDINGS or sum(len(one.text()) for one in found) > MAX_TEXT


def message(text: str) -> str:
    """A message that is no longer than the result has room for."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}... ({len(text) - MAX_TEXT} characters more)"


def leftovers(changes: ChangeSet) -> Mapping[str, int]:
    return {kind: len(keys) for kind, keys in changes.leftovers.items()}
