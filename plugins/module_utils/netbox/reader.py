# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a plan owns, with the cheapest requests that NetBox has, and makes sure that it is all of it.

Never a request per object. While others write, a list may miss rows or have them twice: counts before and after tell,
and all is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..diagnostics import Diagnostics
from ..events import Event, Sink, silent
from ..model.ledger import Entry, Ledger
from ..model.renames import Renames
from ..model.state import OWNED_KINDS, Owned
from .changed import CannotTell, Extents, changed_source
from .changelog import newest, since
from .client import Client
from .errors import ServerError
from .fields import References
from .former import Former
from .paging import Extent
from .parallel import in_order
from .reading import Reading
from .resources import PLAN_MARK, RESOURCES
from .snapshot import Header, Recorded, SnapshotError, Snapshots
from .source import OwnedSource, source_of

FULL, CHANGED = "full", "changed"

_READINGS = 4


@dataclass(frozen=True, slots=True)
class Observe:
    """How to read: where the snapshot is kept, if anywhere, and whether to read only what changed since then."""

    snapshots: Snapshots | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """What a plan owns, and how that was read.

    `mode` is `full` or `changed`. `reason` says why all was read although only what changed was asked for, and
    `changed` how many objects were read on top of the snapshot. `extents` are how many objects carried the plan's ids.
    """

    owned: Owned
    mode: str = FULL
    reason: str = ""
    changed: int = 0
    extents: Extents = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        return {"mode": self.mode, "reason": self.reason, "changed": self.changed}


def prove_view_rights(client: Client) -> None:
    """Raises: AccessError, where the token may not view what we own; a GraphQL list would be empty instead."""
    for resource in RESOURCES.values():
        client.prove_view(resource.endpoint)


def read_owned(
    client: Client, plan_id: str, renames: Renames, refs: References, found: Diagnostics,
    observe: Observe | None = None, sink: Sink = silent, lender: str = "",
) -> Observed:
    """Everything that carries the plan's id or a former one, under present keys. `refs` learns the ids of all of it.

    Args:
        lender: id of another plan whose objects are read too, and set aside (`Owned.lent`).

    Raises:
        ServerError: NetBox changes faster than it can be read.
        NetBoxError: of any other kind.
    """
    observe = observe or Observe()
    reader = _Reader(client, plan_id, renames, refs, found, observe.snapshots, lender)
    reason = ""
    if observe.changed:
        try:
            return reader.changed()
        except CannotTell as why:
            reason = str(why)
            sink(Event(f"Reading everything: {reason}"))
    return replace(reader.everything(), reason=reason)


class _Reader:
    """Reads once or several times, until what was read is certainly all of it."""

    def __init__(
        self, client: Client, plan_id: str, renames: Renames, refs: References, found: Diagnostics,
        snapshots: Snapshots | None, lender: str = "",
    ) -> None:
        self._client, self._refs, self._found = client, refs, found
        self._plan_id, self._renames = plan_id, renames
        self._lender = lender
        self._plan_ids = (plan_id, *renames.plan_ids, *((lender,) if lender else ()))
        self._snapshots = snapshots
        self._since = since(client) if snapshots is not None else ""
        self._before = extents_of(client, self._plan_ids)

    def changed(self) -> Observed:
        """Raises: CannotTell, NetBoxError."""
        if self._snapshots is None:
            raise CannotTell("there is no directory to keep a snapshot in")
        if not self._since:
            raise CannotTell("the change log is empty, or may not be read (permission core.view_objectchange)")
        source = changed_source(self._client, source_of(self._client), self._snapshots, self._plan_ids, self._before)
        # Once a day even so: the longer ago it was, the more of the change log has to be looked at.
        anew = source.differs or source.day != self._since[:10]
        try:
            reading, told = self._read(source, anew)
        except SnapshotError as error:
            raise CannotTell(f"the snapshot of the last run cannot be read: {error}") from None
        if not self._whole(reading):
            raise CannotTell(_differ(reading, self._counted()))
        why_not = source.why_not()
        if why_not:
            raise CannotTell(why_not)
        if anew:
            self._keep()
        self._found.extend(told)
        return Observed(reading.state, CHANGED, "", source.changed, self._before)

    def everything(self) -> Observed:
        """Raises: NetBoxError."""
        last: dict[str, set[int]] | None = None
        for _attempt in range(_READINGS):
            reading, told = self._read(source_of(self._client), True)
            # Where a count says something else (the filter is not exact, or an interface is on a device of somebody
            # else), what is found twice is what there is.
            if self._whole(reading) or (not reading.twice and reading.ids == last):
                self._keep()
                self._found.extend(told)
                return Observed(reading.state, extents=self._before)
            last = reading.ids
        raise ServerError(
            f"NetBox changes while the plan {self._plan_id!r} is read: read {_READINGS} times, and at last found"
            f" {_differ(reading, self._counted())}. Run again when nobody else writes."
        )

    def _read(self, source: OwnedSource, record: bool) -> tuple[Reading, Diagnostics]:
        if record and self._since and self._snapshots is not None:
            self._snapshots.begin()
            source = Recorded(source, self._snapshots)
        reading, told = Reading(source, self._before, self._plan_ids, self._lender), Diagnostics()
        reading.read(Former(self._plan_id, self._renames, reading.state, told), self._refs)
        return reading, told

    def _whole(self, reading: Reading) -> bool:
        """Whether it is as many as are counted, before and after. The next one expects what is counted after."""
        before, self._before = self._before, extents_of(self._client, self._plan_ids)
        return not reading.twice and before == self._before and {
            kind: len(reading.ids[kind]) for kind in OWNED_KINDS
        } == self._counted()

    def _counted(self) -> dict[str, int]:
        return {kind: sum(self._before[kind, one].count for one in self._plan_ids) for kind in OWNED_KINDS}

    def _keep(self) -> None:
        end = newest(self._client) if self._since else None
        if self._snapshots is not None and end is not None:
            version = self._client.capabilities.version
            self._snapshots.keep(
                Header(self._snapshots.netbox, version, self._plan_ids, self._since, end).as_row()
            )


def _differ(reading: Reading, counted: Mapping[str, int]) -> str:
    return ", ".join(f"{len(reading.ids[kind])} {kind}s where {counted[kind]} are counted" for kind in OWNED_KINDS)


def extents_of(client: Client, plan_ids: tuple[str, ...]) -> Extents:
    """How many objects of each kind carry a plan's id, as REST counts them. None if the mark is not registered."""
    def ask(place: tuple[str, str]) -> Extent:
        kind, plan_id = place
        wanted = {f"cf_{PLAN_MARK}": plan_id, "fields": "id,custom_fields"}
        extent, row = client.extent(RESOURCES[kind].endpoint, **wanted)
        # A filter on a field that there is not is ignored without a word, and the whole table counted.
        known = row is not None and PLAN_MARK in (row.get("custom_fields") or {})
        return extent if known else Extent(0, 0)

    places = [(kind, plan_id) for kind in OWNED_KINDS for plan_id in plan_ids]
    return dict(zip(places, in_order(ask, places, client.transport.at_once), strict=True))


def ledger_of(owned: Owned) -> Ledger:
    """The ledger that the owned cables carry. A cable whose entry is unreadable has none, and is placed anew."""
    entries = {}
    for key, row in owned.cables.items():
        entry = Entry.parse(str(row.values.get("ports") or ""))
        if entry is not None:
            entries[key] = entry
    return Ledger(entries)
