# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a file of changes: from top to bottom, in batches, with counters, search index and change log.

The caller opens the transaction. Memory: the file is read in a stream; beside one batch only ids are kept.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from django.db import transaction
from django.db.models import Model, prefetch_related_objects
from extras.jobs import RenderConfigContextJob
from netbox.context import query_cache
from netbox.registry import registry
from netbox.search import get_indexer
from netbox.search.backends import search_backend
from utilities.prefetch import get_prefetchable_fields

from .changes import CABLE, DEVICE, INTERFACE, OWNED, Header, batches, read
from .objects import MODELS, Cables, Devices, Interfaces, Known
from .shared import Shared, refuse_existing
from .sql import add_to

BATCH = 1000
CHANGED_BY = "diet_load"


@dataclass(slots=True)
class Report:
    """How many objects were created, and how many seconds each part took."""

    plan: str = ""
    created: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        begin = time.monotonic()
        yield
        self.seconds[part] += time.monotonic() - begin


Progress = Callable[[str, int, int], None]  # kind, done, of
Counted = defaultdict[tuple[type[Model], str], Counter[int]]  # model and counter: how many more, by id


def load(lines: Iterable[str], progress: Progress, index: bool = True, changelog: bool = False) -> Report:
    """Create everything that the lines say.

    Raises:
        ChangesError: the file is not complete, refers to something that is not there, or its plan is there already.
    """
    # NetBox remembers custom fields and types for a request; without one the search index asks for them per object.
    token = query_cache.set(defaultdict(dict))
    try:
        return _load(lines, progress, index, changelog)
    finally:
        query_cache.reset(token)


def _load(lines: Iterable[str], progress: Progress, index: bool, changelog: bool) -> Report:
    header, rows = read(lines)
    refuse_existing(header, MODELS)
    report, shared = Report(header.plan), Shared(header)
    writers: dict[str, Any] = {}
    counted: Counted = defaultdict(Counter)
    request = uuid.uuid4()
    for batch in batches(rows, BATCH):
        kind = batch[0].kind
        if kind not in OWNED:
            if writers:
                raise batch[0].error("stands below objects that may refer to it.")
            with report.timed("shared"):
                report.created["shared"] += sum(shared.load(row) for row in batch)
            continue
        if not writers:
            # Not earlier: what is remembered of custom fields has to have those that the file itself brought.
            query_cache.get().clear()
            writers = _writers(header, shared)
        with report.timed(kind):
            objects = writers[kind].create(batch)
            _count(objects, counted)
        report.created[kind] += len(objects)
        if index:
            with report.timed("search index"):
                search_backend.cache(objects, indexer=get_indexer(MODELS[kind]), remove_existing=False)
        if changelog:
            with report.timed("change log"):
                _log(objects, MODELS[kind], request)
        progress(kind, report.created[kind], header.counts[kind])
    with report.timed("counters"):
        for (model, counter), amounts in counted.items():
            add_to(model, counter, amounts)
    if report.created[DEVICE]:
        # As for any device that gets a tag: a worker writes down what config contexts come to, else slow to ask for.
        transaction.on_commit(lambda: RenderConfigContextJob.enqueue_once(instance=None))
    return report


def _writers(header: Header, shared: Shared) -> dict[str, Any]:
    known = Known()
    return {
        DEVICE: Devices(header, shared, known),
        INTERFACE: Interfaces(header, known),
        CABLE: Cables(header, known),
    }


def _count(objects: Iterable[Model], counted: Counted) -> None:
    """What utilities.counters does at each save: devices of a type, interfaces of a device."""
    for one in objects:
        for attribute, counter in registry["counter_fields"][type(one)].items():
            parent = getattr(one, attribute)
            if parent is not None:
                model = one._meta.get_field(attribute).related_model
                counted[model, counter][parent] += 1


def _log(objects: list[Any], model: type[Model], request: uuid.UUID) -> None:
    """A change record of each object, as created by nobody."""
    prefetch_related_objects(objects, *get_prefetchable_fields(model))
    records = []
    for one in objects:
        record = one.to_objectchange(ObjectChangeActionChoices.ACTION_CREATE)
        record.user_name, record.request_id = CHANGED_BY, request
        records.append(record)
    ObjectChange.objects.bulk_create(records)
