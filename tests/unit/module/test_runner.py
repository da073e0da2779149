# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the double: results, failures without a traceback, files."""

from __future__ import annotations

import copy
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import InvariantError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language import shape
from ansible_collections.hedgehog.diet.plugins.module_utils.module import runner
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import HttpTransport, Response
from ansible_collections.hedgehog.diet.plugins.modules import diet_topology

from ..fakes.netbox import CABLES, DEVICES, INTERFACES, JOURNAL, FakeNetBox
from ..netbox.others import by_hand
from ..plans import Document, document, rails, servers, switches, zone

Run = Callable[..., dict[str, Any]]


def plan(number: int = 3) -> Document:
    return document(
        {"leaf": switches(servers=zone("1-4", "2x100g"))},
        {"gpu": servers(number, {"ports": 2, "distribution": "alternating"}, *rails(2))},
        catalog={
            "manufacturers": {"acme": {"name": "Acme"}},
            "device_types": {
                "some-switch": {"manufacturer": "acme", "model": "Switch"},
                "some-server": {"manufacturer": "acme", "model": "Server"},
            },
        },
    )


@pytest.fixture
def netbox() -> FakeNetBox:
    return FakeNetBox()


@pytest.fixture
def run(
    netbox: FakeNetBox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs the module with some arguments; its result."""
    monkeypatch.setattr(runner, "HttpTransport", lambda connection: netbox)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("NETBOX_URL", "NETBOX_API", "NETBOX_TOKEN", "NETBOX_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    # In a process that has loaded Ansible's controller side, warnings go to its display.
    warned: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _self, text: warned.append(text))

    def module(check: bool = False, diff: bool = False, **arguments: Any) -> dict[str, Any]:
        given = {
            "netbox_url": "https://netbox.example", "netbox_token": "very-secret",
            "report_dir": str(tmp_path / "report"),
            **arguments, "_ansible_check_mode": check, "_ansible_diff": diff,
        }
        with patch_module_args({k: v for k, v in given.items() if v is not None}), pytest.raises(SystemExit):
            diet_topology.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "very-secret" not in out
        result: dict[str, Any] = json.loads(out)
        result["warnings"], warned[:] = [*warned], []
        return result

    return module


# -- results ---------------------------------------------------------------------------------------------------------


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


# -- the ledger file -------------------------------------------------------------------------------------------------


def test_the_ledger_file_is_written_by_apply_only(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.yml.ledger.json"
    assert "ledger_file" not in run(check=True, plan=plan(), ledger_file=str(path))
    assert not path.exists()
    assert run(plan=plan(), ledger_file=str(path))["ledger_file"] == str(path)
    written = json.loads(path.read_text())
    assert (written["format"], written["plan"], len(written["links"])) == (1, "test", 12)
    run(plan=plan(2), ledger_file=str(path))
    assert len(json.loads(path.read_text())["links"]) == 12  # leftovers are still cabled
    run(plan=plan(2), prune=True, ledger_file=str(path))
    assert len(json.loads(path.read_text())["links"]) == 8
    run(plan=plan(2), state="absent", ledger_file=str(path))
    assert json.loads(path.read_text())["links"] == {}


def brownfield(netbox: FakeNetBox) -> Document:
    """The plan on a switch that is there already; a cable of somebody else is on its second port."""
    site = netbox.make("dcim/sites", name="DC 1", slug="dc1")
    maker = netbox.make("dcim/manufacturers", name="Other", slug="other")
    where = {
        "site": site, "role": netbox.make("dcim/device-roles", name="Other", slug="other"),
        "device_type": netbox.make("dcim/device-types", model="Other", slug="other", manufacturer=maker),
    }
    ports = []
    for name in ("old", "lab"):
        device = netbox.make(DEVICES, name=name, **where)
        ports.append([netbox.make(INTERFACES, device=device, name=f"E1/{n}", type="other") for n in range(1, 9)])
    ends = [[{"object_type": "dcim.interface", "object_id": one[1]}] for one in ports]
    netbox.make(CABLES, a_terminations=ends[0], b_terminations=ends[1])
    return plan() | {
        "switch_classes": {"leaf": switches(servers=zone("1-8"), external=True, instances={"1": {"name": "old"}})},
        "server_classes": {"gpu": servers(3, {})},
    }


def test_the_ledger_file_says_what_others_take(run: Run, netbox: FakeNetBox, tmp_path: Path) -> None:
    path, document = tmp_path / "ledger.json", brownfield(netbox)
    run(plan=document, ledger_file=str(path))
    written = json.loads(path.read_text())
    assert (written["taken"], len(written["links"])) == ({"leaf/1": ["2"]}, 3)
    assert run(plan=document, ledger_file=str(path))["changed"] is False
    run(plan=document, state="absent", ledger_file=str(path))
    written = json.loads(path.read_text())
    assert (written["taken"], written["links"]) == ({"leaf/1": ["2"]}, {})
    assert len(netbox.tables[CABLES]) == 1 and len(netbox.tables[DEVICES]) == 2


def test_a_ledger_file_that_nobody_can_read_does_not_stop_a_teardown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    run(plan=plan())
    path.write_text("<<<<<<< HEAD")
    assert run(plan=plan(), state="absent", ledger_file=str(path))["changed"]
    assert json.loads(path.read_text())["links"] == {}


def test_the_ledger_file_of_a_former_id_is_taken_over(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    run(plan=plan(), ledger_file=str(path))
    before = json.loads(path.read_text())["links"]
    assert "belongs to the plan 'test'" in run(plan=plan() | {"id": "pod-1"}, ledger_file=str(path))["msg"]
    renamed = plan() | {"id": "pod-1", "formerly": ["test"]}
    done = run(plan=renamed, ledger_file=str(path))
    assert (done["plan_id"], set(done["changes"])) == ("pod-1", {"tag", "device", "interface", "cable"})
    assert {action for kind in ("device", "interface", "cable") for action in done["changes"][kind]} == {"update"}
    written = json.loads(path.read_text())
    assert (written["plan"], written["links"]) == ("pod-1", before)
    assert run(plan=renamed, ledger_file=str(path))["changed"] is False


def test_where_file_and_netbox_disagree_netbox_wins(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    run(plan=plan(), ledger_file=str(path))
    text = path.read_text()
    assert "b=leaf/1:1/1@" in text
    path.write_text(text.replace("b=leaf/1:1/1@", "b=leaf/1:4/2@"))
    done = run(plan=plan(), ledger_file=str(path))
    assert done["changed"] is False
    assert "ledger-differs" in [d["code"] for d in done["diagnostics"]]
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a ledger file"),
        (b"\xff\xfe\x00", "ledger"),
        (b'{"format": 9, "plan": "test", "links": {}}', "format 9"),
        (b'{"format": 1, "plan": "other", "links": {}}', "belongs to the plan 'other'"),
    ],
)
def test_a_ledger_file_that_cannot_be_used(
    run: Run, netbox: FakeNetBox, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(content)
    done = run(plan=plan(), ledger_file=str(path))
    assert done["failed"] and words in done["msg"] and str(path) in done["msg"]
    assert netbox.writes() == []


def test_a_ledger_file_that_is_a_directory(run: Run, tmp_path: Path) -> None:
    done = run(plan=plan(), ledger_file=str(tmp_path))
    assert done["failed"] and str(tmp_path) in done["msg"]


# -- failures --------------------------------------------------------------------------------------------------------


def test_a_plan_with_errors(run: Run, netbox: FakeNetBox) -> None:
    broken = plan()
    broken["switch_classes"]["leaf"]["quantity"] = 1
    broken["server_classes"]["gpu"]["connections"]["c0"]["zone"] = "leaf/nowhere"
    done = run(plan=broken)
    assert done["failed"] and "[unknown-zone]" in done["msg"]
    assert [d["code"] for d in done["diagnostics"] if d["severity"] == "error"] == ["unknown-zone"]
    assert netbox.writes() == [] and set(done["requests"]) >= {"reads", "writes"}


def test_a_plan_that_does_not_fit(run: Run) -> None:
    broken = plan()
    broken["switch_classes"]["leaf"]["quantity"] = 1
    done = run(plan=broken)
    assert done["failed"] and done["diagnostics"][-1]["code"] == "alternating-needs-two"


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (Response(403, {"detail": "Invalid token"}), "does not accept the token"),
        (Response(500, {"detail": "boom"}), "HTTP 500"),
        (Response(404, {"detail": ""}), "NetBox"),
    ],
)
def test_a_netbox_that_says_no(run: Run, netbox: FakeNetBox, response: Response, words: str) -> None:
    netbox.refuse_all = response
    done = run(plan=plan())
    assert done["failed"] and words in done["msg"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UnreachableError("no route"), "no route"),
        (InvariantError("two is three"), "a bug in hedgehog.diet, please report it: InvariantError: two is three (at "),
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied."),
        (OSError("no space"), "no space"),
    ],
)
def test_every_kind_of_error_is_a_message(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail(_connection: object) -> None:
        raise error

    monkeypatch.setattr(runner, "HttpTransport", fail)
    done = run(plan=plan())
    assert done["failed"] and words in done["msg"]


def test_libraries_that_are_missing_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "library_missing", lambda: True)
    assert "pynetbox" in run(plan=plan())["msg"]
    monkeypatch.setattr(shape, "Draft202012Validator", None)
    assert "jsonschema" in run(plan=plan())["msg"]


@pytest.mark.parametrize(
    "arguments",
    [
        {}, {"plan": {}, "plan_file": "x"}, {"plan": {"a": 1}, "netbox_url": None},
        {"plan": {"a": 1}, "netbox_token": None},
        {"plan": {"a": 1}, "state": "gone"}, {"state": "absent"}, {"plan": {"a": 1}, "nowhere": 1},
    ],
)
def test_arguments_that_make_no_sense(run: Run, arguments: dict[str, Any]) -> None:
    assert run(**arguments)["failed"]


def test_address_and_token_come_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, token in (("NETBOX_URL", "NETBOX_TOKEN"), ("NETBOX_API", "NETBOX_API_TOKEN")):
        monkeypatch.setenv(url, "http://netbox.example")
        monkeypatch.setenv(token, "very-secret")
        assert "failed" not in run(check=True, plan=plan(), netbox_url=None, netbox_token=None)
        monkeypatch.delenv(url)
        monkeypatch.delenv(token)


def test_the_awx_job_is_in_the_record(run: Run, netbox: FakeNetBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWX_JOB_ID", "4711")
    run(plan=plan())
    (entry,) = netbox.tables[JOURNAL].values()
    assert "(AWX job 4711)" in entry["comments"]


def test_progress_is_appended_as_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "events"
    run(plan=plan(), progress_file=str(path))
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    assert rows[0]["phase"] == "Reading NetBox"
    assert ("Creating cables", 12, 12) in [(row["phase"], row["done"], row["total"]) for row in rows]


# -- reading what changed --------------------------------------------------------------------------------------------


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


# -- what nobody may read ---------------------------------------------------------------------------------------------


def test_plain_http_is_a_warning_once(run: Run) -> None:
    (told,) = run(check=True, plan=plan(), netbox_url="http://netbox.example")["warnings"]
    assert told.startswith("http://netbox.example is plain http")
    assert run(check=True, plan=plan(), netbox_url="http://localhost:8000")["warnings"] == []


def test_a_password_in_the_address_is_refused_and_shown_nowhere(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "HttpTransport", HttpTransport)
    monkeypatch.setenv("ANSIBLE_INJECT_INVOCATION", "1")
    for options in ({}, {"_ansible_inject_invocation": True}):
        result = run(plan=plan(), netbox_url="https://me:s3cr3t-w0rd@netbox.example", **options)
        assert result["failed"] and "`netbox_url` holds a user or password" in result["msg"]
        assert "s3cr3t-w0rd" not in json.dumps(result)


def test_a_report_dir_that_others_may_write_is_a_warning(run: Run, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    (told,) = run(plan=plan(), report_dir=str(shared))["warnings"]
    assert told.startswith(f"{shared} may be written by others (its mode is 0777)")
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in shared.rglob("*")}
    assert modes == {(False, 0o600), (True, 0o700)}
    shared.chmod(0o755)
    assert run(plan=plan(), report_dir=str(shared))["warnings"] == []
    made = tmp_path / "deep" / "made"
    run(check=True, plan=plan(4), report_dir=str(made))
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_progress_is_for_its_owner(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "progress"
    run(check=True, plan=plan(), progress_file=str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
