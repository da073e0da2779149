# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the module writes: lock, journal, a second look, rollback and undo, against the double."""

from __future__ import annotations

import copy
import dataclasses
import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.module import runner
from ansible_collections.hedgehog.diet.plugins.module_utils.module.journal_file import KEPT, JournalFiles
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, is_read

from ..fakes.netbox import CABLES, CHANGES, DEVICES, INTERFACES, JOURNAL, TAGS, FakeNetBox, Interrupted
from ..netbox.scene import row_of, small
from ..plans import Document
from .test_runner import Run, netbox, plan, run

__all__ = ["netbox", "run"]  # fixtures

LOCK = "diet-lock_test"
Through = Callable[[Any], None]


class Killed(BaseException):
    """Not an Exception, so that nothing can catch it and tidy up."""


class Deadly:
    """Kills the run at its n-th write: before that leaves, or before its answer is seen."""

    def __init__(self, netbox: FakeNetBox, at: int, after: bool) -> None:
        self._netbox, self._left, self._after = netbox, at, after
        self.statistics, self.at_once = netbox.statistics, 1
        self.dead = False

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        if self.dead:
            raise Killed  # what tidies up on the way out is dead too
        self._left -= not is_read(method, path)
        self.dead = not self._left and not is_read(method, path)
        if self.dead and not self._after:
            raise Killed
        response = self._netbox.send(method, path, params, body)
        if self.dead:
            raise Killed
        return response


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Through:
    """Has the next runs go through another transport."""
    return lambda transport: monkeypatch.setattr(runner, "HttpTransport", lambda _connection: transport)


def lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def fabric(netbox: FakeNetBox) -> dict[str, Any]:
    """What a plan has, without what is shared."""
    state = netbox.state()
    return {endpoint: state[endpoint] for endpoint in (DEVICES, INTERFACES, CABLES)}


def codes(result: Mapping[str, Any]) -> list[str]:
    return [row["code"] for row in result.get("diagnostics", ()) if row["code"] != "unchecked-hardware"]


def told(result: Mapping[str, Any], code: str) -> str:
    (text,) = [row["message"] for row in result["diagnostics"] if row["code"] == code]
    return str(text)


def tags(netbox: FakeNetBox) -> set[str]:
    return {str(row["slug"]) for row in netbox.tables[TAGS].values()}


# -- journal and lock ------------------------------------------------------------------------------------------------


def test_a_run_that_writes_has_a_journal_and_a_lock_and_one_that_does_not_has_none(
    run: Run, netbox: FakeNetBox
) -> None:
    done = run(plan=plan())
    rows = lines(done["journal"])
    assert stat.S_IMODE(Path(done["journal"]).stat().st_mode) == 0o600
    assert (rows[0]["run"], rows[0]["plan"], rows[0]["document"]["id"]) == (done["run"], "test", "test")
    steps = {row["step"]: row for row in rows if "verb" in row}
    assert [(row["verb"], row["kind"]) for row in steps.values()][-4:] == [
        ("create", "device"), ("create", "interface"), ("create", "cable"), ("create", "run record"),
    ]
    assert {row["outcome"] for row in rows if "outcome" in row} == {"done"}
    # The intent stands before the outcome, and before the intent of the next.
    order = [row["step"] for row in rows if "step" in row]
    assert order == [number for number in sorted(steps) for _twice in range(2)]
    assert rows[-1] == {"end": "succeeded"}
    assert tags(netbox) == {"diet-test"} and ("POST", f"/api/{TAGS}/") in {row[:2] for row in netbox.log}
    (entry,) = netbox.tables[JOURNAL].values()
    assert f'"run": "{done["run"]}"' in entry["comments"]
    netbox.log.clear()
    again = run(plan=plan())
    assert (again["changed"], again["run"], again["journal"], netbox.writes()) == (False, "", "", [])


def test_a_check_makes_neither(run: Run, netbox: FakeNetBox, tmp_path: Path) -> None:
    done = run(plan=plan(), check=True)
    assert (done["run"], done["journal"], netbox.writes()) == ("", "", [])
    assert not (tmp_path / "report" / "journal").exists()


def test_two_runs_cannot_write_at_the_same_time(run: Run, netbox: FakeNetBox, tmp_path: Path) -> None:
    run(plan=plan(1))
    netbox.make(TAGS, name=LOCK, slug=LOCK, description="Held by run R1 of bob@b since 2026-01-01T00:00:00Z")
    before = netbox.state()
    failed = run(plan=plan())
    assert failed["failed"] and "The run R1 of bob@b holds the lock of the plan 'test'" in failed["msg"]
    assert netbox.state() == before
    # Nor does it leave a journal, as if it had done something and not ended.
    assert len(list((tmp_path / "report" / "journal").iterdir())) == 1
    assert codes(run(plan=plan(), check=True)) == []
    assert "failed" not in run(plan=plan(), check=True) and "failed" not in run(plan=plan(1))  # these write nothing
    assert run(plan=plan(), take_lock="R2")["failed"]
    done = run(plan=plan(), take_lock="R1")
    assert done["changed"] and told(done, "lock-taken-over") == "the lock of the run R1, which is dead, was taken over."
    assert LOCK not in tags(netbox)


def test_without_a_lock_no_right_to_tags_is_needed(run: Run, netbox: FakeNetBox) -> None:
    run(plan=plan(1))
    netbox.may_not = {f"{action} {TAGS}" for action in ("view", "POST", "DELETE")}
    failed = run(plan=plan())
    assert "With `lock: false`" in failed["msg"]
    assert run(plan=plan(), lock=False)["changed"]


def test_a_lock_that_cannot_be_given_back_is_told_and_the_run_is_done(run: Run, netbox: FakeNetBox) -> None:
    netbox.may_not = {f"DELETE {TAGS}"}
    done = run(plan=plan())
    assert done["changed"] and codes(done) == ["lock-left"]


def test_journals_do_not_pile_up(run: Run, tmp_path: Path) -> None:
    directory = tmp_path / "report" / "journal"
    directory.mkdir(parents=True)
    for number in range(KEPT + 5):
        (directory / f"20200101T{number:06d}Z-000000.jsonl").write_text('{"format": 1}\n{"end": "succeeded"}\n')
    done = run(plan=plan())
    left = sorted(path.stem for path in directory.iterdir())
    assert len(left) == KEPT and left[-1] == done["run"] and left[0].startswith("20200101T000006")


# -- killed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True], ids=["before it leaves", "before its answer"])
def test_a_run_that_was_killed_anywhere_is_found_and_finished(
    after: bool, run: Run, netbox: FakeNetBox, through: Through
) -> None:
    whole = copy.deepcopy(netbox)
    through(whole)
    run(plan=plan(2))
    count = len(whole.writes())
    for at in range(1, count + 1):
        one = copy.deepcopy(netbox)
        through(Deadly(one, at, after))
        with pytest.raises(Killed):
            run(plan=plan(2))
        through(one)
        found = run(plan=plan(2), check=True)  # says it, and closes nothing
        done = run(plan=plan(2))
        # At its last write, which takes the lock away, all that a run has to do is done, and its journal says so.
        ends = ["run-unfinished"] if at < count else []
        assert codes(found) == ends and [code for code in codes(done) if code != "lock-taken-over"] == ends
        if at < count or after:
            assert one.state() == whole.state() and LOCK not in tags(one)
        again = run(plan=plan(2))
        assert (again["changed"], codes(again)) == (False, [])


@pytest.mark.parametrize(("after", "words"), [(False, "none of it was"), (True, "all of it was")])
def test_what_became_of_the_last_request_is_told(
    after: bool, words: str, run: Run, netbox: FakeNetBox, through: Through
) -> None:
    run(plan=plan(1))
    through(Deadly(netbox, 2, after))  # the lock, then devices
    with pytest.raises(Killed):
        run(plan=plan(4))
    through(netbox)
    text = told(run(plan=plan(4)), "run-unfinished")
    assert "did not end. 0 requests of it were carried out. No answer came to " in text
    assert f"the one to create 3 devices: {words}" in text


def test_a_failure_without_an_answer_is_told_by_the_next_run(
    run: Run, netbox: FakeNetBox, through: Through
) -> None:
    run(plan=plan(1))
    through(Interrupted(netbox, 3, True))
    assert "the connection was lost" in run(plan=plan(4))["msg"]
    assert LOCK not in tags(netbox)
    through(netbox)
    assert "the one to create 24 interfaces: all of it" in told(run(plan=plan(4)), "run-unfinished")


def test_without_its_journal_the_lock_of_a_killed_run_is_taken_on_request(
    run: Run, netbox: FakeNetBox, through: Through, tmp_path: Path
) -> None:
    through(Deadly(netbox, 9, True))
    with pytest.raises(Killed):
        run(plan=plan())
    through(netbox)
    elsewhere = str(tmp_path / "elsewhere")
    failed = run(plan=plan(), report_dir=elsewhere)
    assert "holds the lock" in failed["msg"]
    name = failed["msg"].partition("`take_lock: ")[2].partition("`")[0]
    assert run(plan=plan(), report_dir=elsewhere, take_lock=name)["changed"]


def test_a_torn_line_is_left_out_and_a_damaged_journal_left_alone(run: Run, tmp_path: Path) -> None:
    done = run(plan=plan())
    path = Path(done["journal"])
    text = path.read_text()
    said: list[str] = []
    files = JournalFiles(str(tmp_path / "report"), said.append)
    path.write_text(text.replace('{"end":"succeeded"}\n', '{"step":99,"verb":"cre'))
    (past,) = files.unfinished()
    assert len(past.steps) == len([row for row in text.splitlines() if '"verb"' in row])
    files.settle(done["run"], "next")
    assert files.unfinished() == [] and said == []
    assert lines(done["journal"])[-1] == {"end": "settled", "by": "next"}
    path.write_text('{"format":1}\n{"step":1}\n')
    assert files.unfinished() == [] and "is damaged in its first line" in said[0]
    path.write_text(text.replace('"format":1', '"format":99').replace('{"end":"succeeded"}\n', ""))
    assert files.unfinished() == [] and "has the format 99, and this version reads 1" in said[1]


# -- what somebody else does meanwhile -------------------------------------------------------------------------------


class Meddler(FakeNetBox):
    """Somebody else does something right after the n-th write of a run."""

    def __init__(self, at: int, meddle: Callable[[FakeNetBox], None]) -> None:
        super().__init__()
        self.at, self.meddle, self.count = at, meddle, -1000

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        response = super().send(method, path, params, body)
        self.count += not is_read(method, path)
        if self.count == self.at and not is_read(method, path):
            self.count += 1000
            self.meddle(self)
        return response


def edit(netbox: FakeNetBox, endpoint: str, key: str, **values: Any) -> None:
    row = row_of(netbox, endpoint, key)
    FakeNetBox.send(netbox, "PATCH", f"/api/{endpoint}/", body=[{"id": row["id"], **values}])


def meddled(run: Run, through: Through, at: int, meddle: Callable[[FakeNetBox], None]) -> Meddler:
    """A plan of three servers that is built, and then somebody who waits for the next run."""
    netbox = Meddler(at, meddle)
    through(netbox)
    assert run(plan=plan())["changed"]
    netbox.count = 0
    return netbox


def test_what_is_changed_between_reading_and_the_first_write_is_read_again(run: Run, through: Through) -> None:
    """The lock is the first write; the name that somebody gives meanwhile is put right as well."""
    netbox = meddled(run, through, 1, lambda one: edit(one, DEVICES, "gpu/2", name="by-hand"))
    done = run(plan=plan(4))
    assert done["changes"]["device"] == {"create": 1, "update": 1}
    assert row_of(netbox, DEVICES, "gpu/2")["name"] == "gpu-002"
    assert run(plan=plan(4))["changed"] is False


def test_what_another_run_has_done_meanwhile_is_not_done_twice(run: Run, through: Through) -> None:
    netbox = meddled(run, through, 1, lambda one: None)
    before = copy.deepcopy(netbox)
    through(before)
    run(plan=plan(4))  # the other run, on a copy that then is what NetBox has

    def other_run_ends(one: FakeNetBox) -> None:
        lock = next(row for row in one.tables[TAGS].values() if row["slug"] == LOCK)
        one.tables, one.history = before.tables, before.history
        one.tables[TAGS][lock["id"]] = lock

    netbox.meddle = other_run_ends
    through(netbox)
    netbox.count = 0
    done = run(plan=plan(4))
    assert done["changed"] is False and LOCK not in tags(netbox)
    assert (done["run"], done["journal"]) == ("", "")


def test_what_is_changed_before_its_own_request_stops_the_run(run: Run, through: Through) -> None:
    """After the lock and the second look: the devices are made, then somebody saves one that is to be renamed."""
    larger = plan(4) | {"naming": {"server": "node-{index:02d}"}}
    netbox = meddled(run, through, 1, lambda one: None)
    netbox.at, netbox.meddle = 2, lambda one: edit(one, INTERFACES, "gpu/1:c0/0", description="mine", speed=7)
    # What is written: lock, devices renamed. Then the device gpu/2 would lose its interfaces.
    done = run(plan=larger)
    assert "failed" not in done  # an object that is not written to again is nobody's business
    netbox = meddled(run, through, 2, lambda one: edit(one, DEVICES, "gpu/3", description="mine"))
    failed = run(plan=plan(1), prune=True)  # lock, cables, then devices
    assert failed["failed"]
    assert "Somebody else changed what this run was about to write: device gpu-003 (saved at " in failed["msg"]
    assert "This request was not sent" in failed["msg"]
    assert row_of(netbox, DEVICES, "gpu/3")["description"] == "mine" and LOCK not in tags(netbox)
    assert run(plan=plan(1), prune=True)["changed"]


@pytest.mark.parametrize("logged", [True, False])
def test_where_clocks_differ_it_is_read_once_more_by_the_change_log(
    logged: bool, run: Run, netbox: FakeNetBox, through: Through
) -> None:
    class Clockless(FakeNetBox):
        def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
            return dataclasses.replace(super().send(method, path, params, body), time=None)

    clockless = Clockless()
    through(clockless)
    run(plan=plan(2))
    if not logged:
        clockless.may_not = {f"view {CHANGES}"}
    done = run(plan=plan(3))
    assert done["changed"] and ("nothing-watched" in codes(done)) is not logged


# -- rollback and undo -----------------------------------------------------------------------------------------------


def larger() -> Document:
    """Five servers more than `small`, a second spine that takes uplinks over, other names of servers."""
    found = small(5) | {"naming": {"server": "node-{index:02d}"}}
    found["switch_classes"]["spine"]["quantity"] = 2
    return found


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
