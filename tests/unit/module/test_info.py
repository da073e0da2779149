# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""diet_topology_info as Ansible runs it, against the double: states, verdicts, the file, and what AWX keeps of it."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.standing import (
    DRIFTED,
    MOVED,
    STATES,
    Origin,
    Standing,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.module import info, runner
from ansible_collections.hedgehog.diet.plugins.module_utils.module.argspec import INFO
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.history import NO_RIGHT
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.standing import NOT_ASKED, TOLD, Stand
from ansible_collections.hedgehog.diet.plugins.modules import diet_topology, diet_topology_info

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, CHANGES, DEVICES, INTERFACES, JOURNAL
from .running import Run, plan

AWX_RESULT = 700_000  # characters of str(result), above which AWX keeps nothing of it


@pytest.fixture
def run(run: Run) -> Run:
    """Runs the module that only reads, or another."""
    return lambda which=diet_topology_info, **arguments: run(which, **{"plan": plan(), **arguments})


@pytest.fixture
def built(run: Run, netbox: FakeNetBox, tmp_path: Path) -> FakeNetBox:
    """A NetBox in which the plan was applied; what follows is done by somebody else."""
    assert run(diet_topology, ledger_file=str(tmp_path / "ledger.json"))["changed"]
    netbox.history.user = "alice"
    netbox.history.tick(60)
    netbox.log.clear()
    return netbox


def named(netbox: FakeNetBox, name: str) -> dict[str, Any]:
    return next(row for row in netbox.tables[DEVICES].values() if row["name"] == name)


def edit(netbox: FakeNetBox, endpoint: str, row_id: int, **fields: Any) -> None:
    assert netbox.send("PATCH", f"/api/{endpoint}/", body=[{"id": row_id, **fields}]).status == 200


def delete(netbox: FakeNetBox, endpoint: str, row_id: int) -> None:
    assert netbox.send("DELETE", f"/api/{endpoint}/", body=[{"id": row_id}]).status == 204


# -- states ----------------------------------------------------------------------------------------------------------


def test_an_applied_plan_is_in_step(built: FakeNetBox, run: Run) -> None:
    done = run(fail_on=["any"])
    assert (done["changed"], done["in_step"], done["objects"], done["objects_left_out"]) == (False, True, [], 0)
    assert done["state"] == {
        "device": {"in step": 5}, "interface": {"in step": 24}, "cable": {"in step": 12},
    }
    assert done["summary"][0] == "NetBox is in step with the plan 'test'."
    assert Path(done["drift_file"]).read_text() == ""
    assert built.writes() == []


def test_nothing_of_a_plan_that_was_never_applied_is_missing(run: Run, netbox: FakeNetBox) -> None:
    done = run(limit=3)
    assert {state for states in done["state"].values() for state in states} == {"planned"}
    assert len(done["objects"]) == 3 and done["objects_left_out"] > 40
    assert netbox.writes() == []


def test_drift_has_fields_a_time_and_a_user(built: FakeNetBox, run: Run) -> None:
    edit(built, DEVICES, named(built, "gpu-001")["id"], name="bob")
    edited = built.history.now.isoformat()
    done = run()
    assert (done["in_step"], done["state"]["device"]) == (False, {"in step": 4, "drifted": 1})
    (one,) = done["objects"]
    assert one["fields"] == {"name": {"has": "bob", "wants": "gpu-001"}}
    assert (one["since"], one["by"], one["unknown"]) == (edited, ["alice"], "")
    row = json.loads(Path(done["drift_file"]).read_text())
    assert row.pop("line").startswith("drifted device gpu-001: name is bob, wanted gpu-001 (alice, ")
    assert row == one
    assert stat.S_IMODE(Path(done["drift_file"]).stat().st_mode) == 0o600


def test_a_cable_that_was_moved(built: FakeNetBox, run: Run) -> None:
    cable = next(iter(built.tables[CABLES].values()))
    edit(built, CABLES, cable["id"], b_terminations=[])
    done = run()
    assert done["state"]["cable"] == {"in step": 11, "moved": 1}
    assert done["objects"][0]["by"] == ["alice"]


def test_what_was_deleted_is_missing(built: FakeNetBox, run: Run) -> None:
    delete(built, DEVICES, named(built, "gpu-001")["id"])
    done = run(limit=1000)
    assert done["state"] == {
        "device": {"in step": 4, "missing": 1}, "interface": {"in step": 20, "missing": 4},
        "cable": {"in step": 8, "moved": 4},
    }
    device = next(one for one in done["objects"] if one["kind"] == "device")
    assert (device["state"], device["by"]) == ("missing", ["alice"])


def test_what_the_plan_newly_wants_is_planned(built: FakeNetBox, run: Run) -> None:
    delete(built, CABLES, next(iter(built.tables[CABLES].values()))["id"])
    done = run(plan=plan(4))
    assert done["state"]["device"] == {"in step": 5, "planned": 1}
    assert done["state"]["cable"] == {"in step": 11, "missing": 1, "planned": 4}


def test_what_the_plan_newly_says_of_what_is_there_is_planned(built: FakeNetBox, run: Run) -> None:
    done = run(plan=plan(description="new"))
    assert done["state"]["device"] == {"in step": 3, "planned": 2}
    assert "since" not in done["objects"][0]


def test_without_a_run_record_the_log_and_ledgers_tell(built: FakeNetBox, run: Run, tmp_path: Path) -> None:
    built.tables[JOURNAL].clear()
    edit(built, DEVICES, named(built, "gpu-002")["id"], name="bob")
    done = run()
    assert done["state"]["device"] == {"in step": 4, "drifted": 1}
    assert "nobody can say whether the plan changed, of 1 because NetBox has no record" in done["summary"][4]
    edit(built, DEVICES, named(built, "bob")["id"], name="gpu-002")
    delete(built, DEVICES, named(built, "gpu-001")["id"])
    assert run()["state"]["device"] == {"in step": 4, "missing": 1}
    built.history.purge()
    # The ledger entries of its cables say that it was there.
    assert run()["state"]["device"] == {"in step": 4, "missing": 1}
    for cable in list(built.tables[CABLES].values()):
        if len(cable["a_terminations"]) + len(cable["b_terminations"]) < 2:
            delete(built, CABLES, cable["id"])
    built.history.purge()
    assert run()["state"]["device"] == {"in step": 4, "planned": 1}
    done = run(ledger_file=str(tmp_path / "ledger.json"))
    assert done["state"]["device"] == {"in step": 4, "missing": 1}


def test_a_ledger_file_says_nothing_of_another_netbox(
    built: FakeNetBox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runner, "HttpTransport", lambda connection: FakeNetBox())
    done = run(ledger_file=str(tmp_path / "ledger.json"))
    assert {state for states in done["state"].values() for state in states} == {"planned"}


def test_what_a_run_pruned_and_the_plan_wants_again_is_planned(built: FakeNetBox, run: Run) -> None:
    run(diet_topology, plan=plan(2), prune=True)
    done = run()
    assert done["state"]["device"] == {"in step": 4, "planned": 1}
    # That is so too where only the time of the last run is known.
    for row_id, row in built.tables[JOURNAL].items():
        row["comments"] = row["comments"].replace("document", "nothing")
        row["created"] = built.history.made[JOURNAL, row_id].isoformat()
    assert run()["state"]["device"] == {"in step": 4, "planned": 1}


def test_leftovers(built: FakeNetBox, run: Run) -> None:
    done = run(plan=plan(2))
    assert done["state"] == {
        "device": {"in step": 4, "leftover": 1}, "interface": {"in step": 16, "leftover": 8},
        "cable": {"in step": 8, "leftover": 4},
    }
    assert not done["in_step"]
    assert run(plan=plan(2), prune=True)["state"] == done["state"]


def test_a_name_that_somebody_took_is_a_finding(built: FakeNetBox, run: Run) -> None:
    device = named(built, "gpu-001")
    delete(built, DEVICES, device["id"])
    theirs = {name: device[name] for name in ("name", "role", "device_type", "site")}
    assert built.send("POST", f"/api/{DEVICES}/", body=[theirs]).status == 201
    done = run(limit=1000)
    assert done["state"]["device"] == {"in step": 4, "missing": 1, "foreign": 1}
    (foreign,) = (one for one in done["objects"] if one["state"] == "foreign")
    assert "the name 'gpu-001' for gpu/1 is taken on the site" in foreign["text"]
    assert not done.get("failed")


def test_a_copied_device_is_a_finding(built: FakeNetBox, run: Run) -> None:
    device = named(built, "gpu-001")
    copied = {name: device[name] for name in ("role", "device_type", "site", "custom_fields")}
    assert built.send("POST", f"/api/{DEVICES}/", body=[{**copied, "name": "copy"}]).status == 201
    done = run()
    assert done["state"]["device"] == {"in step": 5, "foreign": 1}
    assert "carries the key 'gpu/1'" in done["objects"][0]["text"]


def test_moves_that_the_plan_wants_need_no_leave(built: FakeNetBox, run: Run) -> None:
    other = plan()
    other["switch_classes"]["leaf"]["zones"]["servers"]["ports"] = "2-4"
    done = run(plan=other)
    assert done["state"]["cable"]["planned"] > 0 and not done.get("failed")


# -- what is known ---------------------------------------------------------------------------------------------------


def test_a_token_that_may_not_view_the_log(built: FakeNetBox, run: Run) -> None:
    edit(built, DEVICES, named(built, "gpu-001")["id"], name="bob")
    delete(built, INTERFACES, next(iter(built.tables[INTERFACES])))
    built.may_not.add(f"view {CHANGES}")
    done = run()
    assert {one["state"] for one in done["objects"]} == {"drifted", "moved", "missing"}
    assert {(one["since"], one["unknown"]) for one in done["objects"]} == {("", NO_RIGHT)}


def test_the_log_is_asked_about_so_many_and_no_more(
    built: FakeNetBox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible_collections.hedgehog.diet.plugins.module_utils.workflow.standing.TOLD", 5)
    for row_id in list(built.tables[INTERFACES])[:8]:
        edit(built, INTERFACES, row_id, type="other")
    done = run()
    assert [one["unknown"] for one in done["objects"]] == [""] * 5 + [NOT_ASKED] * 3
    assert f"{TOLD:,}" in NOT_ASKED


def test_a_purged_log(built: FakeNetBox, run: Run) -> None:
    edit(built, DEVICES, named(built, "gpu-001")["id"], name="bob")
    built.history.purge()
    (one,) = run()["objects"]
    assert (one["by"], one["since"]) == ([], "") and "no record of it" in one["unknown"]


# -- verdicts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fail_on", "fails"), [([], False), (["any"], True), (["drifted"], True), (["missing", "moved"], False)]
)
def test_it_fails_when_asked_to_and_tells_all_the_same(
    fail_on: list[str], fails: bool, built: FakeNetBox, run: Run
) -> None:
    edit(built, DEVICES, named(built, "gpu-001")["id"], name="bob")
    done = run(fail_on=fail_on)
    assert done.get("failed", False) is fails
    assert (done["changed"], done["state"]["device"]["drifted"], len(done["objects"])) == (False, 1, 1)
    if fails:
        head, first = done["msg"].splitlines()
        assert head == "NetBox is not in step with the plan 'test': 1 drifted."
        assert first.startswith("drifted device gpu-001: name is bob, wanted gpu-001 (alice, ")


def test_the_states_to_fail_on_are_those_that_there_are() -> None:
    assert set(INFO["fail_on"]["choices"]) == {info.ANY, *STATES}


def test_a_plan_that_is_wrong_is_an_error(built: FakeNetBox, run: Run) -> None:
    done = run(plan=plan(50, quantity=1))
    assert done["failed"] and done["diagnostics"]
    assert "state" not in done


def test_a_file_that_cannot_be_written_is_no_failure(built: FakeNetBox, run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(report_dir=str(tmp_path / "file" / "below"))
    assert (done["in_step"], done["drift_file"]) == (True, "")


# -- 140,000 objects -------------------------------------------------------------------------------------------------


def drifted(number: int) -> Standing:
    has, wants = {"description": "x" * 200, "name": f"device-{number}"}, {"description": "", "name": f"gpu-{number}"}
    origin = Origin("2026-11-21T21:25:16.323456Z", ("somebody-with-a-name",))
    state, kind = (DRIFTED, "device") if number % 3 else (MOVED, "cable")
    return Standing(state, kind, f"gpu/{number}", f"gpu-{number:06d}", number, has, wants, "", origin)


def test_the_result_of_140000_drifted_objects_fits_into_awx(tmp_path: Path) -> None:
    begin = time.monotonic()
    found = tuple(drifted(number) for number in range(140_000))
    done = Stand(found, {"device": {"drifted": 140_000}}, (), SimpleNamespace(), ())  # type: ignore[arg-type]
    run = SimpleNamespace(params={"report_dir": str(tmp_path)})
    path = info._write(run, "test", found)  # type: ignore[arg-type]
    assert len(info.shown(found, 100)) == 100
    objects = info.shown(found, 1_000_000)
    assert 500 < len(objects) < 5000
    told = [*info.summary("test", done, path), info.verdict("test", done, ["any"], path)]
    result = {"objects": objects, "told": told}
    assert len(str(result)) < AWX_RESULT - 2 * 50_000  # of findings and a message there are as many at most
    with open(path, encoding="utf-8") as file:
        assert sum(1 for _line in file) == 140_000
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize("limit", [0, -1])
def test_no_objects_where_none_are_asked_for(limit: int) -> None:
    assert info.shown([drifted(1)], limit) == []
