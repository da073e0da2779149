# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `formerly` says, on the real NetBox: the same devices, interfaces and cables, called otherwise."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import dump, read

from .support.core import Core, Killed
from .support.plans import Document, rails, servers
from .support.rest import NetBox, built, end_ids

Rename = Callable[[Document], None]


def server_class(plan: Document) -> None:
    rows = plan["server_classes"]
    rows["node"] = {**rows.pop("gpu"), "formerly": ["gpu"]}


def leaf_class(plan: Document) -> None:
    rows = plan["switch_classes"]
    rows["rail"] = {**rows.pop("rail-leaf"), "formerly": ["rail-leaf"]}
    for link in plan["server_classes"]["gpu"]["connections"].values():
        link["zone"] = link["zone"].replace("rail-leaf/", "rail/")


def zones(plan: Document) -> None:
    rows = plan["switch_classes"]["rail-leaf"]["zones"]
    rows["data"] = {**rows.pop("servers"), "formerly": ["servers"]}
    rows["north"] = {**rows.pop("uplinks"), "formerly": ["uplinks"]}
    for link in plan["server_classes"]["gpu"]["connections"].values():
        link["zone"] = link["zone"].replace("rail-leaf/servers", "rail-leaf/data")


def nic_and_connection(plan: Document) -> None:
    gpu = plan["server_classes"]["gpu"]
    gpu["nics"]["front"] = {**gpu["nics"].pop("fe"), "formerly": ["fe"]}
    gpu["connections"]["frontend"] = {**gpu["connections"].pop("fe"), "nic": "front", "formerly": ["fe"]}


def plan_id(plan: Document) -> None:
    plan["id"], plan["formerly"] = "pod-1", ["rails"]


def everything(plan: Document) -> None:
    for rename in (nic_and_connection, zones, leaf_class, server_class, plan_id):
        rename(plan)


def renamed(rename: Rename, document: Document | None = None) -> Document:
    plan = copy.deepcopy(document or rails())
    rename(plan)
    return plan


def without_formerly(plan: Document) -> Document:
    if isinstance(plan, dict):
        return {key: without_formerly(value) for key, value in plan.items() if key != "formerly"}
    return plan


def cables(netbox: NetBox) -> dict[int, tuple[list[int], list[int]]]:
    return {row["id"]: end_ids(row) for row in netbox.all("dcim/cables")}


def ids(netbox: NetBox) -> list[set[int]]:
    return [{row["id"] for row in netbox.all(f"dcim/{kind}", fields="id")} for kind in ("devices", "interfaces")]


@pytest.fixture(autouse=True)
def begun(begin_with: Callable[[str], None]) -> None:
    begin_with("rails")


@pytest.mark.parametrize(
    "rename", [server_class, leaf_class, zones, nic_and_connection, plan_id, everything], ids=lambda one: one.__name__
)
def test_nothing_moves_and_a_second_run_writes_nothing(rename: Rename, core: Core, netbox: NetBox) -> None:
    before = ids(netbox), cables(netbox)
    plan = renamed(rename)
    seen = core.preview(plan)
    done = core.apply(plan)
    assert (seen.changes, seen.digest) == (done.changes, done.digest)
    assert {c.action for c in done.changes.changes if c.kind != "tag"} == {"update"}
    assert (ids(netbox), cables(netbox)) == before
    for run in (core.preview, core.apply, core.preview):
        again = run(plan)
        assert not again.changes and not again.writes
    assert not core.preview(without_formerly(plan)).changes


def test_what_it_is_called_afterwards(core: Core, netbox: NetBox) -> None:
    theirs = netbox.create("extras/tags", name="Theirs", slug="theirs")["id"]
    device = netbox.device("gpu-001")
    netbox.update("dcim/devices", device["id"], tags=[theirs, *(tag["id"] for tag in device["tags"])])
    plan = renamed(everything)
    core.apply(plan)
    row = netbox.device("node-001")
    assert row["id"] == device["id"]
    assert sorted(tag["slug"] for tag in row["tags"]) == ["diet-pod-1", "theirs"]
    marks = row["custom_fields"]
    assert (marks["hedgehog_plan_id"], marks["hedgehog_key"], marks["hedgehog_class"]) == ("pod-1", "node/1", "node")
    port = netbox.interface_by_key("node/1:front/0")
    assert (port["name"], port["device"]["name"]) == ("front-p0", "node-001")
    cable = netbox.cable("server node/1/rail-0/0")
    assert cable["custom_fields"]["hedgehog_ports"] == "a=node/1:be/0 b=rail/1:1/1@2x400g domain=1:1-2"
    assert cable["custom_fields"]["hedgehog_zone"] == "data"
    assert netbox.cable("fabric rail/1/north/33/1")["custom_fields"]["hedgehog_zone"] == "north"
    state = built(netbox, "pod-1")
    assert {kind: len(rows) for kind, rows in state.items()} == {"devices": 8, "interfaces": 28, "cables": 14}
    assert not any(built(netbox, "rails").values())


def test_drift_growth_and_leftovers_beside_a_rename(core: Core, netbox: NetBox) -> None:
    before = cables(netbox)
    moved = netbox.cable("server gpu/1/rail-0/0")
    free = netbox.create("dcim/interfaces", device=netbox.device("oob-01")["id"], name="free", type="other")
    end = {"object_type": "dcim.interface", "object_id": free["id"]}
    netbox.update("dcim/cables", moved["id"], b_terminations=[end])
    plan = renamed(everything, servers(rails(), 3))
    done = core.apply(plan)  # max_moves is 0
    assert done.counts["cable"] == {"create": 5, "update": 13, "move": 1}
    assert {n: ends for n, ends in cables(netbox).items() if n in before} == before
    fewer = renamed(everything, servers(rails(), 1))
    left = core.apply(fewer)
    assert not left.writes and left.changes.leftovers["device"] == ("node/2", "node/3")
    assert core.apply(without_formerly(fewer), prune=True).counts["device"] == {"delete": 2}


def test_leftovers_follow(core: Core, netbox: NetBox) -> None:
    fewer = renamed(everything, servers(rails(), 1))
    core.apply(fewer)
    assert not any(built(netbox, "rails").values())
    assert built(netbox, "pod-1")["devices"]["node/2"]["name"] == "gpu-002"
    assert not core.apply(fewer).writes


def test_an_id_that_changed_without_formerly_is_another_plan(core: Core, netbox: NetBox) -> None:
    plan = renamed(plan_id)
    del plan["formerly"]
    with pytest.raises(PlanError, match="name-taken"):
        core.apply(plan)
    assert not core.recorder.writes


def test_both_keys(core: Core, netbox: NetBox) -> None:
    plan = renamed(server_class)
    core.apply(without_formerly(plan))  # as if these were other servers
    done = core.apply(plan)
    assert not done.writes and done.changes.leftovers["device"] == ("gpu/1", "gpu/2")
    assert "former-key-left" in done.codes
    assert core.apply(plan, prune=True).counts["device"] == {"delete": 2}
    assert not core.preview(plan).changes


def test_a_ledger_file_in_former_words(core: Core, netbox: NetBox) -> None:
    file = read(dump("rails", core.preview(rails()).ledger), "file", "pod-1", ("rails",))
    plan = renamed(everything)
    before = {key: row["ends"] for key, row in built(netbox, "rails")["cables"].items()}
    netbox.delete("dcim/cables", netbox.cable("server gpu/1/rail-1/0")["id"])
    done = core.apply(plan, ledger=file)
    assert done.counts["cable"] == {"create": 1, "update": 13}
    after = built(netbox, "pod-1")["cables"]["server node/1/rail-1/0"]["ends"]
    names = {("gpu-001", "be-rail1"): ("node-001", "be-rail1"), ("rail-leaf-02", "E1/1/1"): ("rail-02", "E1/1/1")}
    assert after == {names[end] for end in before["server gpu/1/rail-1/0"]}


@pytest.mark.parametrize("nth", [2, 3, 4])
def test_a_run_that_dies_is_continued(nth: int, core: Core, netbox: NetBox) -> None:
    before = cables(netbox)
    plan = renamed(everything)
    with pytest.raises(Killed):
        core.apply(plan, die_after=nth)
    core.apply(plan)
    assert cables(netbox) == before
    assert not any(built(netbox, "rails").values())
    assert not core.apply(plan).writes


def test_teardown_by_a_plan_that_was_renamed_and_never_applied(core: Core, netbox: NetBox) -> None:
    core.teardown("pod-1", former_ids=("rails",))
    assert netbox.count("dcim/devices") == netbox.count("dcim/cables") == 0
