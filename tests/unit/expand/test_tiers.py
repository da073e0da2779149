# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spines, pods, cores and uneven uplinks: worked examples, and every number tried against the rule itself."""

from __future__ import annotations

import copy
import re
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.place.size import Sizer
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger

from ..plans import (
    Document,
    again,
    counts,
    document,
    ends,
    errors_of,
    expanded,
    loaded,
    loads,
    pairs,
    rails,
    servers,
    switches,
    warnings_of,
    zone,
)

UPLINKS = {"type": "uplink"}


def leaf_class(uplinks: int, first: int = 101, **more: Any) -> Document:
    """A leaf takes one server, so that leaves are counted in servers."""
    return switches(servers=zone("1"), up=zone(f"{first}-{first + uplinks - 1}", "1x800g", **UPLINKS), **more)


def fabric_zone(lanes: int) -> Document:
    return zone(f"1-{lanes}", "1x800g", "fabric")


def pod_plan(
    leaves: int, per_pod: int | None = 4, uplinks: int = 4, spine_lanes: int = 8, spine_uplinks: int = 4,
    core_lanes: int | None = 8,
) -> Document:
    """Leaves, spines and cores; without `core_lanes` no cores, without `per_pod` no pods."""
    rows = {
        "leaf": leaf_class(uplinks),
        "spine": switches(role="spine", down=fabric_zone(spine_lanes)),
    }
    if core_lanes is not None:
        rows["spine"]["zones"]["up"] = zone(f"901-{900 + spine_uplinks}", "1x800g", **UPLINKS)
        rows["core"] = switches(role="core", down=fabric_zone(core_lanes))
    fabrics = {"fab": {} if per_pod is None else {"leaves_per_pod": per_pod}}
    return document(rows, {"gpu": servers(leaves, {})}, fabrics=fabrics)


# -- pods and cores --------------------------------------------------------------------------------------------------


def test_a_pod_has_spines_of_its_own_and_a_plane_its_cores() -> None:
    """A pod of 4 x 4 uplinks over 8 lanes: 2 spines. A plane of 2 x 4 uplinks over 8 lanes: 1 core."""
    topology = expanded(pod_plan(8))
    assert counts(topology) == {"core": 2, "leaf": 8, "spine": 4}
    assert pairs(topology, "fabric") == {
        (f"leaf/{leaf}", f"spine/{spine}"): 2
        for leaf in range(1, 9) for spine in ((1, 2) if leaf <= 4 else (3, 4))
    }
    # Spine 1 of pod 2 is spine 3: it is in plane 1, as spine 1 of pod 1 is.
    assert pairs(topology, "core") == {
        ("spine/1", "core/1"): 4, ("spine/3", "core/1"): 4, ("spine/2", "core/2"): 4, ("spine/4", "core/2"): 4,
    }
    assert {d.key: d.pod for d in topology.devices if d.role != "core" and d.role} == {
        **{f"leaf/{n}": 1 if n <= 4 else 2 for n in range(1, 9)},
        **{f"spine/{n}": 1 if n <= 2 else 2 for n in range(1, 5)},
    }


def test_more_cores_of_a_plane_are_appended() -> None:
    """4 lanes a core: 2 per plane. Core (k-1)*2+j is the k-th of plane j: plane 1 has 1 and 3, plane 2 has 2 and 4."""
    topology = expanded(pod_plan(8, core_lanes=4))
    assert counts(topology) == {"core": 4, "leaf": 8, "spine": 4}
    assert pairs(topology, "core") == {
        (f"spine/{spine}", f"core/{core}"): 2
        for spine in range(1, 5) for core in ((1, 3) if spine % 2 else (2, 4))
    }


def test_a_third_pod_halves_what_a_spine_has_to_its_core_and_moves_no_more() -> None:
    """Two pods have 8 uplinks in a plane, one core; three have 12, so two cores, and two links of each spine move."""
    before, larger = expanded(pod_plan(8)), pod_plan(12)
    after = again(larger, before)
    assert counts(after) == {"core": 4, "leaf": 12, "spine": 6}
    was, now = ends(before), ends(after)
    moved = {key for key in was if now[key] != was[key]}
    assert Counter(key.split("/")[1] for key in moved) == {"1": 2, "2": 2, "3": 2, "4": 2}
    assert all(key.startswith("core spine/") and now[key][0] == was[key][0] for key in moved)
    assert {now[key][1].partition(":")[0] for key in moved} == {"core/3", "core/4"}
    assert pairs(after, "core") == pairs(expanded(larger), "core")


def test_a_pod_that_is_not_full_has_the_spines_of_a_full_one() -> None:
    topology = expanded(pod_plan(5))
    assert counts(topology) == {"core": 2, "leaf": 5, "spine": 4}
    assert {pair for pair in pairs(topology, "fabric") if pair[0] == "leaf/5"} == {
        ("leaf/5", "spine/3"), ("leaf/5", "spine/4"),
    }
    assert counts(expanded(pod_plan(2))) == {"core": 2, "leaf": 2, "spine": 2}


def test_a_fabric_without_the_key_is_one_pod() -> None:
    """8 x 4 uplinks over 8 lanes: 4 spines, and each is a plane of one."""
    topology = expanded(pod_plan(8, None))
    assert counts(topology) == {"core": 4, "leaf": 8, "spine": 4}
    assert pairs(topology, "core") == {(f"spine/{n}", f"core/{n}"): 4 for n in range(1, 5)}
    assert {d.pod for d in topology.devices} == {None}


def test_several_leaf_classes_fill_the_pods_in_order() -> None:
    """A pod of 3 x 4 and 1 x 4 uplinks over 8 lanes: 2 spines. Pod 2 has the fourth leaf, and the second border."""
    plan = pod_plan(4, {"border": 1, "leaf": 3})  # type: ignore[arg-type]
    plan["switch_classes"]["border"] = leaf_class(4, role="border-leaf")
    plan["server_classes"]["gw"] = servers(2, {"zone": "border/servers"})
    topology = expanded(plan)
    assert counts(topology) == {"border": 2, "core": 2, "leaf": 4, "spine": 4}
    near = {spine: {a for a, b in pairs(topology, "fabric") if b == f"spine/{spine}"} for spine in range(1, 5)}
    assert near[1] == near[2] == {"leaf/1", "leaf/2", "leaf/3", "border/1"}
    assert near[3] == near[4] == {"leaf/4", "border/2"}


@pytest.mark.parametrize(
    ("plan", "words", "hint"),
    [
        (pod_plan(8, core_lanes=None), "2 pods need cores to join them", "Values of leaves_per_pod that do: 8."),
        # A pod of 3 x 4 over 8 lanes: 2 spines. A plane of 3 x 4 over 2 lanes: 6 cores, and 6 does not divide 4.
        (pod_plan(8, 3, core_lanes=2), "at least 12, and the number per plane must divide 4",
         "Values of leaves_per_pod that do: 4, 5, 6, 7, 8."),
        # A pod of 4 x 4 over 3 lanes: 6 spines, and 6 does not divide 4. One of 3 has 4; then 3 x 4 / 8: 2 cores.
        (pod_plan(8, spine_lanes=3), "at least 12, and the number per pod must divide 4",
         "Values of leaves_per_pod that do: 1, 2, 3."),
        (pod_plan(8, spine_lanes=1, uplinks=2), "at least 16", "Values of leaves_per_pod that do: 1."),
    ],
)
def test_pods_that_have_no_answer_name_values_that_do(plan: Document, words: str, hint: str) -> None:
    (error,) = errors_of(plan)
    assert words in error.message
    assert hint in error.hint
    assert error.path == ("fabrics", "fab", "leaves_per_pod")


def test_values_that_are_named_make_the_groups_of_the_spines() -> None:
    """3 uplinks: 1 or 3 spines in a pod. Pairs of spines take an even number of pods, and that is two, of 2 and 1."""
    plan = pod_plan(3, 1, 3, 9, 4, 24)
    plan["switch_classes"]["spine"]["redundancy"] = {"type": "mclag"}
    (error,) = errors_of(plan)
    assert "the number per pod must divide 3, and it must make mclag groups" in error.message
    assert error.hint == "Values of leaves_per_pod that do: 2."
    plan["fabrics"]["fab"]["leaves_per_pod"] = 2
    assert counts(expanded(plan))["spine"] == 2


@given(
    st.integers(1, 8), st.integers(1, 8), st.sampled_from((2, 4, 6, 8, 12)), st.integers(1, 24),
    st.sampled_from((2, 4, 6)), st.one_of(st.none(), st.integers(1, 24)), st.booleans(),
)
def test_the_values_that_are_named_work_and_no_others_do(
    leaves: int, per_pod: int, uplinks: int, spine_lanes: int, spine_uplinks: int, core_lanes: int | None, groups: bool
) -> None:
    plan = pod_plan(leaves, per_pod, uplinks, spine_lanes, spine_uplinks, core_lanes)
    if groups:
        plan["switch_classes"]["spine"]["redundancy"] = {"type": "mclag"}
    named: set[str] = set()
    try:
        expanded(plan)
    except PlanError as error:
        named = {text for d in error.diagnostics for text in re.findall(r"leaves_per_pod that do: ([^.]*)", d.hint)}
    else:
        assume(False)
    (values,) = named
    works = []
    for value in range(1, leaves + 1):
        other = copy.deepcopy(plan)
        other["fabrics"]["fab"]["leaves_per_pod"] = value
        try:
            expanded(other)
        except PlanError:
            continue
        works.append(str(value))
    assert values == (", ".join(works) or "none")


@given(
    st.integers(1, 10), st.integers(1, 6), st.sampled_from((2, 4, 6, 8, 12)), st.integers(1, 40),
    st.sampled_from((2, 4, 6, 12)), st.integers(1, 24),
)
def test_spines_and_cores_are_the_fewest_by_the_rule(
    leaves: int, per_pod: int, uplinks: int, spine_lanes: int, spine_uplinks: int, core_lanes: int
) -> None:
    pods = -(-leaves // per_pod)
    s = next((n for n in range(1, uplinks + 1) if uplinks % n == 0 and n * spine_lanes >= per_pod * uplinks), 0)
    c = next((n for n in range(1, spine_uplinks + 1)
              if spine_uplinks % n == 0 and n * core_lanes >= pods * spine_uplinks), 0)
    plan = pod_plan(leaves, per_pod, uplinks, spine_lanes, spine_uplinks, core_lanes)
    if s and c:
        topology = expanded(plan)
        assert counts(topology) == {"leaf": leaves, "spine": pods * s, "core": s * c}
        assert set(pairs(topology, "fabric").values()) == {uplinks // s}
        assert set(pairs(topology, "core").values()) == {spine_uplinks // c}
    else:
        assert errors_of(plan)[0].code == ("cores-do-not-divide" if s else "spines-do-not-divide")


def test_spines_that_are_given_are_there_before_any_leaf() -> None:
    plan = pod_plan(0)
    plan["switch_classes"]["spine"]["quantity"] = 2
    topology = expanded(plan)
    assert {d.key: d.pod for d in topology.devices if d.role == "spine"} == {"spine/1": 1, "spine/2": 1}


def test_other_switches_with_uplinks_stand_in_pods_too() -> None:
    plan = pod_plan(4)
    plan["switch_classes"]["mgmt"] = leaf_class(4, role="oob")
    (error,) = errors_of(plan)
    assert error.code == "leaves-per-pod"
    assert "leaf, mgmt" in error.message
    plan["fabrics"]["fab"]["leaves_per_pod"] = {"leaf": 4, "mgmt": 1}
    plan["server_classes"]["x"] = servers(1, {"zone": "mgmt/servers"})
    assert counts(expanded(plan))["mgmt"] == 1


def test_a_rail_domain_in_two_pods_is_a_warning() -> None:
    plan = pod_plan(0, 4, spine_lanes=32)
    plan["switch_classes"]["leaf"]["zones"]["servers"] = zone("1")
    plan["server_classes"]["gpu"] = servers(2, *rails(3))
    (warning,) = [w for w in warnings_of(plan) if w.code == "rail-domain-cut"]
    assert "rail domain 2 of leaf/servers" in warning.message
    assert "multiple of the leaves per domain does not cut any: 3" in warning.hint
    plan["fabrics"]["fab"]["leaves_per_pod"] = 3
    assert "rail-domain-cut" not in [w.code for w in warnings_of(plan)]


# -- uneven ----------------------------------------------------------------------------------------------------------


def uneven_plan(leaves: int, uplinks: int, spine_lanes: int, partial: bool = False) -> Document:
    return document(
        {
            "leaf": leaf_class(uplinks, balance="uneven", partial=partial),
            "spine": switches(role="spine", down=fabric_zone(spine_lanes)),
        },
        {"gpu": servers(leaves, {})},
    )


def test_uneven_uplinks_are_dealt_in_one_rotation() -> None:
    """5 x 6 uplinks over 8 lanes: 4 spines with 8, 8, 7 and 7; two spines of every leaf have one link more."""
    topology = expanded(uneven_plan(5, 6, 8))
    assert counts(topology) == {"leaf": 5, "spine": 4}
    assert loads(topology, "spine") == [8, 8, 7, 7]
    assert pairs(topology, "fabric") == {
        (f"leaf/{leaf}", f"spine/{spine}"): 2 if spine in more else 1
        for leaf, more in enumerate(((1, 2), (3, 4), (1, 2), (3, 4), (1, 2)), 1) for spine in range(1, 5)
    }


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 30), st.booleans())
def test_uneven_spines_are_as_few_as_their_lanes_allow(leaves: int, uplinks: int, lanes: int, partial: bool) -> None:
    needed = -(-leaves * uplinks // lanes)
    plan = uneven_plan(leaves, uplinks, lanes, partial)
    if needed > uplinks and not partial:
        (error,) = errors_of(plan)
        assert error.code == "spines-do-not-divide"
        assert f"a leaf has {uplinks} uplinks, so it reaches no more spines than that" in error.message
        return
    topology = expanded(plan)
    assert counts(topology) == {"leaf": leaves, "spine": needed}
    found = loads(topology, "spine")
    assert max(found) - min(found) <= 1
    per_pair = pairs(topology, "fabric")
    for leaf in range(1, leaves + 1):
        links = [per_pair[f"leaf/{leaf}", f"spine/{spine}"] for spine in range(1, needed + 1)]
        assert sum(links) == uplinks
        assert max(links) - min(links) <= 1


def test_an_uneven_class_beside_an_even_one() -> None:
    """The even class has 4 uplinks, so 1, 2 or 4 spines; 2 x 4 + 3 x 5 = 23 links over 8 lanes are 3 at least."""
    plan = uneven_plan(3, 5, 8)
    plan["switch_classes"]["border"] = leaf_class(4, role="border-leaf")
    plan["server_classes"]["gw"] = servers(2, {"zone": "border/servers"})
    topology = expanded(plan)
    assert counts(topology) == {"border": 2, "leaf": 3, "spine": 4}
    assert sorted(loads(topology, "spine")) == [5, 6, 6, 6]
    assert {n for (near, _far), n in pairs(topology, "fabric").items() if near.startswith("border")} == {1}


def test_uneven_links_that_are_there_stay_when_a_class_comes_that_sorts_first() -> None:
    """The newcomer finds spines 1 and 2 with one link more, and they must count before it chooses."""
    before = expanded(uneven_plan(1, 6, 8))
    plan = uneven_plan(1, 6, 8)
    plan["switch_classes"]["a"] = leaf_class(6, balance="uneven", role="border-leaf")
    plan["server_classes"]["gw"] = servers(3, {"zone": "a/servers"})
    after = again(plan, before)
    was, now = ends(before), ends(after)
    kept = {key for key in was if now[key] == was[key] and key.startswith("fabric ")}
    # 24 links over 8 lanes: 3 spines, so a pair has 2; what the leaf had more, on its one spine of before, goes.
    assert counts(after)["spine"] == 3
    assert len(kept) == sum(min(n, pairs(after, "fabric")[pair]) for pair, n in pairs(before, "fabric").items())
    assert max(loads(after, "spine")) - min(loads(after, "spine")) <= 1


def test_kept_uneven_links_are_counted_before_new_ones_choose() -> None:
    """Two spines with 5 lanes each: the class that comes first by key must not take what is left on spine 1."""
    def plan(newcomer: bool) -> Document:
        rows = uneven_plan(1, 3, 3)
        rows["switch_classes"]["spine"]["quantity"] = 2
        if newcomer:
            rows["switch_classes"]["a"] = leaf_class(3, balance="uneven", role="border-leaf")
            rows["server_classes"]["gw"] = servers(1, {"zone": "a/servers"})
        return rows

    before = expanded(plan(False))
    assert loads(before, "spine") == [2, 1]
    after = again(plan(True), before)
    assert pairs(after, "fabric") == {
        ("leaf/1", "spine/1"): 2, ("leaf/1", "spine/2"): 1, ("a/1", "spine/1"): 1, ("a/1", "spine/2"): 2,
    }


# -- numbers and the ledger ------------------------------------------------------------------------------------------


def two_tiers(leaves: int, spine_lanes: int, **spine: Any) -> Document:
    plan = uneven_plan(leaves, 8, spine_lanes)
    del plan["switch_classes"]["leaf"]["balance"], plan["switch_classes"]["leaf"]["partial"]
    plan["switch_classes"]["spine"] |= spine
    return plan


def test_the_number_of_spines_does_not_shrink_by_itself_and_does_when_it_is_given() -> None:
    before = expanded(two_tiers(4, 8))  # 32 uplinks over 8 lanes
    assert counts(before)["spine"] == 4
    smaller = again(two_tiers(1, 8), before, prune=True)
    assert counts(smaller)["spine"] == 4
    given_less = again(two_tiers(1, 8, quantity=2), before, prune=True)
    assert counts(given_less)["spine"] == 2
    stayed = {key for key, pair in ends(before).items() if ends(given_less).get(key) == pair}
    assert sum(1 for key in stayed if key.startswith("fabric leaf/1/")) == 4


def test_links_that_make_it_too_many_spines_are_named() -> None:
    """Three pods with two spines each become one pod, and 6 does not divide the 4 uplinks of a leaf."""
    before = expanded(pod_plan(6, 2, spine_lanes=6, core_lanes=12))
    assert counts(before)["spine"] == 6
    plan = pod_plan(6, None, spine_lanes=6, core_lanes=12)
    with pytest.raises(PlanError) as error:
        again(plan, before)
    (found,) = error.value.diagnostics
    assert "at least 6 (links are kept on spine/6), and the number must divide 4" in found.message
    assert "With `rebalance: true` no link is kept." in found.hint
    assert counts(expanded(plan, ledger_of(before), rebalance=True))["spine"] == 4


@pytest.mark.parametrize(
    ("quantity", "numbers"), [(3, "Numbers that do: 2, 4, 8."), (1, "Numbers that do: 2, 4, 8."), (16, "2, 4, 8.")]
)
def test_a_given_number_that_cannot_be_names_those_that_can(quantity: int, numbers: str) -> None:
    (error,) = errors_of(two_tiers(4, 16, quantity=quantity))
    assert error.code == "spines-do-not-divide"
    assert numbers in error.hint
    for n in (2, 4, 8):
        assert counts(expanded(two_tiers(4, 16, quantity=n)))["spine"] == n


def test_many_numbers_in_a_row_are_named_as_a_span() -> None:
    plan = uneven_plan(2, 32, 8)
    plan["switch_classes"]["spine"]["quantity"] = 40
    (error,) = errors_of(plan)
    assert error.hint == "Numbers that do: 8 to 32."


def test_what_lands_on_spines_beside_uplinks_may_need_more_than_uplinks_allow() -> None:
    plan = two_tiers(1, 8)
    plan["switch_classes"]["spine"]["zones"]["servers"] = zone("901")
    plan["server_classes"]["gw"] = servers(9, {"zone": "spine/servers"})
    (error,) = errors_of(plan)
    assert "that takes at least 9 switches, and uplinks allow only 1, 2, 4, 8." in error.message
    assert "rebalance" not in error.hint
    plan["server_classes"]["gw"]["quantity"] = 8
    assert counts(expanded(plan))["spine"] == 8


# -- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "expected"), [
        # 16 x 32 / 64 is 8 spines in each of 64 pods; in a plane 64 x 32 / 128 is 16 cores.
        (pod_plan(1024, 16, 32, 64, 32, 128), {"core": 8 * 16, "leaf": 1024, "spine": 64 * 8}),
        (uneven_plan(1024, 32, 1024), {"leaf": 1024, "spine": 32}),
        (uneven_plan(1024, 32, 64, partial=True), {"leaf": 1024, "spine": 512}),
    ],
)
def test_sizing_a_thousand_leaves_takes_no_second(plan: Document, expected: dict[str, int]) -> None:
    """A number is tried by arithmetic: the 33,000 numbers that `partial` allows are not dealt one by one."""
    rows = loaded(plan)
    begin = time.process_time()
    sized = Sizer(rows, Ledger(), False, Diagnostics()).run()
    assert time.process_time() - begin < 1
    assert {key: one.count for key, one in sized.items()} == expected
