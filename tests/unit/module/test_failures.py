# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of the module are messages, never a traceback, and show nothing that nobody may read."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import InvariantError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language import shape
from ansible_collections.hedgehog.diet.plugins.module_utils.module import runner
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import HttpTransport, Response

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import JOURNAL
from .running import Run, plan

# -- failures ----------------------------------------------------------------------------------------------------------


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


# -- what nobody may read ----------------------------------------------------------------------------------------------


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
