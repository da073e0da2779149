# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback of a run that failed, and undo of one that was finished."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, is_read

from ..fakes.interrupted import Interrupted
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..netbox.scene import row_of, small
from ..plans import Document
from .running import LOCK, Run, Through, codes, fabric, larger, plan, tags

WAYS = [
    ("build", {}, small(2), {}),
    ("grow, move and rename", small(), larger(), {"max_moves": 99}),
    ("shrink", small(4), small(2), {"prune": True}),
    ("teardown", small(2), small(2), {"state": "absent"}),
]


def begun(netbox: FakeNetBox, before: Document, run: Run, through: Through) -> FakeNetBox:
    through(netbox)
    if before:
        run(plan=before)
    return netbox


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize(("name", "before", "after", "options"), WAYS, ids=[way[0] for way in WAYS])
def test_a_run_that_fails_at_any_request_is_rolled_back(
    name: str, before: Document, after: Document, options: Document, after_commit: bool, run: Run,
    netbox: FakeNetBox, through: Through,
) -> None:
    start = begun(netbox, before, run, through)
    first = 2  # the first write is the lock, which is taken or not
    for at in range(first, 99):
        one = copy.deepcopy(start)
        broken = Interrupted(one, at, after_commit)
        through(broken)
        failed = run(plan=after, on_failure="rollback", **options)
        if not failed.get("failed"):
            break
        assert "was taken back" in failed["msg"] or "Nothing had been done" in failed["msg"], failed["msg"]
        assert fabric(one) == fabric(start)
        assert LOCK not in tags(one)
    assert at >= 4  # a record that fails takes nothing back


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
def test_an_exchange_of_ports_that_fails_is_rolled_back_and_one_that_does_not_is_undone(
    after_commit: bool, run: Run, netbox: FakeNetBox, through: Through
) -> None:
    """In the middle of it cables have one end."""
    start = begun(netbox, small(), run, through)
    first, second = (row_of(start, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2))
    first["b_terminations"], second["b_terminations"] = second["b_terminations"], first["b_terminations"]
    for at in (2, 3):  # off, on
        one = copy.deepcopy(start)
        through(Interrupted(one, at, after_commit))
        failed = run(plan=small(), on_failure="rollback")
        assert failed["failed"] and ("was taken back" in failed["msg"]) is (at == 3 or after_commit), failed["msg"]
        assert fabric(one) == fabric(start)
    one = copy.deepcopy(start)
    through(one)
    done = run(plan=small())
    assert done["changes"] == {"cable": {"move": 2}} and fabric(one) != fabric(start)
    assert run(plan_id="test", undo=done["run"])["changed"] and fabric(one) == fabric(start)


@pytest.mark.parametrize(("name", "before", "after", "options"), WAYS, ids=[way[0] for way in WAYS])
def test_a_run_is_undone(
    name: str, before: Document, after: Document, options: Document, run: Run, netbox: FakeNetBox, through: Through
) -> None:
    start = fabric(begun(netbox, before, run, through))
    done = run(plan=after, **options)
    assert done["changed"] and fabric(netbox) != start
    seen = run(plan_id="test", undo=done["run"], check=True)
    assert "failed" not in seen, seen["msg"]
    back = run(plan_id="test", undo=done["run"])
    assert seen["changes"] == back["changes"] and back["changed"]
    assert fabric(netbox) == start
    again = run(plan_id="test", undo=done["run"])
    assert again["changed"] is False and f"was undone before, by the run {back['run']}" in again["warnings"][0]
    # And the undo itself, which is a run like any other.
    run(plan_id="test", undo=back["run"])
    run(plan=after, **options)
    assert run(plan=after, **options)["changed"] is False


def test_an_undo_that_breaks_off_is_finished_by_another(
    run: Run, netbox: FakeNetBox, through: Through
) -> None:
    start = fabric(begun(netbox, small(4), run, through))
    done = run(plan=small(2), prune=True)
    for at in range(2, 5):  # devices, interfaces, cables
        one = copy.deepcopy(netbox)
        through(Interrupted(one, at, at % 2 == 0))
        assert run(plan_id="test", undo=done["run"])["failed"]
        through(one)
        assert "failed" not in run(plan_id="test", undo=done["run"])
        assert fabric(one) == start


def test_what_was_made_anew_since_is_not_taken_back(run: Run, netbox: FakeNetBox) -> None:
    run(plan=small(3))
    done = run(plan=small(2), prune=True)
    run(plan=small(3) | {"naming": {"server": "node-{index:02d}"}})
    failed = run(plan_id="test", undo=done["run"])
    texts = "\n".join(row["message"] for row in failed["diagnostics"])
    assert "device gpu-003 (gpu/3), which that run deleted, was made anew: its id is " in texts
    assert set(codes(failed)) == {"made-anew"}


def test_an_undo_moves_no_cable_and_writes_the_ledger_file(run: Run, netbox: FakeNetBox, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    run(plan=small(), ledger_file=str(ledger))
    text, cables = ledger.read_text(), copy.deepcopy(netbox.tables[CABLES])
    done = run(plan=larger(), max_moves=99, ledger_file=str(ledger))
    assert ledger.read_text() != text
    run(plan=larger(), undo=done["run"], ledger_file=str(ledger))
    assert ledger.read_text() == text
    assert {row["id"] for row in netbox.tables[CABLES].values()} == cables.keys()


def test_what_somebody_changed_since_is_not_taken_back(run: Run, netbox: FakeNetBox) -> None:
    run(plan=small())
    done = run(plan=larger(), max_moves=99)
    row_of(netbox, DEVICES, "gpu/1")["name"] = "mine"
    row_of(netbox, DEVICES, "gpu/5")["name"] = "mine-too"
    state = fabric(netbox)
    failed = run(plan_id="test", undo=done["run"])
    assert failed["failed"] and codes(failed).count("changed-since") == 2
    texts = "\n".join(row["message"] for row in failed["diagnostics"])
    assert "device node-01 (gpu/1) was changed since that run: name is 'mine', that run left 'node-01'." in texts
    assert fabric(netbox) == state
    row_of(netbox, DEVICES, "gpu/1")["name"] = "node-01"
    row_of(netbox, DEVICES, "gpu/5")["name"] = "node-05"
    row_of(netbox, DEVICES, "gpu/5")["description"] = "not ours to look at"
    assert run(plan_id="test", undo=done["run"])["changed"]


def test_what_hangs_on_what_a_run_made_is_not_stripped(run: Run, netbox: FakeNetBox) -> None:
    run(plan=small())
    done = run(plan=small(4))
    device = row_of(netbox, DEVICES, "gpu/4")
    mine = netbox.make(INTERFACES, device=device["id"], name="mine", type="virtual")
    other = netbox.make(INTERFACES, device=row_of(netbox, DEVICES, "gpu/1")["id"], name="mine", type="virtual")
    netbox.make(CABLES, a_terminations=[_end(mine)], b_terminations=[_end(other)])
    failed = run(plan_id="test", undo=done["run"])
    assert codes(failed) == ["foreign-cable"] and len(netbox.tables[DEVICES]) == 7


def _end(row: Any) -> dict[str, Any]:
    return {"object_type": "dcim.interface", "object_id": row["id"] if isinstance(row, dict) else row}


def test_an_undo_says_what_it_cannot_find(run: Run, tmp_path: Path) -> None:
    failed = run(plan_id="test", undo="20200101T000000Z-000000")
    assert "has no journal of a run '20200101T000000Z-000000': there is none at all." in failed["msg"]
    done = run(plan=plan())
    assert f"there are those of {done['run']}" in run(plan_id="test", undo="../../secret")["msg"]
    other = run(plan_id="other", undo=done["run"])
    assert f"The run {done['run']} was one of the plan 'test', not of 'other'." in other["msg"]
    elsewhere = run(plan_id="test", undo=done["run"], netbox_url="https://other.example")
    assert f"The run {done['run']} wrote to https://netbox.example, not to https://other.example." in elsewhere["msg"]


def test_a_rollback_that_fails_too_says_both(run: Run, netbox: FakeNetBox, through: Through) -> None:
    class Gone(FakeNetBox):
        writes_left = 99

        def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
            self.writes_left -= not is_read(method, path)
            return Response(503, {"detail": ""}) if self.writes_left < 0 else super().send(method, path, params, body)

    gone = Gone()
    through(gone)
    run(plan=plan(1))
    gone.writes_left = 2  # the lock and the devices
    failed = run(plan=plan(3), on_failure="rollback")
    assert "could not be taken back" in failed["msg"] and "undo: " in failed["msg"]
    gone.writes_left = 99
    name = failed["msg"].rpartition("undo: ")[2].partition("`")[0]
    assert run(plan_id="test", undo=name, take_lock=name)["changed"]
    assert {row["custom_fields"]["hedgehog_key"] for row in gone.tables[DEVICES].values()} >= {"gpu/1"}
    assert len(gone.tables[DEVICES]) == 3
