# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends what a phase has to do, in requests that are as large as the server's pace allows, and names what it refuses.

Two requests are under way at once only where they share no row and are measured to be faster (`lanes.py`): new and
deleted cables. New devices wait for the row of their type, where NetBox counts them, and new interfaces for the row of
their device; two at once were no faster for either. `docs/netbox.md` has the figures.

Nothing is sent twice, but for what certainly was not carried out: a request that was too large for NetBox or something
on the way, and one that NetBox refused without a word about which object it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ..diff.changeset import Change
from ..diff.journal import Journal, no_journal
from ..model.state import CABLE
from .batches import Load, Queue
from .client import Client
from .errors import AccessError, NetBoxError, RefusedError, ServerError, SkippedError, TooLargeError, UnreachableError
from .fields import Resource
from .journal import noted
from .lanes import Lanes
from .pace import Pace
from .unchanged import Watch

JsonRow = dict[str, Any]
Clock = Callable[[], float]
Send = Callable[[Sequence[Load]], Sequence[JsonRow]]

# Of what more than one request may be under way; of anything else it is one. Cables of one plan share no interface.
_MOST: Mapping[tuple[str, str], int] = {("create", CABLE): 2, ("delete", CABLE): 2}


@dataclass(frozen=True, slots=True)
class Sent:
    """What one request did: the changes, and the rows that came back for them (none for what was deleted)."""

    changes: Sequence[Change]
    rows: Sequence[JsonRow] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of a request, and the seconds it took."""

    batch: Sequence[Load]
    rows: Sequence[JsonRow]
    seconds: float
    error: NetBoxError | None = None


class Sender:
    """Remembers pace and lanes of every verb at every endpoint for the length of a run. `clock` gives seconds.

    Every request stands in the journal before it leaves; what somebody else saved meanwhile stops it.
    """

    def __init__(
        self, client: Client, clock: Clock = time.monotonic, journal: Journal | None = None, watch: Watch | None = None
    ) -> None:
        self._client = client
        self._clock = clock
        self._journal = journal or no_journal()
        self._watch = watch or Watch(client, None)
        self._paces: dict[tuple[str, str], Pace] = {}
        self._lanes: dict[tuple[str, str], Lanes] = {}

    def create(self, resource: Resource, loads: Iterable[Load]) -> Iterator[Sent]:
        """Rows come back in the order of the changes. Raises: NetBoxError."""

        def send(batch: Sequence[Load]) -> Sequence[JsonRow]:
            return self._client.create(resource.endpoint, [one.row for one in batch])

        return self._send("create", resource, loads, send)

    def update(self, resource: Resource, loads: Iterable[Load]) -> Iterator[Sent]:
        """Rows come back in the server's order. Raises: NetBoxError."""

        def send(batch: Sequence[Load]) -> Sequence[JsonRow]:
            rows = self._client.update(resource.endpoint, [one.row for one in batch])
            self._watch.wrote(resource.kind, rows)
            return rows

        return self._send("update", resource, loads, send)

    def delete(self, resource: Resource, loads: Iterable[Load]) -> Iterator[Sent]:
        """Rows of loads are `{"id": ...}`. Raises: NetBoxError."""

        def send(batch: Sequence[Load]) -> Sequence[JsonRow]:
            ids = [int(one.row["id"]) for one in batch]
            self._client.delete(resource.endpoint, ids)
            self._prove_gone(resource, ids)
            return ()

        return self._send("delete", resource, loads, send)

    def _prove_gone(self, resource: Resource, ids: Sequence[int]) -> None:
        """Up to 4.6 a list DELETE says yes, and leaves what the token may not delete."""
        left = {int(row["id"]) for row in self._client.rest_list(resource.endpoint, id=ids, fields="id")}
        if left:
            raise SkippedError(
                f"NetBox left {len(left)} of {len(ids)} {resource.endpoint} that it was to delete.",
                [(n, "is still there: the token may not delete it") for n, one in enumerate(ids) if one in left],
            )

    def _noted(self, verb: str, kind: str, batch: Sequence[Load], send: Send) -> Sequence[JsonRow]:
        changes = [c for one in batch for c in (_with_id(one), *one.along)]
        return noted(self._journal, verb, kind, changes, lambda: send(batch))

    def _send(self, verb: str, resource: Resource, loads: Iterable[Load], do: Send) -> Iterator[Sent]:
        def send(batch: Sequence[Load]) -> Sequence[JsonRow]:
            there = {one.change.id: one.change.label for one in batch if one.change.id is not None}
            if there:
                self._watch.check(resource, there)
            return self._noted(verb, resource.kind, batch, do)

        queue = Queue(loads)
        name = verb, resource.endpoint
        self._paces.setdefault(name, Pace(resource.batch))
        self._lanes.setdefault(name, Lanes(_MOST.get((verb, resource.kind), 1), rounds=-1))
        while batches := self._portions(queue, name):
            begin, waited = self._clock(), self._client.transport.statistics.waited
            answers = self._round(batches, send)
            seconds = self._clock() - begin
            for answer in answers:
                if answer.error is None:
                    yield Sent([one.change for one in answer.batch], answer.rows)
            failed = [answer for answer in answers if answer.error is not None]
            if failed:
                yield from self._again(failed, queue, name, send)
                continue
            if self._client.transport.statistics.waited != waited:
                continue  # seconds that NetBox told us to wait say nothing of how long it works
            weights = [sum(one.weight for one in answer.batch) for answer in answers]
            heaviest = max(range(len(answers)), key=weights.__getitem__)
            self._paces[name] = self._paces[name].after(weights[heaviest], answers[heaviest].seconds)
            if len(batches) == self._lanes[name].at_once:
                self._lanes[name] = self._lanes[name].after(sum(weights), seconds)

    def _portions(self, queue: Queue, name: tuple[str, str]) -> list[list[Load]]:
        """What goes out in the next round: no more than is left, and nothing at the end."""
        taken = (queue.take(self._paces[name]) for _lane in range(self._lanes[name].at_once))
        return [batch for batch in taken if batch]

    def _round(self, batches: Sequence[Sequence[Load]], send: Send) -> list[_Answer]:
        """Send some batches at once, and wait for all of them, whatever becomes of each."""

        def ask(batch: Sequence[Load]) -> _Answer:
            begin = self._clock()
            try:
                return _Answer(batch, send(batch), self._clock() - begin)
            except NetBoxError as error:
                return _Answer(batch, (), self._clock() - begin, error)

        if len(batches) == 1:
            return [ask(batches[0])]
        with ThreadPoolExecutor(len(batches), thread_name_prefix="diet-write") as pool:
            return list(pool.map(ask, batches))

    def _again(self, failed: Sequence[_Answer], queue: Queue, name: tuple[str, str], send: Send) -> Iterator[Sent]:
        """Put back what certainly was not carried out, in smaller portions; anything else is an error."""
        verb = name[0]
        for batch, error in ((answer.batch, answer.error) for answer in failed):
            if isinstance(error, SkippedError):  # of this one, a part was carried out
                raise _named(error, batch, verb)
        for answer in failed:
            if isinstance(answer.error, (ServerError, UnreachableError)):
                raise _described(answer.error, answer, verb)
            if isinstance(answer.error, AccessError):
                raise _named(answer.error, answer.batch, verb)
            if answer.error is not None and not isinstance(answer.error, RefusedError):
                raise answer.error
        for answer in reversed(failed):
            queue.put_back(answer.batch)
        batch, error = failed[0].batch, failed[0].error
        pace = self._paces[name]
        if isinstance(error, TooLargeError) and len(batch) > 1:
            self._paces[name] = pace.refused(sum(one.size for one in batch))
        elif isinstance(error, RefusedError):
            if len(batch) == 1 or not error.rows or any(position is not None for position, _text in error.rows):
                raise _named(error, batch, verb)
            # Up to 4.6, a refused list of devices or of updates tells the first failure, and not whose it is. All of
            # it was rolled back, so halves are sent until it is clear; from what is fine, nothing is withheld.
            yield from self._search(queue, Pace(pace.weight, len(batch) // 2, pace.bytes), len(batch), verb, send)

    def _search(self, queue: Queue, pace: Pace, count: int, verb: str, send: Send) -> Iterator[Sent]:
        """Send `count` loads in ever smaller portions until the refused one stands alone, which is an error."""
        while count:
            batch = queue.take(Pace(pace.weight, min(pace.rows, count), pace.bytes))
            try:
                rows = send(batch)
            except RefusedError as error:
                if len(batch) == 1 or isinstance(error, SkippedError) or not error.rows:
                    raise _named(error, batch, verb) from None
                queue.put_back(batch)
                pace, count = Pace(pace.weight, len(batch) // 2, pace.bytes), len(batch)
            else:
                count -= len(batch)
                yield Sent([one.change for one in batch], rows)


def _with_id(one: Load) -> Change:
    """The change with the id that is written to, of what NetBox has made by a template."""
    return one.change if one.change.id is not None or "id" not in one.row else replace(one.change, id=one.row["id"])


def _described(error: NetBoxError, answer: _Answer, verb: str) -> NetBoxError:
    """A failure that leaves open what was done, with what was sent: nothing can be told of single objects."""
    count, kind = len(answer.batch), answer.batch[0].change.kind
    return type(error)(
        f"{error} It was a request to {verb} {count} {kind}{'s' if count > 1 else ''}, which ended after"
        f" {answer.seconds:.0f} s. What was done is read back by the next run, which continues from there.",
        status=error.status,
    )


def _named(error: NetBoxError, batch: Sequence[Load], verb: str) -> NetBoxError:
    """A refusal with the names of our objects instead of positions in the request."""
    if not error.rows:
        return error
    told = []
    for position, text in error.rows[:10]:
        position = 0 if len(batch) == 1 else position
        change = batch[position].change if position is not None and position < len(batch) else None
        told.append(f"{change.label} ({change.key}): {text}" if change else text)
    more = f"; and {len(error.rows) - 10} more" if len(error.rows) > 10 else ""
    count, kind = len(batch), batch[0].change.kind
    objects = f"{count} {kind}{'s' if count > 1 else ''}"
    if isinstance(error, SkippedError):
        said = f"NetBox did not {verb} {len(error.rows)} of {objects}"
    elif isinstance(error, AccessError):
        said = f"The token may not {verb} {len(error.rows)} of {objects}, and NetBox wrote none of them"
    else:
        said = f"NetBox refused a request to {verb} {objects}, and wrote none of them"
    return type(error)(f"{said}: {'; '.join(told)}{more}", error.rows, error.status)
