# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a run: what it was about to do before each request, and what became of it after, keyed by our keys.

Here it is a value, and lines of JSON; `module/journal_file.py` puts the lines on disk before a request leaves. A run
that was killed leaves a journal without an end, in which the last steps may lack an outcome: nobody knows then whether
NetBox did them, until it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from ..model.state import OWNED_KINDS
from .changeset import ACTIONS, Change

FORMAT = 1

# What became of a request. Refused ones were certainly not carried out; of those in doubt (no answer, a failure of the
# server, an update that left some out) and of those without any outcome nobody knows.
DONE, REFUSED, IN_DOUBT, OPEN = "done", "refused", "in doubt", ""
_OUTCOMES = (DONE, REFUSED, IN_DOUBT)

# How a run ended, or why its journal is closed all the same; empty while it runs, and for ever if it was killed.
SUCCEEDED, FAILED, ROLLED_BACK, SETTLED = "succeeded", "failed", "rolled back", "settled"

Row = Mapping[str, Any]


class JournalError(ValueError):
    """A journal that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request: what it was to do, and what became of it."""

    number: int
    verb: str
    kind: str
    changes: tuple[Change, ...] = ()
    outcome: str = OPEN
    because: str = ""

    @property
    def certain(self) -> bool:
        return self.outcome in (DONE, REFUSED)


@dataclass(frozen=True, slots=True)
class Header:
    """Whose journal it is: the run, its plan and NetBox, who started it and when.

    `document` is the plan as it was given, empty where only its id was; `site` is the slug of the one that takes run
    records.
    """

    run: str
    plan_id: str
    netbox: str
    who: str
    time: str
    site: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        return {
            "format": FORMAT, "run": self.run, "plan": self.plan_id, "netbox": self.netbox, "who": self.who,
            "time": self.time, "site": self.site, "document": dict(self.document),
        }


@dataclass(frozen=True, slots=True)
class Past:
    """The journal of a run that is over, as it was read back."""

    header: Header
    steps: tuple[Step, ...]
    end: str = ""
    undone_by: str = ""


class Journal:
    """The journal of the run that goes on. `keep` puts a line where a killed run leaves it."""

    def __init__(self, keep: Callable[[Row], None]) -> None:
        self._keep = keep
        self._numbers = count(1)
        self._steps: dict[int, Step] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps[number] for number in sorted(self._steps))

    def intent(self, verb: str, kind: str, changes: Sequence[Change] = ()) -> int:
        """Before a request; the number that its outcome goes by. Threads may call this at the same time."""
        step = Step(next(self._numbers), verb, kind, tuple(changes))
        self._steps[step.number] = step
        self._keep({"step": step.number, "verb": verb, "kind": kind, "changes": [_change_row(c) for c in changes]})
        return step.number

    def outcome(self, number: int, outcome: str, ids: Sequence[int] = (), because: str = "") -> None:
        """After a request. `ids` are those of what was made, in the order of the changes."""
        step = self._steps[number]
        self._steps[number] = replace(step, outcome=outcome, because=because, changes=_with_ids(step.changes, ids))
        row: dict[str, Any] = {"step": number, "outcome": outcome}
        self._keep(row | ({"ids": list(ids)} if ids else {}) | ({"because": because} if because else {}))

    def end(self, how: str, **more: str) -> None:
        self._keep({"end": how, **more})


def no_journal() -> Journal:
    """One that nothing is kept of, but in memory."""
    return Journal(lambda _row: None)


def past(rows: Iterable[Any], name: str) -> Past:
    """The journal that some lines are, the first of which is its header.

    Raises:
        JournalError: these are no lines of a journal, or of a newer format.
    """
    lines = iter(rows)
    header = _header(next(lines, None), name)
    steps: dict[int, Step] = {}
    end = undone_by = ""
    for row in lines:
        try:
            if "end" in row:
                end = str(row["end"])
            elif "undone_by" in row:
                undone_by = str(row["undone_by"])
            elif "outcome" in row:
                step, ids = steps[row["step"]], [int(one) for one in row.get("ids", ())]
                if row["outcome"] not in _OUTCOMES:
                    raise ValueError(row["outcome"])
                changes = _with_ids(step.changes, ids)
                steps[step.number] = replace(
                    step, outcome=row["outcome"], because=str(row.get("because", "")), changes=changes
                )
            else:
                changes = tuple(_change(one) for one in row["changes"])
                step = Step(int(row["step"]), str(row["verb"]), str(row["kind"]), changes)
                steps[step.number] = step
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise JournalError(f"{name} is damaged: {error!r}.") from None
    return Past(header, tuple(steps[number] for number in sorted(steps)), end, undone_by)


def _header(row: Any, name: str) -> Header:
    if not isinstance(row, Mapping) or not isinstance(row.get("format"), int):
        raise JournalError(f"{name} is not the journal of a run.")
    if row["format"] > FORMAT:
        raise JournalError(f"{name} has the format {row['format']}, and this version reads {FORMAT}.")
    texts = {one: row.get(one) for one in ("run", "plan", "netbox", "who", "time", "site")}
    document = row.get("document")
    if not isinstance(document, Mapping) or not all(isinstance(text, str) for text in texts.values()):
        raise JournalError(f"{name} is damaged in its first line.")
    run, plan_id, netbox, who, time, site = (str(text) for text in texts.values())
    return Header(run, plan_id, netbox, who, time, site, document)


def _with_ids(changes: tuple[Change, ...], ids: Sequence[int]) -> tuple[Change, ...]:
    if len(ids) != len(changes):
        return changes
    return tuple(replace(change, id=one) for change, one in zip(changes, ids, strict=True))


def _change_row(change: Change) -> list[Any]:
    """A change as a line has it, without names of fields: a plan of 10,000 servers is 140,000 of them."""
    return [
        change.kind, change.action, change.key, change.label, change.id, dict(change.before), dict(change.after),
        change.via, dict(change.aside),
    ]


def _change(row: Any) -> Change:
    kind, action, key, label, row_id, before, after, via, aside = row
    if action not in ACTIONS or not all(isinstance(one, str) for one in (kind, key, label, via)):
        raise ValueError(row)
    if row_id is not None and (isinstance(row_id, bool) or not isinstance(row_id, int)):
        raise ValueError(row)
    values = [_values(one) for one in (before, after, aside)]
    if kind in OWNED_KINDS and not all(_known(value) for one in values for value in one.values()):
        raise ValueError(row)
    return Change(kind, action, key, label, values[0], values[1], row_id, via=via, aside=values[2])


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _known(value: Any) -> bool:
    """Whether a field of an owned object can have such a value; an end that a cable let go of is None."""
    if isinstance(value, tuple):
        return all(one is None or isinstance(one, str) for one in value)
    return value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool))
