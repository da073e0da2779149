# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the double: results, reports, what is read anew."""

from __future__ import annotations

import copy
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.module import runner
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, JOURNAL
from ..netbox.others import by_hand
from ..plans import Document, servers
from .running import Run, plan

# -- results -----------------------------------------------------------------------------------------------------------


def test_a_run_its_repetition_and_both_in_check_mode(run: Run, netbox: FakeNetBox) -> None:
    previewed = run(check=True, diff=True, plan=plan())
    assert netbox.writes() == []
    done = run(plan=plan(), diff=True)
    assert (previewed["changed"], done["changed"]) == (True, True)
    for name in ("changes", "digest", "quantities", "diff", "leftovers", "plan_id"):
        assert previewed[name] == done[name], name
    assert done["changes"]["device"] == {"create": 5}
    assert done["quantities"]["leaf"] == {"count": 2, "reason": "servers: 12 links / 8 lanes = 2, 2 rails"}
    assert done["diff"]["prepared"].startswith("devices: 5 to create\n")
    assert done["requests"]["writes"] > 3
    writes = len(netbox.writes())
    for check in (False, True):
        again = run(plan=plan(), check=check, diff=True)
        assert (again["changed"], again["changes"], again["report"]) == (False, {}, "")
        assert again["requests"]["writes"] in (0, done["requests"]["writes"])
    assert len(netbox.writes()) == writes


def test_in_check_mode_no_write_can_leave_whoever_sends_it(
    run: Run, netbox: FakeNetBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def writes(_plan: object, client: Client, *_more: object) -> None:
        client.create("dcim/sites", [{"name": "x", "slug": "x"}])

    monkeypatch.setattr(runner, "preview", writes)
    done = run(check=True, plan=plan())
    assert done["failed"] and "a write was about to leave in check mode" in done["msg"]
    assert netbox.writes() == []


def test_the_result_never_holds_the_topology(run: Run) -> None:
    assert len(json.dumps(run(plan=plan(3)))) < 4000


def test_the_report_has_every_change_a_line_each(run: Run) -> None:
    done = run(plan=plan(), diff_lines=5, diff=True)
    path = Path(done["report"])
    assert len(path.read_text().splitlines()) == sum(n for kind in done["changes"].values() for n in kind.values())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert str(path) in done["diff"]["prepared"]


def test_a_report_that_cannot_be_written_is_a_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(plan=plan(), report_dir=str(tmp_path / "file" / "below"))
    assert done["changed"]
    journal, report = done["warnings"]
    assert journal.startswith("There is no place for the journal of this run, so it cannot be undone: ")
    assert report.startswith("No report is written: ") and "file" in report
    assert (done["journal"], done["run"] != "") == ("", True)


def test_adopting_is_part_of_the_digest_and_can_be_taken_back(run: Run, netbox: FakeNetBox) -> None:
    run(plan=plan())
    by_hand(netbox)
    assert run(plan=plan())["failed"]
    before = {e: copy.deepcopy(netbox.tables[e]) for e in (DEVICES, INTERFACES, CABLES)}
    shown = run(check=True, plan=plan(), adopt=True)
    done = run(plan=plan(), adopt=True)
    assert (done["changes"], done["digest"]) == (shown["changes"], shown["digest"])
    assert len({run(plan=plan(), **more)["digest"] for more in ({}, {"adopt": True}, {"adopt_from": "12"})}) == 3
    taken_back = run(plan=plan(), undo=done["run"])
    assert taken_back["changes"]["device"] == {"update": 5}
    for endpoint, rows in before.items():
        for row_id, row in rows.items():
            now = netbox.tables[endpoint][row_id]
            now["custom_fields"] = {name: value for name, value in now["custom_fields"].items() if value is not None}
            assert now == row


def test_prepared_makes_only_what_is_shared(run: Run, netbox: FakeNetBox) -> None:
    done = run(plan=plan(), state="prepared")
    assert set(done["changes"]) == {"manufacturer", "device_type", "device_role", "site", "custom_field", "tag"}
    assert not netbox.tables[DEVICES] and not netbox.tables[JOURNAL]
    assert run(plan=plan(), state="prepared")["changed"] is False
    assert set(run(plan=plan())["changes"]) == {"device", "interface", "cable"}


@pytest.mark.parametrize("by", ["plan", "plan_id"])
def test_absent_removes_what_is_ours(run: Run, netbox: FakeNetBox, by: str) -> None:
    run(plan=plan())
    arguments: dict[str, Any] = {"plan": plan()} if by == "plan" else {"plan_id": "test"}
    before = len(netbox.writes())
    assert run(check=True, state="absent", **arguments)["changes"]["device"] == {"delete": 5}
    assert len(netbox.writes()) == before
    done = run(state="absent", **arguments)
    assert done["stays"]["device_types"] == ["some-server", "some-switch"]
    assert not netbox.tables[DEVICES]
    assert run(state="absent", **arguments)["changed"] is False


def test_leftovers_are_counted_in_a_warning_and_are_no_change(run: Run) -> None:
    run(plan=plan())
    done = run(plan=plan(2))
    assert done["changed"] is False
    assert done["leftovers"] == {"device": 1, "interface": 8, "cable": 4}
    (warning,) = done["warnings"]
    assert warning.endswith("4 cables that it owns; `prune: true` deletes them.")
    assert run(plan=plan(2), prune=True)["leftovers"] == {}


def test_warnings_come_as_findings_with_their_places(run: Run) -> None:
    (found,) = run(plan=plan(), check=True)["diagnostics"]
    assert (found["code"], found["severity"]) == ("unchecked-hardware", "warning")
    assert found["path"] == ["switch_classes", "leaf", "device_type"]


def test_rebalancing_is_offered_counted_and_done(run: Run) -> None:
    """16 servers on four leaves; the two that are left hold all four, and would fit on two."""

    def alternating(number: int) -> Document:
        return plan() | {"server_classes": {"gpu": servers(number, {"ports": 2, "distribution": "alternating"})}}

    run(plan=alternating(16))
    fewer = alternating(2)
    done = run(plan=fewer, prune=True, max_deletions="100%")
    assert done["quantities"]["leaf"]["count"] == 4
    (advice,) = (d for d in done["diagnostics"] if d["code"] == "rebalance-saves")
    assert "2 leaf instead of 4, and move 2 cables" in advice["message"]
    refused = run(plan=fewer, prune=True, max_deletions="100%", rebalance=True)
    assert refused["failed"] and "2 cables would move" in refused["msg"] and "`max_moves: 2`" in refused["msg"]
    check = run(check=True, plan=fewer, prune=True, max_deletions="100%", rebalance=True, max_moves=2)
    assert check["digest"] != run(check=True, plan=fewer, prune=True, max_deletions="100%", max_moves=2)["digest"]
    moved = run(plan=fewer, prune=True, max_deletions="100%", rebalance=True, max_moves=2)
    assert moved["digest"] == check["digest"]
    assert (moved["changes"]["cable"], moved["changes"]["device"]) == ({"move": 2}, {"delete": 2})
    assert moved["quantities"]["leaf"]["count"] == 2
    for options in ({"rebalance": True}, {}):
        assert run(plan=fewer, prune=True, max_deletions="100%", **options)["changed"] is False
    digests = {run(plan=fewer, prune=True, max_deletions="100%", rebalance=one)["digest"] for one in (False, True)}
    assert len(digests) == 2  # it says what was asked for, also where nothing changes


# -- reading what changed ----------------------------------------------------------------------------------------------


def test_a_run_begins_where_the_last_one_left_off(run: Run, netbox: FakeNetBox, tmp_path: Path) -> None:
    netbox.make("dcim/regions", name="r", slug="r")  # a change log is never empty where people work
    first = run(plan=plan(), observe="changed")
    assert first["observed"] == {"mode": "full", "reason": "there is no snapshot of an earlier run", "changed": 0}
    netbox.history.tick(60)
    # That run read before it wrote: what it wrote is read now, and is more than the snapshot has.
    assert "objects were changed" in run(plan=plan(), observe="changed")["observed"]["reason"]
    netbox.history.tick(60)
    again = run(plan=plan(), observe="changed")
    assert (again["changed"], again["observed"]) == (False, {"mode": "changed", "reason": "", "changed": 0})
    more = run(plan=plan(4), observe="changed", check=True)
    assert more["digest"] == run(plan=plan(4), observe="full", check=True)["digest"]
    done = run(plan=plan(4), observe="changed")
    assert (done["changes"], done["observed"]["mode"]) == (more["changes"], "changed")
    netbox.history.tick(60)
    last = run(plan=plan(4), observe="changed")
    assert (last["changed"], last["observed"]["mode"]) == (False, "changed")
    assert last["observed"]["changed"] > 0


def test_without_a_place_for_it_everything_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(plan=plan(), check=True, observe="changed", report_dir=str(tmp_path / "file"))
    assert result["observed"]["mode"] == "full"
    assert "There is no place to keep a snapshot in" in result["warnings"][0]
