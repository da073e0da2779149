# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on where it says who changed or deleted something: records of single objects."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport

from .history import CHANGES
from .world import Row, World, cable, promise


def _updates(world: World, content_type: str, *ids: int) -> list[Row]:
    return world.get(
        CHANGES, changed_object_type=content_type, changed_object_id=list(ids), action="update", ordering="-id",
        fields="id,time,user_name,changed_object_id,prechange_data,postchange_data",
    )


def _deletions(world: World, content_type: str) -> list[Row]:
    return world.get(
        CHANGES, action="delete", changed_object_type=content_type, ordering="-id",
        fields="id,time,user_name,prechange_data",
    )


@promise
def updates_of_many_objects_come_the_newest_first_with_their_users(transport: Transport) -> None:
    world = World(transport)
    ids = [row["id"] for row in world.post("dcim/devices", *(world.device(f"{world.tag}-{n}") for n in range(3)))]
    for row_id in ids:
        world.send("PATCH", "dcim/devices", [{"id": row_id, "name": f"{world.tag}-new-{row_id}"}])
    rows = _updates(world, "dcim.device", *ids[:2])
    assert [row["changed_object_id"] for row in rows] == [ids[1], ids[0]]
    assert all(row["user_name"] and row["time"] for row in rows)
    assert [row["postchange_data"]["name"] for row in rows] == [f"{world.tag}-new-{one}" for one in (ids[1], ids[0])]
    assert rows[0]["prechange_data"]["name"] == f"{world.tag}-1"


@promise
def a_deletion_keeps_the_custom_fields(transport: Transport) -> None:
    world = World(transport)
    field = world.field("key")
    row_id = world.one("dcim/devices", **world.device(f"{world.tag}-x", custom_fields={field: "gpu/1"}))
    world.send("DELETE", "dcim/devices", [{"id": row_id}])
    newest = _deletions(world, "dcim.device")[0]
    assert newest["prechange_data"]["custom_fields"][field] == "gpu/1" and newest["user_name"]


@promise
def a_cable_that_moves_has_a_record_with_its_sides(transport: Transport) -> None:
    world = World(transport)
    near, far, other = world.ports(3)
    row_id = world.one("dcim/cables", **cable(near, far))
    world.send("PATCH", "dcim/cables", [{"id": row_id, "b_terminations": cable(near, other)["b_terminations"]}])
    newest = _updates(world, "dcim.cable", row_id)[0]
    before, after = newest["prechange_data"], newest["postchange_data"]
    assert before["a_terminations"] == after["a_terminations"]
    assert before["b_terminations"] != after["b_terminations"]


@promise
def a_cable_that_loses_an_end_has_that_of_the_end(transport: Transport) -> None:
    world = World(transport)
    near, far = world.ports(2)
    row_id = world.one("dcim/cables", **cable(near, far))
    known = len(_updates(world, "dcim.cable", row_id))
    world.send("DELETE", "dcim/interfaces", [{"id": far}])
    assert len(_updates(world, "dcim.cable", row_id)) == known
    assert _deletions(world, "dcim.cabletermination")[0]["prechange_data"]["cable"] == row_id
