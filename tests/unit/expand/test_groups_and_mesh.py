# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redundancy groups, which links of a server stay inside, and switches that are joined to each other."""

from __future__ import annotations

from typing import Any

import pytest

from ..plans import (
    Document,
    by_server,
    counts,
    document,
    errors_of,
    expanded,
    loads,
    pairs,
    servers,
    switches,
    warnings_of,
    zone,
)
from .fabrics import grouped, spine_plan

# -- redundancy groups -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("redundancy", "number", "size", "leaves"),
    [
        ({"type": "mclag"}, 3, 2, 2),
        ({"type": "mclag"}, 9, 2, 4),
        ({"type": "mclag"}, 17, 2, 6),
        ({"type": "eslag", "group_size": 3}, 3, 3, 3),
        ({"type": "eslag", "group_size": 3}, 13, 3, 6),
        ({"type": "eslag", "group_size": 4}, 17, 4, 8),
        ({"type": "eslag"}, 3, 4, 2),
        ({"type": "eslag"}, 9, 4, 3),
        ({"type": "eslag"}, 16, 4, 4),
    ],
)
def test_links_of_a_server_stay_inside_a_group(redundancy: Document, number: int, size: int, leaves: int) -> None:
    topology = expanded(grouped(number, 2, redundancy))
    assert counts(topology) == {"leaf": leaves}
    for server, found in by_server(topology).items():
        assert len({(switch - 1) // size for switch in found}) == 1, server
        assert len(set(found)) == 2, server
    found = loads(topology)
    groups = [found[first:first + size] for first in range(0, leaves, size)]
    assert all(max(group) - min(group) <= 1 for group in groups)
    sums = [sum(group) for group in groups]
    assert max(sums) - min(sums) <= 2


def test_one_eslag_group_cannot_have_more_than_four_switches() -> None:
    (error,) = errors_of(grouped(17, 2, {"type": "eslag"}))
    assert error.code == "over-capacity"
    assert "at least 5 switches" in error.message


@pytest.mark.parametrize(
    ("redundancy", "quantity", "words"),
    [
        ({"type": "mclag"}, 3, "multiple of 2"),
        ({"type": "eslag", "group_size": 3}, 4, "multiple of 3"),
        ({"type": "eslag"}, 5, "2 to 4"),
        ({"type": "eslag"}, 1, "2 to 4"),
    ],
)
def test_a_given_quantity_must_make_whole_groups(redundancy: Document, quantity: int, words: str) -> None:
    (error,) = errors_of(grouped(1, 2, redundancy, quantity=quantity))
    assert error.code == "quantity-against-groups"
    assert words in error.message


def test_a_spine_class_in_groups_has_whole_groups() -> None:
    plan = spine_plan(3, 6, 16, redundancy={"type": "mclag"})  # 18 uplinks over 16: at least 2; 2, 3 and 6 divide
    assert counts(expanded(plan))["spine"] == 2
    plan = spine_plan(6, 6, 16, redundancy={"type": "mclag"})  # 36 uplinks: at least 3, and 3 makes no pairs
    assert counts(expanded(plan))["spine"] == 6
    assert counts(expanded(spine_plan(1, 6, 16, redundancy={"type": "mclag"})))["spine"] == 2


# -- mesh --------------------------------------------------------------------------------------------------------------


def mesh_plan(number: int, mesh_ports: str, **more: Any) -> Document:
    return document(
        {"leaf": switches(servers=zone("1"), mesh=zone(mesh_ports, "1x800g", "mesh"), **more)},
        {"gpu": servers(number, {})},
        fabrics={"fab": {"mode": "mesh"}},
    )


@pytest.mark.parametrize(
    ("number", "ports", "expected"),
    [
        (2, "2-5", {("leaf/1", "leaf/2"): 4}),
        (3, "2-5", {("leaf/1", "leaf/2"): 2, ("leaf/1", "leaf/3"): 2, ("leaf/2", "leaf/3"): 2}),
        (3, "2-6", {("leaf/1", "leaf/2"): 2, ("leaf/1", "leaf/3"): 2, ("leaf/2", "leaf/3"): 2}),
    ],
)
def test_every_pair_of_a_mesh_has_the_same_links(number: int, ports: str, expected: dict[Any, int]) -> None:
    assert pairs(expanded(mesh_plan(number, ports)), "mesh") == expected


def test_unused_mesh_lanes_are_a_warning() -> None:
    codes = [w.code for w in warnings_of(mesh_plan(3, "2-6"))]
    assert "unused-mesh-lanes" in codes
    assert "unused-mesh-lanes" not in [w.code for w in warnings_of(mesh_plan(3, "2-5"))]


def test_a_mesh_has_two_or_three_switches() -> None:
    assert counts(expanded(mesh_plan(1, "2-5"))) == {"leaf": 2}
    assert [e.code for e in errors_of(mesh_plan(4, "2-5"))] == ["over-capacity"]
    assert [e.code for e in errors_of(mesh_plan(4, "2-5", quantity=4))] == ["mesh-size"]


def test_classes_of_a_mesh_are_joined_to_each_other() -> None:
    plan = document(
        {
            "a": switches(servers=zone("1"), mesh=zone("2-5", "1x800g", "mesh")),
            "b": switches(servers=zone("1"), mesh=zone("2-5", "1x800g", "mesh"), role="border-leaf"),
        },
        {"x": servers(2, {"zone": "a/servers"}), "y": servers(1, {"zone": "b/servers"})},
        fabrics={"fab": {"mode": "mesh"}},
    )
    assert set(pairs(expanded(plan), "mesh")) == {("a/1", "a/2"), ("a/1", "b/1"), ("a/2", "b/1")}


def test_too_few_mesh_lanes_are_an_error() -> None:
    assert [e.code for e in errors_of(mesh_plan(3, "2"))] == ["mesh-zones"]


def test_a_class_of_a_mesh_without_a_mesh_zone_is_an_error() -> None:
    plan = mesh_plan(2, "2-5")
    del plan["switch_classes"]["leaf"]["zones"]["mesh"]
    assert [e.code for e in errors_of(plan)] == ["mesh-zones"]
