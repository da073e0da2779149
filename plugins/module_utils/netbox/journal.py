# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A write that stands in the journal of the run before it leaves, and what became of it after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..diff.changeset import Change
from ..diff.journal import DONE, IN_DOUBT, REFUSED, Journal
from .errors import AccessError, NetBoxError, RefusedError, SkippedError

JsonRow = dict[str, Any]
CREATE = "create"


def noted(
    journal: Journal, verb: str, kind: str, changes: Sequence[Change], send: Callable[[], Sequence[JsonRow]]
) -> Sequence[JsonRow]:
    """Send, with a line in the journal before and after. What is no answer of NetBox leaves the outcome open."""
    number = journal.intent(verb, kind, changes)
    try:
        rows = send()
    except NetBoxError as error:
        refused = isinstance(error, (RefusedError, AccessError)) and not isinstance(error, SkippedError)
        journal.outcome(number, REFUSED if refused else IN_DOUBT, because=str(error))
        raise
    journal.outcome(number, DONE, [int(row["id"]) for row in rows] if verb == CREATE else ())
    return rows
