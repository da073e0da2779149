# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was approved is done, and nothing else: digests of previews given back to apply and teardown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.approval import Digest, moved_changes
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import CREATE, Change
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow import approval

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import DEVICES, INTERFACES, JOURNAL
from .running import Run, plan


def edit(netbox: FakeNetBox, which: str, **fields: Any) -> None:
    (row,) = [row for row in netbox.tables[DEVICES].values() if row["name"] == which]
    row.update(fields)


def refusal(done: dict[str, Any]) -> str:
    (found,) = [d for d in done["diagnostics"] if d["severity"] == "error"]
    assert done["failed"] and found["code"] == "not-approved"
    return f"{found['message']} {found['hint']}"


# -- the word --------------------------------------------------------------------------------------------------------


def test_a_digest_is_one_word_and_reads_back() -> None:
    one = Digest.of(2, {"plan": 1}, ["options"], "http://netbox.example", "ab" * 32)
    assert one.text() == f"2-{one.plan}-{one.options}-{one.netbox}-{'ab' * 20}" and len(one.text()) == 73
    assert Digest.parse(f" {one.text()}\n") == one
    assert Digest.of(2, {"plan": 1}, ["options"], "http://netbox.example/", "ab" * 32) == one


@pytest.mark.parametrize("text", ["", "yes", "ab" * 32, "1-2-3-4-5", "{{ digest }}", "\x00", "1" * 9999])
def test_what_is_no_digest_is_none(text: str) -> None:
    assert Digest.parse(text) is None
    whole = Digest.of(1, "", "", "", "ab" * 32).text()
    for wrong in (whole[:-1], whole + "0", whole.upper().replace("AB", "XY"), "0" + whole[1:], whole.replace("-", "_")):
        assert Digest.parse(wrong) is None


def test_changes_that_differ_are_listed_by_what_they_do_a_few_of_them() -> None:
    def rows(*numbers: int, reason: str = "") -> list[dict[str, Any]]:
        return [Change("device", CREATE, f"gpu/{n}", f"gpu-{n}", reason=reason).as_row() for n in numbers]

    assert moved_changes(rows(1, 2), rows(2, 1, reason="drift")) == []
    assert moved_changes(rows(1, 2), rows(2, 3)) == ["no longer: + device gpu-1", "new: + device gpu-3"]
    found = moved_changes([], rows(*range(100)))
    assert len(found) == 6 and found[-1] == "new: 95 more"


# -- runs ------------------------------------------------------------------------------------------------------------


def test_what_was_approved_is_done(run: Run, netbox: FakeNetBox) -> None:
    approved = run(check=True, plan=plan())["digest"]
    assert run(check=True, plan=plan(), approved_digest=approved)["digest"] == approved
    done = run(plan=plan(), approved_digest=f" {approved} ")
    assert (done["digest"], done["changed"], len(done["diagnostics"])) == (approved, True, 1)
    (entry,) = netbox.tables[JOURNAL].values()
    assert f'"digest": "{approved}"' in entry["comments"]


def test_what_the_plan_does_not_manage_and_options_that_only_allow_void_nothing(
    run: Run, netbox: FakeNetBox, tmp_path: Path
) -> None:
    run(plan=plan())
    approved = run(check=True, plan=plan(4))["digest"]
    edit(netbox, "gpu-001", description="do not touch", status="active")
    netbox.make(INTERFACES, device=next(iter(netbox.tables[DEVICES])), name="ipmi", type="other")
    others = {"max_moves": 9, "diff_lines": 3, "report_dir": str(tmp_path / "elsewhere"), "timeout": 9}
    done = run(plan=plan(4), approved_digest=approved, netbox_url="https://netbox.example/", diff=True, **others)
    assert done["changed"] and done["digest"] == approved


@pytest.mark.parametrize("check", [True, False])
def test_an_edit_of_a_managed_field_voids_it_and_is_told(run: Run, netbox: FakeNetBox, check: bool) -> None:
    run(plan=plan())
    shown = run(check=True, plan=plan(4))
    edit(netbox, "gpu-001", name="mine")
    writes, before = len(netbox.writes()), Path(shown["changes_file"]).read_text()
    done = run(check=check, plan=plan(4), approved_digest=shown["digest"])
    told = refusal(done)
    assert "not what was approved: NetBox (or the ledger file) has changed since. Nothing is written." in told
    assert "\n    new: ~ device gpu-001: name mine -> gpu-001" in told and "no longer" not in told
    assert len(netbox.writes()) == writes
    assert Path(shown["changes_file"]).read_text() == before  # what was approved can still be compared
    now = run(check=True, plan=plan(4))["digest"]
    assert f"then approve {now}\n" in told
    assert run(plan=plan(4), approved_digest=now)["changed"]


def test_changes_are_listed_only_if_the_file_has_those_that_were_approved(run: Run, netbox: FakeNetBox) -> None:
    shown = run(check=True, plan=plan())
    file = Path(shown["changes_file"])
    for text in ("", "[]\n", "{", "7\n", "{}\n", file.read_text().replace("gpu-001", "gpu-009"), "[" * 10**5):
        file.write_text(text)
        assert "\n" not in refusal(run(plan=plan(4), approved_digest=shown["digest"]))
    file.unlink()
    assert "\n" not in refusal(run(plan=plan(4), approved_digest=shown["digest"]))
    assert netbox.writes() == []


def test_what_moved_is_told_by_its_part(run: Run, netbox: FakeNetBox, monkeypatch: pytest.MonkeyPatch) -> None:
    run(plan=plan())
    approved = run(check=True, plan=plan(4))["digest"]
    wants = {"plan": plan(4), "approved_digest": approved}
    writes = len(netbox.writes())

    def told(**options: Any) -> str:
        return refusal(run(**{**wants, **options})).partition("not what was approved: ")[2].partition(". Nothing")[0]

    assert told(plan=plan(5)) == "the plan is another; the changes are others"
    options = "the options that decide what is written are others; the changes are "
    for changed in ({"prune": True}, {"drift": "keep"}, {"drift": {"device.name": "report"}}):
        assert told(**changed) == f"{options}the same"
    assert told(rebalance=True, max_moves=99) == f"{options}others"
    assert told(netbox_url="http://other.example") == "the address of NetBox is another; the changes are the same"
    everything = told(plan=plan(5), prune=True, netbox_url="http://other.example")
    assert everything == (
        "the plan is another, the options that decide what is written are others, the address of NetBox is another;"
        " the changes are others"
    )
    monkeypatch.setattr(approval, "ALGORITHM", 7)
    assert told() == (
        "this version of hedgehog.diet expands plans by algorithm 7, not 1; the changes are the same"
    )
    assert len(netbox.writes()) == writes


def test_a_plan_written_otherwise_that_means_the_same_is_the_same(run: Run) -> None:
    approved = run(check=True, plan=plan())["digest"]
    same = dict(reversed(plan().items())) | {"naming": {}}
    same["server_classes"]["gpu"]["absent"] = []
    assert run(plan=same, approved_digest=approved, drift={"default": "restore"})["changed"]


def test_where_nothing_is_left_to_do_another_digest_is_a_warning(run: Run, netbox: FakeNetBox) -> None:
    approved = run(check=True, plan=plan())["digest"]
    run(plan=plan(), approved_digest=approved)
    writes = len(netbox.writes())
    again = run(plan=plan(), approved_digest=approved)
    assert again["changed"] is False and len(netbox.writes()) == writes
    assert [d["message"] for d in again["diagnostics"] if d["code"] == "nothing-to-approve"] == [
        "nothing is left to do, so nothing is written; NetBox (or the ledger file) has changed since."
    ]
    other = run(plan=plan(), prune=True, approved_digest=approved)
    assert "the options that decide what is written are others" in json.dumps(other["diagnostics"])
    # What is approved as empty is not a licence for whatever is found later.
    edit(netbox, "gpu-001", name="mine")
    refusal(run(plan=plan(), approved_digest=again["digest"]))


@pytest.mark.parametrize("text", ["", "yes", "1-2-3"])
def test_what_is_no_digest_is_refused(run: Run, netbox: FakeNetBox, text: str) -> None:
    """An empty one too: a variable that came out empty approves nothing."""
    for more in ({"plan": plan()}, {"plan_id": "test", "state": "absent"}):
        done = run(approved_digest=text, **more)
        (found,) = [d for d in done["diagnostics"] if d["severity"] == "error"]
        assert found["code"] == "malformed-digest" and repr(text) in found["message"]
    assert netbox.writes() == []


def test_one_part_of_a_run_is_not_approved_by_another(run: Run, netbox: FakeNetBox) -> None:
    whole, part = (run(check=True, plan=plan(), state=state)["digest"] for state in ("present", "prepared"))
    for state, digest in (("prepared", whole), ("present", part)):
        assert "the options that decide" in refusal(run(plan=plan(), state=state, approved_digest=digest))
    assert run(plan=plan(), state="prepared", approved_digest=part)["changed"]
    run(plan=plan())
    assert "the options that decide" in refusal(run(plan=plan(), state="absent", approved_digest=whole))
    assert netbox.tables[DEVICES]


def test_a_teardown_is_held_to_what_was_approved_too(run: Run, netbox: FakeNetBox) -> None:
    run(plan=plan())
    shown = run(check=True, state="absent", plan_id="test")
    assert run(check=True, state="absent", plan=plan())["digest"] == shown["digest"]
    edit(netbox, "gpu-001", name="mine")
    writes = len(netbox.writes())
    told = refusal(run(state="absent", plan_id="test", approved_digest=shown["digest"]))
    assert "no longer: - device gpu-001\n" in told and "new: - device mine" in told
    assert len(netbox.writes()) == writes
    edit(netbox, "mine", name="gpu-001", description="mine")
    assert run(state="absent", plan_id="test", approved_digest=shown["digest"])["changed"]
    assert not netbox.tables[DEVICES]


def test_what_is_looked_at_again_under_the_lock_is_compared_again(run: Run, netbox: FakeNetBox) -> None:
    """Somebody edits a managed field after this run has read NetBox, and before it holds the lock."""
    run(plan=plan())
    shown = run(check=True, plan=plan(4))
    send = netbox.send

    def late_edit(method: str, path: str, *more: Any) -> Any:
        if (method, path) == ("POST", "/api/extras/tags/"):
            netbox.history.tick()
            netbox.send("PATCH", "/api/dcim/devices/", None, [{"id": device, "name": "mine"}])
        return send(method, path, *more)

    (device,) = [row["id"] for row in netbox.tables[DEVICES].values() if row["name"] == "gpu-001"]
    netbox.send = late_edit  # type: ignore[method-assign]
    told = refusal(run(plan=plan(4), approved_digest=shown["digest"]))
    assert "new: ~ device gpu-001: name mine -> gpu-001" in told
    assert len(netbox.tables[DEVICES]) == 5
    assert not [row for row in netbox.tables["extras/tags"].values() if row["name"].startswith("diet-lock")]
