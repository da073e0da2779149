# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time, nothing written over, and a way back: lock, second look, rollback and undo on a real NetBox."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.journal import Header, no_journal
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import ChangedError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import (
    Connection,
    HttpTransport,
    Response,
    is_read,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import Preview, preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.run import Job, carry_out
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options

from .support.plans import servers, tiny
from .support.rest import NetBox, built
from .support.sandbox import Sandbox
from .support.users import BUILDER, token_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from reliability.process import Ended, Running

LOCK = "diet-lock_tiny"
Plan = Mapping[str, Any]
Run = Callable[..., Ended]


@pytest.fixture
def run(sandbox: Sandbox, tmp_path: Path) -> Run:
    """Runs the module in a process of its own, with some options."""
    def module(token: str = "", **options: Any) -> Ended:
        given = {"report_dir": str(tmp_path / "report"), **options}
        return Running(sandbox.url, token or sandbox.token, given).end()

    return module


def ids(netbox: NetBox, kind: str) -> dict[str, int]:
    return {row["custom_fields"]["hedgehog_key"]: row["id"] for row in netbox.all(f"dcim/{kind}")}


def test_two_applies_started_together(
    begin_with: Callable[[str], None], run: Run, netbox: NetBox, tmp_path: Path
) -> None:
    """One works. The other says who holds the lock, or comes after and finds that there is nothing to do."""
    begin_with("tiny")
    larger = tiny(4)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda n: run(plan=larger, report_dir=str(tmp_path / str(n))), range(2)))
    workers = [one for one in both if one.result.get("changed")]
    assert len(workers) == 1, both
    for other in both:
        if other not in workers:
            assert other.result.get("changed") is False or (
                f"The run {workers[0].result['run']} of " in other.message
                and "holds the lock of the plan 'tiny'" in other.message
            ), other
    assert netbox.all("extras/tags", slug=LOCK) == []
    state = built(netbox, "tiny")
    for kind, rows in state.items():
        assert netbox.count(f"dcim/{kind}") == len(rows)
    assert run(plan=larger).result["changed"] is False


def test_a_run_is_undone_and_the_undo_too(begin_with: Callable[[str], None], run: Run, netbox: NetBox) -> None:
    """Servers fewer and others more, with other names: made, changed and deleted, there and back."""
    begin_with("tiny3")
    before, devices, cables = built(netbox, "tiny"), ids(netbox, "devices"), ids(netbox, "cables")
    other = servers(tiny(5), 5, absent=(2,)) | {"naming": {"server": "node-{index:02d}"}}
    done = run(plan=other, prune=True).result
    after = built(netbox, "tiny")
    assert done["changed"] and {"gpu/4", "gpu/5"} <= after["devices"].keys() and "gpu/2" not in after["devices"]
    assert any(done["run"] in row["comments"] for row in netbox.all("extras/journal-entries"))
    path = Path(done["journal"])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows[-1] == {"end": "succeeded"} and path.stat().st_mode & 0o777 == 0o600
    seen = run(plan_id="tiny", undo=done["run"], _ansible_check_mode=True).result
    assert built(netbox, "tiny") == after
    back = run(plan_id="tiny", undo=done["run"]).result
    assert back["changes"] == seen["changes"] and built(netbox, "tiny") == before
    # What stayed are the very objects that they were.
    now = ids(netbox, "devices")
    assert {key: now[key] for key in devices if key != "gpu/2"} == {k: i for k, i in devices.items() if k != "gpu/2"}
    kept = {key: one for key, one in cables.items() if not key.startswith("server gpu/2/")}
    assert {key: ids(netbox, "cables")[key] for key in kept} == kept
    assert run(plan=tiny(3)).result["changed"] is False
    run(plan_id="tiny", undo=back["run"])
    assert built(netbox, "tiny") == after


def test_what_somebody_changed_since_is_not_taken_back(
    begin_with: Callable[[str], None], run: Run, netbox: NetBox
) -> None:
    begin_with("tiny")
    done = run(plan=tiny(4)).result
    device = netbox.one("dcim/devices", name="gpu-004")
    netbox.update("dcim/devices", device["id"], name="mine")
    before = netbox.snapshot()
    failed = run(plan_id="tiny", undo=done["run"])
    assert failed.result["failed"] and [d["code"] for d in failed.result["diagnostics"]] == ["changed-since"]
    assert netbox.snapshot() == before
    netbox.update("dcim/devices", device["id"], name="gpu-004", comments="of no concern")
    assert run(plan_id="tiny", undo=done["run"]).result["changed"]


def test_what_was_done_before_a_failure_is_rolled_back(
    begin_with: Callable[[str], None], run: Run, netbox: NetBox
) -> None:
    """The token may make everything but cables, which come last."""
    begin_with("tiny")
    token = token_of(netbox, {**BUILDER, "dcim.cable": ("view", "change", "delete"), "extras.tag": ("view",)})
    netbox.create(
        "users/permissions", name="locks", object_types=["extras.tag"], actions=["add", "delete"],
        users=[max(row["id"] for row in netbox.all("users/users"))], constraints={"slug__startswith": "diet-lock_"},
    )
    before = built(netbox, "tiny")
    failed = run(token, plan=tiny(4), on_failure="rollback")
    assert failed.result["failed"] and "may not create dcim/cables" in failed.message
    assert "What was done before that was taken back (" in failed.message
    assert built(netbox, "tiny") == before
    assert netbox.all("extras/tags", slug=LOCK) == []


class Meddled:
    """Somebody else does something right after a write of ours."""

    def __init__(self, transport: HttpTransport, at: int, meddle: Callable[[], object]) -> None:
        self._transport, self._left, self._meddle = transport, at, meddle
        self.statistics, self.at_once = transport.statistics, 1

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        response = self._transport.send(method, path, params, body)
        self._left -= not is_read(method, path)
        if not self._left and not is_read(method, path):
            self._meddle()
        return response


def test_what_others_save_meanwhile_is_read_again_or_left_alone(
    begin_with: Callable[[str], None], sandbox: Sandbox, netbox: NetBox
) -> None:
    def apply(document: Plan, at: int, meddle: Callable[[], object]) -> Preview:
        client = Client(Meddled(HttpTransport(Connection(sandbox.url, sandbox.token)), at, meddle))
        plan = read_plan(document).plan

        def look() -> Preview:
            return preview(plan, client, sandbox.url, Ledger(), Options(prune=True), silent)

        header = Header("R1", plan.id, sandbox.url, "test", "now", plan.site.slug)
        job: Job[Preview] = Job(look, lambda _seen: {}, header, plan)
        return carry_out(job, look(), client, RestWriter, no_journal(), silent)[0]

    begin_with("tiny3")
    first, third = (netbox.one("dcim/devices", name=f"gpu-00{n}")["id"] for n in (1, 3))
    # Right after the lock was taken: what it would do is found anew.
    done = apply(tiny(4), 1, lambda: netbox.update("dcim/devices", first, name="by-hand"))
    assert [c.key for c in done.changes.of("device", "update")] == ["gpu/1"]
    assert netbox.get("dcim/devices", first)["name"] == "gpu-001"
    # After the lock and the cables of the server that is to go.
    with pytest.raises(ChangedError, match=r"device gpu-003 \(saved at \d\d:\d\d:\d\d UTC\)"):
        apply(servers(tiny(4), 4, absent=(3,)), 3, lambda: netbox.update("dcim/devices", third, comments="mine"))
    assert netbox.get("dcim/devices", third)["comments"] == "mine"
    assert netbox.all("extras/tags", slug=LOCK) == []
    # The next run reads it anew, and a tag of the lock is nothing that anybody's reading stumbles over.
    assert apply(servers(tiny(4), 4, absent=(3,)), 0, lambda: None).changes
    assert not apply(servers(tiny(4), 4, absent=(3,)), 0, lambda: None).changes
