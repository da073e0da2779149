# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on in a NetBox, one function each. `CONTRACT` lists them.

What differs from one version to another is asked of `Capabilities`, or said where it is. Every function takes a
transport with all rights and makes what it needs under names of its own, so they can run one after the other on one
database. The double in `tests/unit/fakes` and a real NetBox must both pass.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.capabilities import Capabilities
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Transport

Row = dict[str, Any]
Check = Callable[[Transport], None]

CONTRACT: list[Check] = []
_numbers = count(1)


def promise(check: Check) -> Check:
    CONTRACT.append(check)
    return check


class World:
    """A site, a device type and a role of its own, and short ways to ask."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.can = Capabilities.of(transport.send("GET", "/api/status/").body)
        self.tag = f"contract-{next(_numbers)}"
        self.site = self.one("dcim/sites", name=self.tag, slug=self.tag)
        maker = self.one("dcim/manufacturers", name=self.tag, slug=self.tag)
        self.type = self.one("dcim/device-types", model=self.tag, slug=self.tag, manufacturer=maker)
        self.role = self.one("dcim/device-roles", name=self.tag, slug=self.tag, color="9e9e9e")

    def send(self, method: str, endpoint: str, body: Any) -> Response:
        return self.transport.send(method, f"/api/{endpoint}/", body=body)

    def post(self, endpoint: str, *rows: Row) -> list[Row]:
        response = self.send("POST", endpoint, list(rows))
        assert response.status == 201, response
        made: list[Row] = response.body
        return made

    def one(self, endpoint: str, **values: Any) -> int:
        return int(self.post(endpoint, values)[0]["id"])

    def get(self, endpoint: str, **params: Any) -> list[Row]:
        response = self.transport.send("GET", f"/api/{endpoint}/", params={"limit": 100, **params})
        assert response.status == 200, response
        rows: list[Row] = response.body["results"]
        return rows

    def graphql(self, query: str) -> Any:
        response = self.transport.send("POST", "/graphql/", body={"query": query})
        assert response.status == 200, response
        return response.body

    def rows(self, name: str, where: str, fields: str) -> list[Row]:
        """Rows of a GraphQL list."""
        arguments = f"filters: {{{where}}}, pagination: {{{self.can.graphql_paging(0, 99)}}}"
        rows: list[Row] = self.graphql(f"{{ {name}({arguments}) {{ id {fields} }} }}")["data"][name]
        return rows

    def device(self, name: str | None, **more: Any) -> Row:
        return {"name": name, "role": self.role, "device_type": self.type, "site": self.site, **more}

    def ports(self, number: int) -> list[int]:
        """Ids of interfaces, each on a device of its own."""
        devices = self.post("dcim/devices", *(self.device(f"{self.tag}-d{n}") for n in range(number)))
        made = self.post(
            "dcim/interfaces", *({"device": d["id"], "name": "p", "type": "100gbase-x-qsfp28"} for d in devices)
        )
        return [row["id"] for row in made]

    def field(self, name: str, kind: str = "text", types: tuple[str, ...] = ("dcim.device",)) -> str:
        full = f"{self.tag.replace('-', '_')}_{name}"
        self.one("extras/custom-fields", name=full, type=kind, object_types=list(types), filter_logic="exact")
        return full

    def ends(self, cable: int) -> list[list[int]]:
        (row,) = self.get("dcim/cables", id=cable, fields="id,a_terminations,b_terminations")
        return [[end["object_id"] for end in row[side]] for side in ("a_terminations", "b_terminations")]


def cable(a: int, b: int) -> Row:
    return {"a_terminations": [_end(a)], "b_terminations": [_end(b)]}


def _end(interface: int) -> Row:
    return {"object_type": "dcim.interface", "object_id": interface}


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
def a_port_takes_one_cable(transport: Transport) -> None:
    world = World(transport)
    a, b, c = world.ports(3)
    world.one("dcim/cables", **cable(a, b))
    response = world.send("POST", "dcim/cables", [cable(c, b)])
    assert response.status == 400
    assert world.send("POST", "dcim/cables", [cable(c, c)]).status == 400


@promise
def deleting_a_device_strips_its_cables(transport: Transport) -> None:
    world = World(transport)
    a, b = world.ports(2)
    one = world.one("dcim/cables", **cable(a, b))
    (interface,) = world.get("dcim/interfaces", id=b, fields="id,device")
    assert world.send("DELETE", "dcim/devices", [{"id": interface["device"]["id"]}]).status == 204
    assert world.ends(one) == [[a], []]


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


@promise
def cables_exchange_ends_in_two_steps_at_either_side(transport: Transport) -> None:
    world = World(transport)
    a, b, c, d = world.ports(4)
    first, second = (row["id"] for row in world.post("dcim/cables", cable(a, b), cable(c, d)))

    def hold(*rows: tuple[int | None, int | None]) -> int:
        """Which ends the two are to have. One that is None is taken off; up to 4.6 only because the other is stated."""
        ends = [{f"{s}_terminations": [_end(n)] if n else [] for s, n in zip("ab", row, strict=True)} for row in rows]
        return world.send("PATCH", "dcim/cables", [{"id": first, **ends[0]}, {"id": second, **ends[1]}]).status

    assert hold((a, d), (c, b)) == 400
    assert hold((a, None), (c, None)) == 200
    assert (world.ends(first), world.ends(second)) == ([[a], []], [[c], []])
    assert hold((a, d), (c, b)) == 200
    assert (world.ends(first), world.ends(second)) == ([[a], [d]], [[c], [b]])
    assert hold((None, d), (None, b)) == 200
    assert hold((c, d), (a, b)) == 200
    assert (world.ends(first), world.ends(second)) == ([[c], [d]], [[a], [b]])
    # Both at once: what a cable has left goes to another port, and to its other side.
    assert hold((None, d), (None, b)) == 200
    assert hold((a, None), (c, None)) == 200
    assert (world.ends(first), world.ends(second)) == ([[a], []], [[c], []])
    assert hold((a, b), (c, d)) == 200
    assert (world.ends(first), world.ends(second)) == ([[a], [b]], [[c], [d]])


@promise
def cables_let_go_of_an_end_where_the_other_is_stated(transport: Transport) -> None:
    world = World(transport)
    a, b = world.ports(2)
    one = world.one("dcim/cables", **cable(a, b))
    nothing: Row = {"id": one, "a_terminations": [], "b_terminations": []}
    assert world.send("PATCH", "dcim/cables", [nothing]).status == 200
    assert world.ends(one) == [[], []] if world.can.number >= (4, 7) else [[a], [b]]
    assert world.send("PATCH", "dcim/cables", [nothing | {"b_terminations": [_end(a)]}]).status == 200
    assert world.ends(one) == [[], [a]]


@promise
def devices_exchange_names_by_way_of_none(transport: Transport) -> None:
    world = World(transport)
    a, b = (r["id"] for r in world.post("dcim/devices", *(world.device(f"{world.tag}-{n}") for n in "ab")))
    swap = [{"id": a, "name": f"{world.tag}-b"}, {"id": b, "name": f"{world.tag}-a"}]
    assert world.send("PATCH", "dcim/devices", swap).status == 400
    assert world.send("PATCH", "dcim/devices", [{"id": n, "name": None} for n in (a, b)]).status == 200
    assert world.send("PATCH", "dcim/devices", swap).status == 200


@promise
def graphql_finds_by_exact_mark_and_pages_by_id(transport: Transport) -> None:
    world = World(transport)
    mark = world.field("plan")
    rows = [world.device(f"{world.tag}-{n}", custom_fields={mark: p}) for n, p in enumerate(("g-1", "g-10", "g-1"))]
    ids = [row["id"] for row in world.post("dcim/devices", *rows)]
    lookup = f'{{custom_field_data: {{path: "{mark}", lookup: {{string_lookup: {{exact: "g-1"}}}}}}}}'

    def listed(start: int, limit: int, where: str = lookup) -> list[Row]:
        arguments = f"filters: {where}, pagination: {{{world.can.graphql_paging(start, limit)}}}"
        body = world.graphql(f"{{ device_list({arguments}) {{ id name site {{ slug }} }} }}")
        rows: list[Row] = body["data"]["device_list"]
        return rows

    found = listed(0, 1000)
    assert [int(row["id"]) for row in found] == [ids[0], ids[2]]
    assert found[0]["site"]["slug"] == world.tag
    assert [int(row["id"]) for row in listed(0, 1)] == [ids[0]]
    assert [int(row["id"]) for row in listed(ids[0] + 1 if world.can.cursor else 1, 1000)] == [ids[2]]
    assert listed(0, 10, lookup.replace(mark, "nowhere")) == []


@promise
def graphql_shows_the_ends_of_cables_and_the_cable_of_an_interface(transport: Transport) -> None:
    world = World(transport)
    mark = world.field("plan", types=("dcim.cable", "dcim.interface", "dcim.device"))
    a, b = world.ports(2)
    one = world.one("dcim/cables", **cable(a, b), custom_fields={mark: "g"})
    where = f'custom_field_data: {{path: "{mark}", lookup: {{string_lookup: {{exact: "g"}}}}}}'
    ends = "{ __typename ... on InterfaceType { id } }"
    body = world.graphql(
        f"{{ cable_list(filters: {{{where}}}, pagination: {{{world.can.graphql_paging(0, 9)}}})"
        f" {{ id custom_fields a_terminations {ends} b_terminations {ends} }} }}"
    )
    (row,) = body["data"]["cable_list"]
    assert int(row["id"]) == one
    assert row["custom_fields"][mark] == "g"
    assert row["a_terminations"] == [{"__typename": "InterfaceType", "id": str(a)}]
    (interface,) = world.get("dcim/interfaces", id=a, fields="id,device")
    device = interface["device"]["id"]
    assert world.send("PATCH", "dcim/devices", [{"id": device, "custom_fields": {mark: "g"}}]).status == 200
    body = world.graphql(
        f"{{ interface_list(filters: {{device: {{{where}}}}}, pagination: {{{world.can.graphql_paging(0, 9)}}})"
        " { id name speed device { id } cable { id } } }"
    )
    (row,) = body["data"]["interface_list"]
    assert (int(row["id"]), int(row["device"]["id"]), int(row["cable"]["id"])) == (a, device, one)


@promise
def a_query_it_does_not_understand_is_answered_with_errors(transport: Transport) -> None:
    world = World(transport)
    body = world.graphql("{ device_list(filters: {}, pagination: {offset: 0, limit: 1}) { id nowhere } }")
    assert body.get("errors")


@promise
def rest_lists_have_pages(transport: Transport) -> None:
    world = World(transport)
    world.ports(3)
    names = [f"{world.tag}-d{n}" for n in range(3)]
    params: Row = {"name": names, "limit": 2, "offset": 0, "fields": "id,name"}
    first = transport.send("GET", "/api/dcim/devices/", params=params).body
    assert first["next"] is not None
    last = transport.send("GET", "/api/dcim/devices/", params={**params, "offset": 2}).body
    assert last["next"] is None
    assert sorted(row["name"] for row in first["results"] + last["results"]) == names


@promise
def cables_are_found_by_device(transport: Transport) -> None:
    world = World(transport)
    a, b = world.ports(2)
    one = world.one("dcim/cables", **cable(a, b))
    (interface,) = world.get("dcim/interfaces", id=b, fields="id,device")
    rows = world.get("dcim/cables", device_id=[interface["device"]["id"]], fields="id,label,display")
    assert [row["id"] for row in rows] == [one]


@promise
def shared_objects_are_unique_by_slug(transport: Transport) -> None:
    world = World(transport)
    assert world.send("POST", "dcim/sites", [{"name": "another", "slug": world.tag}]).status == 400
    rows = world.get("dcim/sites", slug=[world.tag, "nowhere"], fields="id,slug")
    assert [row["slug"] for row in rows] == [world.tag]


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
def graphql_gives_decimals_as_text_and_what_is_not_set_as_none(transport: Transport) -> None:
    world = World(transport)
    rack = world.one("dcim/racks", name="R1", site=world.site)
    world.one("extras/tags", name=world.tag, slug=world.tag, color="9e9e9e")
    tags = [{"slug": world.tag}]
    world.post(
        "dcim/devices", world.device(f"{world.tag}-a"),
        world.device(f"{world.tag}-b", rack=rack, position=10, face="rear", tags=tags, status="staged"),
    )
    fields = "name tenant { slug } location { slug } rack { name } platform { slug } position face status tags { slug }"
    where = f'site: {{slug: {{exact: "{world.tag}"}}}}, name: {{in_list: ["{world.tag}-a", "{world.tag}-b", "x"]}}'
    first, second = world.rows("device_list", where, fields)
    for name in ("tenant", "location", "rack", "platform", "position"):
        assert first[name] is None
    assert (first["tags"], first["status"], first["face"]) == ([], "active", "")
    assert (second["position"], second["face"], second["status"]) == ("10.0", "rear", "staged")
    assert (second["rack"], second["tags"]) == ({"name": "R1"}, [{"slug": world.tag}])


@promise
def interfaces_are_found_by_the_names_of_their_devices(transport: Transport) -> None:
    world = World(transport)
    ports = world.ports(3)
    names = f'["{world.tag}-d0", "{world.tag}-D1", "{world.tag}-d2"]'  # upper and lower case matter
    where = f'device: {{site: {{slug: {{exact: "{world.tag}"}}}}, name: {{in_list: {names}}}}}'
    assert [int(row["id"]) for row in world.rows("interface_list", where, "name")] == [ports[0], ports[2]]


@promise
def cables_keep_lengths_of_two_decimals(transport: Transport) -> None:
    world = World(transport)
    mark = world.field("plan", types=("dcim.cable",))
    a, b = world.ports(2)
    look = {"type": "aoc", "color": "aa00bb", "label": "x", "length": 2.25, "length_unit": "m"}
    one = world.one("dcim/cables", **cable(a, b), **look, custom_fields={mark: "g"})
    where = f'custom_field_data: {{path: "{mark}", lookup: {{string_lookup: {{exact: "g"}}}}}}'
    fields = "type color label length length_unit"
    (row,) = world.rows("cable_list", where, fields)
    assert row == {"id": str(one), **look, "length": "2.25"}
    assert world.send("PATCH", "dcim/cables", [{"id": one, "length": 2.255}]).status == 400
    assert world.send("PATCH", "dcim/cables", [{"id": one, "label": "x" * 101}]).status == 400


@promise
def what_belongs_to_a_site_is_found_by_its_id(transport: Transport) -> None:
    world, other = World(transport), World(transport)
    racks = [one.one("dcim/racks", name="R1", site=one.site) for one in (world, other)]
    (row,) = world.get("dcim/racks", name=["R1", "R2"], site_id=world.site, fields="id,name")
    assert row == {"id": racks[0], "name": "R1"}


# -- the lists that are read where GraphQL is switched off -----------------------------------------------------------


@promise
def rest_lists_are_read_by_id_and_say_how_far_they_go(transport: Transport) -> None:
    world = World(transport)
    names = [f"{world.tag}-{n}" for n in (3, 1, 2)]
    ids = [row["id"] for row in world.post("dcim/devices", *map(world.device, names))]
    params: Row = {"site_id": world.site, "fields": "id", **world.can.rest_paging(0, 2)}
    body = transport.send("GET", "/api/dcim/devices/", params=params).body
    assert ([row["id"] for row in body["results"]], body["count"]) == (ids[:2], None if world.can.cursor else 3)
    params = {"site_id": world.site, **world.can.rest_paging(ids[1] + 1, 9)}
    assert [row["id"] for row in world.get("dcim/devices", **params)] == ids[2:]
    rows = world.get("dcim/devices", site_id=world.site, id__gte=ids[1], ordering="id")
    assert [row["id"] for row in rows] == ids[1:]
    params = {"site_id": world.site, "fields": "id,custom_fields", "ordering": "-id", "limit": 1}
    body = transport.send("GET", "/api/dcim/devices/", params=params).body
    assert (body["count"], body["results"][0]["id"]) == (3, ids[2])


@promise
def lists_of_every_kind_count_what_is_left_from_an_id_on(transport: Transport) -> None:
    """What makes a list that lost rows on the way known for it: `netbox/paging.py`, `read_counted`."""
    world = World(transport)
    tags = world.post("extras/tags", *({"name": f"{world.tag} {n}", "slug": f"{world.tag}_{n}"} for n in "abc"))
    ids = [int(row["id"]) for row in tags]
    a, b = world.ports(2)
    world.one("dcim/cables", **cable(a, b))
    world.field("mark")

    def page(endpoint: str, **params: Any) -> tuple[list[int], int]:
        params = {"fields": "id", "ordering": "id", "limit": 2, **params}
        body = transport.send("GET", f"/api/{endpoint}/", params=params).body
        return [row["id"] for row in body["results"]], body["count"]

    slugs = [f"{world.tag}_{n}" for n in "abc"]
    assert page("extras/tags", slug=slugs) == (ids[:2], 3)
    assert page("extras/tags", slug=slugs, id__gte=ids[1] + 1) == (ids[2:], 1)
    for endpoint in (
        "dcim/sites", "dcim/manufacturers", "dcim/device-types", "dcim/device-roles", "dcim/devices",
        "dcim/interfaces", "dcim/cables", "extras/tags", "extras/custom-fields",
    ):
        shown, whole = page(endpoint)
        last = page(endpoint, ordering="-id")[0][0]
        assert shown == sorted(shown) and whole >= len(shown) > 0, endpoint
        assert page(endpoint, id__gte=last) == ([last], 1), endpoint
        assert page(endpoint, id__gte=last + 1) == ([], 0), endpoint


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
def interfaces_say_which_end_of_which_cable_they_are(transport: Transport) -> None:
    world = World(transport)
    a, b, c = world.ports(3)
    one = world.one("dcim/cables", **cable(a, b))
    devices = [row["id"] for row in world.get("dcim/devices", site_id=world.site, fields="id")]
    fields = "id,device,name,type,speed,cable,cable_end,custom_fields"
    rows = {row["id"]: row for row in world.get("dcim/interfaces", device_id=devices, fields=fields, start=0)}
    assert [(rows[n]["cable"]["id"], rows[n]["cable_end"]) for n in (a, b)] == [(one, "A"), (one, "B")]
    assert rows[c]["cable"] is None and not rows[c]["cable_end"]
    assert {row["device"]["id"] for row in rows.values()} == set(devices)
    assert rows[a]["type"]["value"] == "100gbase-x-qsfp28"
    params = {"device_id": [*devices, 999_999_999]}
    assert transport.send("GET", "/api/dcim/interfaces/", params=params).status == 400


@promise
def terminations_are_found_by_cable(transport: Transport) -> None:
    world = World(transport)
    if not world.can.terminations_by_cable:
        return
    a, b, c, d = world.ports(4)
    first, second = (row["id"] for row in world.post("dcim/cables", cable(a, b), cable(c, d)))
    fields = "id,cable,cable_end,termination_type,termination_id"
    rows = world.get("dcim/cable-terminations", cable_id=[first, second], fields=fields, start=0)
    ends = sorted((row["cable"], row["cable_end"], row["termination_type"], row["termination_id"]) for row in rows)
    kind = "dcim.interface"
    assert ends == [(first, "A", kind, a), (first, "B", kind, b), (second, "A", kind, c), (second, "B", kind, d)]
    params = {"cable_id": [first, 999_999_999]}
    assert transport.send("GET", "/api/dcim/cable-terminations/", params=params).status == 400


@promise
def devices_are_found_by_name_and_by_rack_and_name_what_they_refer_to(transport: Transport) -> None:
    world = World(transport)
    location = world.one("dcim/locations", name="here", slug="here", site=world.site)
    rack = world.one("dcim/racks", name="R1", site=world.site, location=location)
    one = world.one("dcim/devices", **world.device(f"{world.tag}-a", rack=rack, position=10.5, face="rear"))
    other = world.one("dcim/devices", **world.device(f"{world.tag}-b"))
    fields = "id,name,role,device_type,site,tenant,rack,location,position,face,platform,status,tags,description"
    (row,) = world.get("dcim/devices", rack_id=[rack], fields=fields)
    assert (row["id"], row["rack"]["name"], row["location"]["slug"]) == (one, "R1", "here")
    assert [row[name]["slug"] for name in ("role", "device_type", "site")] == [world.tag] * 3
    assert (float(row["position"]), row["face"]["value"], row["status"]["value"]) == (10.5, "rear", "active")
    assert (row["tenant"], row["platform"], row["tags"], row["description"]) == (None, None, [], "")
    names = [f"{world.tag}-a", f"{world.tag}-B", "nowhere"]  # upper and lower case are the same, unlike in GraphQL
    assert [row["id"] for row in world.get("dcim/devices", site_id=world.site, name=names, start=0)] == [one, other]
    (kind,) = world.get("dcim/device-types", id=[world.type], fields="id,u_height,is_full_depth")
    assert (float(kind["u_height"]), kind["is_full_depth"]) == (1.0, True)
