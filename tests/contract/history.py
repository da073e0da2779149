# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on where it reads only what changed: times of objects, and the change log."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport

from .world import Row, World, cable, promise

CHANGES = "core/object-changes"

_tags = count(1)


def _now(world: World) -> str:
    """The time of a change, later than all before and earlier than all that follow."""
    name = f"{world.tag}-now-{next(_tags)}"
    world.one("extras/tags", name=name, slug=name)
    return str(_newest(world)["time"])


def _newest(world: World) -> Row:
    return world.get(CHANGES, ordering="-id", limit=1, fields="id,time,request_id")[0]


def _saved(world: World, endpoint: str, since: str, ids: list[int]) -> set[int]:
    return {row["id"] for row in world.get(endpoint, last_updated__gte=since, id=ids, fields="id")}


@promise
def what_was_saved_or_made_is_found_by_time(transport: Transport) -> None:
    world = World(transport)
    one, other = (row["id"] for row in world.post("dcim/devices", world.device("h-1"), world.device("h-2")))
    since = _now(world)
    world.send("PATCH", "dcim/devices", [{"id": one, "description": "edited"}])
    new = world.one("dcim/devices", **world.device("h-3"))
    assert _saved(world, "dcim/devices", since, [one, other, new]) == {one, new}
    older = world.get("dcim/devices", created__lt=since, id=[one, other, new], fields="id")
    assert {row["id"] for row in older} == {one, other}
    where = f'site: {{slug: {{exact: "{world.tag}"}}}}, last_updated: {{gte: "{since}"}}'
    assert {int(row["id"]) for row in world.rows("device_list", where, "name")} == {one, new}


@promise
def what_is_deleted_with_a_device_is_in_the_log(transport: Transport) -> None:
    world = World(transport)
    ports = world.ports(2)
    (device,) = {row["device"]["id"] for row in world.get("dcim/interfaces", id=ports[0], fields="id,device")}
    since = _now(world)
    world.send("DELETE", "dcim/devices", [{"id": device}])
    fields = "id,changed_object_type,changed_object_id"
    rows = world.get(CHANGES, action="delete", time_after=since, fields=fields)
    found = {(row["changed_object_type"], row["changed_object_id"]) for row in rows}
    assert found == {("dcim.device", device), ("dcim.interface", ports[0])}


@promise
def the_log_has_an_object_before_and_after(transport: Transport) -> None:
    world = World(transport)
    since = _now(world)
    world.send("PATCH", "dcim/sites", [{"id": world.site, "slug": f"{world.tag}-new"}])
    wanted = {"action": "update", "changed_object_type": "dcim.site", "time_after": since}
    (row,) = world.get(CHANGES, **wanted, fields="id,prechange_data,postchange_data")
    assert (row["prechange_data"]["slug"], row["postchange_data"]["slug"]) == (world.tag, f"{world.tag}-new")


@promise
def records_of_the_log_are_told_apart(transport: Transport) -> None:
    world = World(transport)
    first = _newest(world)
    _now(world)
    second = _newest(world)
    assert second["id"] > first["id"]
    assert second["request_id"] != first["request_id"]
    assert world.get(CHANGES, id=first["id"], fields="id,time,request_id") == [first]
    assert world.get(CHANGES, id=999_999_999, fields="id") == []
    rows = world.get(CHANGES, **world.can.rest_paging(first["id"], 100), fields="id")
    assert rows[0]["id"] == first["id"]
    assert second["id"] in {row["id"] for row in rows}


@promise
def what_a_cable_is_put_on_or_taken_off_is_saved(transport: Transport) -> None:
    world = World(transport)
    a, b, c = world.ports(3)
    since = _now(world)
    (made,) = world.post("dcim/cables", cable(a, b))
    assert _saved(world, "dcim/interfaces", since, [a, b, c]) == {a, b}
    since = _now(world)
    world.send("PATCH", "dcim/cables", [{"id": made["id"], "b_terminations": cable(a, c)["b_terminations"]}])
    assert _saved(world, "dcim/interfaces", since, [b, c]) == {b, c}
    assert _saved(world, "dcim/cables", since, [made["id"]]) == {made["id"]}
    since = _now(world)
    world.send("DELETE", "dcim/cables", [{"id": made["id"]}])
    # 4.6 leaves it at the record of the cable that is gone.
    assert _saved(world, "dcim/interfaces", since, [a, b, c]) == (set() if world.can.number == (4, 6) else {a, c})


@promise
def a_cable_that_loses_an_end_is_counted_and_not_saved(transport: Transport) -> None:
    world = World(transport)
    a, b = world.ports(2)
    (made,) = world.post("dcim/cables", cable(a, b))
    assert world.get("dcim/cables", id=made["id"], unterminated="true", fields="id") == []
    since = _now(world)
    world.send("DELETE", "dcim/interfaces", [{"id": b}])
    assert world.ends(made["id"]) == [[a], []]
    assert _saved(world, "dcim/cables", since, [made["id"]]) == set()
    assert world.get("dcim/cables", id=made["id"], unterminated="true", fields="id") == [{"id": made["id"]}]


@promise
def objects_say_when_they_were_saved_last(transport: Transport) -> None:
    """What somebody else saved is seen by that, and our own by what came back: `netbox/unchanged.py`."""
    world = World(transport)
    began = transport.send("GET", "/api/status/").time
    assert began is not None
    device = world.one("dcim/devices", **world.device(world.tag))
    a, b = (world.one("dcim/interfaces", device=device, name=name, type="virtual") for name in "ab")

    def saved(endpoint: str, row_id: int) -> datetime:
        (row,) = world.get(endpoint, id=row_id, fields="id,last_updated")
        return datetime.fromisoformat(row["last_updated"])

    device_saved, a_saved = saved("dcim/devices", device), saved("dcim/interfaces", a)
    assert began <= device_saved <= a_saved
    answer = world.send("PATCH", "dcim/interfaces", [{"id": a, "description": "new"}]).body
    assert datetime.fromisoformat(answer[0]["last_updated"]) == saved("dcim/interfaces", a) > a_saved
    assert saved("dcim/devices", device) == device_saved  # nothing that is done to its interfaces saves a device
    world.send("DELETE", "dcim/interfaces", [{"id": b}])
    assert saved("dcim/devices", device) == device_saved
