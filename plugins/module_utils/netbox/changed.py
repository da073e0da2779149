# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads only what changed since a snapshot was taken, and lays it over the snapshot.

That is right only where the rest is certainly as it was. What says so, and what it does not see, is in docs/netbox.md:

    an object was made or edited        its `last_updated`, which every save of NetBox sets
    an object was deleted               the change log, and the number of objects that carry the plan's id
    a cable lost an end                 with a deleted interface or device: the change log; NetBox touches neither the
                                        cable nor its log. The number of cables that lack an end says the same.
    something that objects refer to     the change log: `last_updated` of the objects themselves stays
    was renamed or deleted

Where one of these cannot be had, everything is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from heapq import merge
from typing import Any

from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS
from . import changelog
from .client import Client
from .errors import AccessError
from .lock import PREFIX as LOCK
from .paging import Extent
from .parallel import in_order
from .resources import MARKS, PLAN_MARK, RESOURCES, SHARED_RESOURCES
from .rest import RestSource
from .snapshot import Header, SnapshotError, Snapshots
from .source import Source

JsonRow = Mapping[str, Any]

# Deletes that are looked at one by one: a hundred pages, some seconds.
_MOST_DELETED = 100_000

# What devices show of others, by kind: NetBox writes none of it to the devices, or does so without a trace.
_SHOWN = {
    "device_type": ("slug",),
    "device_role": ("slug",),
    "site": ("slug",),
    "tenant": ("slug",),
    "platform": ("slug",),
    "tag": ("slug",),
    "location": ("slug", "site"),
    "rack": ("name", "site", "location"),
    "custom_field": ("name", "type", "object_types"),
}
# Of these, what may be deleted while devices show it.
_DELETABLE = ("platform", "tag", "custom_field")

Extents = Mapping[tuple[str, str], Extent]


class CannotTell(Exception):
    """Why everything has to be read, in words that follow a colon."""


class ChangedSource:
    """See `source.py`. Good for one reading, and for one that asks in the order in which the snapshot was written."""

    def __init__(
        self, client: Client, source: Source, snapshots: Snapshots, header: Header, deleted: Mapping[str, set[int]]
    ) -> None:
        self._client = client
        self._by_id = RestSource(client)  # up to 4.4, GraphQL knows no list of ids
        self._since = header.since
        self._plan_ids = header.plan_ids
        self._gone = {kind: deleted.get(RESOURCES[kind].object_type, set()) for kind in OWNED_KINDS}
        self._fresh = {
            kind: {one: list(source.changed(kind, one, self._since)) for one in header.plan_ids}
            for kind in OWNED_KINDS
        }
        self._new_devices = {int(row["id"]) for rows in self._fresh[DEVICE].values() for row in rows}
        self._stale = {
            kind: self._gone[kind] | {int(row["id"]) for rows in self._fresh[kind].values() for row in rows}
            for kind in OWNED_KINDS
        }
        # A device that goes takes its interfaces with it, and they the ends of cables.
        self._ends_gone = bool(self._gone[DEVICE] or self._gone[INTERFACE])
        self._interfaces: set[int] = set()
        self._loose = 0
        self._rows = snapshots.rows()
        self._next = next(self._rows, None)
        self.day = header.day
        self.changed = sum(len(rows) for by_plan in self._fresh.values() for rows in by_plan.values())

    @property
    def differs(self) -> bool:
        """Whether something is not as the snapshot has it, or may not be."""
        return bool(self.changed or any(self._gone.values()))

    def marked(self, kind: str, plan_id: str, extent: Extent) -> Iterator[JsonRow]:
        return self._devices(plan_id) if kind == DEVICE else self._cables(plan_id)

    def interfaces(self, plan_id: str, devices: Sequence[int], extent: Extent) -> Iterator[JsonRow]:
        ours = set(devices)
        saved = self._fresh[INTERFACE].get(plan_id, ())
        fresh = {int(row["id"]): row for row in saved if int(row["device"]["id"]) in ours}
        # A device that is new here and old there was marked: its interfaces may be as they long were.
        new = sorted(self._new_devices & ours)
        fresh |= {int(row["id"]): row for row in self._by_id.of_older_devices(new, self._since)}
        for row in self._section(INTERFACE, plan_id):
            row_id = int(row["id"])
            if row_id not in self._stale[INTERFACE] and row_id not in fresh:
                if row.get("cable") and int(row["cable"]["id"]) in self._gone[CABLE]:
                    row = {**row, "cable": None}  # 4.6 does not save what a deleted cable was on
                self._interfaces.add(row_id)
                yield row
        self._interfaces.update(fresh)
        yield from fresh.values()

    def why_not(self) -> str:
        """What shows, after all was read, that the snapshot was no longer true; empty where nothing does."""
        loose = 0
        for plan_id in self._plan_ids:
            wanted = {f"cf_{PLAN_MARK}": plan_id, "unterminated": "true", "fields": "id"}
            loose += self._client.extent(RESOURCES[CABLE].endpoint, **wanted)[0].count
        if loose == self._loose:
            return ""
        return f"{loose} cables lack an end, where the snapshot and what changed since come to {self._loose}"

    # -- kinds ---------------------------------------------------------------------------------------------------

    def _devices(self, plan_id: str) -> Iterator[JsonRow]:
        # In order of their ids, as everything is read: of two with one key, the older one is ours.
        return merge(self._old_devices(plan_id), self._fresh[DEVICE].get(plan_id, ()), key=_row_id)

    def _old_devices(self, plan_id: str) -> Iterator[JsonRow]:
        for row in self._section(DEVICE, plan_id):
            row_id = int(row["id"])
            self._new_devices.discard(row_id)
            if row_id not in self._stale[DEVICE]:
                yield row

    def _cables(self, plan_id: str) -> Iterator[JsonRow]:
        doubtful: list[int] = []
        for row in self._section(CABLE, plan_id):
            if int(row["id"]) in self._stale[CABLE]:
                continue
            if self._ends_gone and not self._ends_stand(row):
                doubtful.append(int(row["id"]))
                continue
            yield self._counted(row)
        again = self._by_id.cables(doubtful)
        for row in (*again, *self._fresh[CABLE].get(plan_id, ())):
            if (row.get("custom_fields") or {}).get(PLAN_MARK) == plan_id:
                yield self._counted(row)

    def _ends_stand(self, row: JsonRow) -> bool:
        """Whether all ends are on interfaces of ours that are there. What is deleted elsewhere is not followed."""
        return all(
            end.get("__typename") == "InterfaceType" and int(end["id"]) in self._interfaces
            for side in ("a_terminations", "b_terminations") for end in row.get(side) or ()
        )

    def _counted(self, row: JsonRow) -> JsonRow:
        self._loose += not (row.get("a_terminations") and row.get("b_terminations"))
        return row

    def _section(self, kind: str, plan_id: str) -> Iterator[JsonRow]:
        """The rows of the snapshot of one kind and plan id. What is skipped is missing in the end, and counted."""
        place = self._place(kind, plan_id)
        while self._next is not None and self._place(*self._next[:2]) < place:
            self._next = next(self._rows, None)
        while self._next is not None and self._next[:2] == (kind, plan_id):
            yield self._next[2]
            self._next = next(self._rows, None)

    def _place(self, kind: str, plan_id: str) -> tuple[int, int]:
        return OWNED_KINDS.index(kind), self._plan_ids.index(plan_id)


def _row_id(row: JsonRow) -> int:
    return int(row["id"])


def changed_source(
    client: Client, source: Source, snapshots: Snapshots, plan_ids: tuple[str, ...], extents: Extents
) -> ChangedSource:
    """What changed since the snapshot, over the snapshot.

    Raises:
        CannotTell: everything has to be read.
        NetBoxError: of any kind.
    """
    try:
        stored = snapshots.header()
        header = Header.of(stored) if stored is not None else None
    except SnapshotError as error:
        raise CannotTell(f"the snapshot of the last run cannot be read: {error}") from None
    if stored is None:
        raise CannotTell("there is no snapshot of an earlier run")
    if header is None:
        raise CannotTell("the snapshot is of another version of hedgehog.diet")
    if header.netbox != snapshots.netbox:
        raise CannotTell(f"the snapshot is of {header.netbox}")
    if header.version != client.capabilities.version:
        raise CannotTell(f"the snapshot is of NetBox {header.version}, and this is {client.capabilities.version} now")
    if header.plan_ids != plan_ids:
        raise CannotTell("the plan has, or had, another id since the snapshot was taken")
    try:
        return ChangedSource(client, source, snapshots, header, _deleted(client, header, extents))
    except AccessError as error:
        raise CannotTell(f"the change log may not be read: {error}") from None


def _deleted(client: Client, header: Header, extents: Extents) -> Mapping[str, set[int]]:
    if not changelog.holds(client, header.end):
        raise CannotTell(f"the change log no longer reaches back to {header.end.time}")
    since = header.since
    for changed in in_order(partial(_changed, client, since), _SHOWN, client.transport.at_once):
        if changed:
            raise CannotTell(f"{changed} was changed after {since}, which many objects show")
    deleted = changelog.deleted(client, since, _MOST_DELETED)
    if deleted is None:
        raise CannotTell(f"more than {_MOST_DELETED} objects were deleted after {since}")
    tag = SHARED_RESOURCES["tag"].object_type
    if tag in deleted:  # every run that writes makes one, its lock, and deletes it
        deleted[tag] -= changelog.deleted_named(client, since, tag, LOCK)
    for kind in _DELETABLE:
        if deleted.get(SHARED_RESOURCES[kind].object_type):
            raise CannotTell(f"a {kind.replace('_', ' ')} was deleted after {since}, which takes it from many objects")
    _few(client, since, extents)
    return deleted


def _changed(client: Client, since: str, kind: str) -> str:
    """The first object of a shared kind in which something changed that devices show, empty for none."""
    shared, ours = SHARED_RESOURCES[kind], {mark.name for mark in MARKS}
    for before, after in changelog.updated(client, since, shared.object_type):
        if kind == "custom_field" and ours.isdisjoint({before.get("name"), after.get("name")}):
            continue
        if any(before.get(name) != after.get(name) for name in _SHOWN[kind]):
            return f"the {kind.replace('_', ' ')} {before.get(shared.by)!r}"
    return ""


def _few(client: Client, since: str, extents: Extents) -> None:
    """Where most of it changed, reading everything is quicker: pages of that are read at once."""
    changed = saved_since(client, extents, since)
    total = sum(extent.count for extent in extents.values())
    if changed * 2 > total:
        raise CannotTell(f"{changed} of {total} objects were changed after {since}")


def saved_since(client: Client, extents: Extents, since: str) -> int:
    """How many objects that carry the ids of these plans were saved at a time or later."""
    def ask(place: tuple[str, str]) -> int:
        kind, plan_id = place
        wanted = {f"cf_{PLAN_MARK}": plan_id, "last_updated__gte": since, "fields": "id"}
        return client.extent(RESOURCES[kind].endpoint, **wanted)[0].count

    places = [place for place, extent in extents.items() if extent.count]
    return sum(in_order(ask, places, client.transport.at_once))
