# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""diet_topology_info on a real NetBox: what somebody did to what we own is told with a state, a time and a name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.standing import Standing
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.history import NO_RIGHT
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Connection, HttpTransport, ReadOnly
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.standing import Stand, stand

from .support.core import Core
from .support.plans import servers, tiny
from .support.playbook import ROOT, Ran, run_playbook, run_tasks
from .support.rest import NetBox, Row, end
from .support.sandbox import Sandbox
from .support.users import ALL, OWNED, VIEW, token_of

NEAR = "server gpu/1/fe/0"
BeginWith = Callable[[str], None]
Look = Callable[..., Stand]


@pytest.fixture(autouse=True)
def _as_built(begin_with: BeginWith) -> None:
    begin_with("tiny")


@pytest.fixture
def alice(netbox: NetBox, _as_built: None) -> NetBox:
    """NetBox as somebody else works in it."""
    return NetBox(netbox.url, token_of(netbox, dict.fromkeys((*OWNED, "dcim.site"), ALL)))


@pytest.fixture
def her(netbox: NetBox, alice: NetBox) -> tuple[str, ...]:
    """What that somebody is called."""
    return (str(max(netbox.all("users/users"), key=lambda row: int(row["id"]))["username"]),)


@pytest.fixture
def look(sandbox: Sandbox) -> Look:
    def run(
        document: Mapping[str, Any] | None = None, token: str = "", ledger: Ledger | None = None
    ) -> Stand:
        client = Client(ReadOnly(HttpTransport(Connection(sandbox.url, token or sandbox.token))))
        return stand(read_plan(document or tiny()).plan, client, ledger or Ledger(), silent)

    return run


def states(done: Stand) -> dict[str, dict[str, int]]:
    """Counts of what is not in step."""
    counts = {kind: {s: n for s, n in of.items() if s != "in step"} for kind, of in done.counts.items()}
    return {kind: of for kind, of in counts.items() if of}


def only(done: Stand) -> Standing:
    assert len(done.found) == 1, done.found
    return done.found[0]


def of_state(done: Stand, state: str) -> list[Standing]:
    return [one for one in done.found if one.state == state]


def spare_port(netbox: NetBox, device: str) -> Row:
    return netbox.create("dcim/interfaces", device=netbox.device(device)["id"], name="spare", type="other")


# -- what somebody did -----------------------------------------------------------------------------------------------


def test_what_was_applied_is_in_step(look: Look) -> None:
    done = look()
    assert done.found == ()
    assert done.counts == {"device": {"in step": 5}, "interface": {"in step": 12}, "cable": {"in step": 6}}


def test_edited_fields(netbox: NetBox, alice: NetBox, her: tuple[str, ...], look: Look) -> None:
    edits: list[tuple[str, Row, Row, str]] = [
        ("dcim/devices", netbox.device("gpu-001"), {"name": "bob"}, "name"),
        ("dcim/devices", netbox.device("gpu-002"), {"custom_fields": {"hedgehog_class": "x"}}, "class_key"),
        ("dcim/interfaces", netbox.interface("leaf-01", "E1/1/1"), {"type": "other"}, "type"),
        ("dcim/interfaces", netbox.interface("leaf-01", "E1/1/2"), {"speed": 1000}, "speed"),
        ("dcim/cables", netbox.cable(NEAR), {"custom_fields": {"hedgehog_zone": "x"}}, "zone"),
    ]
    times = set()
    for endpoint, row, edit, _field in edits:
        alice.update(endpoint, row["id"], **edit)
        times.add(netbox.all("core/object-changes", user_name=her[0])[0]["time"])
        # Somebody else touches something else later.
        netbox.update(endpoint, row["id"], description="later")
    found = look().found
    assert {(one.kind, one.id, *one.wants) for one in found} == {
        (endpoint.removeprefix("dcim/").removesuffix("s"), row["id"], field) for endpoint, row, _edit, field in edits
    }
    assert {(one.state, one.origin.by, one.origin.unknown) for one in found} == {("drifted", her, "")}
    assert {one.origin.since for one in found} == times


def test_a_cable_moved_by_hand(netbox: NetBox, alice: NetBox, her: tuple[str, ...], look: Look) -> None:
    port = spare_port(alice, "oob-01")
    alice.update("dcim/cables", netbox.cable(NEAR)["id"], b_terminations=[end(port)])
    one = only(look())
    assert (one.state, one.key, one.origin.by) == ("moved", NEAR, her)
    assert one.text == f"on gpu-001 fe-p0 and interface {port['id']}"


def test_a_deleted_interface(netbox: NetBox, alice: NetBox, her: tuple[str, ...], look: Look) -> None:
    """Its cable has no record of that it lost an end: that of the end tells."""
    alice.delete("dcim/interfaces", netbox.interface("leaf-01", "E1/1/1")["id"])
    done = look()
    assert states(done) == {"interface": {"missing": 1}, "cable": {"moved": 1}}
    assert {one.origin.by for one in done.found} == {her}
    assert of_state(done, "moved")[0].text == "on gpu-001 fe-p0"


def test_a_deleted_cable(core: Core, netbox: NetBox, alice: NetBox, her: tuple[str, ...], look: Look) -> None:
    ledger = core.preview(tiny()).ledger
    alice.delete("dcim/cables", netbox.cable(NEAR)["id"])
    one = only(look(ledger=ledger))
    assert (one.state, one.kind, one.key, one.origin.by) == ("missing", "cable", NEAR, her)
    # Without a ledger file nobody knows its ports, so it gets others; that is no port that somebody took away.
    assert states(look()) == {"interface": {"leftover": 1, "planned": 1}, "cable": {"missing": 1}}


def test_a_deleted_device(netbox: NetBox, alice: NetBox, her: tuple[str, ...], look: Look) -> None:
    alice.delete("dcim/devices", netbox.device("gpu-001")["id"])
    done = look()
    assert states(done) == {"device": {"missing": 1}, "interface": {"missing": 3}, "cable": {"moved": 3}}
    assert {one.origin.by for one in done.found} == {her}


def test_a_deleted_device_whose_name_somebody_took(netbox: NetBox, alice: NetBox, look: Look) -> None:
    device = netbox.device("gpu-001")
    alice.delete("dcim/devices", device["id"])
    theirs = {name: device[name]["id"] for name in ("role", "device_type", "site")}
    other = alice.create("dcim/devices", name="GPU-001", **theirs)["id"]
    done = look()
    assert states(done)["device"] == {"missing": 1, "foreign": 1}
    (foreign,) = of_state(done, "foreign")
    assert f"device {other} of nobody's plan has it" in foreign.text


def test_a_foreign_cable_on_a_port(core: Core, netbox: NetBox, alice: NetBox, look: Look) -> None:
    ledger = core.preview(tiny()).ledger
    alice.delete("dcim/cables", netbox.cable(NEAR)["id"])
    alice.connect(netbox.interface("gpu-001", "fe-p0"), spare_port(alice, "oob-01"))
    done = look(ledger=ledger)
    assert states(done) == {"cable": {"missing": 1, "foreign": 1}}
    assert "holds a cable that is not ours" in of_state(done, "foreign")[0].text


def test_a_copied_device(netbox: NetBox, alice: NetBox, look: Look) -> None:
    """As NetBox's own button copies it, with its custom fields."""
    device = netbox.device("gpu-001")
    theirs = {name: device[name]["id"] for name in ("role", "device_type", "site")}
    alice.create("dcim/devices", name="copy", custom_fields=device["custom_fields"], **theirs)
    one = only(look())
    assert (one.state, one.kind) == ("foreign", "device")
    assert "carries the key 'gpu/1'" in one.text


def test_what_the_plan_newly_wants_or_no_longer(look: Look, netbox: NetBox, alice: NetBox) -> None:
    alice.delete("dcim/cables", netbox.cable(NEAR)["id"])
    more = look(servers(tiny(), 3))
    assert states(more)["device"] == {"planned": 1}
    assert states(more)["cable"] == {"missing": 1, "planned": 3}
    fewer = look(servers(tiny(), 1))
    assert states(fewer)["device"] == {"leftover": 1}
    assert {one.name for one in of_state(fewer, "leftover") if one.kind != "cable"} >= {"gpu-002", "gpu-002 fe-p0"}


def test_what_we_pruned_and_want_again_is_planned(look: Look, core: Core) -> None:
    core.apply(servers(tiny(), 1), prune=True)
    assert states(look()) == {"device": {"planned": 1}, "interface": {"planned": 6}, "cable": {"planned": 3}}


def test_after_a_teardown_all_is_planned(look: Look, core: Core) -> None:
    core.teardown("tiny")
    assert states(look()) == {"device": {"planned": 5}, "interface": {"planned": 12}, "cable": {"planned": 6}}


# -- what the token may see ------------------------------------------------------------------------------------------


def edited_and_deleted(netbox: NetBox, alice: NetBox) -> None:
    alice.update("dcim/devices", netbox.device("gpu-001")["id"], name="bob")
    alice.let_go(netbox.cable(NEAR))
    alice.delete("dcim/devices", netbox.device("gpu-002")["id"])


def test_a_token_that_may_not_view_the_log(netbox: NetBox, alice: NetBox, look: Look) -> None:
    edited_and_deleted(netbox, alice)
    done = look(token=token_of(netbox, {**VIEW, "extras.journalentry": ("view",)}))
    assert states(done) == states(look())
    assert {(one.origin.since, one.origin.by, one.origin.unknown) for one in done.found} == {("", (), NO_RIGHT)}


def test_a_token_that_may_view_what_it_takes_and_no_more(
    netbox: NetBox, alice: NetBox, her: tuple[str, ...], look: Look
) -> None:
    edited_and_deleted(netbox, alice)
    rights = {**VIEW, "extras.journalentry": ("view",), "core.objectchange": ("view",)}
    done = look(token=token_of(netbox, rights, writes=False))
    assert {one.origin.by for one in done.found} == {her}


def test_without_the_run_record_ledger_entries_and_the_log_tell(netbox: NetBox, alice: NetBox, look: Look) -> None:
    edited_and_deleted(netbox, alice)
    known = states(look())
    assert states(look(token=token_of(netbox, VIEW))) == known
    assert states(look(token=token_of(netbox, {**VIEW, "core.objectchange": ("view",)}))) == known


# -- as users of Ansible see it --------------------------------------------------------------------------------------


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yml"
    path.write_text(yaml.safe_dump(tiny(), sort_keys=False))
    return path


def run_info(directory: Path, connection: Mapping[str, str], *arguments: str, **options: Any) -> Ran:
    given = {"plan_file": "tiny.yml", **options}
    task = {"name": "Look", "hedgehog.diet.diet_topology_info": given, "register": "result"}
    return run_tasks(directory, [task], *arguments, environment=connection)


def test_two_runs_of_the_module_write_nothing(
    connection: Mapping[str, str], plan_file: Path, netbox: NetBox, alice: NetBox, her: tuple[str, ...]
) -> None:
    alice.update("dcim/devices", netbox.device("gpu-001")["id"], name="bob")
    before = netbox.snapshot()
    first = run_info(plan_file.parent, connection)
    second = run_info(plan_file.parent, connection, "--check")
    for ran in (first, second):
        assert (ran.status, ran.result["changed"], ran.result["in_step"]) == (0, False, False), ran.text
        assert ran.result["requests"]["writes"] == 0
        assert ran.result["state"]["device"] == {"in step": 4, "drifted": 1}
        assert ran.result["objects"][0]["by"] == list(her)
    assert netbox.snapshot() == before
    rows = [json.loads(line) for line in Path(first.result["drift_file"]).read_text().splitlines()]
    assert [row["name"] for row in rows] == ["gpu-001"]
    assert Path(first.result["drift_file"]) == plan_file.parent / ".diet" / "tiny" / "drift.jsonl"
    assert not (plan_file.parent / "tiny.yml.ledger.json").exists()


def test_it_fails_when_asked_to(connection: Mapping[str, str], plan_file: Path, netbox: NetBox, alice: NetBox) -> None:
    alice.delete("dcim/interfaces", netbox.interface("gpu-001", "fe-p0")["id"])
    assert run_info(plan_file.parent, connection, fail_on=["drifted", "planned"]).status == 0
    ran = run_info(plan_file.parent, connection, fail_on="missing")
    assert (ran.status, ran.result["failed"], ran.result["state"]["cable"]) == (2, True, {"in step": 5, "moved": 1})
    head, first = ran.result["msg"].splitlines()
    assert head == "NetBox is not in step with the plan 'tiny': 1 missing."
    assert first.startswith("missing interface gpu-001 fe-p0 (user-")


def test_errors_of_the_plan_have_places(connection: Mapping[str, str], plan_file: Path) -> None:
    plan_file.write_text(plan_file.read_text().replace("leaf/servers", "leaf/nowhere"))
    ran = run_info(plan_file.parent, connection)
    assert ran.status == 2 and f"{plan_file}:" in ran.result["msg"] and "[unknown-zone]" in ran.result["msg"]


@pytest.mark.parametrize(
    "playbook", [str(ROOT / "playbooks" / "drift.yml"), "hedgehog.diet.drift"], ids=["path", "name"]
)
def test_the_playbook_shows_a_summary_and_fails_when_asked_to(
    playbook: str, connection: Mapping[str, str], plan_file: Path, netbox: NetBox, alice: NetBox, her: tuple[str, ...]
) -> None:
    given = ("-e", f"plan={plan_file}", "-e", "fail_on=any")
    ran = run_playbook(Path(playbook), *given, environment=connection, cwd=plan_file.parent)
    assert ran.status == 0 and "NetBox is in step with the plan 'tiny'." in ran.text, ran.text
    alice.update("dcim/devices", netbox.device("gpu-001")["id"], name="bob")
    ran = run_playbook(Path(playbook), *given, environment=connection, cwd=plan_file.parent)
    assert ran.status == 2
    assert f"drifted device gpu-001: name is bob, wanted gpu-001 ({her[0]}, " in ran.text
    assert "NetBox is not in step with the plan 'tiny': 1 drifted." in ran.text
    assert '"objects"' not in ran.text and "objects:" not in ran.text
