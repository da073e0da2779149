# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo: the change set that takes back what an earlier run did, or this one before it failed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from ..diagnostics import Diagnostic, Diagnostics
from ..diff.approval import Digest
from ..diff.changeset import CREATE, ChangeSet
from ..diff.deletions import NO_LIMIT, Limit
from ..diff.guard import guard
from ..diff.journal import Header, Step
from ..diff.undo import undo
from ..events import Event, Sink
from ..expand.pause import no_search_for_cycles
from ..model.ledger import Entry, Ledger
from ..model.plan import Plan
from ..model.renames import Renames
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS, Owned, SharedRow
from ..netbox.client import Client
from ..netbox.external import read_external
from ..netbox.fields import References
from ..netbox.reader import Observed, ledger_of, prove_view_rights, read_owned
from ..netbox.shared import REFERENCES, read_shared
from ..netbox.surroundings import read_names
from .approval import digest_of_undo
from .removal import check_removal

_NO_LIMIT = sys.maxsize


@dataclass(frozen=True, slots=True)
class Undo:
    """What would be taken back. `stays` are the shared objects that the run made, by kind; `ledger` is what is left."""

    changes: ChangeSet
    digest: Digest
    refs: References
    observed: Observed
    stays: dict[str, list[str]]
    ledger: Ledger
    warnings: tuple[Diagnostic, ...] = ()


@no_search_for_cycles()
def undo_run(
    header: Header, steps: Iterable[Step], plan: Plan | None, client: Client, url: str, sink: Sink,
    limit: Limit = NO_LIMIT,
) -> Undo:
    """What would take a run back.

    Args:
        plan: the plan of that run, None where only its id is known.

    Raises:
        PlanError: something was changed since, or stands in the way; all of it.
        NetBoxError: of any kind.
    """
    sink(Event("Reading NetBox"))
    prove_view_rights(client)
    refs, found = References(), Diagnostics()
    renames = plan.renames if plan is not None else Renames()
    if plan is not None:
        read_external(client, plan, refs)
    observed = read_owned(client, header.plan_id, renames, refs, found)
    owned = observed.owned
    steps = list(steps)
    changes = undo(steps, owned, header.plan_id, lambda end: _by_id(end) or refs.knows(INTERFACE, end), found)
    for change in changes.changes:
        for end in change.after.get("ends", ()) if change.kind == CABLE else ():
            if _by_id(end):
                refs.add(INTERFACE, end, int(end[1:]))
    if changes:
        _check(changes, owned, header, client, refs, found)
        check_removal(client, changes, owned, limit, found)
    found.stop_on_errors()
    digest = digest_of_undo(header.run, url, changes)
    return Undo(changes, digest, refs, observed, _stays(steps), _ledger(changes, owned), tuple(found.warnings))


def _check(
    changes: ChangeSet, owned: Owned, header: Header, client: Client, refs: References, found: Diagnostics
) -> None:
    """What stands in the way of putting things back is what stands in the way of any run."""
    shared = {
        (kind, str(change.after[kind])) for change in changes.changes if change.kind == DEVICE
        for kind in ("device_role", "device_type", "site", *REFERENCES) if change.after.get(kind)
    }
    if header.site:
        shared.add(("site", header.site))
    rows = [SharedRow(kind, key, {}) for kind, key in sorted(shared)]
    for row in read_shared(client, rows, refs, header.site):
        if row.id is None:
            found.error(
                "gone-since", (),
                f"NetBox has no {row.kind.replace('_', ' ')} {row.key!r} any more, which devices had.",
                "Make it again first.",
            )
    named = any(c.kind == DEVICE and "name" in c.after for c in changes.changes)
    names = read_names(client, header.site) if named and refs.knows("site", header.site) else {}
    guard(changes, owned, names, {}, _NO_LIMIT, found)


def _by_id(end: str) -> bool:
    """An interface of somebody else: of these a reading knows no more. Whether it is still there NetBox says."""
    return end.startswith("#") and end[1:].isdigit()


def _stays(steps: Iterable[Step]) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for step in steps:
        for change in step.changes:
            if change.kind not in OWNED_KINDS and change.action == CREATE:
                made.setdefault(f"{change.kind}s", []).append(change.key)
    return made


def _ledger(changes: ChangeSet, owned: Owned) -> Ledger:
    """What a ledger file says when all of it is taken back."""
    left = dict(ledger_of(owned))
    for change in changes.changes:
        if change.kind != CABLE:
            continue
        entry = Entry.parse(str(change.after.get("ports") or ""))
        if entry is not None:
            left[change.key] = entry
        elif change.action == "delete":
            left.pop(change.key, None)
    return Ledger(left)
