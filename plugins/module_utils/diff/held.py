# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift that is left alone, in words: what `report` says of it, and what nobody can say was drift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..diagnostics import Diagnostics
from .changeset import CANNOT_SAY, ChangeSet, Held
from .policy import KEEP, REPORT

SHOWN = 10


def tell_held(changes: ChangeSet, found: Diagnostics) -> None:
    """Warn of drift that is reported, a warning for each field, and of what may be no drift."""
    reported: dict[str, list[Held]] = {}
    for one in changes.held:
        if one.policy == REPORT:
            reported.setdefault(f"{one.kind}.{one.name}", []).append(one)
    for place, rows in reported.items():
        found.warn(
            "drift-reported", (),
            f"{place} differs from the plan, and is left as it is: {_list([_one(row) for row in rows])}.",
            f"`drift` says {REPORT}; {'restore'!r} puts it right.",
        )
    open_ones = [one for one in changes.held if one.reason == CANNOT_SAY]
    if open_ones:
        causes = "; ".join(sorted({one.because for one in open_ones}))
        places = _list([f"{one.label} {_word(one)}" for one in open_ones])
        found.warn(
            "drift-unproven", (),
            f"{len(open_ones)} fields are left as they are, and nobody can say whether the plan changed them, because"
            f" {causes}. They are taken for drift: {places}.",
            "A run with `drift: restore` applies the plan, and leaves a record.",
        )


def summary_of_held(changes: ChangeSet) -> list[str]:
    """How often each field is left alone, a line for each policy."""
    lines = []
    for policy, word in ((KEEP, "kept"), (REPORT, "reported")):
        numbers = changes.left_alone(policy)
        if numbers:
            lines.append(f"drift {word}: " + ", ".join(f"{count} {place}" for place, count in numbers.items()))
    return lines


def _one(row: Held) -> str:
    return f"{row.label} {_word(row)} {_value(row.has)} (plan: {_value(row.wants)})"


def _word(row: Held) -> str:
    return row.name.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(str(one) for one in value) or "nothing"
    return "nothing" if value in ("", None) else str(value)


def _list(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return "; ".join(texts[:SHOWN]) + more
