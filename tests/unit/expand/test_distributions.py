# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which switch each link of a server goes to, and in which order."""

from __future__ import annotations

from collections import Counter

import pytest

from ..plans import (
    Document,
    by_server,
    counts,
    document,
    errors_of,
    expanded,
    kinds,
    loads,
    pairs,
    port_of,
    servers,
    switches,
    zone,
)
from .fabrics import UPLINKS, alternating, lanes, one_zone, same

# -- same-switch -------------------------------------------------------------------------------------------------------


def blocks(plan: Document) -> list[list[str]]:
    """The servers of each switch; every server must have all its links on one."""
    topology = expanded(plan)
    rows: list[list[str]] = [[] for _leaf in range(counts(topology)["leaf"])]
    for server, found in by_server(topology).items():
        assert len(set(found)) == 1, server
        rows[found[0] - 1].append(server)
    return rows


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


# -- no distribution ---------------------------------------------------------------------------------------------------


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


# -- alternating -------------------------------------------------------------------------------------------------------


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


# -- order inside a zone -----------------------------------------------------------------------------------------------


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
