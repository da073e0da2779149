# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `formerly` says keeps its objects: marks and names are rewritten, cables stay where they are."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import LedgerError, dump, read

from ..fakes.interrupted import broken_off
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, TAGS
from ..plans import Document, loaded
from ..runs import bring, conflicts, see, tear_down
from .scene import built, keys_of, owned, row_of, small

Rename = Callable[[Document], None]


def server_class(plan: Document) -> None:
    rows = plan["server_classes"]
    rows["node"] = {**rows.pop("gpu"), "formerly": ["gpu"]}


def leaf_class(plan: Document) -> None:
    rows = plan["switch_classes"]
    rows["tor"] = {**rows.pop("leaf"), "formerly": ["leaf"]}
    for link in plan["server_classes"]["gpu"]["connections"].values():
        link["zone"] = "tor/servers"


def spine_class(plan: Document) -> None:
    rows = plan["switch_classes"]
    rows["top"] = {**rows.pop("spine"), "formerly": ["spine"]}


def server_zone(plan: Document) -> None:
    zones = plan["switch_classes"]["leaf"]["zones"]
    zones["data"] = {**zones.pop("servers"), "formerly": ["servers"]}
    for link in plan["server_classes"]["gpu"]["connections"].values():
        link["zone"] = "leaf/data"


def uplink_zone(plan: Document) -> None:
    zones = plan["switch_classes"]["leaf"]["zones"]
    zones["north"] = {**zones.pop("up"), "formerly": ["up"]}


def nic(plan: Document) -> None:
    gpu = plan["server_classes"]["gpu"]
    gpu["nics"]["front"] = {**gpu["nics"].pop("c0"), "formerly": ["c0"]}
    gpu["connections"]["c0"]["nic"] = "front"


def connection(plan: Document) -> None:
    links = plan["server_classes"]["gpu"]["connections"]
    links["front"] = {**links.pop("c0"), "formerly": ["c0"]}


def plan_id(plan: Document) -> None:
    plan["id"], plan["formerly"] = "pod-1", ["test"]


def everything(plan: Document) -> None:
    for rename in (nic, connection, server_zone, uplink_zone, spine_class, server_class, plan_id):
        rename(plan)


RENAMES = [
    server_class, leaf_class, spine_class, server_zone, uplink_zone, nic, connection, plan_id, everything,
]


def renamed(*renames: Rename, number: int = 3) -> Document:
    plan = copy.deepcopy(small(number))
    for rename in renames:
        rename(plan)
    return plan


def without_formerly(plan: Document) -> Document:
    if isinstance(plan, dict):
        return {key: without_formerly(value) for key, value in plan.items() if key != "formerly"}
    return plan


def ids(netbox: FakeNetBox) -> dict[str, list[int]]:
    return {endpoint: sorted(netbox.tables[endpoint]) for endpoint in (DEVICES, INTERFACES, CABLES)}


def ends(netbox: FakeNetBox) -> dict[int, Any]:
    return {row["id"]: (row["a_terminations"], row["b_terminations"]) for row in netbox.tables[CABLES].values()}


@pytest.mark.parametrize("rename", RENAMES, ids=lambda one: one.__name__)
def test_a_rename_keeps_every_object_and_every_cable_where_it_is(rename: Rename) -> None:
    netbox = built()
    before = copy.deepcopy((ids(netbox), ends(netbox)))
    plan = renamed(rename)
    seen = see(plan, netbox)
    done = bring(plan, netbox)
    assert (seen.changes, seen.digest) == (done.changes, done.digest)
    assert {c.action for c in done.changes.changes if c.kind != "tag"} == {"update"}
    assert not done.changes.leftovers
    assert (ids(netbox), ends(netbox)) == before
    netbox.log.clear()
    assert not bring(plan, netbox).changes
    assert netbox.writes() == []
    # As if it had been called so from the start, and `formerly` has done its work.
    assert owned(netbox, plan["id"]) == keys_of(plan)
    assert not see(without_formerly(plan), netbox).changes


def test_keys_are_shown_with_what_else_changes() -> None:
    netbox = built()
    (first, *_rest) = see(renamed(server_class), netbox).changes.of("device", "update")
    assert (first.key, first.label) == ("node/1", "node-001")
    assert (first.before["key"], first.after["key"]) == ("gpu/1", "node/1")
    assert (first.before["name"], first.after["name"]) == ("gpu-001", "node-001")
    assert (first.before["class_key"], first.after["class_key"]) == ("gpu", "node")
    one = next(c for c in see(renamed(leaf_class), netbox).changes.of("cable", "update") if "gpu/1/c0/0" in c.key)
    assert set(one.after) == {"ports"}  # its own key stays, its far end is called otherwise
    assert one.after["ports"] == str(one.before["ports"]).replace("leaf/", "tor/")


def test_a_new_plan_id_takes_the_tag_along() -> None:
    netbox = built()
    netbox.make(TAGS, name="Theirs", slug="theirs")
    row_of(netbox, DEVICES, "gpu/1")["tags"].append("theirs")
    done = bring(renamed(plan_id), netbox)
    assert row_of(netbox, DEVICES, "gpu/1")["tags"] == ["diet-pod-1", "theirs"]
    assert row_of(netbox, DEVICES, "leaf/1")["tags"] == ["diet-pod-1"]
    change = next(c for c in done.changes.changes if c.key == "gpu/1")
    assert (change.before["plan_id"], change.after["plan_id"]) == ("test", "pod-1")
    assert not any(owned(netbox, "test").values())


def test_a_plan_id_that_changed_without_formerly_is_another_plan() -> None:
    netbox = built()
    assert set(conflicts(renamed(plan_id) | {"formerly": []}, netbox)) == {"name-taken"}


def test_drift_is_told_from_renaming() -> None:
    """The ledger entry is rewritten by the rename; the cable that someone moved is moved back all the same."""
    netbox = built()
    before = copy.deepcopy(ends(netbox))
    first, second = (row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2))
    first["b_terminations"], second["b_terminations"] = second["b_terminations"], first["b_terminations"]
    done = bring(renamed(leaf_class, server_class), netbox)
    assert [c.reason_of("ends") for c in done.changes.of("cable", "move")] == ["drift", "drift"]
    assert ends(netbox) == before
    assert not see(renamed(leaf_class, server_class), netbox).changes


def test_leftovers_follow_a_rename() -> None:
    netbox = built()
    plan = renamed(everything, number=2)
    done = bring(plan, netbox)
    assert {kind: len(keys) for kind, keys in done.changes.leftovers.items()} == {
        "device": 1, "interface": 8, "cable": 4,
    }
    assert done.changes.leftovers["device"] == ("node/3",)
    assert not bring(plan, netbox).changes
    assert row_of(netbox, DEVICES, "node/3")["name"] == "gpu-003"
    # Without `formerly` it is still the plan's.
    gone = bring(without_formerly(plan), netbox, prune=True)
    assert gone.changes.counts()["device"] == {"delete": 1}
    assert owned(netbox, "pod-1")[INTERFACES] == sorted(i.key for i in gone.topology.interfaces)


def test_growth_in_the_same_run_moves_nothing() -> None:
    netbox = built()
    before = copy.deepcopy(ends(netbox))
    done = bring(renamed(everything, number=4), netbox)
    assert done.changes.counts()["cable"] == {"create": 4, "update": 20}
    assert {n: row for n, row in ends(netbox).items() if n in before} == before


def test_where_both_keys_exist_the_present_one_wins_and_the_other_is_left_over() -> None:
    """The class was renamed without `formerly`, so there are two sets of servers."""
    netbox = FakeNetBox()
    bring(small(1), netbox)
    bring(without_formerly(renamed(server_class, number=1)), netbox)
    assert len(owned(netbox)[DEVICES]) == 5
    before = copy.deepcopy(netbox.state())
    plan = renamed(server_class, number=1)
    done = bring(plan, netbox)
    assert not done.changes
    assert done.changes.leftovers["device"] == ("gpu/1",)
    assert len(done.changes.leftovers["cable"]) == 4
    warning = next(w for w in done.warnings if w.code == "former-key-left" and "device" in w.message)
    assert "device 'gpu-001' (id 121) carries the key 'gpu/1', which is called 'node/1' now" in warning.message
    assert "left over" in warning.message and "prune" in warning.hint
    assert netbox.state() == before
    gone = bring(plan, netbox, prune=True)
    assert gone.changes.counts()["device"] == {"delete": 1}
    assert owned(netbox)[INTERFACES] == sorted(i.key for i in gone.topology.interfaces)
    assert not see(plan, netbox).changes


def test_two_plans_that_are_both_there_are_told_apart() -> None:
    netbox = built()
    other = renamed(plan_id) | {"naming": dict.fromkeys(("server", "leaf", "spine"), "o-{class}-{index}")}
    bring(without_formerly(other), netbox)
    with pytest.raises(PlanError, match="of the plan's former id 'test', and so does id"):
        see(other, netbox)


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
def test_a_rename_that_breaks_off_is_continued(after_commit: bool) -> None:
    start, plan = built(), renamed(everything)
    whole = copy.deepcopy(start)
    bring(plan, whole)
    tried = [*broken_off(start, after_commit, lambda netbox: bring(plan, netbox))]
    for netbox in tried:
        assert netbox.state() == whole.state()
        assert not see(plan, netbox).changes
    assert len(tried) > 3


def test_a_ledger_file_of_a_former_id_in_former_keys_is_read() -> None:
    netbox = built()
    text = dump("test", see(small(), netbox).ledger)
    plan = renamed(everything)
    former = loaded(plan).renames.plan_ids
    with pytest.raises(LedgerError):
        read(text, "file", "pod-1")
    file = read(text, "file", "pod-1", former)
    fresh = see(plan, FakeNetBox(), ledger=file).topology
    assert {c.ports for c in fresh.cables} == {c.ports for c in see(plan, netbox).topology.cables}
    assert "ledger-differs" not in {w.code for w in see(plan, netbox, ledger=file).warnings}
    other = read(text.replace("b=leaf/1:1/1@", "b=leaf/1:4/2@"), "file", "pod-1", former)
    assert "ledger-differs" in {w.code for w in see(plan, netbox, ledger=other).warnings}


def test_teardown_takes_what_carries_a_former_id() -> None:
    netbox = built()
    assert not tear_down("pod-1", netbox).changes
    tear_down("pod-1", netbox, ("test",))
    assert not any(owned(netbox).values())
