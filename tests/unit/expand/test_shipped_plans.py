# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans that the collection comes with: what they expand to, and how the large one grows."""

from __future__ import annotations

from collections import Counter

import pytest

from ..plans import (
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
    warnings_of,
)
from ..promises import check

SMALL = {
    "devices": 17, "interfaces": 216, "cables": 108,
    "kinds": {"server": 100, "fabric": 8},
    "quantities": {"be-leaf": 1, "be-spine": 1, "fe-leaf": 2, "oob": 1},
}
LARGE = {
    "devices": 175, "interfaces": 2034, "cables": 1017,
    "kinds": {"server": 721, "fabric": 256, "oob": 8, "border": 32},
    "quantities": {
        "be-rail-leaf": 4, "be-spine": 2, "fe-gpu-leaf": 2, "fe-storage-leaf": 2, "fe-spine": 4, "fe-border-leaf": 2,
        "oob-mgmt-leaf": 4,
    },
}


@pytest.fixture(scope="module")
def large() -> Document:
    return shipped("gpu-128")


@pytest.mark.parametrize(("name", "expected"), [("gpu-small", SMALL), ("gpu-128", LARGE)])
def test_counts(name: str, expected: Document) -> None:
    plan = shipped(name)
    topology = expanded(plan)
    found = {
        "devices": len(topology.devices), "interfaces": len(topology.interfaces), "cables": len(topology.cables),
        "kinds": kinds(topology), "quantities": counts(topology),
    }
    assert found == expected
    assert warnings_of(plan) == []
    check(loaded(plan), topology)


def test_the_arithmetic_of_the_large_plan(large: Document) -> None:
    reasons = {row.switch_class: row.reason for row in expanded(large).quantities}
    assert reasons["be-rail-leaf"] == "servers: 256 links / 64 lanes, 8 rails"
    assert reasons["be-spine"] == "4 be-rail-leaf x 32 = 128 uplinks / 64 lanes"
    assert reasons["fe-spine"].startswith("given; ")
    assert "2 fe-gpu-leaf x 32 + 2 fe-storage-leaf x 32 = 128 uplinks / 62 lanes" in reasons["fe-spine"]
    assert reasons["oob-mgmt-leaf"] == "servers: 155 links / 48 lanes"


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
