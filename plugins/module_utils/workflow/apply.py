# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply: carries out a change set, and leaves a record of the run in NetBox."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..diagnostics import Diagnostic, Diagnostics
from ..diff.changeset import ChangeSet
from ..diff.journal import Journal, no_journal
from ..diff.marks import plan_tag
from ..diff.render import summary
from ..events import Event, Sink
from ..netbox.client import Client
from ..netbox.errors import NetBoxError
from ..netbox.fields import References, tag_slugs
from ..netbox.journal import noted
from ..netbox.run_record import ENDPOINT, comments
from ..netbox.writer import Writer


def apply(
    changes: ChangeSet, plan_id: str, site: str, writer: Writer, client: Client, refs: References,
    record: Mapping[str, Any], sink: Sink, journal: Journal | None = None,
) -> Sequence[Diagnostic]:
    """Write a change set, then its run record; warnings come back.

    Args:
        site: slug of the site that takes the run record, empty for none.
        record: what the record says beside the counts: digests, who, and the plan (`netbox.run_record.carried`).
        journal: where the writing of the record is noted; the writer has its own say.

    Raises:
        NetBoxError: something was refused or failed. What was done stays, and the next run continues from there.
    """
    found = Diagnostics()
    if not changes:
        return found.warnings
    begin = time.monotonic()
    writer.write(changes, plan_id, sink)
    if site and refs.knows("site", site):
        sink(Event("Recording the run"))
        done = {**record, "seconds": round(time.monotonic() - begin, 1)}
        _leave_record(changes, plan_id, refs.id("site", site), client, done, journal or no_journal(), found)
    return found.warnings


def _leave_record(
    changes: ChangeSet, plan_id: str, site_id: int, client: Client, record: Mapping[str, Any], journal: Journal,
    found: Diagnostics,
) -> None:
    told = "; ".join(summary(changes, done=True))
    body = {"changes": changes.counts(), **record}
    entry = {
        "assigned_object_type": "dcim.site",
        "assigned_object_id": site_id,
        "kind": "info",
        "comments": comments(plan_id, told, body),
        "tags": tag_slugs([plan_tag(plan_id)]),
    }
    try:
        noted(journal, "create", "run record", (), lambda: client.create(ENDPOINT, [entry]))
    except NetBoxError as error:  # whatever it is: what the plan wants is there, and nothing is to be taken back
        found.warn("no-run-record", (), f"the run is done, but could not be recorded in NetBox's journal: {error}")
