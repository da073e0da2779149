# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rack units are checked before the first write, as NetBox would check them at it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic, Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import CREATE, DELETE, UPDATE, Change
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import change_set
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.racks import (
    Occupant,
    Size,
    check_units,
    racks_to_check,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology

from ..plans import document, expanded, servers, switches, zone

HALF = Size(1, False)
TWO = {"some-switch": Size(2, True), "some-server": HALF}


def topology(*placed: tuple[int, float, str]) -> Topology:
    """Leaves in the rack R1 at positions and faces, by index."""
    instances = {str(n): {"rack": "R1", "position": at, "face": face} for n, at, face in placed}
    plan = document(
        {"leaf": switches(servers=zone("1-8"), quantity=3, instances=instances)}, {"gpu": servers(1, {})}
    )
    return expanded(plan)


def change(index: int, action: str = CREATE, row_id: int | None = None, **after: Any) -> Change:
    return Change("device", action, f"leaf/{index}", f"leaf-{index}", {}, after or {"position": 1}, row_id)


def checked(wanted: Topology, changes: list[Change], *there: Occupant, **sizes: Size) -> list[Diagnostic]:
    found = Diagnostics()
    check_units(wanted, change_set(changes, {}), {**TWO, **sizes}, there, found)
    return list(found)


@pytest.mark.parametrize(
    ("position", "face", "size", "meets"),
    [
        (10, "front", HALF, True), (11, "front", HALF, True), (12, "front", HALF, False), (9, "front", HALF, False),
        (9, "front", Size(2, False), True), (11.5, "rear", HALF, True), (10, "rear", HALF, True),
        (8, "rear", Size(2, True), False), (10, "front", Size(0, False), False),
    ],
)
def test_a_two_unit_switch_of_full_depth(position: float, face: str, size: Size, meets: bool) -> None:
    other = Occupant("other", "R1", position, face, size, 7)
    found = checked(topology((1, 10, "front")), [change(1)], other)
    assert bool(found) is meets
    if found:
        assert found[0].code == "unit-taken"
        assert found[0].path == ("switch_classes", "leaf", "instances", "1", "position")
        assert "leaf-01 (units 10 to 11 of the rack 'R1') would be where other (device 7" in found[0].message


def test_devices_of_half_depth_share_a_unit_back_to_back() -> None:
    sizes = {"some-switch": HALF}
    rear = Occupant("other", "R1", 10, "rear", HALF, 7)
    assert checked(topology((1, 10, "front")), [change(1)], rear, **sizes) == []
    assert checked(topology((1, 10, "rear")), [change(1)], rear, **sizes)


def test_who_leaves_or_is_the_same_is_not_in_the_way() -> None:
    one = Occupant("old", "R1", 10, "front", HALF, 7)
    wanted = topology((1, 10, "front"), (2, 20, "front"))
    assert checked(wanted, [change(1)], one)
    assert checked(wanted, [change(1), Change("device", DELETE, "old/1", "old", {}, {}, 7)], one) == []
    assert checked(wanted, [change(1, UPDATE, 7)], one) == []
    assert checked(wanted, [change(1), change(2, UPDATE, 7, rack="R1")], one) == []
    assert checked(wanted, [change(1), change(2, UPDATE, 7, name="x")], one)
    assert checked(wanted, [change(1)], Occupant("old", "R2", 10, "front", HALF, 7)) == []


def test_devices_of_the_plan_that_overlap() -> None:
    (found,) = checked(topology((1, 10, "front"), (2, 11, "front")), [change(1), change(2)])
    assert "leaf-02 (units 11 to 12 of the rack 'R1') would be where leaf-01 (of this plan, units 10 to 11)" in (
        found.message
    )


def test_only_racks_that_something_goes_into_are_read() -> None:
    wanted = topology((1, 10, "front"))
    assert racks_to_check(wanted, change_set([change(1)], {})) == ["R1"]
    assert racks_to_check(wanted, change_set([change(1, UPDATE, 5, name="x")], {})) == []
    assert racks_to_check(wanted, change_set([change(2)], {})) == []
