# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends what a phase has to do, in requests that are as large as the server's pace allows, and names what it refuses.

One request is under way at a time. Measured on two cores, two at once were slower for everything that is made or
deleted: NetBox spends two thirds of such a request on single rows in the database, and those of one kind wait there for
the same rows. `docs/netbox.md` has the figures.

Nothing is sent twice, but for what certainly was not carried out: a request that was too large for something on the
way, and one that NetBox refused without a word about which object it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..diff.changeset import Change
from .batches import Load, Queue
from .client import Client
from .errors import RefusedError, SkippedError, TooLargeError
from .fields import Resource
from .pace import Pace

JsonRow = dict[str, Any]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Sent:
    """What one request did: the changes, and the rows that came back for them (none for what was deleted)."""

    changes: Sequence[Change]
    rows: Sequence[JsonRow] = ()


class Sender:
    """Remembers the pace of every verb at every endpoint for the length of a run. `clock` gives seconds."""

    def __init__(self, client: Client, clock: Clock = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._paces: dict[tuple[str, str], Pace] = {}

    def create(self, resource: Resource, loads: Iterable[Load]) -> Iterator[Sent]:
        """Rows come back in the order of the changes. Raises: NetBoxError."""

        def send(batch: Sequence[Load]) -> Sequence[JsonRow]:
            return self._client.create(resource.endpoint, [one.row for one in batch])

        return self._send("create", resource, loads, send)

    def update(self, resource: Resource, loads: Iterable[Load]) -> Iterator[Sent]:
        """Rows come back in the server's order. Raises: NetBoxError."""

        def send(batch: Sequence[Load]) -> Sequence[JsonRow]:
            return self._client.update(resource.endpoint, [one.row for one in batch])

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

    def _send(
        self, verb: str, resource: Resource, loads: Iterable[Load], send: Callable[[Sequence[Load]], Sequence[JsonRow]]
    ) -> Iterator[Sent]:
        queue = Queue(loads)
        pace = self._paces.get((verb, resource.endpoint), Pace(resource.batch))
        while batch := queue.take(pace):
            begin = self._clock()
            try:
                rows = send(batch)
            except TooLargeError:
                if len(batch) == 1:
                    raise
                pace = pace.refused(sum(one.size for one in batch))
                queue.put_back(batch)
                continue
            except SkippedError as error:
                raise _named(error, batch, verb) from None
            except RefusedError as error:
                if len(batch) == 1 or any(position is not None for position, _text in error.rows):
                    raise _named(error, batch, verb) from None
                # Up to 4.6, a refused list of devices or of updates tells the first failure, and not whose it is. All
                # of it was rolled back, so halves are sent until it is clear; from what is fine, nothing is withheld.
                queue.put_back(batch)
                pace_of_search = Pace(pace.weight, len(batch) // 2, pace.bytes)
                yield from self._search(queue, pace_of_search, len(batch), verb, send)
                continue
            pace = pace.after(sum(one.weight for one in batch), self._clock() - begin)
            self._paces[verb, resource.endpoint] = pace
            yield Sent([one.change for one in batch], rows)

    def _search(
        self, queue: Queue, pace: Pace, count: int, verb: str, send: Callable[[Sequence[Load]], Sequence[JsonRow]]
    ) -> Iterator[Sent]:
        """Send `count` loads in ever smaller portions until the refused one stands alone, which is an error."""
        while count:
            batch = queue.take(Pace(pace.weight, min(pace.rows, count), pace.bytes))
            try:
                rows = send(batch)
            except RefusedError as error:
                if len(batch) == 1 or isinstance(error, SkippedError):
                    raise _named(error, batch, verb) from None
                queue.put_back(batch)
                pace, count = Pace(pace.weight, len(batch) // 2, pace.bytes), len(batch)
            else:
                count -= len(batch)
                yield Sent([one.change for one in batch], rows)


def _named(error: RefusedError, batch: Sequence[Load], verb: str) -> RefusedError:
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
    else:
        said = f"NetBox refused a request to {verb} {objects}, and wrote none of them"
    return type(error)(f"{said}: {'; '.join(told)}{more}", error.rows)
