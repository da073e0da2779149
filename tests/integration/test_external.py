# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan whose leaves go up to a spine pair that is there already, with cables of others: a real NetBox, end to end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from .support.core import Core
from .support.plans import servers, tiny, with_external_spines
from .support.playbook import run_module
from .support.rest import NetBox, Row, built, differences, end_ids, ends
from .support.sandbox import Sandbox

PLAN = with_external_spines(tiny())


def make_devices(netbox: NetBox, *names: str, ports: int = 8) -> dict[str, int]:
    """Switches of somebody else on the plan's site."""
    maker = netbox.create("dcim/manufacturers", name="Other", slug="other")["id"]
    where: dict[str, Any] = {
        "site": netbox.create("dcim/sites", name="DC 1", slug="dc1")["id"],
        "role": netbox.create("dcim/device-roles", name="Other", slug="other")["id"],
        "device_type": netbox.create("dcim/device-types", manufacturer=maker, model="Other", slug="other")["id"],
    }
    made = {}
    for name in names:
        made[name] = int(netbox.create("dcim/devices", name=name, **where)["id"])
        for port in range(1, ports + 1):
            netbox.create("dcim/interfaces", device=made[name], name=f"E1/{port}", type="800gbase-x-osfp")
    return made


def spines(netbox: NetBox) -> None:
    """A pair of spines, and a lab switch whose cable takes the first port of the first."""
    make_devices(netbox, "old-1", "old-2", "lab", ports=8)
    netbox.connect(netbox.interface("lab", "E1/1"), netbox.interface("old-1", "E1/1"), label="the lab's")


@pytest.fixture(autouse=True)
def brownfield(sandbox: Sandbox, netbox: NetBox) -> None:
    sandbox.scene("brownfield", lambda: spines(netbox))


def at(netbox: NetBox, device: str) -> dict[str, Row]:
    """The cables of a device by the name of its port."""
    rows = netbox.all("dcim/cables", device=device)
    return {port: row for row in rows for name, port in ends(row) if name == device}


def marked(fields: dict[str, Any]) -> bool:
    """Whether, of what changed, custom fields got values."""
    _before, after = fields.get("custom_fields", ({}, {}))
    return any(value is not None for value in after.values())


def test_uplinks_end_on_it_and_it_is_never_touched(core: Core, netbox: NetBox) -> None:
    before = netbox.snapshot()
    seen = core.preview(PLAN)
    done = core.apply(PLAN)
    assert (seen.changes, seen.digest) == (done.changes, done.digest)
    assert done.counts["device"] == {"create": 5}
    # NetBox shows on an interface which cable it has, and our custom fields on everything, without a value.
    shown = {
        "cable", "cable_end", "link_peers", "link_peers_type", "connected_endpoints", "connected_endpoints_type",
        "connected_endpoints_reachable", "_occupied", "last_updated",
    }
    touched = differences(before, netbox.snapshot())
    assert {name for fields in touched.values() for name in fields} <= shown | {"custom_fields"}
    assert not any(marked(fields) for fields in touched.values())
    first, second = at(netbox, "old-1"), at(netbox, "old-2")
    assert first["E1/1"]["label"] == "the lab's"
    assert len(first) == 5 and len(second) == 4
    assert {row["custom_fields"]["hedgehog_key"].partition(" ")[0] for row in second.values()} == {"fabric"}
    for run in (core.preview, core.apply, core.preview):
        again = run(PLAN)
        assert not again.changes and not again.writes


def test_growth_goes_around_the_ports_of_others(core: Core, netbox: NetBox) -> None:
    core.apply(PLAN)
    before = built(netbox, "tiny")["cables"]
    port = next(name for name in (f"E1/{n}" for n in range(8, 0, -1)) if name not in at(netbox, "old-2"))
    netbox.connect(netbox.interface("lab", "E1/2"), netbox.interface("old-2", port))
    assert not core.apply(PLAN).writes
    larger = servers(PLAN, 3)
    core.apply(larger)
    after = built(netbox, "tiny")["cables"]
    assert {key: after[key] for key in before} == before
    assert not core.preview(larger).changes


def test_a_port_of_ours_that_somebody_took(core: Core, netbox: NetBox) -> None:
    core.apply(PLAN)
    ours = at(netbox, "old-2")["E1/1"]
    a, b = end_ids(ours)
    port = netbox.interface("old-2", "E1/1")["id"]
    netbox.hold(ours["id"], *(None if one == port else one for one in (*a, *b)))
    theirs = netbox.connect(netbox.interface("lab", "E1/2"), netbox.interface("old-2", "E1/1"))
    with pytest.raises(PlanError) as error:
        core.apply(PLAN)
    (finding,) = error.value.diagnostics
    assert finding.code == "port-taken" and f"cable {theirs['id']}" in finding.message
    assert not core.recorder.writes
    netbox.delete("dcim/cables", theirs["id"])
    assert core.apply(PLAN).counts == {"cable": {"move": 1}}
    again = at(netbox, "old-2")["E1/1"]
    assert again["id"] == ours["id"]
    assert {one for side in end_ids(again) for one in side} == {*a, *b}


def test_what_is_missing_is_told_at_once(core: Core, netbox: NetBox) -> None:
    plan = with_external_spines(tiny(), ("old-1", "nowhere"))
    for port in ("E1/4", "E1/5"):
        netbox.delete("dcim/interfaces", netbox.interface("old-1", port)["id"])
    logged = netbox.changes_logged()
    with pytest.raises(PlanError) as error:
        core.apply(plan)
    found = {d.code: d for d in error.value.diagnostics}
    assert set(found) == {"external-device-missing", "external-interface-missing"}
    assert "'nowhere'" in found["external-device-missing"].message
    assert "'old-1' (spine/1) has no interface E1/4, E1/5" in found["external-interface-missing"].message
    assert not core.recorder.writes and netbox.changes_logged() == logged


def test_teardown_takes_our_cables_only(core: Core, netbox: NetBox) -> None:
    before = {place: row for place, row in netbox.snapshot().items() if place[0] != "dcim/sites"}
    core.apply(PLAN)
    core.teardown("tiny")
    touched = differences(before, netbox.snapshot())
    assert {name for fields in touched.values() for name in fields} <= {"last_updated", "custom_fields"}
    assert not any(marked(fields) for fields in touched.values())
    assert netbox.count("dcim/cables") == 1 and netbox.count("dcim/devices") == 3


def test_devices_that_we_made_cannot_become_external(core: Core, netbox: NetBox) -> None:
    own = with_external_spines(tiny(), external=False, instances={}, quantity=2)
    core.apply(own)
    with pytest.raises(PlanError, match="external-device-owned"):
        core.apply(with_external_spines(tiny(), ("spine-01", "spine-02")), prune=True)
    assert not core.recorder.writes


def test_another_plan_refers_to_the_spines_of_ours(core: Core, netbox: NetBox) -> None:
    own = with_external_spines(tiny(), external=False, instances={}, quantity=2)
    own["switch_classes"]["spine"]["ports"] = "all"
    core.apply(own)
    before = built(netbox, "tiny")
    guest = with_external_spines(tiny(plan_id="guest"), ("spine-01", "spine-02"))
    guest["naming"] = dict.fromkeys(("server", "leaf", "spine", "oob"), "guest-{class}-{index}")
    core.apply(guest)
    assert not core.preview(guest).changes
    cabled = {key: row | {"cabled": True} for key, row in built(netbox, "tiny")["interfaces"].items()}
    assert {key: row | {"cabled": True} for key, row in before["interfaces"].items()} == cabled
    assert not core.apply(own).writes
    core.teardown("guest")
    assert built(netbox, "tiny") == before


def test_from_a_playbook(connection: Mapping[str, str], netbox: NetBox, tmp_path: Path) -> None:
    """The mistake and where it is, then the run, the ledger file, and the end of it."""
    path = tmp_path / "plan.yml"
    path.write_text(yaml.safe_dump(with_external_spines(tiny(), ("old-1", "old-3")), sort_keys=False))
    wrong = run_module(tmp_path, connection, plan_file="plan.yml")
    assert wrong.status != 0
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "old-3" in text)
    assert re.search(rf"plan\.yml:{line}:\d+: .*NetBox has no device 'old-3' on the site 'dc1'", wrong.text), wrong.text

    path.write_text(yaml.safe_dump(PLAN, sort_keys=False))
    seen = run_module(tmp_path, connection, "--check", plan_file="plan.yml")
    done = run_module(tmp_path, connection, plan_file="plan.yml")
    assert (done.status, done.result["digest"]) == (0, seen.result["digest"]), done.text
    assert "spine" in done.result["quantities"]
    ledger = tmp_path / "plan.yml.ledger.json"
    assert json.loads(ledger.read_text())["taken"] == {"spine/1": ["1"]}
    again = run_module(tmp_path, connection, plan_file="plan.yml")
    assert not again.result["changed"] and again.result["requests"]["writes"] == 0

    gone = run_module(tmp_path, connection, plan_file="plan.yml", state="absent")
    assert gone.result["changes"]["cable"]["delete"] == done.result["changes"]["cable"]["create"]
    assert json.loads(ledger.read_text())["taken"] == {"spine/1": ["1"]}
    assert netbox.count("dcim/devices") == 3 and netbox.count("dcim/cables") == 1
