# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a change set over REST: list requests, phase by phase.

A request is all or none. After a failure everything done so far carries our marks, so the next run reads it back and
continues; nothing here is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from ..diff.changeset import BY_TEMPLATE, DELETE, WITH_DEVICE, Change, ChangeSet
from ..diff.journal import Journal, no_journal
from ..diff.marks import plan_tag
from ..diff.order import ADD, AMEND, FREE, REMOVE, SETUP, Phase, phases
from ..events import Event, Sink
from ..model.state import CABLE, DEVICE, INTERFACE
from .batches import device_weights, load
from .client import Client
from .errors import AccessError, RefusedError
from .fields import References, Resource, tag_slugs, termination
from .journal import noted
from .resources import KEY_MARK, PLAN_MARK, RESOURCES, SHARED_RESOURCES
from .sender import Sender
from .unchanged import Watch


class Writer(Protocol):
    """Makes NetBox what a change set says. Raises NetBoxError; what was done stays done."""

    def write(self, changes: ChangeSet, plan_id: str, sink: Sink) -> None: ...


class RestWriter:
    """The writer that needs nothing on the server."""

    def __init__(
        self, client: Client, refs: References, journal: Journal | None = None, watch: Watch | None = None
    ) -> None:
        self._client = client
        self._refs = refs
        self._journal = journal or no_journal()
        self._watch = watch or Watch(client, None)
        self._sender = Sender(client, journal=self._journal, watch=self._watch)
        self._weights: Mapping[str, int] = {}
        self._along: dict[str, list[Change]] = {}

    def write(self, changes: ChangeSet, plan_id: str, sink: Sink) -> None:
        do: Mapping[str, Callable[[Phase, str], Iterator[int]]] = {
            SETUP: self._setup, REMOVE: self._remove, ADD: self._add, AMEND: self._amend, FREE: self._free
        }
        self._weights = device_weights(changes)
        for change in changes.of(INTERFACE, DELETE):
            if change.via == WITH_DEVICE:
                self._along.setdefault(str(change.before["device"]), []).append(change)
        # Deleting a cable saves the interfaces that it was on.
        ends = {end for change in changes.of(CABLE, DELETE) for end in change.before["ends"]}
        known = (end for end in ends if self._refs.knows(INTERFACE, end))
        self._watch.ignore(INTERFACE, (self._refs.id(INTERFACE, end) for end in known))
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
                rows = [{"id": c.id, **c.after} for c in old]
                noted(self._journal, "update", kind, old, partial(self._client.update, resource.endpoint, rows))
                yield len(old)

    def _make_shared(self, endpoint: str, kind: str, new: Sequence[Change]) -> Sequence[dict[str, Any]]:
        rows = []
        for change in new:
            row = dict(change.after)
            for name in SHARED_RESOURCES[kind].references:
                if name in row:
                    row[name] = self._refs.id(name, row[name])
            rows.append(row)
        try:
            return noted(self._journal, "create", kind, new, partial(self._client.create, endpoint, rows))
        except AccessError as error:
            names = ", ".join(c.key for c in new)
            raise AccessError(
                f"{error} These are missing and have to be made once: {names}. Let someone who may (permission to add"
                f" {endpoint}) run the playbook hedgehog.diet.setup with this plan."
            ) from None

    def _remove(self, phase: Phase, _plan_id: str) -> Iterator[int]:
        loads = (
            load(c, {"id": c.id}, self._weights.get(c.key, 1), self._along.get(c.key, ()) if c.kind == DEVICE else ())
            for c in phase.changes if c.id is not None
        )
        for sent in self._sender.delete(RESOURCES[phase.kind], loads):
            yield len(sent.changes)

    def _add(self, phase: Phase, plan_id: str) -> Iterator[int]:
        resource = RESOURCES[phase.kind]
        loads = (load(c, self._new_row(resource, c, plan_id), self._weights.get(c.key, 1)) for c in phase.changes)
        for sent in self._sender.create(resource, loads):
            for change, row in zip(sent.changes, sent.rows, strict=True):
                self._refs.add(phase.kind, change.key, int(row["id"]))
            yield len(sent.changes)

    def _amend(self, phase: Phase, plan_id: str) -> Iterator[int]:
        resource = RESOURCES[phase.kind]
        made = self._made_by_templates(phase)
        for change in phase.changes:
            self._refs.add(phase.kind, change.key, change.id if change.id is not None else made[change.key])
        loads = (load(change, self._present_row(resource, change, plan_id)) for change in phase.changes)
        for sent in self._sender.update(resource, loads):
            yield len(sent.changes)

    def _free(self, phase: Phase, _plan_id: str) -> Iterator[int]:
        """Take cables off the ports, and names and rack units off the objects, that others are waiting for."""
        loads = (load(c, {"id": c.id, **self._freed(c)}) for c in phase.changes)
        for sent in self._sender.update(RESOURCES[phase.kind], loads):
            yield len(sent.changes)

    # -- rows ----------------------------------------------------------------------------------------------------

    def _new_row(self, resource: Resource, change: Change, plan_id: str) -> dict[str, Any]:
        row = {**resource.on_create, **resource.payload(change.after, self._refs)}
        marks = {PLAN_MARK: plan_id, KEY_MARK: change.key}
        given = {name: value for name, value in row.get("custom_fields", {}).items() if value is not None}
        row["custom_fields"] = {**marks, **given}
        if resource.kind == DEVICE:
            stated = (tag["slug"] for tag in row.get("tags", ()))
            row["tags"] = tag_slugs(dict.fromkeys((plan_tag(plan_id), *stated)))
        return row

    def _present_row(self, resource: Resource, change: Change, plan_id: str) -> dict[str, Any]:
        row = resource.payload(change.after, self._refs)
        # An undo gives back the marks that something had, or none.
        marks = {PLAN_MARK: change.after.get("plan_id", plan_id), KEY_MARK: change.after.get("key", change.key)}
        row.setdefault("custom_fields", {}).update(marks)
        return {"id": self._refs.id(resource.kind, change.key), **row}

    def _freed(self, change: Change) -> dict[str, Any]:
        """What makes an object let go: a cable does without one of its ends, a device without a name or a rack unit."""
        if change.kind != CABLE:
            return dict(change.after)
        return {
            f"{side}_terminations": [termination(end, self._refs)] if end else []
            for side, end in zip("ab", change.after["ends"], strict=True)
        }

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
