# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan keeps of an earlier run when it changes, and what it deals anew."""

from __future__ import annotations

import pytest

from ..plans import (
    Document,
    again,
    by_server,
    counts,
    document,
    expanded,
    pairs,
    port_of,
    servers,
    switch_of,
    switches,
    zone,
)
from .fabrics import UPLINKS, alternating, one_zone


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
