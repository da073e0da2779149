# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place to try what the collection relies on in a NetBox, and the list of that: one function for each promise.

What differs from one version to another is asked of `Capabilities`, or said where it is. Every function takes a
transport with all rights and makes what it needs under names of its own, so they can run one after the other on one
database. The double in `tests/unit/fakes` and a real NetBox must both pass.
"""

from __future__ import annotations

from collections.abc import Callable
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
    return {"a_terminations": [end(a)], "b_terminations": [end(b)]}


def end(interface: int) -> Row:
    return {"object_type": "dcim.interface", "object_id": interface}
