# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rail-optimized links: how many leaves they take, and which rails are on which."""

from __future__ import annotations

import pytest

from ..plans import Document, by_server, counts, document, expanded, rails, servers, switch_of, switches
from .fabrics import lanes, one_zone, rail_plan


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
