# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How every owned object stands against its plan, and since when and by whom where NetBox's change log tells it.

Compares as a preview does, and stops at nothing but a plan that does not fit: what is in the way is a finding here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..diagnostics import Diagnostic, Diagnostics
from ..diff.changeset import ADOPTED, CREATE
from ..diff.reasons import told as doubts
from ..diff.standing import DRIFTED, MISSING, MOVED, Origin, Standing, counts, in_the_way, placed, standings
from ..events import Event, Sink
from ..model.ledger import Ledger
from ..model.plan import Plan
from ..model.state import CABLE, INTERFACE, OWNED_KINDS
from ..netbox.client import Client
from ..netbox.history import NO_DELETION, NO_RECORD, NO_RIGHT, deletions, last_run, lost_ends, may_read, origins
from ..netbox.reader import Observe, Observed, ledger_of
from .evidence import evidence_of
from .survey import Options, Survey, survey

TOLD = 1000  # how many objects the change log is asked about
NOT_ASKED = f"NetBox's change log is asked about the first {TOLD:,} objects only"
_NO_LIMIT = sys.maxsize

Place = tuple[str, str]  # kind and key
Gone = Mapping[Place, Origin]


@dataclass(frozen=True, slots=True)
class Stand:
    """All objects that are not in step, how many of each kind are in which state, and how NetBox was read.

    `doubts` say of how many nobody knows whether it was the plan that changed, and why; they are told as drift.
    """

    found: tuple[Standing, ...]
    counts: Mapping[str, Mapping[str, int]]
    doubts: tuple[str, ...]
    observed: Observed
    warnings: tuple[Diagnostic, ...]


def stand(
    plan: Plan, client: Client, file_ledger: Ledger, sink: Sink, observe: Observe | None = None, *,
    prune: bool = False, rebalance: bool = False,
) -> Stand:
    """How NetBox stands against the plan.

    Args:
        file_ledger: the copy of the ledger beside the plan.
        observe: how to read NetBox; in full without it.

    Raises:
        PlanError: the plan does not fit; all of it.
        NetBoxError: of any kind.
    """
    seen = survey(plan, client, file_ledger, Options(prune, _NO_LIMIT, rebalance), sink, observe)
    conflicts, others = in_the_way(seen.found)
    told = Diagnostics(others)
    told.stop_on_errors()
    new = {
        (c.kind, c.key) for c in seen.changes.changes
        if c.kind in OWNED_KINDS and (c.action == CREATE or c.reason == ADOPTED)
    }
    logged = False
    if seen.changes:
        sink(Event("Asking who changed what"))
        logged = may_read(client)
    applied, gone = _applied(plan, client, seen, new, logged, prune, rebalance)
    found = standings(seen.changes, seen.owned, applied, conflicts)
    told_of = tuple(_with_origins(client, found, gone, logged))
    numbers, open_ones = counts(seen.topology, found), tuple(doubts(seen.changes))
    return Stand(told_of, numbers, open_ones, seen.observed, tuple(told.warnings))


def _applied(
    plan: Plan, client: Client, seen: Survey, new: set[Place], logged: bool, prune: bool, rebalance: bool
) -> tuple[set[Place], Gone]:
    """What of the objects that are not there a run has made before, and their deletions.

    The last run record knows best. Without one it is what ledgers place, and what was deleted after the last run; a
    ledger file counts only where NetBox has something of the plan at all, because it may come from another NetBox.
    """
    if not new:
        return set(), {}
    plan_ids = (plan.id, *plan.renames.plan_ids)
    evidence = evidence_of(new, plan, client, seen.ledger, prune, rebalance)
    applied: set[Place] = set()
    if not evidence.missing:
        applied = (new if evidence.unchanged else new & evidence.wanted.keys()) - _placed_anew(seen)
    else:
        applied = new & placed(seen.ledger if seen.owned.devices else ledger_of(seen.owned))
    gone = deletions(client, plan_ids, applied if not evidence.missing else new) if logged else {}
    if evidence.missing and gone:
        last = last_run(client, plan_ids)
        applied |= {place for place, one in gone.items() if not last or _after(one.since, last)}
    return applied, gone


def _placed_anew(seen: Survey) -> set[Place]:
    """Switch ports of links that no ledger knows, such as a deleted cable whose ports nobody remembers."""
    ends = {end for cable in seen.topology.cables if cable.key not in seen.ledger for end in cable.ends}
    ports = (one.key for one in seen.topology.interfaces if one.physical_port is not None)
    return {(INTERFACE, key) for key in ports if key in ends}


def _after(time: str, other: str) -> bool:
    return datetime.fromisoformat(time) > datetime.fromisoformat(other)


def _with_origins(client: Client, found: Sequence[Standing], gone: Gone, logged: bool) -> Iterable[Standing]:
    """The same objects with their origins, of those that somebody has changed."""
    edited = [one for one in found if one.state in (DRIFTED, MOVED) and one.id is not None]
    known = _edits(client, edited[:TOLD]) if logged else {}
    for one in found:
        if one.state not in (DRIFTED, MOVED, MISSING):
            yield one
            continue
        origin = gone.get((one.kind, one.key)) if one.state == MISSING else known.get((one.kind, one.key))
        unknown = NO_RIGHT if not logged else NO_DELETION if one.state == MISSING else NOT_ASKED
        yield replace(one, origin=origin or Origin(unknown=unknown))


def _edits(client: Client, edited: Sequence[Standing]) -> dict[Place, Origin]:
    known: dict[Place, Origin] = {}
    for kind in OWNED_KINDS:
        some = {one.id: one for one in edited if one.kind == kind and one.id is not None}
        told = origins(client, kind, {row_id: one.wants for row_id, one in some.items()})
        if kind == CABLE:
            bare = [row_id for row_id, one in told.items() if one.unknown == NO_RECORD]
            told |= lost_ends(client, bare)
        known |= {(kind, some[row_id].key): one for row_id, one in told.items()}
    return known
