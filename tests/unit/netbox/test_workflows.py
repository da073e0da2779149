# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs against the double: what is written, what is not, and what happens when a run breaks off."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import InvariantError, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.normalize import STATED
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import (
    AccessError,
    RefusedError,
    ServerError,
    UnreachableError,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import ReadOnly, Response
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options

from ..fakes.netbox import (
    CABLES,
    DEVICES,
    FIELDS,
    INTERFACES,
    JOURNAL,
    OBJECT_TYPES,
    TAGS,
    TEMPLATES,
    FakeNetBox,
    Interrupted,
)
from ..plans import Document, counts, document, expanded, loaded, rails, servers, shipped, switches, zone
from ..runs import URL, Recorder, bring, conflicts, see, tear_down


def small(number: int = 3, **more: Any) -> Document:
    """Leaves with uplinks, a spine, servers with alternating links and rails."""
    return document(
        {
            "leaf": switches(servers=zone("1-4", "2x100g"), up=zone("9-12", "1x800g", type="uplink")),
            "spine": switches(role="spine", down=zone("1-16", "1x800g", type="fabric")),
        },
        {"gpu": servers(number, {"ports": 2, "distribution": "alternating"}, *rails(2))},
        catalog={
            "manufacturers": {"acme": {"name": "Acme"}},
            "device_types": {
                "some-switch": {"manufacturer": "acme", "model": "Switch"},
                "some-server": {"manufacturer": "acme", "model": "Server"},
            },
        },
        **more,
    )


# Versions between which NetBox takes cables off, and refuses, in different ways.
GENERATIONS = ["4.4.10", "4.6.8", "4.7.3"]


def built(plan: Document | None = None) -> FakeNetBox:
    netbox = FakeNetBox()
    bring(plan or small(), netbox)
    return netbox


def owned(netbox: FakeNetBox, plan_id: str = "test") -> dict[str, list[str]]:
    """Keys of what carries the plan's id."""
    return {
        endpoint: sorted(
            row["custom_fields"]["hedgehog_key"] for row in netbox.tables[endpoint].values()
            if row["custom_fields"].get("hedgehog_plan_id") == plan_id
        )
        for endpoint in (DEVICES, INTERFACES, CABLES)
    }


def keys_of(plan: Document) -> dict[str, list[str]]:
    topology = expanded(plan)
    return {
        DEVICES: sorted(d.key for d in topology.devices),
        INTERFACES: sorted(i.key for i in topology.interfaces),
        CABLES: sorted(c.key for c in topology.cables),
    }


def row_of(netbox: FakeNetBox, endpoint: str, key: str) -> dict[str, Any]:
    return next(r for r in netbox.tables[endpoint].values() if r["custom_fields"].get("hedgehog_key") == key)


# -- a run and its repetition ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [small(), shipped("gpu-small")], ids=["small", "gpu-small"])
def test_a_run_builds_the_topology_and_a_second_changes_nothing(plan: Document) -> None:
    netbox = FakeNetBox()
    plan = copy.deepcopy(plan)
    for slug in {"some-switch", "celestica-ds5000"} & {c["device_type"] for c in plan["switch_classes"].values()}:
        plan.setdefault("catalog", {}).setdefault("device_types", {}).setdefault(
            slug, {"manufacturer": "celestica", "model": slug}
        )
    previewed = see(plan, netbox)
    done = bring(plan, netbox)
    assert done.digest == previewed.digest
    assert done.changes == previewed.changes
    assert owned(netbox, plan["id"]) == keys_of(plan)
    netbox.log.clear()
    again = bring(plan, netbox)
    assert again.changes.counts() == {}
    assert not again.changes.leftovers
    assert netbox.writes() == []


def test_what_is_written_is_what_the_topology_says() -> None:
    netbox = built()
    leaf = row_of(netbox, DEVICES, "leaf/1")
    assert leaf["name"] == "leaf-01"
    assert leaf["status"] == "planned"
    assert leaf["tags"] == ["diet-test"]
    marks = leaf["custom_fields"]
    assert (marks["hedgehog_class"], marks["hedgehog_instance_index"]) == ("leaf", 1)
    assert (marks["hedgehog_role"], marks["hedgehog_fabric"]) == ("server-leaf", "fab")
    assert marks["hedgehog_fabric_class"] == "managed"
    port = row_of(netbox, INTERFACES, "leaf/1:1/2")
    assert (port["name"], port["speed"], port["type"]) == ("E1/1/2", 100_000_000, "100gbase-x-qsfp28")
    assert port["custom_fields"]["hedgehog_physical_port"] == 1
    assert port["custom_fields"]["hedgehog_breakout_index"] == 2
    assert port["custom_fields"]["hedgehog_zone"] == "servers"
    assert port["tags"] == []
    one = row_of(netbox, CABLES, "server gpu/1/rail-0/0")
    assert one["status"] == "planned"
    assert one["custom_fields"]["hedgehog_ports"].startswith("a=gpu/1:rail-0/0 b=leaf/1:")
    assert one["custom_fields"]["hedgehog_ports"].endswith(" domain=1:1-2")
    exact = {row["filter_logic"] for row in netbox.tables[FIELDS].values()}
    assert exact == {"exact"}


def test_a_run_that_writes_leaves_a_record() -> None:
    netbox = built()
    (entry,) = netbox.tables[JOURNAL].values()
    assert entry["tags"] == ["diet-test"]
    assert '"digest"' in entry["comments"] and '"format": 1' in entry["comments"]


def test_nothing_is_asked_per_object() -> None:
    netbox, other = FakeNetBox(), FakeNetBox()
    bring(small(2), netbox)
    bring(small(8), other)
    more = len(expanded(small(8)).interfaces) - len(expanded(small(2)).interfaces)
    assert more > 40
    assert len(other.log) - len(netbox.log) <= 2


def test_progress_ends_with_all_done() -> None:
    recorder = Recorder()
    bring(small(), FakeNetBox(), sink=recorder)
    last = {event.phase: event for event in recorder.events}
    assert [p for p, e in last.items() if e.total] == [
        "Setup", "Creating devices", "Creating interfaces", "Creating cables",
    ]
    assert all(event.done == event.total for event in last.values())


# -- fields ----------------------------------------------------------------------------------------------------------


def test_every_managed_field_survives_the_way_there_and_back() -> None:
    """Each managed field of each kind is spoilt in NetBox, seen as a difference, and put right."""
    netbox = built()
    spoil = {
        "name": "spoilt", "type": "other", "speed": 1, "device_role": None, "device_type": None, "site": None,
        "device": None, "ends": None,
    }
    for kind, resource in RESOURCES.items():
        for one in resource.fields:
            row = next(iter(netbox.tables[resource.endpoint].values()))
            if one.name in spoil and spoil[one.name] is None:
                continue  # references and ends have tests of their own
            if one.name in STATED[kind]:
                continue  # this plan states none: test_stated.py
            if one.name == "ports":
                continue  # the ledger: so has this
            if one.name in spoil:
                row[one.name] = spoil[one.name]
            else:
                written = one.write("x", None)["custom_fields"]  # type: ignore[arg-type]
                (field,) = written
                value = row["custom_fields"].get(field)
                row["custom_fields"][field] = 77 if isinstance(value, int) or "index" in field else "spoilt"
            seen = see(small(), netbox, max_moves=99).changes
            assert [(c.kind, c.action, list(c.after)) for c in seen.changes] == [(kind, "update", [one.name])], one.name
            bring(small(), netbox, max_moves=99)
            assert not see(small(), netbox).changes


def test_fields_that_the_plan_does_not_set_are_never_touched() -> None:
    netbox = built()
    row = row_of(netbox, DEVICES, "leaf/1")
    row |= {"status": "active", "tags": ["diet-test", "mine"]}
    row_of(netbox, INTERFACES, "leaf/1:1/2")["description"] = "kept"
    row_of(netbox, CABLES, "server gpu/1/c0/0")["status"] = "connected"
    assert not see(small(), netbox).changes


def test_swapped_ends_are_the_same_cable_and_empty_is_none() -> None:
    netbox = built()
    one = row_of(netbox, CABLES, "server gpu/1/c0/0")
    one["a_terminations"], one["b_terminations"] = one["b_terminations"], one["a_terminations"]
    row_of(netbox, DEVICES, "gpu/1")["custom_fields"]["hedgehog_role"] = ""
    assert not see(small(), netbox).changes


# -- growth, leftovers, moves ----------------------------------------------------------------------------------------


def test_growth_moves_nothing() -> None:
    netbox = built()
    before = {row["id"]: copy.deepcopy(row) for row in netbox.tables[CABLES].values()}
    done = bring(small(4), netbox)
    assert done.changes.counts() == {
        "device": {"create": 1}, "interface": {"create": 8}, "cable": {"create": 4},
    }
    assert all(netbox.tables[CABLES][n] == row for n, row in before.items())


def test_leftovers_stay_and_are_counted_and_prune_deletes_them() -> None:
    netbox = built()
    before = netbox.state()
    plan = small(2)
    plan["server_classes"]["gpu"]["quantity"] = 2
    done = bring(plan, netbox)
    assert not done.changes
    assert {kind: len(keys) for kind, keys in done.changes.leftovers.items()} == {
        "device": 1, "interface": 8, "cable": 4,
    }
    assert netbox.state() == before
    pruned = bring(plan, netbox, prune=True)
    assert pruned.changes.counts() == {
        "cable": {"delete": 4}, "device": {"delete": 1}, "interface": {"delete": 8},
    }
    assert owned(netbox)[CABLES] == sorted(c.key for c in pruned.topology.cables)
    assert owned(netbox)[INTERFACES] == sorted(i.key for i in pruned.topology.interfaces)
    methods = [(method, path) for method, path, _n in netbox.writes() if method == "DELETE"]
    assert methods == [("DELETE", f"/api/{CABLES}/"), ("DELETE", f"/api/{INTERFACES}/"), ("DELETE", f"/api/{DEVICES}/")]
    assert not see(plan, netbox).changes


def test_moves_beyond_the_limit_are_refused_with_the_number() -> None:
    netbox = built()
    larger = small()
    larger["switch_classes"]["spine"]["quantity"] = 2
    with pytest.raises(PlanError) as error:
        see(larger, netbox, max_moves=3)
    (finding,) = error.value.diagnostics
    assert finding.code == "too-many-moves"
    assert "4 cables" in finding.message and "max_moves is 3" in finding.message
    assert "max_moves: 4" in finding.hint
    before = {c["id"]: c["a_terminations"] for c in netbox.tables[CABLES].values()}
    done = bring(larger, netbox, max_moves=4)
    assert done.changes.counts()["cable"] == {"move": 4}
    assert {c["id"]: c["a_terminations"] for c in netbox.tables[CABLES].values()} == before
    assert not see(larger, netbox).changes


@pytest.mark.parametrize("side", ["a_terminations", "b_terminations"])
@pytest.mark.parametrize("reversed_in_netbox", [False, True])
@pytest.mark.parametrize("version", GENERATIONS)
def test_cables_that_someone_exchanged_are_put_back(side: str, reversed_in_netbox: bool, version: str) -> None:
    netbox = built()
    netbox.version = version
    before = netbox.state()
    first, second = (row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2))
    first[side], second[side] = second[side], first[side]
    if reversed_in_netbox:
        for one in (first, second):
            one["a_terminations"], one["b_terminations"] = one["b_terminations"], one["a_terminations"]
    done = bring(small(), netbox)
    assert done.changes.counts() == {"cable": {"move": 2}}
    assert {c.reason for c in done.changes.changes} == {"drift"}
    assert not see(small(), netbox).changes
    assert reversed_in_netbox or netbox.state() == before


@pytest.mark.parametrize("version", GENERATIONS)
def test_cables_that_someone_exchanged_at_both_ends_are_put_back(version: str) -> None:
    netbox = built()
    netbox.version = version
    before = netbox.state()
    first, second = (row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2))
    for side in ("a_terminations", "b_terminations"):
        first[side], second[side] = second[side], first[side]
    assert bring(small(), netbox).changes.counts() == {"cable": {"move": 2}}
    assert netbox.state() == before


@pytest.mark.parametrize("version", GENERATIONS)
def test_three_cables_moved_in_a_ring_are_put_back(version: str) -> None:
    netbox = built()
    netbox.version = version
    rows = [row_of(netbox, CABLES, f"server gpu/{n}/rail-0/0") for n in (1, 2, 3)]
    ends = [row["b_terminations"] for row in rows]
    for row, end in zip(rows, ends[1:] + ends[:1], strict=True):
        row["b_terminations"] = end
    assert bring(small(), netbox).changes.counts() == {"cable": {"move": 3}}
    assert not see(small(), netbox).changes


def test_a_cable_that_lost_an_end_is_repaired_in_place() -> None:
    for side in ("a_terminations", "b_terminations"):
        netbox = built()
        before = netbox.state()
        one = row_of(netbox, CABLES, "server gpu/1/c0/0")
        one[side] = []
        done = bring(small(), netbox)
        assert done.changes.counts() == {"cable": {"move": 1}}
        assert row_of(netbox, CABLES, "server gpu/1/c0/0")["id"] == one["id"]
        assert netbox.state() == before


def test_devices_whose_names_someone_exchanged_get_them_back() -> None:
    netbox = built()
    before = netbox.state()
    a, b = row_of(netbox, DEVICES, "gpu/1"), row_of(netbox, DEVICES, "gpu/2")
    a["name"], b["name"] = b["name"], a["name"]
    bring(small(), netbox)
    assert netbox.state() == before


def test_interfaces_whose_names_someone_exchanged_get_them_back() -> None:
    netbox = built()
    before = netbox.state()
    a, b = row_of(netbox, INTERFACES, "gpu/1:c0/0"), row_of(netbox, INTERFACES, "gpu/1:c0/1")
    a["name"], b["name"] = b["name"], a["name"]
    bring(small(), netbox)
    assert netbox.state() == before


def test_renaming_all_devices_of_a_class_by_a_pattern() -> None:
    netbox = built()
    # leaf-01 is to be leaf-2, ... : no exchange, yet every name changes.
    done = bring(small(naming={"leaf": "leaf-x{index}"}), netbox)
    assert done.changes.counts() == {"device": {"update": 2}}
    assert {row_of(netbox, DEVICES, f"leaf/{n}")["name"] for n in (1, 2)} == {"leaf-x1", "leaf-x2"}


def test_a_port_that_is_freed_by_a_deletion_is_taken_by_another() -> None:
    plan = document(
        {"leaf": switches(servers=zone("1-2"), quantity=1)}, {"old": servers(2, {})},
        catalog=small()["catalog"],
    )
    netbox = FakeNetBox()
    bring(plan, netbox)
    plan["server_classes"] = {"new": servers(2, {})}
    assert conflicts(plan, netbox) == ["over-capacity"]  # the leftovers hold both ports
    bring(plan, netbox, prune=True)
    assert owned(netbox) == keys_of(plan)


# -- interruptions ---------------------------------------------------------------------------------------------------


def steps() -> list[tuple[str, Document, Document, dict[str, Any]]]:
    larger = small(5)
    larger["switch_classes"]["spine"]["quantity"] = 2
    return [
        ("build", {}, small(), {}),
        ("grow and move", small(), larger, {"max_moves": 99}),
        ("shrink", small(5), small(2), {"prune": True}),
    ]


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize(("name", "before", "after", "options"), steps(), ids=[s[0] for s in steps()])
def test_a_run_that_breaks_off_at_any_request_is_continued(
    name: str, before: Document, after: Document, options: dict[str, Any], after_commit: bool
) -> None:
    start = FakeNetBox()
    if before:
        bring(before, start)
    whole = copy.deepcopy(start)
    bring(after, whole, **options)
    at = 0
    while True:
        at += 1
        netbox = copy.deepcopy(start)
        broken = Interrupted(netbox, at, after_commit)
        try:
            bring(after, broken, **options)
        except UnreachableError:
            bring(after, netbox, **options)
        assert netbox.state() == whole.state()
        assert not see(after, netbox).changes
        for endpoint, keys in owned(netbox).items():
            assert len(keys) == len(set(keys)), endpoint
        if not broken.happened:
            break
    assert at > 3


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("version", GENERATIONS)
@pytest.mark.parametrize(
    ("endpoint", "keys", "exchanged"),
    [
        (CABLES, ("server gpu/1/c0/0", "server gpu/2/c0/0"), "b_terminations"),
        (CABLES, ("server gpu/1/c0/0", "server gpu/2/c0/0"), "a_terminations"),
        (DEVICES, ("gpu/1", "gpu/2"), "name"),
        (INTERFACES, ("gpu/1:c0/0", "gpu/1:c0/1"), "name"),
    ],
)
def test_an_exchange_that_breaks_off_is_continued(
    endpoint: str, keys: tuple[str, str], exchanged: str, version: str, after_commit: bool
) -> None:
    start = built()
    start.version = version
    whole = start.state()
    first, second = (row_of(start, endpoint, key) for key in keys)
    first[exchanged], second[exchanged] = second[exchanged], first[exchanged]
    at, happened = 0, True
    while happened:
        at += 1
        netbox = copy.deepcopy(start)
        broken = Interrupted(netbox, at, after_commit)
        try:
            bring(small(), broken)
        except UnreachableError:
            bring(small(), netbox)
        happened = broken.happened
        assert netbox.state() == whole
        assert not see(small(), netbox).changes
    assert at == 4  # off, on, record


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
def test_a_teardown_that_breaks_off_is_continued(after_commit: bool) -> None:
    start = built()
    start.make(DEVICES, name="foreign", **_where(start))
    at, happened = 0, True
    while happened:
        at += 1
        netbox = copy.deepcopy(start)
        broken = Interrupted(netbox, at, after_commit)
        try:
            tear_down("test", broken)
        except UnreachableError:
            tear_down("test", netbox)
        happened = broken.happened
        assert [row["name"] for row in netbox.tables[DEVICES].values()] == ["foreign"]
        assert not netbox.tables[CABLES] and not netbox.tables[INTERFACES]


# -- ours and not ours -----------------------------------------------------------------------------------------------


def _where(netbox: FakeNetBox) -> dict[str, int]:
    one = row_of(netbox, DEVICES, "gpu/1")
    return {name: one[name] for name in ("role", "device_type", "site")}


def test_teardown_removes_what_is_ours_and_nothing_else() -> None:
    netbox = built()
    before = netbox.state()
    other = small()
    other["id"] = "test-10"
    other["naming"] = dict.fromkeys(("server", "leaf", "spine"), "o-{class}-{index}")
    bring(other, netbox)
    done = tear_down("test-10", netbox)
    assert done.stays["sites"] == ["dc1"]
    assert done.stays["device_types"] == ["some-server", "some-switch"]
    after = netbox.state()
    for endpoint in (DEVICES, INTERFACES, CABLES, "dcim/sites"):
        assert after[endpoint] == before[endpoint]
    assert not tear_down("test-10", netbox).changes


def test_a_device_with_a_wanted_name_is_a_conflict() -> None:
    netbox = built()
    netbox.make(DEVICES, name="GPU-004", **_where(netbox))
    before = netbox.state()
    assert conflicts(small(4), netbox) == ["name-taken"]
    assert netbox.state() == before


@pytest.mark.parametrize("side", ["a_terminations", "b_terminations"])
def test_a_foreign_cable_on_a_wanted_port_is_a_conflict(side: str) -> None:
    netbox = built(small(4))  # all lanes of both leaves are in use, so a lost link can only go where it was
    other = netbox.make(DEVICES, name="foreign", **_where(netbox))
    port = netbox.make(INTERFACES, device=other, name="p", type="other")
    mine = row_of(netbox, CABLES, "server gpu/1/c0/0")
    taken = mine[side]
    del netbox.tables[CABLES][mine["id"]]
    netbox.make(CABLES, a_terminations=[{"object_type": "dcim.interface", "object_id": port}], b_terminations=taken)
    before = netbox.state()
    assert conflicts(small(4), netbox) == ["port-taken"]
    assert netbox.state() == before


def test_a_cable_that_someone_deleted_is_made_again_where_it_was_when_nothing_else_is_free() -> None:
    netbox = built(small(4))
    before = netbox.state()
    del netbox.tables[CABLES][row_of(netbox, CABLES, "server gpu/1/c0/0")["id"]]
    assert bring(small(4), netbox).changes.counts() == {"cable": {"create": 1}}
    assert netbox.state() == before


def test_a_cable_whose_ledger_entry_is_unreadable_is_not_moved_unasked() -> None:
    netbox = built()
    row_of(netbox, CABLES, "server gpu/1/c0/0")["custom_fields"]["hedgehog_ports"] = "as agreed with Bob"
    assert conflicts(small(), netbox) == ["too-many-moves"]
    bring(small(), netbox, max_moves=1)
    assert not see(small(), netbox).changes


def test_a_foreign_cable_on_a_device_that_would_go_is_a_conflict_and_is_never_stripped() -> None:
    netbox = built()
    other = netbox.make(DEVICES, name="foreign", **_where(netbox))
    ours = row_of(netbox, DEVICES, "gpu/3")["id"]
    ends = [netbox.make(INTERFACES, device=one, name="extra", type="other") for one in (ours, other)]
    foreign = netbox.make(
        CABLES, a_terminations=[{"object_type": "dcim.interface", "object_id": ends[0]}],
        b_terminations=[{"object_type": "dcim.interface", "object_id": ends[1]}], label="uplink of the lab",
    )
    before = copy.deepcopy(netbox.tables[CABLES][foreign])
    assert conflicts(small(2), netbox, prune=True) == ["foreign-cable"]
    with pytest.raises(PlanError, match="uplink of the lab"):
        tear_down("test", netbox)
    assert netbox.tables[CABLES][foreign] == before


def test_a_foreign_cable_on_an_interface_that_would_go_is_a_conflict() -> None:
    netbox = built()
    plan = small()
    del plan["server_classes"]["gpu"]["connections"]["rail-1"]
    key = "server gpu/1/rail-1/0"
    mine = row_of(netbox, CABLES, key)
    other = netbox.make(DEVICES, name="foreign", **_where(netbox))
    port = netbox.make(INTERFACES, device=other, name="p", type="other")
    end = mine["a_terminations"]
    del netbox.tables[CABLES][mine["id"]]
    netbox.make(CABLES, a_terminations=end, b_terminations=[{"object_type": "dcim.interface", "object_id": port}])
    assert conflicts(plan, netbox, prune=True) == ["foreign-cable"]


def test_two_objects_with_one_key_are_a_conflict() -> None:
    netbox = built()
    double = copy.deepcopy(row_of(netbox, DEVICES, "gpu/1"))
    netbox.make(DEVICES, name="double", custom_fields=double["custom_fields"], **_where(netbox))
    assert conflicts(small(), netbox) == ["damaged-mark"]
    row_of(netbox, DEVICES, "gpu/2")["custom_fields"]["hedgehog_key"] = None
    assert conflicts(small(), netbox).count("damaged-mark") == 2


def test_an_interface_with_a_wanted_name_on_our_device_becomes_ours() -> None:
    netbox = built()
    before = netbox.state()
    one = row_of(netbox, INTERFACES, "gpu/1:c0/0")
    one["custom_fields"] = {}
    done = bring(small(), netbox)
    assert done.changes.counts()["interface"] == {"update": 1}
    assert done.changes.of("interface", "update")[0].reason == "adopted"
    assert one["id"] == row_of(netbox, INTERFACES, "gpu/1:c0/0")["id"]
    assert not see(small(), netbox).changes
    assert netbox.state()[CABLES] == before[CABLES]


def test_other_interfaces_on_our_devices_are_left_alone() -> None:
    netbox = built()
    ours = row_of(netbox, DEVICES, "gpu/1")["id"]
    extra = netbox.make(INTERFACES, device=ours, name="loopback0", type="virtual")
    assert not see(small(), netbox, prune=True).changes
    bring(small(2), netbox, prune=True)
    assert extra in netbox.tables[INTERFACES]


def test_an_interface_with_another_plans_id_on_our_device_is_a_conflict() -> None:
    netbox = built()
    row_of(netbox, INTERFACES, "gpu/1:c0/0")["custom_fields"]["hedgehog_plan_id"] = "other"
    assert "damaged-mark" in conflicts(small(), netbox)


def test_a_plan_whose_id_begins_like_ours_is_not_ours() -> None:
    netbox = built()
    other = small()
    other["id"] = "tes"
    other["naming"] = dict.fromkeys(("server", "leaf", "spine"), "o-{class}-{index}")
    assert see(other, netbox).observed.owned.devices == {}


# -- templates, shared objects, rights -------------------------------------------------------------------------------


def test_interfaces_that_templates_make_are_marked_not_made_twice() -> None:
    netbox = FakeNetBox()
    maker = netbox.make("dcim/manufacturers", name="Acme", slug="acme")
    kind = netbox.make("dcim/device-types", model="Switch", slug="some-switch", manufacturer=maker)
    for name in ("E1/1/1", "E1/1/2", "E1/40", "Management0"):
        netbox.make(TEMPLATES, device_type=kind, name=name, type="other")
    seen = see(small(), netbox)
    done = bring(small(), netbox)
    assert seen.changes == done.changes
    assert owned(netbox) == keys_of(small())
    assert row_of(netbox, INTERFACES, "leaf/1:1/1")["type"] == "100gbase-x-qsfp28"
    assert not see(small(), netbox).changes
    unmarked = {r["name"] for r in netbox.tables[INTERFACES].values() if not r["custom_fields"].get("hedgehog_key")}
    assert unmarked == {"E1/1/1", "E1/1/2", "E1/40", "Management0"} & unmarked


def test_what_is_shared_is_made_when_missing_and_never_changed() -> None:
    netbox = FakeNetBox()
    site = netbox.make("dcim/sites", name="The other name", slug="dc1")
    before = copy.deepcopy(netbox.tables["dcim/sites"][site])
    bring(small(), netbox)
    assert netbox.tables["dcim/sites"][site] == before
    assert {t["slug"] for t in netbox.tables["dcim/device-types"].values()} == {"some-switch", "some-server"}
    assert [m["slug"] for m in netbox.tables["dcim/manufacturers"].values()] == ["acme"]


def test_a_custom_field_of_ours_only_gets_the_object_types_it_lacks() -> None:
    netbox = FakeNetBox()
    field = netbox.make(FIELDS, name="hedgehog_fabric", type="text", object_types=["dcim.rack", "dcim.device"])
    done = bring(small(), netbox)
    assert [(c.key, c.after) for c in done.changes.of("custom_field", "update")] == [
        ("hedgehog_fabric", {"object_types": ["dcim.rack", "dcim.device", "dcim.cable"]})
    ]
    assert netbox.tables[FIELDS][field]["filter_logic"] == "loose"


def test_a_custom_field_of_another_type_is_an_error() -> None:
    netbox = FakeNetBox()
    netbox.make(FIELDS, name="hedgehog_fabric", type="integer", object_types=["dcim.device"])
    with pytest.raises(AccessError, match=r"hedgehog_fabric.*integer.*text"):
        see(small(), netbox)


def test_a_device_type_that_nobody_knows_is_an_error() -> None:
    plan = small()
    del plan["catalog"]
    assert conflicts(plan, FakeNetBox()) == ["unknown-device-type", "unknown-device-type", "unknown-device-type"]


@pytest.mark.parametrize("endpoint", [DEVICES, INTERFACES, CABLES])
def test_without_the_right_to_view_a_plan_does_not_look_unbuilt(endpoint: str) -> None:
    netbox = built()
    netbox.may_not.add(f"view {endpoint}")
    with pytest.raises(AccessError, match=r"dcim\.view_"):
        see(small(), netbox)


def test_a_token_that_may_not_list_fields_and_tags_can_still_work() -> None:
    netbox = built()
    netbox.may_not |= {f"view {FIELDS}", f"view {TAGS}", f"POST {FIELDS}", f"POST {TAGS}", f"POST {JOURNAL}"}
    bring(small(4), netbox)
    assert owned(netbox) == keys_of(small(4))


def test_where_unknown_marks_are_stored_unseen_the_token_has_to_list_fields() -> None:
    """Up to 4.4: what carries marks that nobody registered would never be found again."""
    netbox = FakeNetBox("4.4.10")
    netbox.may_not.add(f"view {FIELDS}")
    with pytest.raises(AccessError, match=r"NetBox 4\.4\.10 stores marks in fields that are not registered"):
        bring(small(), netbox)
    assert netbox.writes() == []


def test_what_a_token_may_not_make_is_named() -> None:
    netbox = FakeNetBox()
    netbox.may_not.add(f"POST {FIELDS}")
    with pytest.raises(AccessError) as error:
        bring(small(), netbox)
    for word in ("hedgehog_plan_id", "hedgehog_ports", "extras/custom-fields", "hedgehog.diet.setup"):
        assert word in str(error.value)


# -- check mode, older servers, pages --------------------------------------------------------------------------------


def test_a_write_in_check_mode_is_a_bug() -> None:
    transport = ReadOnly(FakeNetBox())
    for method, path in (("POST", "/api/dcim/devices/"), ("PATCH", "/api/dcim/devices/"), ("DELETE", "/api/x/")):
        with pytest.raises(InvariantError):
            transport.send(method, path, body=[])
    assert isinstance(transport.send("GET", "/api/status/"), Response)
    assert transport.statistics.writes == 0


@pytest.mark.parametrize("version", ["4.3.1", "4.5.9", "4.6.0", "4.7.3", "5.0.0"])
@pytest.mark.parametrize("page", [1000, 7, 1])
def test_small_pages_of_every_version_are_read_whole(version: str, page: int) -> None:
    netbox = built()
    netbox.version, netbox.max_page = version, page
    done = see(small(), netbox)
    assert not done.changes
    assert len(done.observed.owned.cables) == len(expanded(small()).cables)


@pytest.mark.parametrize("version", ["4.6.5", "4.7.3"])
@pytest.mark.parametrize(
    ("endpoint", "named"),
    [
        (DEVICES, "gpu-001 (gpu/1)"),
        (INTERFACES, "gpu-001 c0-p0 (gpu/1:c0/0)"),
        (CABLES, "leaf-01 E1/9 -- spine-01 E1/1 (fabric leaf/1/up/9/1)"),
    ],
)
def test_a_refused_list_names_our_objects(version: str, endpoint: str, named: str) -> None:
    """A field that lost an object type after the preview: the first row of that kind is refused."""
    netbox = FakeNetBox(version)
    bring(small(0), netbox)
    client = Client(netbox)
    done = preview(loaded(small()), client, URL, Ledger(), Options(), silent)
    for row in netbox.tables[FIELDS].values():
        if row["name"] == "hedgehog_key":
            row["object_types"].remove(OBJECT_TYPES[endpoint])
    with pytest.raises(RefusedError) as error:
        RestWriter(client, done.refs).write(done.changes, "test", silent)
    text = str(error.value)
    assert "wrote none of them" in text
    # Up to 4.6 a refused list of devices comes without a position; then all that can be told is the reason.
    assert named in text or (version < "4.7" and endpoint == DEVICES)
    assert "hedgehog_key" in text


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (Response(403, {"detail": "Invalid v2 token"}), AccessError, "does not accept the token"),
        (Response(403, {"detail": "Token expired"}), AccessError, "does not accept the token"),
        (Response(401, {"detail": "Invalid token."}), AccessError, "does not accept the token"),
        (Response(403, {"detail": "Authentication credentials were not provided."}), AccessError, "NETBOX_TOKEN"),
        (Response(500, {"detail": "boom"}), ServerError, "HTTP 500"),
        (Response(500, None), ServerError, "HTTP 500"),
        (Response(502, {"detail": ""}), ServerError, "HTTP 502"),
        (Response(200, None), ServerError, "not as a NetBox"),
        (Response(200, ["x"]), ServerError, "not as a NetBox"),
        (Response(200, {"netbox-version": "4.1.11"}), ServerError, "too old"),
        (Response(404, {"detail": ""}), ServerError, "not as a NetBox"),
    ],
)
def test_servers_that_say_no(response: Response, kind: type[Exception], words: str) -> None:
    netbox = FakeNetBox()
    netbox.refuse_all = response
    with pytest.raises(kind, match=words):
        see(small(), netbox)


def test_counts_tell_what_was_sent() -> None:
    netbox = FakeNetBox()
    bring(small(), netbox)
    methods = Counter(method for method, _path, _n in netbox.writes())
    assert netbox.statistics.writes == sum(methods.values())
    assert counts(expanded(small())) == {"leaf": 2, "spine": 1}
