# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that writes: one at a time, what it read still true, every request in its journal first.

1. take the lock of the plan, so that nobody else applies it meanwhile
2. make sure that NetBox is as it was read; where it is not, look again, and carry out what that says
3. apply, and leave the run record
4. let go of the lock, whatever happened; where asked to, take back what was done before a failure
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from ..diagnostics import Diagnostic, Diagnostics, PlanError
from ..diff.approval import Digest
from ..diff.changeset import ChangeSet
from ..diff.journal import FAILED, ROLLED_BACK, SUCCEEDED, Header, Journal, Step
from ..events import Event, Sink
from ..model.plan import Plan
from ..netbox.client import Client
from ..netbox.errors import ChangedError, NetBoxError
from ..netbox.fields import References
from ..netbox.lock import Holder, Lock, release, take
from ..netbox.reader import Observed
from ..netbox.unchanged import Watch, began, moved_on
from ..netbox.writer import Writer
from .apply import apply
from .undo import undo_run

STOP, ROLLBACK = "stop", "rollback"
_LOOKS = 4  # how often NetBox is looked at before somebody else is too busy there


class Seen(Protocol):
    """What a run would do, as a preview, a teardown or an undo finds it."""

    @property
    def changes(self) -> ChangeSet: ...
    @property
    def digest(self) -> Digest: ...
    @property
    def refs(self) -> References: ...
    @property
    def observed(self) -> Observed: ...


AnySeen = TypeVar("AnySeen", bound=Seen)
MakeWriter = Callable[[Client, References, Journal, Watch], Writer]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a run goes about writing.

    `dead` says of which runs the lock may be taken over, `on_failure` what becomes of what was done before a failure.
    """

    lock: bool = True
    dead: Callable[[str], bool] = lambda _run: False
    on_failure: str = STOP


@dataclass(frozen=True, slots=True)
class Job(Generic[AnySeen]):
    """What is to be carried out: `look` says anew what there is to do, and `record` what the run record says of it.

    `header` is that of the journal; `plan` the plan it is about, None where only its id is known.
    """

    look: Callable[[], AnySeen]
    record: Callable[[AnySeen], Mapping[str, Any]]
    header: Header
    plan: Plan | None = None
    conduct: Conduct = field(default_factory=Conduct)


class FailedError(NetBoxError):
    """A run that failed half way, with what became of what it had done."""

    def __init__(self, cause: NetBoxError, told: str) -> None:
        super().__init__(f"{cause} {told}", cause.rows, cause.status)


def carry_out(
    job: Job[AnySeen], seen: AnySeen, client: Client, writer_of: MakeWriter, journal: Journal, sink: Sink
) -> tuple[AnySeen, Sequence[Diagnostic]]:
    """Make NetBox what was seen to be needed. What was carried out comes back, which is what was seen last.

    Args:
        seen: what `look` said first; `client.time` is when that began.

    Raises:
        LockedError: another run of the plan is writing.
        ChangedError: somebody else changes NetBox.
        PlanError: what was seen at last must not be done.
        NetBoxError: something was refused or failed. What was done stays, or was taken back if that is asked for.
    """
    told = Diagnostics()
    lock = _locked(job, client, sink)
    try:
        if lock is not None and lock.taken_from:
            told.warn("lock-taken-over", (), f"the lock of the run {lock.taken_from}, which is dead, was taken over.")
        seen, since = _still(job, seen, client, sink, told)
        if seen.changes:
            told.extend(_apply(job, seen, since, client, writer_of, journal, sink))
    finally:
        if lock is not None:
            _let_go(lock, client, told)
    return seen, told.warnings


def _locked(job: Job[AnySeen], client: Client, sink: Sink) -> Lock | None:
    if not job.conduct.lock:
        return None
    header = job.header
    sink(Event("Taking the lock"))
    return take(client, header.plan_id, Holder(header.run, header.who, header.time), job.conduct.dead)


def _let_go(lock: Lock, client: Client, told: Diagnostics) -> None:
    try:
        release(client, lock)
    except NetBoxError as error:
        told.warn(
            "lock-left", (), f"the lock of the plan could not be taken away: {error}",
            f"Delete the tag diet-lock_{lock.plan_id} in NetBox, or the next run says that it is locked.",
        )


def _still(
    job: Job[AnySeen], seen: AnySeen, client: Client, sink: Sink, told: Diagnostics
) -> tuple[AnySeen, datetime | None]:
    """What there is to do, as NetBox is now that nobody else may apply the plan, and when it was read."""
    since, moved = client.time, ""
    for look in range(_LOOKS):
        if not seen.changes:
            return seen, since
        # Without a time of when the reading began, it has to be begun again, at one.
        moved = moved_on(client, seen.observed.extents, since) if since or look else "its clock is not like ours"
        if not moved:
            break
        sink(Event(f"Reading NetBox again: {moved}"))
        since = began(client)
        seen = job.look()
    else:
        raise ChangedError(
            f"Somebody else changes the objects of the plan {job.header.plan_id!r} all the time: looked {_LOOKS} times,"
            f" and at last {moved}. Nothing was written. Run again when nobody else writes."
        )
    if since is None:
        told.warn(
            "nothing-watched", (),
            "NetBox's clock differs from that of this machine by more than five minutes, and its change log says"
            " nothing, so nobody notices what others change while this run writes.",
            "Set the clocks, or let the token view the change log (permission core.view_objectchange).",
        )
    return seen, since


def _apply(
    job: Job[AnySeen], seen: AnySeen, since: datetime | None, client: Client, writer_of: MakeWriter, journal: Journal,
    sink: Sink,
) -> Sequence[Diagnostic]:
    header = job.header
    writer = writer_of(client, seen.refs, journal, Watch(client, since))
    try:
        warnings = apply(
            seen.changes, header.plan_id, header.site, writer, client, seen.refs, job.record(seen), sink, journal
        )
    except NetBoxError as error:
        if job.conduct.on_failure != ROLLBACK:
            journal.end(FAILED, because=str(error))
            raise
        raise FailedError(error, _rolled_back(job, journal, client, writer_of, sink)) from error
    journal.end(SUCCEEDED)
    return warnings


def _rolled_back(
    job: Job[AnySeen], journal: Journal, client: Client, writer_of: MakeWriter, sink: Sink
) -> str:
    """Take back what was done before a failure; what became of it, in words. Never raises what NetBox says."""
    done: Sequence[Step] = journal.steps
    again = f"Set right what stopped it, then run again, or take it back with `undo: {job.header.run}`."
    sink(Event("Rolling back"))
    try:
        back = undo_run(job.header, done, job.plan, client, job.header.netbox, sink)
        if back.changes:
            writer_of(client, back.refs, journal, Watch(client, None)).write(back.changes, job.header.plan_id, sink)
    except (NetBoxError, PlanError) as error:
        journal.end(FAILED, because=str(error))
        return f"What was done before that stays, because it could not be taken back: {error} {again}"
    journal.end(ROLLED_BACK)
    count = len(back.changes.changes)
    return f"What was done before that was taken back ({count} changes)." if count else "Nothing had been done before."
