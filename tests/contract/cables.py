# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on where cables are made, moved and read: their ends, from either side."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport

from .world import Row, World, cable, end, promise


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
def cables_exchange_ends_in_two_steps_at_either_side(transport: Transport) -> None:
    world = World(transport)
    a, b, c, d = world.ports(4)
    first, second = (row["id"] for row in world.post("dcim/cables", cable(a, b), cable(c, d)))

    def hold(*rows: tuple[int | None, int | None]) -> int:
        """Which ends the two are to have. One that is None is taken off; up to 4.6 only because the other is stated."""
        ends = [{f"{s}_terminations": [end(n)] if n else [] for s, n in zip("ab", row, strict=True)} for row in rows]
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
    assert world.send("PATCH", "dcim/cables", [nothing | {"b_terminations": [end(a)]}]).status == 200
    assert world.ends(one) == [[], [a]]


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
def cables_are_found_by_device(transport: Transport) -> None:
    world = World(transport)
    a, b = world.ports(2)
    one = world.one("dcim/cables", **cable(a, b))
    (interface,) = world.get("dcim/interfaces", id=b, fields="id,device")
    rows = world.get("dcim/cables", device_id=[interface["device"]["id"]], fields="id,label,display")
    assert [row["id"] for row in rows] == [one]


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
