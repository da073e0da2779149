# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peer and session zones join the two switches of a pair, lane by lane."""

from __future__ import annotations

import pytest

from ..plans import Document, again, document, ends, errors_of, expanded, kinds, pairs, servers, switches, zone

PAIRS = {"type": "mclag"}


def plan(number: int, **more: Document) -> Document:
    """Pairs with two peer ports of two lanes, and a session port; each pair takes two servers."""
    return document(
        {"leaf": switches(
            servers=zone("1-2"), twin=zone("31-32", "2x400g", "peer"), talk=zone("33", "1x100g", "session"),
            **({"redundancy": PAIRS} | more),
        )},
        {"gpu": servers(number, {"distribution": "alternating", "ports": 2})},
    )


def test_the_same_lanes_of_both_switches_of_a_pair_are_joined() -> None:
    topology = expanded(plan(4))
    assert kinds(topology) == {"server": 8, "peer": 8, "session": 2}
    assert {pair for key, pair in ends(topology).items() if key.startswith("peer leaf/3/")} == {
        (f"leaf/3:{port}/{lane}", f"leaf/4:{port}/{lane}") for port in (31, 32) for lane in (1, 2)
    }
    assert pairs(topology, "session") == {("leaf/1", "leaf/2"): 1, ("leaf/3", "leaf/4"): 1}
    assert ends(topology)["session leaf/1/talk/33/1"] == ("leaf/1:33/1", "leaf/2:33/1")
    assert {c.zone for c in topology.cables if c.kind == "peer"} == {"twin"}
    assert {c.speed for c in topology.cables if c.kind == "peer"} == {400}


def test_more_pairs_leave_those_that_are_there_alone() -> None:
    before = expanded(plan(4))
    after = again(plan(6), before)
    was, now = ends(before), ends(after)
    assert {key: now[key] for key in was} == was
    assert pairs(after, "peer")["leaf/5", "leaf/6"] == 4


def test_eslag_pairs_are_pairs() -> None:
    topology = expanded(plan(4, redundancy={"type": "eslag", "group_size": 2}))
    assert set(pairs(topology, "peer")) == {("leaf/1", "leaf/2"), ("leaf/3", "leaf/4")}


@pytest.mark.parametrize(
    "redundancy", [None, {"type": "eslag"}, {"type": "eslag", "group_size": 3}]
)
def test_groups_that_are_no_pairs_have_no_peer_zones(redundancy: Document | None) -> None:
    rows = plan(4)
    if redundancy is None:
        del rows["switch_classes"]["leaf"]["redundancy"]
    else:
        rows["switch_classes"]["leaf"]["redundancy"] = redundancy
    assert [e.code for e in errors_of(rows)] == ["pair-zone-without-pairs"] * 2


def test_ports_of_a_pair_zone_are_claimed_before_those_of_servers() -> None:
    rows = plan(2)
    rows["overlap"] = "warn"
    rows["switch_classes"]["leaf"]["zones"]["servers"]["ports"] = "31-34"
    topology = expanded(rows)
    far_ends = {c.b for c in topology.cables if c.kind == "server"}
    assert far_ends == {f"leaf/{index}:34/1" for index in range(1, 5)}


def test_switches_without_a_number_have_no_links() -> None:
    assert expanded(plan(0)).cables == ()
