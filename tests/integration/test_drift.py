# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people change by hand in what we own is put right, in place; what is theirs to set stays theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .support.core import Core, Outcome
from .support.plans import tiny
from .support.rest import NetBox, Row, built, end, end_ids

State = dict[str, dict[str, Any]]

NEAR, FAR = "server gpu/1/fe/0", "server gpu/2/fe/0"


@pytest.fixture(autouse=True)
def as_built(begin_with: Callable[[str], None], netbox: NetBox) -> State:
    begin_with("tiny")
    return built(netbox, "tiny")


@pytest.fixture
def put_right(core: Core, netbox: NetBox, as_built: State) -> Callable[[], Outcome]:
    """Apply once, and see that everything is as it was built; moves are not allowed to the plan."""

    def run() -> Outcome:
        outcome = core.apply(tiny(), max_moves=0)
        assert built(netbox, "tiny") == as_built
        assert not core.preview(tiny()).changes
        return outcome

    return run


def spare_port(netbox: NetBox, device: str) -> Row:
    return netbox.create("dcim/interfaces", device=netbox.device(device)["id"], name="spare", type="other")


def cable_ids(netbox: NetBox) -> dict[str, int]:
    return {key: row["id"] for key, row in netbox.cables().items()}


PutRight = Callable[[], Outcome]


def test_a_cable_moved_by_hand_is_moved_back(netbox: NetBox, put_right: PutRight) -> None:
    ids = cable_ids(netbox)
    netbox.update("dcim/cables", ids[NEAR], b_terminations=[end(spare_port(netbox, "oob-01"))])
    outcome = put_right()
    assert outcome.counts == {"cable": {"move": 1}}
    assert outcome.changes.changes[0].reason == "drift"
    assert cable_ids(netbox) == ids


def test_its_server_end_too(netbox: NetBox, put_right: PutRight) -> None:
    ids = cable_ids(netbox)
    netbox.update("dcim/cables", ids[NEAR], a_terminations=[end(spare_port(netbox, "gpu-002"))])
    assert put_right().counts == {"cable": {"move": 1}}
    assert cable_ids(netbox) == ids


@pytest.mark.parametrize("side", ["a", "b"])
def test_two_cables_exchanged_by_hand(side: str, netbox: NetBox, put_right: PutRight) -> None:
    ids = cable_ids(netbox)
    name, index = f"{side}_terminations", "ab".index(side)
    near = [one[0] for one in end_ids(netbox.cable(NEAR))]
    first, second = near[index], end_ids(netbox.cable(FAR))[index][0]
    netbox.hold(ids[NEAR], *(None if n == first else n for n in near))
    netbox.update("dcim/cables", ids[FAR], **{name: [end({"id": first})]})
    netbox.update("dcim/cables", ids[NEAR], **{name: [end({"id": second})]})
    assert put_right().counts == {"cable": {"move": 2}}
    assert cable_ids(netbox) == ids


def test_two_turned_cables_exchanged_by_hand(netbox: NetBox, put_right: PutRight) -> None:
    """The ends stand on the other sides than those we wrote."""
    ids = cable_ids(netbox)
    (a1, b1), (a2, b2) = (end_ids(netbox.cable(key)) for key in (NEAR, FAR))
    netbox.hold(ids[NEAR], a1[0], None)
    netbox.hold(ids[FAR], a2[0], None)
    netbox.hold(ids[NEAR], b2[0], a1[0])
    netbox.hold(ids[FAR], b1[0], a2[0])
    assert put_right().counts == {"cable": {"move": 2}}
    assert cable_ids(netbox) == ids


def test_a_cable_that_lost_an_end_and_has_the_port_of_another(netbox: NetBox, put_right: PutRight) -> None:
    ids = cable_ids(netbox)
    (a1, b1), (_a2, b2) = (end_ids(netbox.cable(key)) for key in (NEAR, FAR))
    netbox.hold(ids[NEAR], a1[0], None)
    netbox.update("dcim/cables", ids[FAR], b_terminations=[end({"id": b1[0]})])
    netbox.hold(ids[NEAR], None, b2[0])
    assert put_right().counts == {"cable": {"move": 2}}
    assert cable_ids(netbox) == ids


def test_a_cable_put_where_another_was(netbox: NetBox, put_right: PutRight) -> None:
    """One cable is deleted, another plugged into its port."""
    port = end_ids(netbox.cable(FAR))[1][0]
    netbox.delete("dcim/cables", netbox.cable(FAR)["id"])
    netbox.update("dcim/cables", netbox.cable(NEAR)["id"], b_terminations=[end({"id": port})])
    assert put_right().counts == {"cable": {"create": 1, "move": 1}}


@pytest.mark.parametrize("sides", ["a", "b", "ab"])
def test_a_cable_that_lost_an_end_is_repaired_in_place(sides: str, netbox: NetBox, put_right: PutRight) -> None:
    ids = cable_ids(netbox)
    left = [None if side in sides else one[0] for side, one in zip("ab", end_ids(netbox.cable(NEAR)), strict=True)]
    if sides == "ab" and netbox.version < (4, 7):
        pytest.skip("up to 4.6 a cable keeps an end")
    netbox.hold(ids[NEAR], *left)
    outcome = put_right()
    assert outcome.counts == {"cable": {"move": 1}}
    assert [write.method for write in outcome.writes] == ["PATCH", "POST"]
    assert cable_ids(netbox) == ids


def test_a_cable_turned_around_is_the_same_cable(core: Core, netbox: NetBox) -> None:
    cable = netbox.cable(NEAR)
    (a,), (b,) = end_ids(cable)
    netbox.update("dcim/cables", cable["id"], a_terminations=[], b_terminations=[])
    netbox.update("dcim/cables", cable["id"], a_terminations=[end({"id": b})], b_terminations=[end({"id": a})])
    assert not core.apply(tiny()).writes


def test_a_deleted_cable_comes_back_where_the_ledger_file_says(
    core: Core, netbox: NetBox, as_built: State
) -> None:
    ledger = core.preview(tiny()).ledger
    netbox.delete("dcim/cables", netbox.cable(NEAR)["id"])
    assert core.apply(tiny(), ledger=ledger).counts == {"cable": {"create": 1}}
    assert built(netbox, "tiny") == as_built


def test_a_deleted_cable_without_a_ledger_file_is_placed_like_a_new_one(core: Core, netbox: NetBox) -> None:
    """What NetBox knew of its ports went with it. Nothing else moves."""
    others = {key: row for key, row in netbox.cables().items() if key != NEAR}
    netbox.delete("dcim/cables", netbox.cable(NEAR)["id"])
    assert core.apply(tiny()).counts["cable"] == {"create": 1}
    assert {key: row for key, row in netbox.cables().items() if key != NEAR} == others
    assert not core.apply(tiny()).writes


@pytest.mark.parametrize("place", [("leaf-01", "E1/1/1"), ("gpu-001", "fe-p0")], ids="-".join)
def test_a_deleted_interface_comes_back_with_its_cable(
    place: tuple[str, str], netbox: NetBox, put_right: PutRight
) -> None:
    ids = cable_ids(netbox)
    netbox.delete("dcim/interfaces", netbox.interface(*place)["id"])
    assert put_right().counts == {"interface": {"create": 1}, "cable": {"move": 1}}
    assert cable_ids(netbox) == ids


@pytest.mark.parametrize("name", ["gpu-001", "leaf-01"])
def test_a_deleted_device_comes_back_with_its_cables(name: str, netbox: NetBox, put_right: PutRight) -> None:
    ids = cable_ids(netbox)
    ports = netbox.count("dcim/interfaces", device=name)
    netbox.delete("dcim/devices", netbox.device(name)["id"])
    counts = put_right().counts
    assert counts["device"] == {"create": 1}
    assert counts["interface"] == {"create": ports}
    assert cable_ids(netbox) == ids


def test_an_interface_of_another_type_is_restored(netbox: NetBox, put_right: PutRight) -> None:
    port = netbox.interface("leaf-01", "E1/1/1")
    netbox.update("dcim/interfaces", port["id"], type="100gbase-x-qsfp28", speed=100_000_000)
    outcome = put_right()
    assert outcome.lines == [
        "~ interface leaf-01 E1/1/1: type 100gbase-x-qsfp28 -> 200gbase-x-qsfp56, speed 100G -> 200G [drift]"
    ]
    assert netbox.interface("leaf-01", "E1/1/1")["id"] == port["id"]


def test_a_renamed_device_is_restored(netbox: NetBox, put_right: PutRight) -> None:
    device = netbox.device("gpu-002")
    netbox.update("dcim/devices", device["id"], name="bob")
    assert put_right().lines == ["~ device gpu-002: name bob -> gpu-002 [drift]"]
    assert netbox.device("gpu-002")["id"] == device["id"]


def test_devices_with_exchanged_names_are_restored(netbox: NetBox, put_right: PutRight) -> None:
    ids = {name: netbox.device(name)["id"] for name in ("gpu-001", "gpu-002")}
    netbox.update("dcim/devices", ids["gpu-001"], name="for now")
    netbox.update("dcim/devices", ids["gpu-002"], name="gpu-001")
    netbox.update("dcim/devices", ids["gpu-001"], name="gpu-002")
    assert put_right().counts == {"device": {"update": 2}}
    assert {name: netbox.device(name)["id"] for name in ids} == ids


def test_interfaces_with_exchanged_names_are_restored(netbox: NetBox, put_right: PutRight) -> None:
    ids = {name: netbox.interface("gpu-001", name)["id"] for name in ("fe-p0", "fe-p1")}
    netbox.update("dcim/interfaces", ids["fe-p0"], name="for now")
    netbox.update("dcim/interfaces", ids["fe-p1"], name="fe-p0")
    netbox.update("dcim/interfaces", ids["fe-p0"], name="fe-p1")
    assert put_right().counts == {"interface": {"update": 2}}
    assert {name: netbox.interface("gpu-001", name)["id"] for name in ids} == ids


def test_what_we_do_not_manage_stays(core: Core, netbox: NetBox) -> None:
    tag = netbox.create("extras/tags", name="theirs", slug="theirs")["id"]
    netbox.create("extras/custom-fields", name="asset", type="text", object_types=["dcim.device", "dcim.cable"])
    tenant = netbox.create("tenancy/tenants", name="ML", slug="ml")["id"]
    device, port, cable = netbox.device("gpu-001"), netbox.interface("gpu-001", "fe-p0"), netbox.cable(NEAR)
    ours = [each["id"] for each in device["tags"]]
    netbox.update(
        "dcim/devices", device["id"], status="active", description="theirs", comments="theirs", serial="X1",
        tenant=tenant, tags=[*ours, tag], custom_fields={"asset": "42"},
    )
    netbox.update(
        "dcim/interfaces", port["id"], description="theirs", mtu=9000, enabled=False, label="theirs", tags=[tag],
        mark_connected=False,
    )
    netbox.update(
        "dcim/cables", cable["id"], status="connected", label="theirs", description="theirs", comments="theirs",
        color="aa1409", length=3, length_unit="m", tenant=tenant, tags=[tag], custom_fields={"asset": "43"},
    )
    before = netbox.snapshot()
    assert not core.apply(tiny()).writes
    # With something else to write on the same objects, what is theirs stays as well.
    netbox.update("dcim/devices", device["id"], custom_fields={"hedgehog_class": "changed"})
    netbox.update("dcim/interfaces", port["id"], type="other")
    netbox.let_go(cable)
    core.apply(tiny())
    after = netbox.snapshot()
    for kind, row in (("devices", device), ("interfaces", port), ("cables", cable)):
        place = f"dcim/{kind}", int(row["id"])
        assert without_time(after[place]) == without_time(before[place])


def without_time(row: Row) -> Row:
    return {key: value for key, value in row.items() if key != "last_updated"}
