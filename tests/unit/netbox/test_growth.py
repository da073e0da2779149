# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on what an earlier one built: growth, leftovers, what someone moved or renamed."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..plans import document, servers, switches, zone
from ..runs import bring, conflicts, see
from .scene import GENERATIONS, built, keys_of, owned, row_of, small


def test_growth_moves_nothing() -> None:
    netbox = built()
    before = {row["id"]: copy.deepcopy(row) for row in netbox.tables[CABLES].values()}
    done = bring(small(4), netbox)
    assert done.changes.counts() == {
        "device": {"create": 1}, "interface": {"create": 8}, "cable": {"create": 4},
    }
    assert all(netbox.tables[CABLES][n] == row for n, row in before.items())


def test_leftovers_stay_and_are_counted_and_prune_deletes_them() -> None:
    netbox = built()
    before = netbox.state()
    plan = small(2)
    plan["server_classes"]["gpu"]["quantity"] = 2
    done = bring(plan, netbox)
    assert not done.changes
    assert {kind: len(keys) for kind, keys in done.changes.leftovers.items()} == {
        "device": 1, "interface": 8, "cable": 4,
    }
    assert netbox.state() == before
    pruned = bring(plan, netbox, prune=True)
    assert pruned.changes.counts() == {
        "cable": {"delete": 4}, "device": {"delete": 1}, "interface": {"delete": 8},
    }
    assert owned(netbox)[CABLES] == sorted(c.key for c in pruned.topology.cables)
    assert owned(netbox)[INTERFACES] == sorted(i.key for i in pruned.topology.interfaces)
    methods = [(method, path) for method, path, _n in netbox.writes() if method == "DELETE"]
    assert methods == [("DELETE", f"/api/{CABLES}/"), ("DELETE", f"/api/{INTERFACES}/"), ("DELETE", f"/api/{DEVICES}/")]
    assert not see(plan, netbox).changes


def test_moves_beyond_the_limit_are_refused_with_the_number() -> None:
    netbox = built()
    larger = small()
    larger["switch_classes"]["spine"]["quantity"] = 2
    with pytest.raises(PlanError) as error:
        see(larger, netbox, max_moves=3)
    (finding,) = error.value.diagnostics
    assert finding.code == "too-many-moves"
    assert "4 cables" in finding.message and "max_moves is 3" in finding.message
    assert "max_moves: 4" in finding.hint
    before = {c["id"]: c["a_terminations"] for c in netbox.tables[CABLES].values()}
    done = bring(larger, netbox, max_moves=4)
    assert done.changes.counts()["cable"] == {"move": 4}
    assert {c["id"]: c["a_terminations"] for c in netbox.tables[CABLES].values()} == before
    assert not see(larger, netbox).changes


@pytest.mark.parametrize("side", ["a_terminations", "b_terminations"])
@pytest.mark.parametrize("reversed_in_netbox", [False, True])
@pytest.mark.parametrize("version", GENERATIONS)
def test_cables_that_someone_exchanged_are_put_back(side: str, reversed_in_netbox: bool, version: str) -> None:
    netbox = built()
    netbox.version = version
    before = netbox.state()
    first, second = (row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2))
    first[side], second[side] = second[side], first[side]
    if reversed_in_netbox:
        for one in (first, second):
            one["a_terminations"], one["b_terminations"] = one["b_terminations"], one["a_terminations"]
    done = bring(small(), netbox)
    assert done.changes.counts() == {"cable": {"move": 2}}
    assert {c.reason for c in done.changes.changes} == {"drift"}
    assert not see(small(), netbox).changes
    assert reversed_in_netbox or netbox.state() == before


@pytest.mark.parametrize("version", GENERATIONS)
def test_cables_that_someone_exchanged_at_both_ends_are_put_back(version: str) -> None:
    netbox = built()
    netbox.version = version
    before = netbox.state()
    first, second = (row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2))
    for side in ("a_terminations", "b_terminations"):
        first[side], second[side] = second[side], first[side]
    assert bring(small(), netbox).changes.counts() == {"cable": {"move": 2}}
    assert netbox.state() == before


@pytest.mark.parametrize("version", GENERATIONS)
def test_three_cables_moved_in_a_ring_are_put_back(version: str) -> None:
    netbox = built()
    netbox.version = version
    rows = [row_of(netbox, CABLES, f"server gpu/{n}/rail-0/0") for n in (1, 2, 3)]
    ends = [row["b_terminations"] for row in rows]
    for row, end in zip(rows, ends[1:] + ends[:1], strict=True):
        row["b_terminations"] = end
    assert bring(small(), netbox).changes.counts() == {"cable": {"move": 3}}
    assert not see(small(), netbox).changes


def test_a_cable_that_lost_an_end_is_repaired_in_place() -> None:
    for side in ("a_terminations", "b_terminations"):
        netbox = built()
        before = netbox.state()
        one = row_of(netbox, CABLES, "server gpu/1/c0/0")
        one[side] = []
        done = bring(small(), netbox)
        assert done.changes.counts() == {"cable": {"move": 1}}
        assert row_of(netbox, CABLES, "server gpu/1/c0/0")["id"] == one["id"]
        assert netbox.state() == before


def test_devices_whose_names_someone_exchanged_get_them_back() -> None:
    netbox = built()
    before = netbox.state()
    a, b = row_of(netbox, DEVICES, "gpu/1"), row_of(netbox, DEVICES, "gpu/2")
    a["name"], b["name"] = b["name"], a["name"]
    bring(small(), netbox)
    assert netbox.state() == before


def test_interfaces_whose_names_someone_exchanged_get_them_back() -> None:
    netbox = built()
    before = netbox.state()
    a, b = row_of(netbox, INTERFACES, "gpu/1:c0/0"), row_of(netbox, INTERFACES, "gpu/1:c0/1")
    a["name"], b["name"] = b["name"], a["name"]
    bring(small(), netbox)
    assert netbox.state() == before


def test_renaming_all_devices_of_a_class_by_a_pattern() -> None:
    netbox = built()
    # leaf-01 is to be leaf-2, ... : no exchange, yet every name changes.
    done = bring(small(naming={"leaf": "leaf-x{index}"}), netbox)
    assert done.changes.counts() == {"device": {"update": 2}}
    assert {row_of(netbox, DEVICES, f"leaf/{n}")["name"] for n in (1, 2)} == {"leaf-x1", "leaf-x2"}


def test_a_port_that_is_freed_by_a_deletion_is_taken_by_another() -> None:
    plan = document(
        {"leaf": switches(servers=zone("1-2"), quantity=1)}, {"old": servers(2, {})},
        catalog=small()["catalog"],
    )
    netbox = FakeNetBox()
    bring(plan, netbox)
    plan["server_classes"] = {"new": servers(2, {})}
    assert conflicts(plan, netbox) == ["over-capacity"]  # the leftovers hold both ports
    bring(plan, netbox, prune=True)
    assert owned(netbox) == keys_of(plan)
