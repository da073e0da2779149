# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection relies on where it reads lists, by REST and by GraphQL."""

from __future__ import annotations

from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport

from .world import Row, World, cable, promise


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
def what_belongs_to_a_site_is_found_by_its_id(transport: Transport) -> None:
    world, other = World(transport), World(transport)
    racks = [one.one("dcim/racks", name="R1", site=one.site) for one in (world, other)]
    (row,) = world.get("dcim/racks", name=["R1", "R2"], site_id=world.site, fields="id,name")
    assert row == {"id": racks[0], "name": "R1"}


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
