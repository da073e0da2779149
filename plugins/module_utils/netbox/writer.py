# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a change set over REST: list requests, phase by phase.

A request is all or none. After a failure everything done so far carries our marks, so the next run reads it back and
continues; nothing here is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from ..diff.changeset import BY_TEMPLATE, Change, ChangeSet
from ..diff.marks import plan_tag
from ..diff.order import ADD, AMEND, FREE, REMOVE, SETUP, Phase, phases
from ..events import Event, Sink
from ..model.state import CABLE, DEVICE, INTERFACE
from .client import Client
from .errors import AccessError, RefusedError
from .fields import References, Resource, tag_slugs
from .resources import KEY_MARK, PLAN_MARK, RESOURCES, SHARED_RESOURCES


class Writer(Protocol):
    """Makes NetBox what a change set says. Raises NetBoxError; what was done stays done."""

    def write(self, changes: ChangeSet, plan_id: str, sink: Sink) -> None: ...


class RestWriter:
    """The writer that needs nothing on the server."""

    def __init__(self, client: Client, refs: References) -> None:
        self._client = client
        self._refs = refs

    def write(self, changes: ChangeSet, plan_id: str, sink: Sink) -> None:
        do: Mapping[str, Callable[[Phase, str], Iterator[int]]] = {
            SETUP: self._setup, REMOVE: self._remove, ADD: self._add, AMEND: self._amend, FREE: self._free
        }
        for phase in phases(changes):
            total, done = len(phase.changes), 0
            sink(Event(phase.title, done, total))
            for count in do[phase.method](phase, plan_id):
                done += count
                sink(Event(phase.title, done, total))

    # -- phases: each yields how many objects its last request did -----------------------------------------------

    def _setup(self, phase: Phase, _plan_id: str) -> Iterator[int]:
        for kind, resource in SHARED_RESOURCES.items():
            new = [c for c in phase.changes if c.kind == kind and c.id is None]
            if new:
                for change, row in zip(new, self._make_shared(resource.endpoint, kind, new), strict=True):
                    self._refs.add(kind, change.key, int(row["id"]))
                yield len(new)
            old = [c for c in phase.changes if c.kind == kind and c.id is not None]
            if old:
                self._client.update(resource.endpoint, [{"id": c.id, **c.after} for c in old])
                yield len(old)

    def _make_shared(self, endpoint: str, kind: str, new: Sequence[Change]) -> list[dict[str, Any]]:
        rows = []
        for change in new:
            row = dict(change.after)
            for name in SHARED_RESOURCES[kind].references:
                if name in row:
                    row[name] = self._refs.id(name, row[name])
            rows.append(row)
        try:
            return self._client.create(endpoint, rows)
        except AccessError as error:
            names = ", ".join(c.key for c in new)
            raise AccessError(
                f"{error} These are missing and have to be made once: {names}. Let someone who may (permission to add"
                f" {endpoint}) run the playbook hedgehog.diet.setup with this plan."
            ) from None

    def _remove(self, phase: Phase, _plan_id: str) -> Iterator[int]:
        resource = RESOURCES[phase.kind]
        for batch in _batches(phase.changes, resource.batch):
            ids = [c.id for c in batch if c.id is not None]
            with _Naming(batch):
                self._client.delete(resource.endpoint, ids)
            yield len(batch)

    def _add(self, phase: Phase, plan_id: str) -> Iterator[int]:
        resource = RESOURCES[phase.kind]
        for batch in _batches(phase.changes, resource.batch):
            rows = [self._new_row(resource, change, plan_id) for change in batch]
            with _Naming(batch):
                created = self._client.create(resource.endpoint, rows)
            for change, row in zip(batch, created, strict=True):
                self._refs.add(phase.kind, change.key, int(row["id"]))
            yield len(batch)

    def _amend(self, phase: Phase, plan_id: str) -> Iterator[int]:
        resource = RESOURCES[phase.kind]
        made = self._made_by_templates(phase)
        for batch in _batches(phase.changes, resource.batch):
            rows = []
            for change in batch:
                row_id = change.id if change.id is not None else made[change.key]
                self._refs.add(phase.kind, change.key, row_id)
                row = resource.payload(change.after, self._refs)
                row.setdefault("custom_fields", {}).update({PLAN_MARK: plan_id, KEY_MARK: change.key})
                rows.append({"id": row_id, **row})
            with _Naming(batch):
                self._client.update(resource.endpoint, rows)
            yield len(batch)

    def _free(self, phase: Phase, _plan_id: str) -> Iterator[int]:
        """Take cables off the ports, and names and rack units off the objects, that others are waiting for."""
        resource = RESOURCES[phase.kind]
        for batch in _batches(phase.changes, resource.batch):
            with _Naming(batch):
                self._client.update(resource.endpoint, [{"id": c.id, **_freed(c)} for c in batch])
            yield len(batch)

    # -- rows ----------------------------------------------------------------------------------------------------

    def _new_row(self, resource: Resource, change: Change, plan_id: str) -> dict[str, Any]:
        row = {**resource.on_create, **resource.payload(change.after, self._refs)}
        marks = {PLAN_MARK: plan_id, KEY_MARK: change.key}
        given = {name: value for name, value in row.get("custom_fields", {}).items() if value is not None}
        row["custom_fields"] = {**marks, **given}
        if resource.kind == DEVICE:
            row["tags"] = [*tag_slugs([plan_tag(plan_id)]), *row.get("tags", ())]
        return row

    def _made_by_templates(self, phase: Phase) -> dict[str, int]:
        """Ids of the interfaces that NetBox made from templates on the devices just created."""
        waiting = [c for c in phase.changes if c.via == BY_TEMPLATE]
        if not waiting:
            return {}
        devices = {self._refs.id(DEVICE, c.after["device"]) for c in waiting}
        keys = {(self._refs.id(DEVICE, c.after["device"]), c.after["name"]): c.key for c in waiting}
        rows = self._client.rest_list(RESOURCES[INTERFACE].endpoint, device_id=devices, fields="id,name,device")
        found = {}
        for row in rows:
            key = keys.get((int(row["device"]["id"]), row["name"]))
            if key is not None:
                found[key] = int(row["id"])
        lacking = [c.label for c in waiting if c.key not in found]
        if lacking:
            raise RefusedError(f"NetBox made no interface from its template for {', '.join(lacking[:5])}. Run again.")
        return found


class _Naming:
    """Turns the positions in a refusal into the names of our objects."""

    def __init__(self, batch: Sequence[Change]) -> None:
        self._batch = batch

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, RefusedError) or not error.rows:
            return
        told = []
        for position, text in error.rows[:10]:
            change = self._batch[position] if position is not None and position < len(self._batch) else None
            told.append(f"{change.label} ({change.key}): {text}" if change else text)
        raise RefusedError(
            f"NetBox refused {len(self._batch)} {self._batch[0].kind}s, and wrote none of them: " + "; ".join(told)
        ) from None


def _freed(change: Change) -> dict[str, Any]:
    """What makes an object let go: a cable can do without an end, a device without a name or a rack unit."""
    if change.kind == CABLE:
        return {f"{side}_terminations": [] for side in change.after["sides"]}
    return dict(change.after)


def _batches(changes: Sequence[Change], size: int) -> Iterator[Sequence[Change]]:
    for start in range(0, len(changes), size):
        yield changes[start:start + size]
