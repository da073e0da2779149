# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Absent switches: indices with holes outside, positions without gaps inside, and nothing moves that stays."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.place.numbering import Numbering
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Domain, End, Entry, Ledger

from ..plans import (
    Document,
    again,
    by_server,
    counts,
    device_at,
    document,
    ends,
    errors_of,
    expanded,
    indices,
    loaded,
    loads,
    pairs,
    rails,
    servers,
    switches,
    zone,
)
from ..promises import check
from ..strategies import plans


def numbering(absent: list[int]) -> Numbering:
    return Numbering(loaded(document({"leaf": switches(servers=zone("1"), absent=absent)}, {"x": servers(0, {})})))


@given(st.sets(st.integers(1, 20)), st.integers(1, 30))
def test_positions_and_indices_are_each_others_inverse(absent: set[int], number: int) -> None:
    found = numbering(sorted(absent))
    there = [index for index in range(1, 60) if index not in absent]
    assert found.index("leaf", number) == there[number - 1]
    assert found.position("leaf", there[number - 1]) == number
    assert all(found.position("leaf", index) is None for index in absent)
    assert found.index("other", number) == found.position("other", number) == number


@given(st.sets(st.integers(1, 8), max_size=5), st.integers(1, 8), st.integers(0, 8))
def test_a_domain_is_what_is_left_of_it(absent: set[int], first: int, more: int) -> None:
    last = first + more
    entry = Entry(End("gpu/1", "a/0"), End("leaf/99", "1/1"), Domain(3, first, last))
    (found,) = numbering(sorted(absent)).inward(Ledger({"server gpu/1/a/0": entry})).values()
    left = [index for index in range(first, last + 1) if index not in absent]
    if not left:
        assert found.domain is None
    else:
        assert found.domain is not None
        assert found.domain.last - found.domain.first + 1 == len(left)
        assert found.domain.first == 1 + sum(1 for index in range(1, left[0]) if index not in absent)


@pytest.mark.parametrize("key", ["k", "", "/", "mesh", "fabric leaf", "fabric leaf/3", "mesh leaf/x/up/1/1", "a b/c/d"])
def test_keys_that_are_none_of_ours_do_no_harm(key: str) -> None:
    entry = Entry.parse("a=leaf/3:9/1@1x100g b=leaf/2:1/1@1x100g")
    assert entry is not None
    plan = document({"leaf": switches(servers=zone("1-4"), absent=[1])}, {"gpu": servers(3, {})})
    for rebalance in (False, True):
        expanded(plan, Ledger({key: entry}), rebalance=rebalance)


# -- from scratch ----------------------------------------------------------------------------------------------------


def test_a_quantity_counts_the_switches_there_are() -> None:
    plan = document({"leaf": switches(servers=zone("1-2"), absent=[1, 3])}, {"gpu": servers(5, {})})
    topology = expanded(plan)
    assert counts(topology) == {"leaf": 3}
    assert indices(topology, "leaf") == [2, 4, 5]
    assert [d.name for d in topology.devices if d.role] == ["leaf-02", "leaf-04", "leaf-05"]
    plan["switch_classes"]["leaf"]["quantity"] = 4
    assert indices(expanded(plan), "leaf") == [2, 4, 5, 6]


def without_absent_switches(plan: Document) -> Document:
    plan = copy.deepcopy(plan)
    for row in plan["switch_classes"].values():
        row.pop("absent", None)
    return plan


@given(plans())
def test_indices_with_holes_are_positions_with_other_names(plan: Document) -> None:
    """The same topology, but for what the switches are called."""
    try:
        compact, topology = expanded(without_absent_switches(plan)), expanded(plan)
    except PlanError:
        assume(False)
    assert counts(compact) == counts(topology)
    at = {
        f"{key}/{n}": f"{key}/{index}" for key, row in plan["switch_classes"].items() if not row.get("external")
        for n, index in enumerate(indices(topology, key), 1)
    }

    def renumbered(end: str) -> str:
        device, _colon, port = end.partition(":")
        return f"{at.get(device, device)}:{port}"

    assert {(renumbered(c.a), renumbered(c.b)) for c in compact.cables} == {c.ends for c in topology.cables}


# -- with a ledger ---------------------------------------------------------------------------------------------------


@given(plans(), st.data())
def test_removing_any_switch_moves_only_what_was_on_it(plan: Document, data: st.DataObject) -> None:
    """Of a class of leaves without groups and rails: those that stay keep index, name and links."""
    plan = without_absent_switches(plan)
    for row in plan["switch_classes"].values():
        row.pop("redundancy", None)
        row["zones"] = {key: zone for key, zone in row["zones"].items() if zone["type"] not in ("peer", "session")}
    try:
        before = expanded(plan)
    except PlanError:
        assume(False)
    classes = [
        key for key, row in plan["switch_classes"].items()
        if counts(before)[key] and not row.get("external") and row["role"] not in ("spine", "core")
        and not {"mode", "leaves_per_pod"} & plan["fabrics"][row["fabric"]].keys()
    ]
    rail_classes = {
        c["zone"].partition("/")[0] for row in plan["server_classes"].values() for c in row["connections"].values()
        if c["distribution"] == "rail-optimized"
    }
    classes = [key for key in classes if key not in rail_classes]
    assume(classes)
    key = data.draw(st.sampled_from(classes))
    names = {d.key: d.name for d in before.devices}
    index, prune = data.draw(st.integers(1, counts(before)[key])), data.draw(st.booleans())
    plan["switch_classes"][key]["absent"] = [index]
    try:
        after = again(plan, before, prune)
    except PlanError:
        assume(False)  # what stays holds its ports, and the rest need not fit beside it
    check(loaded(plan), after, from_scratch=False, taken=plan["_taken"])
    was, now = ends(before), ends(after)
    names = {d.key: d.name for d in before.devices}
    assert {d.key: d.name for d in after.devices if d.key in names}.items() <= names.items()
    on_it = {
        c.a.partition(":")[0] for c in before.cables if c.kind == "server" and c.b.startswith(f"{key}/{index}:")
    }
    for link, pair in was.items():
        if link.startswith("server ") and pair[0].partition(":")[0] not in on_it:
            assert now[link] == pair
    assert again(plan, after, prune).cables == after.cables


def test_a_leaf_from_the_middle_takes_only_its_own_links_with_it() -> None:
    """Worked by hand: 3 leaves of 2 lanes and 6 servers; without leaf 2, its servers go to a leaf that is new."""
    plan = document({"leaf": switches(servers=zone("1-2"))}, {"gpu": servers(6, {})})
    before = expanded(plan)
    assert loads(before) == [2, 2, 2]
    plan["switch_classes"]["leaf"]["absent"] = [2]
    after = again(plan, before)
    assert indices(after, "leaf") == [1, 3, 4]
    was, now = by_server(before), by_server(after)
    assert {server for server in was if was[server] != now[server]} == {s for s, found in was.items() if found == [2]}
    assert {tuple(now[s]) for s, found in was.items() if found == [2]} == {(4,)}


def test_a_spine_from_the_middle_takes_only_its_own_links_with_it() -> None:
    plan = document(
        {
            "leaf": switches(servers=zone("1"), up=zone("101-104", "1x800g", "uplink")),
            "spine": switches(role="spine", down=zone("1-8", "1x800g", "fabric")),
        },
        {"gpu": servers(4, {})},
    )
    before = expanded(plan)
    assert counts(before)["spine"] == 2
    plan["switch_classes"]["spine"]["absent"] = [1]
    after = again(plan, before)
    assert indices(after, "spine") == [2, 3]
    was, now = ends(before), ends(after)
    moved = {key for key in was if now[key] != was[key]}
    assert moved == {key for key, pair in was.items() if pair[1].startswith("spine/1:")}
    assert all(now[key][0] == was[key][0] and now[key][1].startswith("spine/3:") for key in moved)


def test_a_pair_can_go_from_the_middle() -> None:
    plan = document(
        {"leaf": switches(servers=zone("1-2"), twin=zone("31-32", "1x400g", "peer"), redundancy={"type": "mclag"})},
        {"gpu": servers(6, {"distribution": "alternating", "ports": 2})},
    )
    before = expanded(plan)
    assert counts(before) == {"leaf": 6}
    plan["switch_classes"]["leaf"]["absent"] = [3, 4]
    after = again(plan, before)
    assert pairs(after, "peer") == {("leaf/1", "leaf/2"): 2, ("leaf/5", "leaf/6"): 2, ("leaf/7", "leaf/8"): 2}
    was, now = by_server(before), by_server(after)
    assert {s for s in was if was[s] != now[s]} == {s for s, found in was.items() if set(found) & {3, 4}}
    assert {d.key: d.group for d in after.devices if d.group} == {
        "leaf/1": "leaf-1", "leaf/2": "leaf-1", "leaf/5": "leaf-2", "leaf/6": "leaf-2", "leaf/7": "leaf-3",
        "leaf/8": "leaf-3",
    }


def test_rails_of_an_absent_leaf_go_to_the_leaves_that_its_domain_has_left() -> None:
    plan = document({"leaf": switches(servers=zone("1-8"), quantity=4)}, {"gpu": servers(4, *rails(4))})
    before = expanded(plan)
    plan["switch_classes"]["leaf"] |= {"quantity": 3, "absent": [2]}
    after = again(plan, before)
    was, now = ends(before), ends(after)
    moved = {key for key in was if now[key] != was[key]}
    assert moved == {key for key, pair in was.items() if device_at(pair[1]) == ("leaf", 2)}
    assert len({device_at(now[key][1]) for key in moved}) == 1
    assert {str(entry.domain) for entry in ledger_of(after).values()} == {str(Domain(1, 1, 4))}


def test_what_is_left_over_of_an_absent_switch_holds_its_far_ports_until_it_is_pruned() -> None:
    """4 leaves with 2 uplinks fill 2 spines of 4 lanes. Leaf 2 goes, leaf 5 comes."""
    def plan(absent: list[int], lanes: int = 4) -> Document:
        return document(
            {
                "leaf": switches(servers=zone("1"), up=zone("101-102", "1x800g", "uplink"), absent=absent),
                "spine": switches(role="spine", down=zone(f"1-{lanes}", "1x800g", "fabric")),
            },
            {"gpu": servers(4, {})},
        )

    before = expanded(plan([]))
    assert counts(before) == {"leaf": 4, "spine": 2}
    pruned = again(plan([2]), before, prune=True)
    was, now = ends(before), ends(pruned)
    assert {now[f"fabric leaf/5/up/{port}/1"][1] for port in (101, 102)} == {
        was[f"fabric leaf/2/up/{port}/1"][1] for port in (101, 102)
    }
    (error,) = errors_of(plan([2]), ledger_of(before))
    assert "8 uplinks / 4 lanes, of which others take 1 on spine/1, 1 on spine/2" in error.message
    with_room = again(plan([2], lanes=5), before)
    assert {ends(with_room)[f"fabric leaf/5/up/{port}/1"][1] for port in (101, 102)} == {"spine/1:5/1", "spine/2:5/1"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"absent": [2], "instances": {"2": {"name": "x"}}}, "absent-instance"),
        ({"absent": [2], "quantity": 3, "instances": {"5": {"name": "x"}}}, "out-of-range"),
    ],
)
def test_instances_are_devices_that_exist(row: Document, code: str) -> None:
    plan = document({"leaf": switches(servers=zone("1"), **row)}, {"gpu": servers(3, {})})
    assert code in [error.code for error in errors_of(plan)]


def test_the_last_index_counts_those_that_are_absent() -> None:
    instances = {"4": {"name": "the last"}}
    plan = document(
        {"leaf": switches(servers=zone("1"), absent=[2], quantity=3, instances=instances)}, {"gpu": servers(3, {})}
    )
    assert [d.name for d in expanded(plan).devices if d.role] == ["leaf-01", "leaf-03", "the last"]
