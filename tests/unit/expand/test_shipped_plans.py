# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans that the collection comes with: what they expand to, and how the large one grows."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand

from ..plans import (
    SHIPPED_PLANS,
    Document,
    again,
    by_server,
    counts,
    device_at,
    ends,
    expanded,
    kinds,
    loaded,
    loads,
    pairs,
    shipped,
)
from ..promises import check

# What the comment at the head of each plan says: devices, cables by kind, switches by class.
SHIPPED: Document = {
    "brownfield": (17, {"server": 30, "fabric": 16}, {"leaf": 2, "spine": 3}),
    "dual-plane-256": (44, {"server": 512, "fabric": 256}, {"leaf-a": 4, "leaf-b": 4, "spine-a": 2, "spine-b": 2}),
    "gpu-8": (3, {"server": 11}, {"leaf": 1, "mgmt": 1}),
    "gpu-128": (
        175, {"server": 721, "fabric": 256, "oob": 8, "border": 32},
        {
            "be-rail-leaf": 4, "be-spine": 2, "fe-gpu-leaf": 2, "fe-storage-leaf": 2, "fe-spine": 4,
            "fe-border-leaf": 2, "oob-mgmt-leaf": 4,
        },
    ),
    "gpu-512": (
        110, {"server": 782, "fabric": 288, "oob": 4, "border": 8},
        {"be-leaf": 8, "be-spine": 4, "fe-leaf": 2, "fe-spine": 2, "fe-border": 2, "mgmt": 2},
    ),
    "gpu-small": (17, {"server": 100, "fabric": 8}, {"be-leaf": 1, "be-spine": 1, "fe-leaf": 2, "oob": 1}),
    "mclag-pair": (22, {"server": 40, "border": 4, "peer": 2, "session": 2}, {"leaf": 2, "router": 2}),
    "mesh-3": (39, {"server": 72, "mesh": 12}, {"leaf": 3}),
    "servers-10000": (
        10660, {"server": 30000, "fabric": 3344, "core": 320, "oob": 209},
        {"leaf": 418, "spine": 20, "core": 8, "mgmt-leaf": 209, "mgmt-aggregation": 5},
    ),
    "three-tier-2048": (
        336, {"server": 2048, "fabric": 1024, "core": 1024}, {"leaf": 32, "spine": 32, "core": 16},
    ),
}


@pytest.fixture(scope="module")
def large() -> Document:
    return shipped("gpu-128")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_plan_comes_to_what_its_comment_says(name: str) -> None:
    plan, warnings = load(shipped(name))
    topology, found = expand(plan)
    assert (len(topology.devices), kinds(topology), counts(topology)) == SHIPPED[name]
    assert [*warnings, *found] == []
    assert len(topology.interfaces) + len(topology.external_interfaces) == 2 * len(topology.cables)
    if name not in ("brownfield", "mclag-pair", "servers-10000", "three-tier-2048"):  # external devices, pods
        check(plan, topology)


def test_pods_and_planes_of_three_tiers_are_joined_evenly() -> None:
    topology = expanded(shipped("three-tier-2048"))
    pods = {device.key: device.pod for device in topology.devices}
    leaves, spines = pairs(topology, "fabric"), pairs(topology, "core")
    assert set(leaves.values()) == {4} and len(leaves) == 4 * 8 * 8
    assert all(pods[leaf] == pods[spine] for leaf, spine in leaves)
    assert set(spines.values()) == {16} and len(spines) == 32 * 2
    assert {name for name in (d.name for d in topology.devices) if name.startswith("pod04-spine")} == {
        f"pod04-spine-{index:03d}" for index in range(25, 33)
    }


@pytest.mark.parametrize("name", sorted(SHIPPED.keys() - {"servers-10000"}))  # it takes longer than all others
def test_a_plan_that_was_applied_stays_as_it_is(name: str) -> None:
    before = expanded(shipped(name))
    assert again(shipped(name), before) == before


def test_every_plan_is_known_here_and_begins_with_what_it_shows() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in SHIPPED_PLANS.glob("*.yml")}
    assert files.keys() == SHIPPED.keys()
    for name, text in files.items():
        head = text.partition("schema:")[0]
        assert text.startswith("# ") and "Shows: " in head, name
        assert shipped(name)["id"] == name


def test_the_arithmetic_of_the_large_plan(large: Document) -> None:
    reasons = {row.switch_class: row.reason for row in expanded(large).quantities}
    assert reasons["be-rail-leaf"] == "servers: 256 links / 64 lanes = 4, 8 rails"
    assert reasons["be-spine"] == "4 be-rail-leaf x 32 = 128 uplinks / 64 lanes"
    assert reasons["fe-spine"].startswith("given; ")
    assert "2 fe-gpu-leaf x 32 + 2 fe-storage-leaf x 32 = 128 uplinks / 62 lanes" in reasons["fe-spine"]
    assert reasons["oob-mgmt-leaf"] == "servers: 155 links / 48 lanes = 4"


def test_links_of_the_large_plan_are_spread_as_its_rules_say(large: Document) -> None:
    topology = expanded(large)
    assert loads(topology, "oob-mgmt-leaf") == [39, 39, 39, 38]  # the first DIET: 43, 39, 37, 36
    assert loads(topology, "fe-gpu-leaf") == [128, 128]
    assert loads(topology, "be-rail-leaf") == [64, 64, 64, 64]
    assert loads(topology, "fe-spine", kind="fabric") == [32, 32, 32, 32]
    assert loads(topology, "fe-spine", kind="border") == [8, 8, 8, 8]
    assert loads(topology, "fe-border-leaf", kind="oob") == [4, 4]
    assert set(pairs(topology, "fabric").values()) == {8, 16}
    assert all(len(set(found)) >= 2 for server, found in by_server(topology).items() if len(found) > 1)


def test_growing_storage_by_two_makes_six_cables_and_moves_none(large: Document) -> None:
    before = expanded(large)
    larger = shipped("gpu-128")
    larger["server_classes"]["storage"]["quantity"] += 2
    after = again(larger, before)
    old, new = ends(before), ends(after)
    assert {key: new[key] for key in old} == old
    assert Counter(device_at(new[key][1])[0] for key in new.keys() - old.keys()) == {
        "fe-storage-leaf": 4, "oob-mgmt-leaf": 2,
    }
    assert counts(after) == counts(before)


def test_inserting_a_class_that_sorts_first_moves_nothing(large: Document) -> None:
    before = expanded(large)
    larger = shipped("gpu-128")
    larger["server_classes"]["aaa"] = {**larger["server_classes"]["storage"], "quantity": 3}
    old, new = ends(before), ends(again(larger, before))
    assert {key: new[key] for key in old} == old


def test_doubling_the_rails_of_the_large_plan_keeps_what_is_there(large: Document) -> None:
    before = expanded(large)
    larger = shipped("gpu-128")
    larger["server_classes"]["gpu-with-backend"]["quantity"] = 64
    after = again(larger, before)
    assert counts(after)["be-rail-leaf"] == 8  # from scratch: 8 as well; here a second domain of four beside the first
    old, new = ends(before), ends(after)
    assert {k: v for k, v in new.items() if k in old and k.startswith("server")} == {
        k: v for k, v in old.items() if k.startswith("server")
    }
    check(loaded(larger), after, from_scratch=False)
