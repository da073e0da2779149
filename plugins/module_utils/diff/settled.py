# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the requests of a run that did not end: NetBox, as it is read, settles what a journal leaves open."""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Diagnostics, counted
from ..model.state import OWNED_KINDS, Owned
from .changeset import DELETE, Change
from .journal import DONE, Past, Step
from .normalize import same


def tell_unfinished(past: Past, owned: Owned, found: Diagnostics) -> None:
    """Say that a run did not end, how far it came, and which of its last requests were carried out."""
    done = sum(step.outcome == DONE for step in past.steps)
    told = "; ".join(_told(step, owned) for step in _open(past))
    found.warn(
        "run-unfinished", (),
        f"the run {past.header.run} of {past.header.who} (begun {past.header.time}) did not end."
        f" {counted(done, 'request')} of it {'was' if done == 1 else 'were'} carried out"
        f"{'. No answer came to ' + told if told else ''}.",
        "This run goes on from what NetBox has now.",
    )


def _open(past: Past) -> Iterator[Step]:
    return (step for step in past.steps if not step.certain)


def _told(step: Step, owned: Owned) -> str:
    count = len(step.changes)
    what = f"the one to {step.verb} {counted(count, step.kind.replace('_', ' '))}" if count else f"the {step.kind}"
    asked = [change for change in step.changes if change.kind in OWNED_KINDS]
    if not asked:
        return f"{what}, which is read like everything else"
    there = sum(carried_out(change, owned) for change in asked)
    return f"{what}: {'all' if there == len(asked) else 'none' if not there else f'{there}'} of it was carried out"


def carried_out(change: Change, owned: Owned) -> bool:
    """Whether NetBox is as a change would have left it."""
    row = owned.of(change.kind).get(change.key)
    if change.action == DELETE:
        return row is None or row.id != change.id
    return row is not None and all(
        same(name, row.values.get(name), value) for name, value in change.after.items() if name in row.values
    )
