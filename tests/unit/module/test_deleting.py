# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options about deleting, as the module takes them, and what its result says."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES
from ..netbox.scene import row_of, small
from .running import Run

GRACE = "decommissioning"


def test_a_plan_that_loses_much_is_refused_unless_that_is_said(run: Run, netbox: FakeNetBox) -> None:
    run(plan=small(12))
    writes = len(netbox.writes())
    for check in (True, False):
        refused = run(plan=small(1), prune=True, check=check)
        assert refused["failed"] and "[too-many-deletions]" in refused["msg"]
        assert "143 of the 236 objects that the plan owns would be deleted (11 devices, 88 inter" in refused["msg"]
        assert "and 50 may be (5 % of 236, or 50 where that is more)" in refused["msg"]
        assert "`max_deletions: 143`" in refused["msg"]
    assert len(netbox.writes()) == writes
    assert run(plan=small(1), prune=True, max_deletions=142)["failed"]
    done = run(plan=small(1), prune=True, max_deletions=143)
    assert sum(kind["delete"] for kind in done["changes"].values()) == 143
    assert run(plan_id="test", state="absent", max_deletions="99%")["failed"]
    assert run(plan_id="test", state="absent")["changed"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_limit_that_says_nothing_is_an_error(state: str, run: Run, netbox: FakeNetBox) -> None:
    failed = run(plan=small(), state=state, max_deletions="a few")
    assert failed["msg"].startswith("max_deletions: 'a few' is no limit.") and not netbox.writes()


def test_grace_goes_with_what_deletes(run: Run, netbox: FakeNetBox) -> None:
    for options in ({"plan": small()}, {"plan": small(), "prune": True, "undo": "x"}):
        assert run(**options, grace=GRACE)["msg"].startswith("grace goes with prune=true or state=absent only")
    assert not netbox.log


def test_grace_leaves_the_ledger_and_says_what_deletes_the_rest(
    run: Run, netbox: FakeNetBox, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.json"
    run(plan=small(), ledger_file=str(ledger))
    text = ledger.read_text()
    marked = run(plan=small(2), prune=True, grace=GRACE, ledger_file=str(ledger), diff=True)
    assert marked["changed"] and marked["leftovers"]["device"] == 1
    assert "`grace` keeps them, a run without it deletes them" in marked["warnings"][0]
    assert "devices: 1 left over, kept (`grace` keeps them" in marked["diff"]["prepared"]
    assert "~ device gpu-003: status planned -> decommissioning [plan changed]" in marked["diff"]["prepared"]
    assert ledger.read_text() == text
    assert run(plan=small(2), prune=True, grace=GRACE, ledger_file=str(ledger))["changed"] is False
    absent = {"plan_id": "test", "state": "absent", "ledger_file": str(ledger)}
    assert set(run(**absent, grace=GRACE)["changes"]) == {"device", "cable"}
    assert ledger.read_text() == text
    assert run(**absent)["changed"] and ledger.read_text() != text
    assert not netbox.tables[DEVICES] and not netbox.tables[CABLES]


def test_an_undo_takes_the_marks_back_and_stops_at_what_others_have(run: Run, netbox: FakeNetBox) -> None:
    run(plan=small())
    marked = run(plan=small(2), prune=True, grace=GRACE)
    run(plan_id="test", undo=marked["run"])
    assert {row["status"] for kind in (DEVICES, CABLES) for row in netbox.tables[kind].values()} == {"planned"}
    grown = run(plan=small(4))
    service = netbox.make(
        "ipam/services", name="ssh", parent_object_type="dcim.device",
        parent_object_id=row_of(netbox, DEVICES, "gpu/4")["id"],
    )
    assert "service ssh is on gpu-004" in run(plan_id="test", undo=grown["run"])["msg"]
    del netbox.tables["ipam/services"][service]
    assert "[too-many-deletions]" in run(plan_id="test", undo=grown["run"], max_deletions=1)["msg"]
    assert run(plan_id="test", undo=grown["run"])["changed"]
