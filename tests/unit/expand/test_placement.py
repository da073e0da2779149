# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where links land: the rules of sizing and placement, with their worked examples."""

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
    pairs,
    port_of,
    rails,
    servers,
    switch_of,
    switches,
    warnings_of,
    zone,
)

UPLINKS = {"type": "uplink"}


def lanes(number: int, **more: Any) -> Document:
    return zone(f"1-{number}", **more)


def one_zone(number_of_lanes: int, classes: Document, **more: Any) -> Document:
    return document({"leaf": switches(servers=lanes(number_of_lanes), **more)}, classes)


# -- rail-optimized --------------------------------------------------------------------------------------------------


def rail_plan(number: int, **more: Any) -> Document:
    """8 rails on leaves of 64 lanes."""
    return document({"leaf": switches(servers=zone("1-32", "2x400g"), **more)}, {"gpu": servers(number, *rails(8))})


@pytest.mark.parametrize(
    ("quantity", "leaves"),
    [(0, 0), (1, 1), (8, 1), (9, 2), (16, 2), (17, 3), (21, 3), (22, 4), (32, 4), (33, 8), (64, 8), (65, 9), (104, 16)],
)
def test_rails_make_as_many_leaves_as_the_smallest_domains_need(quantity: int, leaves: int) -> None:
    assert counts(expanded(rail_plan(quantity))) == {"leaf": leaves}


def rails_of_leaves(plan: Document) -> list[list[int]]:
    """The rails that each leaf carries."""
    topology = expanded(plan)
    found: list[set[int]] = [set() for _leaf in range(counts(topology)["leaf"])]
    for key, switch in switch_of(topology).items():
        found[switch - 1].add(int(key.split("/")[2].removeprefix("rail-")))
    return [sorted(one) for one in found]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (16, [[0, 1, 2, 3], [4, 5, 6, 7]]),
        (17, [[0, 1, 2], [3, 4, 5], [6, 7]]),
        (21, [[0, 1, 2], [3, 4, 5], [6, 7]]),
        (32, [[0, 1], [2, 3], [4, 5], [6, 7]]),
        (33, [[0], [1], [2], [3], [4], [5], [6], [7]]),
        (104, [[n] for n in range(8)] * 2),
    ],
)
def test_leaves_of_a_domain_carry_contiguous_rails_longer_runs_first(quantity: int, expected: list[list[int]]) -> None:
    assert rails_of_leaves(rail_plan(quantity)) == expected


def test_a_given_quantity_of_rail_leaves_is_read_the_same_way() -> None:
    # 13 leaves: a full domain of 8, and a domain of 5 that carries 2, 2, 2, 1, 1 rails.
    found = rails_of_leaves(rail_plan(70, quantity=13))
    assert found == [[n] for n in range(8)] + [[0, 1], [2, 3], [4, 5], [6], [7]]


def test_a_server_goes_to_the_first_domain_with_room_for_all_its_rails() -> None:
    topology = expanded(rail_plan(70, quantity=13))
    domains = {server: {(leaf - 1) // 8 for leaf in leaves} for server, leaves in by_server(topology).items()}
    assert all(len(found) == 1 for found in domains.values())
    assert [server for server, found in domains.items() if found == {1}] == [f"gpu/{n}" for n in range(65, 71)]


def test_a_small_server_still_fits_a_domain_that_a_large_one_does_not() -> None:
    # The big server (4 rails) opens domain 2; the small one (1 rail) fills what domain 1 has left.
    plan = document(
        {"leaf": switches(servers=lanes(5))},
        {"a-big": servers(2, *rails(4)), "b-small": servers(1, *rails(1))},
    )
    plan["switch_classes"]["leaf"]["quantity"] = 5
    # Domains: leaves 1-4 (one rail each, 5 lanes), leaf 5 (all rails).
    assert by_server(expanded(plan))["b-small/1"] == [1]


def test_rails_are_in_numeric_order_and_only_those_used_count() -> None:
    links = [{"key": f"r{n}", "distribution": "rail-optimized", "rail": n} for n in (10, 2, 7)]
    plan = one_zone(4, {"gpu": servers(4, *links)})
    found = switch_of(expanded(plan))
    assert {key: found[f"server gpu/1/{key}/0"] for key in ("r2", "r7", "r10")} == {"r2": 1, "r7": 2, "r10": 3}


# -- spines ----------------------------------------------------------------------------------------------------------


def spine_plan(leaves: int, uplinks: int, spine_lanes: int, **spine: Any) -> Document:
    """One server per leaf, `none`, so that the number of leaves is the number of servers."""
    return document(
        {
            "leaf": switches(servers=zone("1", "1x100g"), up=zone(f"2-{uplinks + 1}", "1x800g", **UPLINKS)),
            "spine": switches(role="spine", down=lanes(spine_lanes, breakout="1x800g", type="fabric"), **spine),
        },
        {"gpu": servers(leaves, {})},
    )


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


# -- same-switch -----------------------------------------------------------------------------------------------------


def blocks(plan: Document) -> list[list[str]]:
    """The servers of each switch; every server must have all its links on one."""
    topology = expanded(plan)
    rows: list[list[str]] = [[] for _leaf in range(counts(topology)["leaf"])]
    for server, found in by_server(topology).items():
        assert len(set(found)) == 1, server
        rows[found[0] - 1].append(server)
    return rows


def same(ports: int = 1) -> Document:
    return {"distribution": "same-switch", "ports": ports}


@pytest.mark.parametrize(
    ("number", "ports", "capacity", "sizes"),
    [
        (7, 1, 4, [4, 3]),
        (6, 1, 4, [3, 3]),
        (10, 1, 3, [3, 3, 2, 2]),
        (10, 3, 9, [3, 3, 2, 2]),
        (7, 2, 9, [4, 3]),
        (155, 1, 48, [39, 39, 39, 38]),
    ],
)
def test_same_switch_cuts_servers_into_even_blocks(number: int, ports: int, capacity: int, sizes: list[int]) -> None:
    found = blocks(one_zone(capacity, {"gpu": servers(number, same(ports))}))
    assert [len(block) for block in found] == sizes
    assert [server for block in found for server in block] == [f"gpu/{n}" for n in range(1, number + 1)]


def test_all_classes_are_one_sequence() -> None:
    plan = one_zone(4, {"b": servers(3, same()), "a": servers(4, same())})
    assert blocks(plan) == [["a/1", "a/2", "a/3", "a/4"], ["b/1", "b/2", "b/3"]]


def test_mixed_sizes_make_the_fullest_switch_as_empty_as_possible() -> None:
    # 1 1 1 3 over two switches of 4 lanes: cuts are 0|6 1|5 2|4 3|3 6|0 links.
    plan = one_zone(4, {"a": servers(3, same()), "b": servers(1, same(3))})
    assert blocks(plan) == [["a/1", "a/2", "a/3"], ["b/1"]]


def test_a_later_large_server_is_given_room_by_taking_more_before_it() -> None:
    # 1 1 1 4 over two switches of 5: the share of the first is 4, but 4 servers do not fit it; the fullest has 4.
    plan = one_zone(5, {"a": servers(3, same()), "b": servers(1, same(4))})
    assert blocks(plan) == [["a/1", "a/2", "a/3"], ["b/1"]]


def test_blocks_may_be_empty() -> None:
    plan = one_zone(4, {"a": servers(1, same())}, quantity=3)
    assert blocks(plan) == [["a/1"], [], []]


def test_blocks_count_what_the_zone_already_holds() -> None:
    # The rail fills two of leaf 1's six lanes and the other rail two of leaf 2's; then a third class unbalances them.
    plan = document(
        {"leaf": switches(servers=lanes(6), quantity=2)},
        {
            "a": servers(3, {"key": "r0", "distribution": "rail-optimized", "rail": 0}),
            "b": servers(1, {"key": "r1", "distribution": "rail-optimized", "rail": 1}),
            "c": servers(6, same()),
        },
    )
    topology = expanded(plan)
    assert loads(topology) == [5, 5]
    found = by_server(topology)
    assert [found[f"c/{n}"] for n in range(1, 7)] == [[1], [1], [2], [2], [2], [2]]


def test_one_server_with_more_links_than_a_switch_is_an_error_about_it() -> None:
    (error,) = errors_of(one_zone(4, {"a": servers(2, same(5))}))
    assert error.code == "over-capacity"
    assert error.message.startswith("a/1 has 5 links that must be on one switch, and a switch has 4 lanes")


# -- no distribution -------------------------------------------------------------------------------------------------


def test_no_distribution_gives_each_server_the_least_loaded_switch() -> None:
    plan = one_zone(8, {"a": servers(2, {"ports": 3}), "b": servers(5, {})}, quantity=2)
    found = by_server(expanded(plan))
    assert found["a/1"] == [1] * 3
    assert found["a/2"] == [2] * 3
    assert [found[f"b/{n}"] for n in range(1, 6)] == [[1], [2], [1], [2], [1]]


def test_no_distribution_skips_a_least_loaded_switch_without_room() -> None:
    plan = one_zone(5, {"a": servers(2, {"ports": 3}), "b": servers(1, {"ports": 2}), "c": servers(1, {"ports": 2})})
    found = by_server(expanded(plan))
    assert (found["b/1"], found["c/1"]) == ([1, 1], [2, 2])


# -- alternating -----------------------------------------------------------------------------------------------------


def alternating(ports: int = 1, **more: Any) -> Document:
    return {"distribution": "alternating", "ports": ports, **more}


@pytest.mark.parametrize(("links", "switches_given"), [(1, 2), (2, 2), (3, 2), (2, 4), (4, 4), (5, 4), (9, 4), (3, 5)])
def test_alternating_links_are_on_as_many_switches_as_there_are(links: int, switches_given: int) -> None:
    topology = expanded(one_zone(64, {"gpu": servers(7, alternating(links))}, quantity=switches_given))
    for server, found in by_server(topology).items():
        per_switch = Counter(found)
        assert len(per_switch) == min(links, switches_given), server
        assert max(per_switch.values()) - min(per_switch.values()) <= (links % switches_given > 0), server
    assert max(loads(topology)) - min(loads(topology)) <= 1


def test_alternating_mixes_of_classes_differ_by_one_link_at_most() -> None:
    classes = {"a": servers(5, alternating(1)), "b": servers(3, alternating(3)), "c": servers(4, alternating(2))}
    topology = expanded(one_zone(64, classes, quantity=5))
    assert max(loads(topology)) - min(loads(topology)) <= 1


def test_alternating_needs_two_switches() -> None:
    assert counts(expanded(one_zone(64, {"gpu": servers(1, alternating())}))) == {"leaf": 2}
    (error,) = errors_of(one_zone(64, {"gpu": servers(1, alternating())}, quantity=1))
    assert error.code == "alternating-needs-two"


def test_two_connections_of_a_server_into_one_zone_alternate_together() -> None:
    # The origin starts every connection at the first switch again.
    plan = one_zone(64, {"gpu": servers(1, alternating(2), alternating(2))}, quantity=4)
    assert by_server(expanded(plan)) == {"gpu/1": [1, 2, 3, 4]}


def test_one_port_links_spread_over_all_leaves() -> None:
    assert loads(expanded(one_zone(2, {"gpu": servers(8, alternating())}))) == [2, 2, 2, 2]


# -- order inside a zone ---------------------------------------------------------------------------------------------


def test_distributions_are_dealt_in_a_fixed_order() -> None:
    """Rails, same-switch, none, alternating: seen by the ports, which are drawn in the order of dealing."""
    plan = one_zone(
        8,
        {
            "d": servers(1, {"key": "r", "distribution": "rail-optimized", "rail": 0}),
            "c": servers(1, same()),
            "b": servers(1, {}),
            "a": servers(1, alternating(2)),
        },
        quantity=2,
    )
    found = port_of(expanded(plan))
    # rails: leaf 1. same-switch: as empty as possible, leaf 2. none: the tie goes to leaf 1. alternating: leaf 2 first.
    assert found["server d/1/r/0"] == "leaf/1:1/1"
    assert found["server c/1/c0/0"] == "leaf/2:1/1"
    assert found["server b/1/c0/0"] == "leaf/1:2/1"
    assert found["server a/1/c0/0"] == "leaf/2:2/1"
    assert found["server a/1/c0/1"] == "leaf/1:3/1"


def test_ports_are_drawn_by_class_index_connection_and_offset() -> None:
    links = [{"key": f"c{n}", "ports": 2} for n in (10, 2)]
    plan = one_zone(32, {"b10": servers(1, {}), "b2": servers(2, *links)})
    found = port_of(expanded(plan))
    order = sorted(found, key=lambda key: int(found[key].split(":")[1].split("/")[0]))
    assert order == [
        "server b2/1/c2/0", "server b2/1/c2/1", "server b2/1/c10/0", "server b2/1/c10/1",
        "server b2/2/c2/0", "server b2/2/c2/1", "server b2/2/c10/0", "server b2/2/c10/1",
        "server b10/1/c0/0",
    ]


def test_arriving_links_are_dealt_after_the_servers() -> None:
    plan = document(
        {
            "border": switches(role="border-leaf", servers=zone("1"), up=zone("2-3", peer="leaf/servers", **UPLINKS)),
            "leaf": switches(servers=lanes(16)),
        },
        {"zz": servers(3, {}), "aa": servers(1, {"zone": "border/servers"})},
    )
    topology = expanded(plan)
    assert counts(topology) == {"border": 1, "leaf": 1}  # arriving links do not need two switches
    assert kinds(topology) == {"server": 4, "border": 2}
    found = port_of(topology)
    assert found["border border/1/up/2/1"] == "leaf/1:4/1"
    assert found["border border/1/up/3/1"] == "leaf/1:5/1"


def test_arriving_links_alternate_over_the_switches_there_are() -> None:
    plan = document(
        {
            "oob": switches("mgmt", "oob", servers=zone("1-4", "1x1g", "oob"),
                            up=zone("49-51", type="oob", peer="leaf/servers")),
            "leaf": switches(servers=lanes(4)),
        },
        {"gpu": servers(8, {"zone": "oob/servers", "distribution": "same-switch"})},
        fabrics={"mgmt": {"fabric_class": "unmanaged"}},
    )
    topology = expanded(plan)
    assert counts(topology) == {"leaf": 2, "oob": 2}
    assert loads(topology, kind="oob") == [3, 3]
    assert Counter(far for _near, far in pairs(topology, "oob")) == {"leaf/1": 2, "leaf/2": 2}


# -- redundancy groups -----------------------------------------------------------------------------------------------


def grouped(number: int, links: int, redundancy: Document, capacity: int = 8, **more: Any) -> Document:
    return one_zone(capacity, {"gpu": servers(number, alternating(links))}, redundancy=redundancy, **more)


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


# -- mesh ------------------------------------------------------------------------------------------------------------


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


# -- given quantities ------------------------------------------------------------------------------------------------


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


# -- claims ----------------------------------------------------------------------------------------------------------


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


# -- peers -----------------------------------------------------------------------------------------------------------


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


# -- how far the search for a number goes ----------------------------------------------------------------------------


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


# -- what is kept, and what is not -----------------------------------------------------------------------------------


def test_a_new_link_goes_to_the_group_that_the_server_is_in() -> None:
    def plan(first: int, *links: Document) -> Document:
        return one_zone(8, {"a": servers(first, alternating()), "b": servers(1, *links)},
                        redundancy={"type": "mclag"}, quantity=4)

    before = expanded(plan(1, alternating()))
    assert by_server(before) == {"a/1": [1], "b/1": [3]}
    after = again(plan(0, alternating(), alternating()), before, prune=True)
    assert by_server(after) == {"b/1": [3, 4]}  # the first group is empty, and less loaded


@pytest.mark.parametrize("distribution", ["same-switch", "none"])
def test_links_that_no_longer_obey_the_distribution_are_dealt_anew(distribution: str) -> None:
    before = expanded(one_zone(8, {"gpu": servers(2, alternating(2))}))
    assert by_server(before)["gpu/1"] == [1, 2]
    after = again(one_zone(8, {"gpu": servers(2, {"distribution": distribution, "ports": 2})}), before)
    assert all(len(set(found)) == 1 for found in by_server(after).values())


def test_links_on_one_switch_are_not_kept_for_alternating() -> None:
    before = expanded(one_zone(8, {"gpu": servers(2, {"ports": 2})}))
    after = again(one_zone(8, {"gpu": servers(2, alternating(2))}), before)
    assert by_server(after) == {"gpu/1": [1, 2], "gpu/2": [1, 2]}


def test_a_given_smaller_quantity_deals_anew_what_was_beyond_it() -> None:
    before = expanded(one_zone(8, {"gpu": servers(8, {})}, quantity=4))
    after = again(one_zone(8, {"gpu": servers(8, {})}, quantity=2), before)
    old, new = switch_of(before), switch_of(after)
    assert {key: new[key] for key, switch in old.items() if switch <= 2} == {
        key: switch for key, switch in old.items() if switch <= 2
    }
    assert set(new.values()) == {1, 2}


def test_a_new_breakout_keeps_links_whose_port_and_lane_still_exist() -> None:
    def plan(breakout: str) -> Document:
        return document({"leaf": switches(servers=zone("1-2", breakout))}, {"gpu": servers(3, {})})

    before = expanded(plan("2x100g"))
    assert port_of(again(plan("4x100g"), before)) == port_of(before)
    after = port_of(again(plan("1x100g"), before))
    assert after["server gpu/1/c0/0"] == "leaf/1:1/1" and after["server gpu/3/c0/0"] == "leaf/1:2/1"
    assert after["server gpu/2/c0/0"] == "leaf/2:1/1"


def test_freed_ports_are_used_last() -> None:
    before = expanded(one_zone(8, {"gpu": servers(4, {})}))
    smaller = one_zone(8, {"gpu": servers(4, {}, absent=[2])})
    shrunk = again(smaller, before, prune=True)
    assert "server gpu/2/c0/0" not in port_of(shrunk)
    larger = one_zone(8, {"gpu": servers(5, {}, absent=[2])})
    assert port_of(again(larger, shrunk, prune=True))["server gpu/5/c0/0"] == "leaf/1:5/1"


def test_a_plan_with_absent_servers_is_the_same_the_second_time() -> None:
    plan = one_zone(1, {"gpu": servers(2, {}, absent=[2])})
    before = expanded(plan)
    assert counts(again(plan, before)) == counts(before)


def test_a_plan_whose_servers_are_all_absent_has_no_switches() -> None:
    plan = one_zone(1, {"gpu": servers(3, alternating(2), absent=[1, 2, 3])})
    topology = expanded(plan)
    assert counts(topology) == {"leaf": 0}
    assert counts(again(plan, topology)) == {"leaf": 0}


def test_a_class_that_changes_its_fabric_leaves_its_old_spines() -> None:
    def plan(fabric: str, first: int) -> Document:
        return document(
            {
                "a": switches("f1", servers=zone("1"), up=zone("2-3", "1x800g", **UPLINKS)),
                "b": switches(fabric, servers=zone("1"), up=zone("2-3", "1x800g", **UPLINKS)),
                "s1": switches("f1", "spine", down=zone("1-4", "1x800g", "fabric"), quantity=1),
                "s2": switches("f2", "spine", down=zone("1-4", "1x800g", "fabric"), quantity=1),
            },
            {"x": servers(first, {"zone": "a/servers"}), "y": servers(1, {"zone": "b/servers"})},
        )

    before = expanded(plan("f1", 1))
    after = again(plan("f2", 2), before)  # without the two links of b the old spine has room for two more of a
    assert pairs(after, "fabric") == {("a/1", "s1/1"): 2, ("a/2", "s1/1"): 2, ("b/1", "s2/1"): 2}


def test_a_zone_that_comes_into_use_claims_no_port_that_links_are_kept_on() -> None:
    """By its key it would have claimed ports 1 to 4 first; from scratch it does."""
    def plan(newcomers: int) -> Document:
        return document(
            {"leaf": switches(a=zone("1-4", "2x100g"), b=zone("3-6", "1x100g"))},
            {"x": servers(3, {"zone": "leaf/b"}), "y": servers(newcomers, {"zone": "leaf/a"})}, overlap="warn",
        )

    before = expanded(plan(0))
    assert set(port_of(before).values()) == {"leaf/1:3/1", "leaf/1:4/1", "leaf/1:5/1"}
    after = again(plan(4), before)
    assert port_of(before).items() <= port_of(after).items()
    assert set(port_of(after).values()) - set(port_of(before).values()) == {
        "leaf/1:1/1", "leaf/1:1/2", "leaf/1:2/1", "leaf/1:2/2",
    }
    assert again(plan(4), after).cables == after.cables
    assert "leaf/1:5/1" in port_of(expanded(plan(4))).values()
    assert "leaf/1:3/1" not in port_of(expanded(plan(4))).values()
