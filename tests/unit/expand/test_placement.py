# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many switches a plan takes: quantities given or found, ports that zones share, classes that feed each other."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

from ..plans import (
    Document,
    again,
    by_server,
    counts,
    device_at,
    document,
    errors_of,
    expanded,
    kinds,
    loads,
    port_of,
    rails,
    servers,
    switches,
    warnings_of,
    zone,
)
from .fabrics import UPLINKS, alternating, grouped, lanes, one_zone, rail_plan, same

# -- given quantities --------------------------------------------------------------------------------------------------


def test_a_given_quantity_is_placed_as_given() -> None:
    assert loads(expanded(one_zone(8, {"gpu": servers(8, {})}, quantity=4))) == [2, 2, 2, 2]


def test_a_given_quantity_that_does_not_place_names_the_nearest_that_do() -> None:
    # Two servers with 3 links each, `none`, on switches of 5 lanes: 2 places; 1 does not.
    plan = one_zone(5, {"a": servers(2, {"ports": 3})}, quantity=1)
    (error,) = errors_of(plan)
    assert error.path == ("switch_classes", "leaf", "quantity")
    assert "6 links on 1 switch x 5 lanes = 5, 1 too many" in error.message
    assert error.hint.startswith("Quantities that do: 2. Or at least 1 more port")


def test_a_larger_quantity_is_not_assumed_to_place_too() -> None:
    # 8 rails on 64 lanes: 16 servers place on 2 leaves; on 9 leaves the first domain takes 64, all fine; but 100
    # servers place on 16 leaves (64 + 64), not on 15 (64 + the 7 leaves of 2, 1, 1, 1, 1, 1, 1 rails: 32).
    plan = rail_plan(100, quantity=15)
    (error,) = errors_of(plan)
    assert "which would do, but gpu/97 finds no rail domain with room for its 8 links" in error.message
    assert error.hint == "Quantities that do: 16."


def test_both_nearest_quantities_are_named() -> None:
    # 2 rails on 4 lanes, 4 servers: 2 leaves (4), 1 leaf takes 2. 6 servers: 3 leaves (4 + 2). 5 rails: see below.
    plan = document(
        {"leaf": switches(servers=lanes(4), quantity=3)},
        {"a": servers(7, *rails(2)), },
    )
    (error,) = errors_of(plan)
    assert error.hint.startswith("Quantities that do: 4.")


# -- claims ------------------------------------------------------------------------------------------------------------


def overlapping(mode: str = "warn", **more: Any) -> Document:
    plan = document(
        {
            "leaf": switches(servers=zone("1-8"), up=zone("7-10", "1x800g", **UPLINKS), **more),
            "spine": switches(role="spine", down=zone("1-8", "1x800g", "fabric")),
        },
        {"gpu": servers(8, {})},
    )
    return {**plan, "overlap": mode}


def test_overlapping_zones_are_an_error_unless_the_plan_says_warn() -> None:
    (error,) = errors_of(overlapping("error"))
    assert error.code == "overlapping-zones"
    assert "7-8" in error.message
    assert "overlapping-zones" in [w.code for w in warnings_of(overlapping())]


def test_a_zone_whose_lanes_are_all_used_claims_its_ports_first() -> None:
    topology = expanded(overlapping())
    # Servers have ports 1 to 6 only, so 8 of them need two leaves.
    assert counts(topology)["leaf"] == 2
    ports = {int(end.split(":")[1].split("/")[0]) for key, end in port_of(topology).items() if key.startswith("server")}
    assert ports <= set(range(1, 7))


def test_a_zone_not_in_use_claims_nothing() -> None:
    plan = overlapping()
    del plan["switch_classes"]["spine"]
    assert counts(expanded(plan)) == {"leaf": 1}


@pytest.mark.parametrize(("first", "priority", "other"), [("a", 100, 100), ("b", 50, 100), ("a", 100, 200)])
def test_between_partly_used_zones_the_lower_priority_number_then_the_key_claims(
    first: str, priority: int, other: int
) -> None:
    zones = {"a": zone("1-2", priority=other if first == "b" else priority),
             "b": zone("2-3", priority=priority if first == "b" else other)}
    plan = document(
        {"leaf": switches(**zones)},
        {"x": servers(1, {"zone": "leaf/a", "ports": 1}), "y": servers(1, {"zone": "leaf/b", "ports": 1})},
        overlap="warn",
    )
    plan["switch_classes"]["leaf"]["zones"]["a"]["allocation"] = "custom"
    plan["switch_classes"]["leaf"]["zones"]["a"]["order"] = "2,1"
    found = port_of(expanded(plan))
    assert found["server x/1/c0/0"] == ("leaf/1:2/1" if first == "a" else "leaf/1:1/1")
    assert found["server y/1/c0/0"] == ("leaf/1:3/1" if first == "a" else "leaf/1:2/1")


def test_a_zone_whose_every_port_is_claimed_is_an_error() -> None:
    plan = overlapping()
    plan["switch_classes"]["leaf"]["zones"]["servers"]["ports"] = "7-8"
    (error,) = errors_of(plan)
    assert error.code == "over-capacity"
    assert error.message.startswith("every port of the zone is claimed by 'up'")


# -- peers -------------------------------------------------------------------------------------------------------------


def test_a_circle_of_peers_is_an_error() -> None:
    def ring(key: str, peer: str) -> Document:
        return switches(key, servers=zone("1-8"), up=zone("9", peer=f"{peer}/servers", **UPLINKS))

    plan = document(
        {"a": ring("a", "b"), "b": ring("b", "c"), "c": ring("c", "a")}, {"x": servers(1, {"zone": "a/servers"})}
    )
    (error,) = errors_of(plan)
    assert error.code == "circle-of-peers"
    assert "a, b, c" in error.message


def test_a_class_that_is_its_own_peer_is_a_circle() -> None:
    plan = document(
        {"leaf": switches(servers=zone("1-8"), up=zone("9", peer="leaf/servers", **UPLINKS))}, {"x": servers(1, {})}
    )
    assert [e.code for e in errors_of(plan)] == ["circle-of-peers"]


def test_classes_are_sized_feeders_first() -> None:
    """c feeds b feeds a, against the order of the keys."""
    plan = document(
        {
            "a": switches("fa", servers=zone("1-4")),
            "b": switches("fb", servers=zone("1-2"), up=zone("9-10", peer="a/servers", **UPLINKS)),
            "c": switches("fc", servers=zone("1-2"), up=zone("9", peer="b/servers", **UPLINKS)),
        },
        {"x": servers(8, {"zone": "c/servers"})},
    )
    topology = expanded(plan)
    assert counts(topology) == {"a": 1, "b": 2, "c": 4}
    assert kinds(topology) == {"server": 8, "border": 8}


def test_every_switch_of_a_peered_class_sends_all_its_lanes() -> None:
    plan = document(
        {
            "border": switches("fb", "border-leaf", servers=zone("1"), up=zone("2-3", "4x100g", peer="leaf/servers",
                                                                               **UPLINKS)),
            "leaf": switches(servers=lanes(64)),
        },
        {"x": servers(2, {"zone": "border/servers"})},
    )
    topology = expanded(plan)
    near = Counter(device_at(c.a) for c in topology.cables if c.kind == "border")
    assert near == {("border", 1): 8, ("border", 2): 8}


# -- how far the search for a number goes ------------------------------------------------------------------------------


def test_every_server_may_need_a_group_of_its_own() -> None:
    # Groups of four switches with one lane each: three links of a server leave one lane that no other can use.
    plan = grouped(5, 3, {"type": "eslag", "group_size": 4}, capacity=1)
    assert counts(expanded(plan)) == {"leaf": 20}


def test_kept_links_may_leave_no_room_for_new_ones_beside_them() -> None:
    # A pair of 3 lanes each takes one server of 4 links; what is left of two pairs does not take another.
    plan = grouped(3, 4, {"type": "mclag"}, capacity=3)
    assert counts(expanded(plan)) == {"leaf": 6}
    shrunk = again(grouped(2, 4, {"type": "mclag"}, capacity=3), expanded(plan), prune=True)
    assert counts(shrunk) == {"leaf": 4}
    assert counts(again(plan, shrunk)) == {"leaf": 6}


def test_leftovers_may_leave_no_room_for_new_links_beside_them() -> None:
    before = expanded(one_zone(2, {"old": servers(20, {})}))
    after = again(one_zone(2, {"new": servers(3, {})}), before)
    assert counts(before) == {"leaf": 10}
    assert counts(after) == {"leaf": 12}
    assert counts(again(one_zone(2, {"new": servers(3, {})}), before, prune=True)) == {"leaf": 2}


def test_what_is_dealt_beside_kept_links_is_kept_by_the_next_run() -> None:
    """Five links over two leaves, then a third leaf and a sixth link: 3 and 3, for 3, 2 and 1 would be dealt anew."""
    def plan(more: bool) -> Document:
        links = [alternating(5, zone="leaf/a"), *([alternating(1, zone="leaf/a")] if more else [])]
        return document(
            {"leaf": switches(a=lanes(3), b=zone("9"))},
            {"gpu": servers(1, *links), "x": servers(3 if more else 0, {"zone": "leaf/b"})},
        )

    before = expanded(plan(False))
    after = again(plan(True), before)
    assert (counts(before), counts(after)) == ({"leaf": 2}, {"leaf": 3})
    assert by_server(after)["gpu/1"] == [1, 2, 1, 2, 1, 2]
    assert again(plan(True), after).cables == after.cables


@pytest.mark.parametrize(
    ("links", "redundancy"),
    [
        ([*rails(7), {"key": "r7", "distribution": "rail-optimized", "rail": 7, "ports": 9}], {}),
        ([alternating(40)], {"redundancy": {"type": "mclag"}}),
        ([same(9)], {}),
    ],
)
def test_a_server_that_no_number_of_switches_helps_is_refused_at_once(links: list[Document], redundancy: Any) -> None:
    """Trying every number takes minutes for a thousand servers."""
    begin = time.monotonic()
    (error,) = errors_of(one_zone(8, {"gpu": servers(1000, *links)}, **redundancy))
    assert error.message.startswith("gpu/1 has ")
    assert time.monotonic() - begin < 5
