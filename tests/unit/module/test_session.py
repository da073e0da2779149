# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the module writes: its lock, its journal, and what the next run finds of one that was killed."""

from __future__ import annotations

import copy
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.module.journal_file import KEPT, JournalFiles
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, is_read

from ..fakes.interrupted import Interrupted
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, JOURNAL, TAGS
from ..netbox.scene import row_of, small
from .running import LOCK, Run, Through, codes, fabric, plan, tags


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


def lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def told(result: Mapping[str, Any], code: str) -> str:
    (text,) = [row["message"] for row in result["diagnostics"] if row["code"] == code]
    return str(text)


# -- journal and lock --------------------------------------------------------------------------------------------------


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


def test_no_request_leaves_before_its_intent_is_on_disk(
    run: Run, netbox: FakeNetBox, through: Through, synced: list[int], tmp_path: Path
) -> None:
    announced: list[str] = []

    class Looking:
        statistics, at_once = netbox.statistics, 1

        def send(
            self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
        ) -> Response:
            journals = list((tmp_path / "report" / "journal").glob("*"))
            if not is_read(method, path) and f"/{TAGS}/" not in path and journals:
                rows = lines(str(journals[0]))
                assert synced.count(journals[0].stat().st_ino) == len(rows)
                assert rows[-1]["verb"] and "outcome" not in rows[-1]
                announced.append(rows[-1]["kind"])
            return netbox.send(method, path, params, body)

    through(Looking())
    assert run(plan=plan())["changed"]
    assert {"device", "interface", "cable"} <= set(announced)


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
    for writes_nothing in (run(plan=plan(), check=True), run(plan=plan(1))):
        assert "failed" not in writes_nothing and codes(writes_nothing) == ["lock-held"]
        assert "the run R1 of bob@b holds the lock" in told(writes_nothing, "lock-held")
    assert codes(run(plan=plan(1), lock=False)) == []
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


# -- killed ------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("after", [False, True], ids=["before it leaves", "before its answer"])
def test_an_exchange_of_ports_that_was_killed_anywhere_is_found_and_finished(
    after: bool, run: Run, netbox: FakeNetBox, through: Through
) -> None:
    """Also where cables were about to let go of an end, and did not: the journal has None where that was."""
    run(plan=small())
    first, second = (row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2))
    whole = copy.deepcopy(netbox)
    first["b_terminations"], second["b_terminations"] = second["b_terminations"], first["b_terminations"]
    for at in (2, 3):  # off, on
        through(Deadly(one := copy.deepcopy(netbox), at, after))
        with pytest.raises(Killed):
            run(plan=small())
        through(one)
        done = "all of it" if after else "none of it"
        assert f"cables: {done} was carried out" in told(run(plan=small()), "run-unfinished")
        assert fabric(one) == fabric(whole) and LOCK not in tags(one)


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


def test_a_run_that_was_killed_after_its_last_change_leaves_no_lock_that_nobody_is_told_of(
    run: Run, netbox: FakeNetBox, through: Through, tmp_path: Path
) -> None:
    """Then the next one has nothing to write."""
    whole = copy.deepcopy(netbox)
    through(whole)
    run(plan=plan())
    through(Deadly(netbox, len(whole.writes()) - 2, True))
    with pytest.raises(Killed):
        run(plan=plan(), report_dir=str(tmp_path / "other"))
    through(netbox)
    (lock,) = (row for row in netbox.tables[TAGS].values() if row["slug"] == LOCK)
    dead = lock["description"].split()[3]
    writes = len(netbox.writes())
    found = run(plan=plan())
    assert not found["changed"] and f"the run {dead} of" in told(found, "lock-held")
    assert run(plan=plan(), take_lock=dead, check=True)["warnings"] == []
    assert LOCK in tags(netbox) and len(netbox.writes()) == writes
    # Asked for, or where its journal says that it is dead.
    again = copy.deepcopy(netbox)
    for arguments in ({"take_lock": dead}, {"report_dir": str(tmp_path / "other")}):
        through(here := copy.deepcopy(again))
        assert told(run(plan=plan(), **arguments), "lock-taken-over") == (
            f"the lock of the run {dead}, which is dead, was taken away."
        )
        assert LOCK not in tags(here) and codes(run(plan=plan())) == []


def test_who_may_not_see_tags_is_not_told_of_locks_where_nothing_is_written(run: Run, netbox: FakeNetBox) -> None:
    run(plan=plan())
    netbox.make(TAGS, name=LOCK, slug=LOCK, description="Held by run R1 of bob@b since 2026-01-01T00:00:00Z")
    netbox.may_not = {f"view {TAGS}"}
    for check in (True, False):
        assert codes(run(plan=plan(), check=check)) == []


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
