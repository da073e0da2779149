# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""External switches are there already: links end on them, on ports that nobody else has cabled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of, plan_digest

from ..plans import (
    Document,
    again,
    by_server,
    counts,
    document,
    ends,
    errors_of,
    expanded,
    indices,
    loaded,
    pairs,
    port_of,
    servers,
    switches,
    zone,
)


def leaves(names: dict[str, str], number: int, taken: dict[str, list[str]] | None = None, **more: Any) -> Document:
    """Leaves with two ports of two lanes each."""
    row = switches(
        servers=zone("1-2", "2x100g"), external=True,
        instances={index: {"name": name} for index, name in names.items()}, **more,
    )
    return document({"leaf": row}, {"gpu": servers(number, {})}, _taken=taken or {})


def spines(leaf_number: int, spine_number: int, taken: dict[str, list[str]] | None = None) -> Document:
    """Leaves with 8 uplinks, and external spines of 16 lanes."""
    return document(
        {
            "leaf": switches(servers=zone("1"), up=zone("101-108", "1x800g", "uplink")),
            "spine": switches(
                role="spine", down=zone("1-16", "1x800g", "fabric"), external=True,
                instances={str(n): {"name": f"theirs-{n}"} for n in range(1, spine_number + 1)},
            ),
        },
        {"gpu": servers(leaf_number, {})}, _taken=taken or {},
    )


def test_they_are_not_among_the_devices_that_are_made() -> None:
    topology = expanded(leaves({"3": "hall-a", "7": "hall-b"}, 5))
    assert counts(topology) == {"leaf": 2}
    assert [(d.key, d.name) for d in topology.external_devices] == [("leaf/3", "hall-a"), ("leaf/7", "hall-b")]
    assert {d.class_key for d in topology.devices} == {"gpu"}
    assert {i.device for i in topology.interfaces} == {f"gpu/{n}" for n in range(1, 6)}
    assert [(i.key, i.name) for i in topology.external_interfaces] == [
        ("leaf/3:1/1", "E1/1/1"), ("leaf/3:1/2", "E1/1/2"), ("leaf/3:2/1", "E1/2/1"), ("leaf/7:1/1", "E1/1/1"),
        ("leaf/7:1/2", "E1/1/2"),
    ]
    assert by_server(topology) == {"gpu/1": [3], "gpu/2": [7], "gpu/3": [3], "gpu/4": [7], "gpu/5": [3]}


def test_a_plan_with_them_has_a_digest() -> None:
    one, other = leaves({"3": "a", "7": "b"}, 1), leaves({"7": "b", "3": "a"}, 1)
    assert plan_digest(loaded(one)) == plan_digest(loaded(other)) != plan_digest(loaded(leaves({"3": "a"}, 1)))


def test_ports_that_others_have_cabled_are_not_used() -> None:
    """On leaf 1 a whole port, on leaf 2 a lane: the rest is dealt by load, which counts them."""
    topology = expanded(leaves({"1": "a", "2": "b"}, 5, {"leaf/1": ["1"], "leaf/2": ["1/2"]}))
    assert set(port_of(topology).values()) == {
        "leaf/1:2/1", "leaf/1:2/2", "leaf/2:1/1", "leaf/2:2/1", "leaf/2:2/2",
    }
    assert by_server(topology)["gpu/1"] == [2]


@given(st.dictionaries(st.sampled_from(("leaf/1", "leaf/2")), st.sets(st.sampled_from(
    ("1", "2", "1/1", "1/2", "2/1", "2/2", "9", "9/1", "1/3"))).map(sorted)), st.integers(0, 8))
def test_it_places_while_there_are_ports_and_says_the_sum_when_there_are_none(
    taken: dict[str, list[str]], number: int
) -> None:
    plan = leaves({"1": "a", "2": "b"}, number, taken)
    lanes = {(leaf, port, lane) for leaf in (1, 2) for port in (1, 2) for lane in (1, 2)}
    held = {
        (leaf, port, lane) for leaf, port, lane in lanes
        if {str(port), f"{port}/{lane}"} & set(taken.get(f"leaf/{leaf}", ()))
    }
    if number <= len(lanes - held):
        used = set(port_of(expanded(plan)).values())
        assert len(used) == number
        assert used.isdisjoint({f"leaf/{leaf}:{port}/{lane}" for leaf, port, lane in held})
        return
    (error,) = errors_of(plan)
    less = f" less {len(held)} that others take" if held else ""
    assert error.path == ("switch_classes", "leaf", "zones", "servers")
    assert error.message == (
        f"zone 'servers': {number} links on 2 switches x 4 lanes{less} = {8 - len(held)},"
        f" {number - 8 + len(held)} too many."
    )
    assert error.hint == "Free ports on the external switches, or name another one in `instances`."


def test_what_the_plan_has_placed_stays_when_others_cable_more() -> None:
    before = expanded(leaves({"1": "a", "2": "b"}, 3))
    after = again(leaves({"1": "a", "2": "b"}, 4, {"leaf/1": ["2/1"]}), before)
    was, now = port_of(before), port_of(after)
    assert was["server gpu/3/c0/0"] == "leaf/1:1/2"
    assert {key: now[key] for key in was} == was
    taken_over = again(leaves({"1": "a", "2": "b"}, 3, {"leaf/1": ["1/2"]}), before)
    assert port_of(taken_over)["server gpu/3/c0/0"] != "leaf/1:1/2"


def test_spines_that_others_use_count_their_lanes() -> None:
    """2 leaves x 8 uplinks over 2 spines: 8 lanes on each. Of 16 others may have 8, and no more."""
    eight = [str(port) for port in range(1, 9)]
    topology = expanded(spines(2, 2, {"spine/1": eight}))
    assert set(pairs(topology, "fabric").values()) == {4}
    assert not {f"spine/1:{port}/1" for port in eight} & {c.b for c in topology.cables}
    assert {d.key for d in topology.external_devices} == {"spine/1", "spine/2"}
    (error,) = errors_of(spines(2, 2, {"spine/1": [*eight, "9"]}))
    assert error.code == "spines-do-not-divide"
    assert error.message == (
        "2 spines cannot take these uplinks evenly: 2 leaf x 8 = 16 uplinks / 16 lanes, of which others take 9 on"
        " spine/1, so at least 1, and the number must divide 8."
    )
    assert error.hint == "Free ports on them, or name as many as do: 4, 8."


def test_spines_with_holes_in_their_indices_are_named_by_index() -> None:
    plan = spines(2, 2, {"spine/5": [str(port) for port in range(1, 14)]})
    plan["switch_classes"]["spine"]["instances"] = {"2": {"name": "a"}, "5": {"name": "b"}}
    (error,) = errors_of(plan)
    assert "others take 13 on spine/5" in error.message


def test_uneven_uplinks_go_where_others_leave_room() -> None:
    plan = spines(2, 2, {"spine/1": [str(port) for port in range(1, 9)]})
    plan["switch_classes"]["leaf"] |= {"balance": "uneven"}
    plan["switch_classes"]["leaf"]["zones"]["up"]["ports"] = "101-107"
    topology = expanded(plan)  # 3 and 4 of each leaf: the fourth goes to the spine with less on it
    assert pairs(topology, "fabric") == {
        ("leaf/1", "spine/1"): 3, ("leaf/1", "spine/2"): 4, ("leaf/2", "spine/1"): 3, ("leaf/2", "spine/2"): 4,
    }


@pytest.mark.parametrize("prune", [False, True])
def test_a_second_expansion_is_identical(prune: bool) -> None:
    for plan in (leaves({"3": "a", "7": "b"}, 5, {"leaf/3": ["1"]}), spines(2, 2, {"spine/2": ["1", "4"]})):
        first = expanded(plan)
        assert again(plan, first, prune).cables == first.cables
        assert again(plan, first, prune).external_interfaces == first.external_interfaces


def test_one_that_goes_takes_only_its_own_links_with_it() -> None:
    before = expanded(leaves({"1": "a", "2": "b", "3": "c"}, 6))
    after = again(leaves({"1": "a", "3": "c"}, 6), before)
    was, now = ends(before), ends(after)
    assert indices(after, "leaf") == [1, 3]
    moved = {key for key in was if was[key] != now[key]}
    assert moved == {key for key, pair in was.items() if pair[1].startswith("leaf/2:")}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"instances": {}}, "external-without-names"),
        ({"instances": {"1": {"rack": "r"}}}, "external-without-names"),
        ({"mesh": zone("9", "1x100g", "mesh")}, "external-uplinks"),
        ({"up": zone("9", "1x100g", "uplink")}, "external-uplinks"),
    ],
)
def test_what_they_cannot_be(row: Document, code: str) -> None:
    plan = leaves({"1": "a"}, 1)
    zones = {key: part for key, part in row.items() if "ports" in part}
    plan["switch_classes"]["leaf"]["zones"] |= zones
    plan["switch_classes"]["leaf"] |= {key: part for key, part in row.items() if key not in zones}
    assert code in [error.code for error in errors_of(plan)]


def test_the_ledger_of_a_topology_says_nothing_of_what_others_take() -> None:
    """NetBox says it anew every time; only the file keeps what it said last."""
    assert not ledger_of(expanded(leaves({"1": "a"}, 1, {"leaf/1": ["2"]}))).taken
