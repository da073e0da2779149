# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run takes for its own, and what it leaves alone or stops at."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..runs import bring, conflicts, see, tear_down
from .scene import built, row_of, small, where_of


def test_teardown_removes_what_is_ours_and_nothing_else() -> None:
    netbox = built()
    before = netbox.state()
    other = small()
    other["id"] = "test-10"
    other["naming"] = dict.fromkeys(("server", "leaf", "spine"), "o-{class}-{index}")
    bring(other, netbox)
    done = tear_down("test-10", netbox)
    assert done.stays["sites"] == ["dc1"]
    assert done.stays["device_types"] == ["some-server", "some-switch"]
    after = netbox.state()
    for endpoint in (DEVICES, INTERFACES, CABLES, "dcim/sites"):
        assert after[endpoint] == before[endpoint]
    assert not tear_down("test-10", netbox).changes


def test_a_device_with_a_wanted_name_is_a_conflict() -> None:
    netbox = built()
    netbox.make(DEVICES, name="GPU-004", **where_of(netbox))
    before = netbox.state()
    assert conflicts(small(4), netbox) == ["name-taken"]
    assert netbox.state() == before


@pytest.mark.parametrize("side", ["a_terminations", "b_terminations"])
def test_a_foreign_cable_on_a_wanted_port_is_a_conflict(side: str) -> None:
    netbox = built(small(4))  # all lanes of both leaves are in use, so a lost link can only go where it was
    other = netbox.make(DEVICES, name="foreign", **where_of(netbox))
    port = netbox.make(INTERFACES, device=other, name="p", type="other")
    mine = row_of(netbox, CABLES, "server gpu/1/c0/0")
    taken = mine[side]
    del netbox.tables[CABLES][mine["id"]]
    netbox.make(CABLES, a_terminations=[{"object_type": "dcim.interface", "object_id": port}], b_terminations=taken)
    before = netbox.state()
    assert conflicts(small(4), netbox) == ["port-taken"]
    assert netbox.state() == before


def test_a_cable_that_someone_deleted_is_made_again_where_it_was_when_nothing_else_is_free() -> None:
    netbox = built(small(4))
    before = netbox.state()
    del netbox.tables[CABLES][row_of(netbox, CABLES, "server gpu/1/c0/0")["id"]]
    assert bring(small(4), netbox).changes.counts() == {"cable": {"create": 1}}
    assert netbox.state() == before


def test_a_cable_whose_ledger_entry_is_unreadable_is_not_moved_unasked() -> None:
    netbox = built()
    row_of(netbox, CABLES, "server gpu/1/c0/0")["custom_fields"]["hedgehog_ports"] = "as agreed with Bob"
    assert conflicts(small(), netbox) == ["too-many-moves"]
    bring(small(), netbox, max_moves=1)
    assert not see(small(), netbox).changes


def test_a_foreign_cable_on_a_device_that_would_go_is_a_conflict_and_is_never_stripped() -> None:
    netbox = built()
    other = netbox.make(DEVICES, name="foreign", **where_of(netbox))
    ours = row_of(netbox, DEVICES, "gpu/3")["id"]
    ends = [netbox.make(INTERFACES, device=one, name="extra", type="other") for one in (ours, other)]
    foreign = netbox.make(
        CABLES, a_terminations=[{"object_type": "dcim.interface", "object_id": ends[0]}],
        b_terminations=[{"object_type": "dcim.interface", "object_id": ends[1]}], label="uplink of the lab",
    )
    before = copy.deepcopy(netbox.tables[CABLES][foreign])
    assert conflicts(small(2), netbox, prune=True) == ["foreign-cable"]
    with pytest.raises(PlanError, match="uplink of the lab"):
        tear_down("test", netbox)
    assert netbox.tables[CABLES][foreign] == before


def test_a_foreign_cable_on_an_interface_that_would_go_is_a_conflict() -> None:
    netbox = built()
    plan = small()
    del plan["server_classes"]["gpu"]["connections"]["rail-1"]
    key = "server gpu/1/rail-1/0"
    mine = row_of(netbox, CABLES, key)
    other = netbox.make(DEVICES, name="foreign", **where_of(netbox))
    port = netbox.make(INTERFACES, device=other, name="p", type="other")
    end = mine["a_terminations"]
    del netbox.tables[CABLES][mine["id"]]
    netbox.make(CABLES, a_terminations=end, b_terminations=[{"object_type": "dcim.interface", "object_id": port}])
    assert conflicts(plan, netbox, prune=True) == ["foreign-cable"]


def test_two_objects_with_one_key_are_a_conflict() -> None:
    netbox = built()
    double = copy.deepcopy(row_of(netbox, DEVICES, "gpu/1"))
    netbox.make(DEVICES, name="double", custom_fields=double["custom_fields"], **where_of(netbox))
    assert conflicts(small(), netbox) == ["damaged-mark"]
    row_of(netbox, DEVICES, "gpu/2")["custom_fields"]["hedgehog_key"] = None
    assert conflicts(small(), netbox).count("damaged-mark") == 2


def test_an_interface_with_a_wanted_name_on_our_device_becomes_ours() -> None:
    netbox = built()
    before = netbox.state()
    one = row_of(netbox, INTERFACES, "gpu/1:c0/0")
    one["custom_fields"] = {}
    done = bring(small(), netbox)
    assert done.changes.counts()["interface"] == {"update": 1}
    assert done.changes.of("interface", "update")[0].reason == "adopted"
    assert one["id"] == row_of(netbox, INTERFACES, "gpu/1:c0/0")["id"]
    assert not see(small(), netbox).changes
    assert netbox.state()[CABLES] == before[CABLES]


def test_other_interfaces_on_our_devices_are_left_alone() -> None:
    netbox = built()
    ours = row_of(netbox, DEVICES, "gpu/1")["id"]
    extra = netbox.make(INTERFACES, device=ours, name="loopback0", type="virtual")
    assert not see(small(), netbox, prune=True).changes
    bring(small(2), netbox, prune=True)
    assert extra in netbox.tables[INTERFACES]


def test_an_interface_with_another_plans_id_on_our_device_is_a_conflict() -> None:
    netbox = built()
    row_of(netbox, INTERFACES, "gpu/1:c0/0")["custom_fields"]["hedgehog_plan_id"] = "other"
    assert "damaged-mark" in conflicts(small(), netbox)


def test_a_plan_whose_id_begins_like_ours_is_not_ours() -> None:
    netbox = built()
    other = small()
    other["id"] = "tes"
    other["naming"] = dict.fromkeys(("server", "leaf", "spine"), "o-{class}-{index}")
    assert see(other, netbox).observed.owned.devices == {}
