# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many spines there are, and what divides among them."""

from __future__ import annotations

import pytest

from ..plans import counts, document, errors_of, expanded, pairs, servers, switches, zone
from .fabrics import UPLINKS, lanes, spine_plan


@pytest.mark.parametrize(
    ("leaves", "uplinks", "spine_lanes", "spines"),
    [
        (4, 32, 62, 4),  # the ceiling of 128 / 62 is 3, which does not divide 32
        (4, 32, 64, 2),
        (1, 32, 64, 1),
        (2, 32, 64, 1),
        (3, 32, 64, 2),
        (6, 32, 64, 4),  # 192 / 64 is 3
        (32, 4, 64, 2),
        (5, 6, 16, 2),
        (7, 6, 16, 3),
        (9, 6, 16, 6),
    ],
)
def test_the_number_of_spines_divides_the_uplinks(leaves: int, uplinks: int, spine_lanes: int, spines: int) -> None:
    topology = expanded(spine_plan(leaves, uplinks, spine_lanes))
    assert counts(topology) == {"leaf": leaves, "spine": spines}
    assert set(pairs(topology, "fabric").values()) == {uplinks // spines}
    assert len(pairs(topology, "fabric")) == leaves * spines


def test_two_leaf_classes_share_the_spines_by_what_divides_both() -> None:
    plan = document(
        {
            "a": switches(servers=zone("1"), up=zone("2-9", "1x800g", **UPLINKS)),
            "b": switches(servers=zone("1"), up=zone("2-13", "1x800g", **UPLINKS)),
            "spine": switches(role="spine", down=lanes(16, breakout="1x800g", type="fabric")),
        },
        {"x": servers(2, {"zone": "a/servers"}), "y": servers(2, {"zone": "b/servers"})},
    )
    topology = expanded(plan)  # 2 x 8 + 2 x 12 = 40 uplinks over 16 lanes: at least 3, and 3 does not divide 8
    assert counts(topology)["spine"] == 4
    by_class: dict[str, set[int]] = {}
    for (near, _far), number in pairs(topology, "fabric").items():
        by_class.setdefault(near.split("/")[0], set()).add(number)
    assert by_class == {"a": {2}, "b": {3}}


def test_uplinks_count_in_lanes_and_a_class_not_in_use_asks_nothing_of_the_spines() -> None:
    plan = document(
        {
            "leaf": switches(servers=zone("1"), up=zone("2-3", "2x400g", **UPLINKS)),
            "unused": switches(servers=zone("1"), up=zone("2-4", "1x400g", **UPLINKS)),
            "spine": switches(role="spine", down=lanes(2, breakout="2x400g", type="fabric")),
        },
        {"x": servers(2, {})},
    )
    assert counts(expanded(plan)) == {"leaf": 2, "spine": 2, "unused": 0}


def test_what_else_lands_on_a_spine_counts_for_its_number() -> None:
    plan = spine_plan(1, 8, 64, servers=zone("100", "4x100g"))
    plan["server_classes"]["gw"] = servers(5, {"zone": "spine/servers", "ports": 2, "distribution": "alternating"})
    assert counts(expanded(plan))["spine"] == 4  # 10 links over 4 lanes: 3, and 3 does not divide 8


def test_speeds_of_both_ends_must_agree() -> None:
    plan = spine_plan(1, 4, 8)
    plan["switch_classes"]["spine"]["zones"]["down"]["breakout"] = "2x400g"
    (error,) = errors_of(plan)
    assert error.code == "speed-mismatch"


def test_no_number_of_spines_is_an_error_that_names_the_ways_out() -> None:
    (error,) = errors_of(spine_plan(4, 32, 3))
    assert error.code == "spines-do-not-divide"
    assert "at least 43" in error.message
    assert "must divide 32" in error.message
    assert "uplinks per leaf" in error.hint and "Give each of 32 spines at least 1 more port" in error.hint


def test_a_given_number_of_spines_that_does_not_divide_names_those_that_do() -> None:
    (error,) = errors_of(spine_plan(4, 32, 62, quantity=3))
    assert error.code == "spines-do-not-divide"
    assert error.path == ("switch_classes", "spine", "quantity")
    assert error.hint == "Numbers that do: 4, 8, 16, 32."
