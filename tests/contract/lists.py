# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on where it writes lists: all or none, and whose fault it was."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport

from .world import World, promise


@promise
def a_list_post_is_all_or_none_and_names_the_row(transport: Transport) -> None:
    world = World(transport)
    good, bad = world.device(f"{world.tag}-a"), world.device(f"{world.tag}-b", role=999_999_999)
    response = world.send("POST", "dcim/devices", [good, bad])
    assert response.status == 400
    if world.can.number >= (4, 7):
        assert [row["index"] for row in response.body["errors"]] == [1]
        assert "role" in response.body["errors"][0]["errors"]
    else:
        assert "role" in response.body
    assert world.get("dcim/devices", name=good["name"]) == []


@promise
def a_list_post_answers_in_the_order_sent(transport: Transport) -> None:
    world = World(transport)
    names = [f"{world.tag}-{n}" for n in (3, 1, 2)]
    assert [row["name"] for row in world.post("dcim/devices", *map(world.device, names))] == names


@promise
def a_list_patch_is_all_or_none_and_names_the_id(transport: Transport) -> None:
    world = World(transport)
    a, b = (r["id"] for r in world.post("dcim/devices", *(world.device(f"{world.tag}-{n}") for n in "ab")))
    rows = [{"id": a, "name": f"{world.tag}-new"}, {"id": b, "role": 999_999_999}]
    response = world.send("PATCH", "dcim/devices", rows)
    assert response.status == 400
    if world.can.number >= (4, 7):
        assert [row["id"] for row in response.body["errors"]] == [b]
    else:
        assert "role" in response.body
    assert world.get("dcim/devices", id=a, fields="id,name")[0]["name"] == f"{world.tag}-a"


@promise
def a_missing_id_makes_a_list_refused_or_is_left_out_without_a_word(transport: Transport) -> None:
    world = World(transport)
    device = world.one("dcim/devices", **world.device(f"{world.tag}-a"))
    rows = [{"id": device, "name": f"{world.tag}-b"}, {"id": 999_999_999, "name": f"{world.tag}-c"}]
    response = world.send("PATCH", "dcim/devices", rows)
    if world.can.number >= (4, 7):
        assert response.status == 400
        assert world.send("DELETE", "dcim/devices", [{"id": device}, {"id": 999_999_999}]).status == 400
        assert world.get("dcim/devices", id=device, fields="id")
        assert world.send("DELETE", "dcim/devices", [{"id": device}]).status == 204
    else:
        assert [row["id"] for row in response.body] == [device]
        assert world.send("DELETE", "dcim/devices", [{"id": device}, {"id": 999_999_999}]).status == 204
    assert world.get("dcim/devices", id=device, fields="id") == []
