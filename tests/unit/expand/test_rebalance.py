# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placing anew: what it would save is said with the cables it moves, and `rebalance` does exactly that."""

from __future__ import annotations

import copy
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology

from ..plans import (
    Document,
    again,
    counts,
    document,
    ends,
    expanded,
    loaded,
    rails,
    servers,
    switches,
    with_taken,
    zone,
)
from ..promises import check
from ..strategies import grown, plans


def rebalanced(plan: Document, before: Topology, prune: bool = False) -> Topology:
    return expanded(plan, ledger_of(before), prune, rebalance=True)


def advice(plan: Document, ledger: Ledger, prune: bool = False) -> list[Diagnostic]:
    warnings = expand(loaded(plan), with_taken(plan, ledger), prune)[1]
    return [w for w in warnings if w.code == "rebalance-saves"]


def moves(now: Topology, then: Topology) -> int:
    was, will = ends(now), ends(then)
    return sum(1 for key in was.keys() & will.keys() if was[key] != will[key])


def leaves(*classes: str) -> Document:
    """Classes of six servers, on leaves that take four."""
    return document({"leaf": switches(servers=zone("1-4"))}, {key: servers(6, {}) for key in classes})


# -- worked examples -------------------------------------------------------------------------------------------------


def test_leaves_that_are_half_empty_are_said() -> None:
    """Two classes on 3 leaves, two servers of each on each. Without one of them, two leaves would do: 3 and 3."""
    before = expanded(leaves("a", "b"))
    plan = leaves("b")
    (found,) = advice(plan, ledger_of(before), prune=True)
    now, then = again(plan, before, prune=True), rebalanced(plan, before, prune=True)
    assert [counts(one)["leaf"] for one in (before, now, then)] == [3, 3, 2]
    assert found.path == ("switch_classes", "leaf")
    assert found.message == (
        f"placing all links anew would need 2 leaf instead of 3, and move {moves(now, then)} cables."
    )
    assert found.hint == "`rebalance: true` does it."
    assert not advice(plan, ledger_of(then))


def test_without_pruning_the_cables_that_are_left_over_count_as_well() -> None:
    before = expanded(leaves("a", "b"))
    assert not advice(leaves("b"), ledger_of(before))  # six cables and six leftovers fill three leaves
    held = {pair[1] for key, pair in ends(before).items() if key.startswith("server a/")}
    assert held.isdisjoint({pair[1] for pair in ends(rebalanced(leaves("b"), before)).values()})


def test_uplinks_of_switches_that_are_left_over_hold_their_ports() -> None:
    """Leaf 3 is not wanted any more; until its cables are gone, what they end on is not given to others."""
    def plan(number: int, quantity: int | None) -> Document:
        rows = document(
            {
                "leaf": switches(servers=zone("1-4"), up=zone("101-102", "1x800g", "uplink")),
                "spine": switches(role="spine", down=zone("1-6", "1x800g", "fabric")),
            },
            {"gpu": servers(number, {})},
        )
        if quantity:
            rows["switch_classes"]["leaf"]["quantity"] = quantity
        return rows

    before = expanded(plan(4, 3))
    assert counts(before) == {"leaf": 3, "spine": 1}
    then = rebalanced(plan(4, None), before)
    assert counts(then) == {"leaf": 1, "spine": 1}
    left = {pair[1] for key, pair in ends(before).items() if key.startswith(("fabric leaf/2/", "fabric leaf/3/"))}
    assert left.isdisjoint({pair[1] for pair in ends(then).values()})
    assert rebalanced(plan(4, None), before, prune=True).cables == expanded(plan(4, None)).cables


def test_fewer_rail_domains_are_said() -> None:
    """A domain of one leaf, grown to two; from scratch both leaves make one domain."""
    def plan(number: int) -> Document:
        return document({"leaf": switches(servers=zone("1-8"))}, {"gpu": servers(number, *rails(2))})

    before = expanded(plan(4))
    assert counts(before) == {"leaf": 1}
    now = again(plan(8), before)
    (found,) = advice(plan(8), ledger_of(before))
    then = rebalanced(plan(8), before)
    assert {str(entry.domain) for entry in ledger_of(then).values()} == {"Domain(number=1, first=1, last=2)"}
    assert "1 rail domains in leaf/servers instead of 2" in found.message
    assert f"move {moves(now, then)} cables" in found.message


def test_fewer_spines_are_said() -> None:
    def plan(number: int) -> Document:
        return document(
            {
                "leaf": switches(servers=zone("1"), up=zone("101-104", "1x800g", "uplink")),
                "spine": switches(role="spine", down=zone("1-8", "1x800g", "fabric")),
            },
            {"gpu": servers(number, {})},
        )

    before = expanded(plan(8))
    assert counts(before)["spine"] == 4
    (found,) = advice(plan(2), ledger_of(before), prune=True)
    then = rebalanced(plan(2), before, prune=True)
    assert "1 spine instead of 4" in found.message
    assert f"move {moves(again(plan(2), before, prune=True), then)} cables" in found.message
    assert then.cables == expanded(plan(2)).cables


def test_what_only_the_second_try_leaves_over_holds_its_ports_too() -> None:
    """From scratch three absent servers have a leaf each; beside a cable that is left over they are dealt none.

    So leaves 2 to 4, which the first try wants, are not wanted in the end, and their uplinks are left over as well.
    """
    def plan(old: int) -> Document:
        return document(
            {
                "leaf": switches(servers=zone("1"), up=zone("101-102", "1x800g", "uplink")),
                "spine": switches(role="spine", down=zone("1-16", "1x800g", "fabric"), servers=zone("101-104")),
                "z": switches(servers=zone("1"), up=zone("101-102", "1x800g", "uplink")),
            },
            {
                "gpu": servers(4, {}, absent=[1, 2, 3]), "old": servers(old, {"zone": "spine/servers"}),
                "z-server": servers(1, {"zone": "z/servers"}),
            },
        )

    before = expanded(plan(1))
    assert counts(before) == {"leaf": 4, "spine": 1, "z": 1}
    then = rebalanced(plan(0), before)
    assert counts(then) == {"leaf": 1, "spine": 1, "z": 1}
    left = {pair[1] for key, pair in ends(before).items() if key not in ends(then)}
    assert len(left) == 7
    assert left.isdisjoint({pair[1] for pair in ends(then).values()})


# -- promises --------------------------------------------------------------------------------------------------------


@given(plans(absent=True), st.data())
def test_rebalancing_with_nothing_left_over_is_the_expansion_from_scratch(plan: Document, data: st.DataObject) -> None:
    try:
        larger = data.draw(grown(plan))
        after = again(larger, expanded(plan))
        scratch = expanded(larger)
    except PlanError:
        assume(False)
    then = rebalanced(larger, after, prune=True)
    assert then.cables == scratch.cables
    assert counts(then) == counts(scratch)
    assert again(larger, then).cables == then.cables


@given(plans(absent=True), st.data(), st.booleans())
def test_the_advice_counts_what_rebalancing_does(plan: Document, data: st.DataObject, prune: bool) -> None:
    """The cables it says are those that it moves, and it is said exactly when there are fewer switches or domains."""
    try:
        before = expanded(plan)
        other = shrunk(plan, data) if data.draw(st.booleans()) else data.draw(grown(plan))
        now = again(other, before, prune)
        found = advice(other, ledger_of(before), prune)
        then = rebalanced(other, before, prune)
    except PlanError:
        assume(False)
    check(loaded(other), then, from_scratch=False, taken=plan["_taken"])
    fewer = {key for key, n in counts(then).items() if n < counts(now)[key]} | fewer_domains(now, then)
    assert bool(found) == bool(fewer)
    for warning in found:
        (number,) = re.findall(r"move (\d+) cables", warning.message)
        assert int(number) == moves(now, then)
    if not prune:  # what is left over keeps its ports
        left = {pair[1] for key, pair in ends(before).items() if key not in ends(then)}
        assert left.isdisjoint({pair[1] for pair in ends(then).values()})


def shrunk(plan: Document, data: st.DataObject) -> Document:
    smaller = copy.deepcopy(plan)
    for row in smaller["server_classes"].values():
        gone = data.draw(st.sets(st.integers(1, max(row["quantity"], 1)), max_size=row["quantity"]))
        row["absent"] = sorted({*row["absent"], *(index for index in gone if index <= row["quantity"])})
    return smaller


def fewer_domains(now: Topology, then: Topology) -> set[str]:
    def domains(topology: Topology) -> dict[str, set[object]]:
        found: dict[str, set[object]] = {}
        zones = {c.key: c.zone for c in topology.cables}
        for key, entry in ledger_of(topology).items():
            if entry.domain is not None:
                found.setdefault(f"{entry.b.device.rpartition('/')[0]}/{zones[key]}", set()).add(entry.domain)
        return found

    was, will = domains(now), domains(then)
    return {zone for zone in was if len(will.get(zone, ())) < len(was[zone])}


@pytest.mark.parametrize("prune", [False, True])
def test_absent_servers_are_dealt_with_when_placing_anew_as_from_scratch(prune: bool) -> None:
    plan = document({"leaf": switches(servers=zone("1-2"))}, {"gpu": servers(5, {}, absent=[2, 3])})
    before = expanded(plan)
    assert counts(before) == {"leaf": 2}
    assert rebalanced(plan, before, prune).cables == before.cables
    assert counts(rebalanced(plan, before, prune)) == {"leaf": 2}
