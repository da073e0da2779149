# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on where it marks what it made: custom fields, tags, journal entries."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport

from .world import World, promise


@promise
def an_unknown_custom_field_is_refused_and_an_unknown_plain_field_ignored(transport: Transport) -> None:
    world = World(transport)
    row = world.device(f"{world.tag}-a")
    if world.can.number >= (4, 5):  # before, it is stored and never shown
        assert world.send("POST", "dcim/devices", [row | {"custom_fields": {"nowhere": "x"}}]).status == 400
    assert world.send("POST", "dcim/devices", [row | {"nowhere": "x"}]).status == 201


@promise
def custom_fields_merge_on_patch_and_are_checked_by_type(transport: Transport) -> None:
    world = World(transport)
    text, number = world.field("text"), world.field("number", "integer")
    device = world.one("dcim/devices", **world.device(f"{world.tag}-a", custom_fields={text: "x", number: 1}))
    assert world.send("PATCH", "dcim/devices", [{"id": device, "custom_fields": {number: 2}}]).status == 200
    found = world.get("dcim/devices", id=device, fields="id,custom_fields")[0]["custom_fields"]
    assert (found[text], found[number]) == ("x", 2)
    assert world.send("PATCH", "dcim/devices", [{"id": device, "custom_fields": {number: "two"}}]).status == 400
    assert world.send("PATCH", "dcim/devices", [{"id": device, "custom_fields": {text: None}}]).status == 200
    assert world.get("dcim/devices", id=device, fields="id,custom_fields")[0]["custom_fields"][text] is None


@promise
def custom_fields_gain_object_types(transport: Transport) -> None:
    world = World(transport)
    name = world.field("plan")
    (row,) = world.get("extras/custom-fields", name=[name], fields="id,name,type,object_types")
    assert row["type"]["value"] == "text"
    assert row["object_types"] == ["dcim.device"]
    both = ["dcim.device", "dcim.cable"]
    assert world.send("PATCH", "extras/custom-fields", [{"id": row["id"], "object_types": both}]).status == 200
    (row,) = world.get("extras/custom-fields", name=[name], fields="id,object_types")
    assert sorted(row["object_types"]) == sorted(both)


@promise
def custom_fields_filter_as_they_are_registered_and_are_ignored_where_they_are_not(transport: Transport) -> None:
    world = World(transport)
    mark = world.field("plan")
    rows = [world.device(f"{world.tag}-{n}", custom_fields={mark: p}) for n, p in enumerate(("g-1", "G-10", "g-1"))]
    ids = [row["id"] for row in world.post("dcim/devices", *rows)]

    def found(name: str = mark) -> list[int]:
        return [row["id"] for row in world.get("dcim/devices", site_id=world.site, start=0, **{f"cf_{name}": "g-1"})]

    assert found() == [ids[0], ids[2]]
    (row,) = world.get("extras/custom-fields", name=[mark], fields="id")
    for logic in ("loose", "disabled"):
        body = [{"id": row["id"], "filter_logic": logic}]
        assert world.send("PATCH", "extras/custom-fields", body).status == 200
        assert found() == ids
    assert found("nowhere") == ids
    (row,) = world.get("dcim/devices", id=ids[1], fields="id,custom_fields")
    assert row["custom_fields"][mark] == "G-10" and "nowhere" not in row["custom_fields"]


@promise
def tags_must_exist_and_journal_entries_take_them(transport: Transport) -> None:
    world = World(transport)
    entry = {
        "assigned_object_type": "dcim.site", "assigned_object_id": world.site, "kind": "info", "comments": "x",
        "tags": [{"slug": world.tag}],
    }
    assert world.send("POST", "extras/journal-entries", [entry]).status == 400
    world.one("extras/tags", name=world.tag, slug=world.tag, color="9e9e9e")
    assert world.send("POST", "extras/journal-entries", [entry]).status == 201


@promise
def of_two_tags_with_one_slug_one_is_made_and_its_own_address_says_whether_it_was_there(transport: Transport) -> None:
    """The lock of a plan is such a tag: `netbox/lock.py`."""
    world = World(transport)
    tag = {"name": f"{world.tag}_lock", "slug": f"{world.tag}_lock", "color": "9e9e9e", "description": "d" * 200}
    made = world.one("extras/tags", **tag)
    assert world.send("POST", "extras/tags", [tag]).status == 400
    (row,) = world.get("extras/tags", slug=f"{world.tag}_lock", fields="id,slug,description")
    assert row == {"id": made, "slug": f"{world.tag}_lock", "description": "d" * 200}
    address = f"/api/extras/tags/{made}/"
    assert [transport.send("DELETE", address).status for _again in range(2)] == [204, 404]
    assert world.send("POST", "extras/tags", [{**tag, "description": "d" * 201}]).status == 400
