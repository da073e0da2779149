# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a real NetBox keeps what the plan was, and a run tells drift from a changed plan by it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.run_record import (
    MAX_DOCUMENT,
    NoRecord,
    RunRecord,
    carried,
    comments,
    last_record,
)

from .support.core import Core
from .support.plans import tiny
from .support.rest import NetBox

JOURNAL = "extras/journal-entries"


@pytest.fixture(autouse=True)
def as_built(begin_with: Callable[[str], None]) -> None:
    begin_with("tiny")


def named(pattern: str) -> dict[str, Any]:
    return tiny(naming={"server": pattern})


def reads_of_the_journal(core: Core) -> int:
    return sum(JOURNAL in request.path for request in core.recorder.requests)


def test_a_run_without_changes_asks_for_no_record(core: Core) -> None:
    assert not core.preview(tiny()).changes
    assert reads_of_the_journal(core) == 0


def test_drift_is_told_from_a_changed_plan_and_from_both(core: Core, netbox: NetBox) -> None:
    netbox.update("dcim/devices", netbox.device("gpu-001")["id"], name="by-hand")
    drift = core.preview(tiny()).only()
    assert (drift.reason, drift.before, drift.after) == ("drift", {"name": "by-hand"}, {"name": "gpu-001"})
    assert reads_of_the_journal(core) == 1
    seen = core.preview(named("node-{index}"))
    assert {c.key: c.reason for c in seen.changes.changes} == {"gpu/1": "both", "gpu/2": "plan changed"}
    core.apply(named("node-{index}"))
    netbox.update("dcim/devices", netbox.device("node-2")["id"], name="gpu-002")
    assert core.preview(named("node-{index}")).only().reason == "drift"
    assert core.preview(tiny()).only().reason == "plan changed"


def test_fields_say_their_own_reasons(core: Core, netbox: NetBox) -> None:
    core.apply(_stated(status="active"))
    device = netbox.device("gpu-001")
    netbox.update("dcim/devices", device["id"], name="by-hand", status="failed")
    plan = _stated(status="staged")
    found = next(c for c in core.preview(plan).changes.changes if c.key == "gpu/1")
    assert (found.reason, dict(found.field_reasons)) == ("both", {"name": "drift", "status": "both"})


def _stated(**values: Any) -> dict[str, Any]:
    plan = tiny()
    plan["server_classes"]["gpu"] |= values
    return plan


def test_a_rename_of_the_plan_is_judged_by_the_record_of_its_former_id(core: Core) -> None:
    renamed = tiny(plan_id="tiny-2", formerly=["tiny"])
    assert core.preview(renamed).changes.reasons() == {"plan changed": 5 + 12 + 6}
    core.apply(renamed)
    assert not core.preview(renamed).changes


def test_a_note_of_somebody_is_no_record_and_an_edited_record_no_error(core: Core, netbox: NetBox) -> None:
    (entry,) = netbox.all(JOURNAL)
    site = entry["assigned_object_id"]
    note = {"assigned_object_type": "dcim.site", "assigned_object_id": site, "comments": "looked at it"}
    netbox.create(JOURNAL, **note, tags=[{"slug": "diet-tiny"}])
    netbox.update("dcim/devices", netbox.device("gpu-001")["id"], name="by-hand")
    assert core.preview(tiny()).only().reason == "drift"
    netbox.update(JOURNAL, entry["id"], comments=entry["comments"].replace('"document": "', '"document": "AA'))
    found = core.preview(tiny()).only()
    assert (found.reason, found.because) == (
        "cannot say", f"the record of the last run (journal entry {entry['id']}) carries a plan that is damaged"
    )
    netbox.delete(JOURNAL, entry["id"])
    assert core.preview(tiny()).only().because == "NetBox has no record of an earlier run of this plan"


def test_a_plan_that_never_was_applied_has_no_record(core: Core) -> None:
    client = core._client()
    assert isinstance(last_record(client, ("never-heard-of",)), NoRecord)  # nor a tag, which NetBox refuses to look for
    assert isinstance(last_record(client, ("never-heard-of", "tiny")), RunRecord)


def test_a_record_with_the_largest_plan_is_kept_whole(core: Core, netbox: NetBox) -> None:
    """NetBox refuses more than 200,000 characters."""
    (entry,) = netbox.all(JOURNAL)
    noise = random.Random(1)
    large = {"id": "".join(chr(noise.randrange(33, 127)) for _n in range(MAX_DOCUMENT * 7 // 8 - 3000))}
    assert len(carried(large)["document"]) > MAX_DOCUMENT * 0.9
    quantities = {f"switch-class-{number}": 4096 for number in range(1000)}
    text = comments("tiny", "much", {"plan_digest": "x", "quantities": quantities, **carried(large)})
    assert len(text) < 200_000
    where = {name: entry[name] for name in ("assigned_object_type", "assigned_object_id")}
    netbox.create(JOURNAL, **where, comments=text, tags=[{"slug": "diet-tiny"}])
    found = last_record(core._client(), ("tiny",))
    assert isinstance(found, RunRecord) and found.document == json.loads(json.dumps(large))
