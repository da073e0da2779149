# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on where devices and their interfaces have names, places and templates."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport

from .world import World, promise


@promise
def device_names_are_unique_per_site_whatever_their_case(transport: Transport) -> None:
    world = World(transport)
    world.one("dcim/devices", **world.device(f"{world.tag}-leaf"))
    assert world.send("POST", "dcim/devices", [world.device(f"{world.tag}-LEAF")]).status == 400
    pair = [world.device(f"{world.tag}-x"), world.device(f"{world.tag}-X")]
    assert world.send("POST", "dcim/devices", pair).status == 400
    other = World(transport)
    assert other.send("POST", "dcim/devices", [other.device(f"{world.tag}-leaf")]).status == 201


@promise
def devices_exchange_names_by_way_of_none(transport: Transport) -> None:
    world = World(transport)
    a, b = (r["id"] for r in world.post("dcim/devices", *(world.device(f"{world.tag}-{n}") for n in "ab")))
    swap = [{"id": a, "name": f"{world.tag}-b"}, {"id": b, "name": f"{world.tag}-a"}]
    assert world.send("PATCH", "dcim/devices", swap).status == 400
    assert world.send("PATCH", "dcim/devices", [{"id": n, "name": None} for n in (a, b)]).status == 200
    assert world.send("PATCH", "dcim/devices", swap).status == 200


@promise
def devices_take_the_location_of_their_rack_and_no_rack_elsewhere(transport: Transport) -> None:
    world = World(transport)
    here, there = (world.one("dcim/locations", name=n, slug=n, site=world.site) for n in ("here", "there"))
    racks = [world.one("dcim/racks", name=f"R{n}", site=world.site, location=n) for n in (here, there)]
    device = world.one("dcim/devices", **world.device(f"{world.tag}-a", rack=racks[0]))

    def location() -> int:
        (row,) = world.get("dcim/devices", id=device, fields="id,location")
        return int(row["location"]["id"])

    assert location() == here
    assert world.send("PATCH", "dcim/devices", [{"id": device, "rack": racks[1]}]).status == 400
    assert world.send("PATCH", "dcim/devices", [{"id": device, "rack": racks[1], "location": here}]).status == 400
    assert world.send("PATCH", "dcim/devices", [{"id": device, "rack": racks[1], "location": None}]).status == 200
    assert location() == there


@promise
def rack_units_are_taken_once_and_exchanged_by_way_of_none(transport: Transport) -> None:
    world = World(transport)
    rack = world.one("dcim/racks", name="R1", site=world.site)
    units = {"rack": rack, "face": "front"}
    a, b = (
        row["id"] for row in world.post(
            "dcim/devices", *(world.device(f"{world.tag}-{n}", **units, position=n) for n in (3, 5))
        )
    )
    assert world.send("POST", "dcim/devices", [world.device(f"{world.tag}-c", **units, position=5)]).status == 400
    assert world.send("POST", "dcim/devices", [world.device(f"{world.tag}-c", rack=rack, position=7)]).status == 400
    assert world.send("POST", "dcim/devices", [world.device(f"{world.tag}-c", position=7, face="front")]).status == 400
    swap = [{"id": a, "position": 5}, {"id": b, "position": 3}]
    assert world.send("PATCH", "dcim/devices", swap).status == 400
    assert world.send("PATCH", "dcim/devices", [{"id": n, "position": None} for n in (a, b)]).status == 200
    assert world.send("PATCH", "dcim/devices", swap).status == 200


@promise
def interface_names_are_unique_on_a_device(transport: Transport) -> None:
    world = World(transport)
    device = world.one("dcim/devices", **world.device(f"{world.tag}-a"))
    row = {"device": device, "name": "E1/1", "type": "100gbase-x-qsfp28"}
    assert world.send("POST", "dcim/interfaces", [row]).status == 201
    assert world.send("POST", "dcim/interfaces", [row]).status == 400
    assert world.send("POST", "dcim/interfaces", [{**row, "name": "e" * 65}]).status == 400


@promise
def a_template_makes_interfaces_on_new_devices(transport: Transport) -> None:
    world = World(transport)
    world.one("dcim/interface-templates", device_type=world.type, name="E1/1", type="100gbase-x-qsfp28")
    device = world.one("dcim/devices", **world.device(f"{world.tag}-a"))
    rows = world.get("dcim/interfaces", device_id=device, fields="id,name,device")
    assert [(row["name"], row["device"]["id"]) for row in rows] == [("E1/1", device)]
    templates = world.get("dcim/interface-templates", device_type_id=world.type, fields="id,name,device_type")
    assert [(row["name"], row["device_type"]["id"]) for row in templates] == [("E1/1", world.type)]


@promise
def shared_objects_are_unique_by_slug(transport: Transport) -> None:
    world = World(transport)
    assert world.send("POST", "dcim/sites", [{"name": "another", "slug": world.tag}]).status == 400
    rows = world.get("dcim/sites", slug=[world.tag, "nowhere"], fields="id,slug")
    assert [row["slug"] for row in rows] == [world.tag]


@promise
def what_is_on_a_device_goes_with_it_without_a_word(transport: Transport) -> None:
    world = World(transport)
    (port,) = world.ports(1)
    (row,) = world.get("dcim/interfaces", id=port, fields="id,device")
    device = row["device"]["id"]
    made = {
        "ipam/ip-addresses": {
            "address": f"10.9.{port % 250}.1/24", "assigned_object_type": "dcim.interface", "assigned_object_id": port
        },
        "ipam/services": {
            "name": world.tag, "protocol": "tcp", "ports": [22], "parent_object_type": "dcim.device",
            "parent_object_id": device,
        },
        "dcim/inventory-items": {"name": world.tag, "device": device},
    }
    ids = {endpoint: world.one(endpoint, **values) for endpoint, values in made.items()}
    for endpoint, row_id in ids.items():
        assert [one["id"] for one in world.get(endpoint, device_id=[device], fields="id")] == [row_id]
    assert world.send("DELETE", "dcim/devices", [{"id": device}]).status == 204
    assert [world.get(endpoint, id=row_id) for endpoint, row_id in ids.items()] == [[], [], []]


@promise
def what_holds_a_device_or_an_interface_is_in_the_way_of_deleting_it(transport: Transport) -> None:
    world = World(transport)
    (port,) = world.ports(1)
    (row,) = world.get("dcim/interfaces", id=port, fields="id,device")
    device = row["device"]["id"]
    refers = {
        name: world.one("dcim/interfaces", device=device, name=name, type="virtual", **{name: port})
        for name in ("parent", "bridge")
    }
    for name, one in refers.items():
        found = world.get("dcim/interfaces", **{f"{name}_id__n": "null"}, fields=f"id,{name}")
        assert {row["id"]: row[name]["id"] for row in found}[one] == port
    assert world.send("DELETE", "dcim/interfaces", [{"id": port}]).status >= 400
    assert world.send("DELETE", "dcim/interfaces", [{"id": refers["parent"]}]).status == 204
    assert world.send("DELETE", "dcim/interfaces", [{"id": port}]).status == 204
    assert world.get("dcim/interfaces", id=refers["bridge"], fields="bridge") == [{"bridge": None}]
    chassis = world.one("dcim/virtual-chassis", name=world.tag, master=device)
    assert [one["id"] for one in world.get("dcim/virtual-chassis", master_id=[device], fields="id")] == [chassis]
    assert world.send("DELETE", "dcim/devices", [{"id": device}]).status >= 400
