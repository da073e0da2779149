# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes and reads that NetBox does not carry out, and what it says to them, as `replies/<version>.json` has it.

A case is a list of rows of which one is bad, sent whole and then the bad one alone: versions differ in what a refused
list tells. `record` asks a NetBox; the unit tests feed what was recorded through the client.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Transport

from .world import Row, World, cable

REPLIES = Path(__file__).parent / "replies"
GONE = 999_999_999
BAD = 1  # the position of the bad row
FIRST_ID = 1000  # of the rows, in what is recorded: their ids are their positions and this

# Who may do little: makes a transport for a user with these actions on devices with names that begin like this.
Restricted = Callable[[World, list[str], str], Transport]


@dataclass(frozen=True)
class Case:
    """`asked` is what was sent, `said` words that must be told of the bad row, empty where NetBox finds nothing bad."""

    kind: str
    method: str
    rows: list[Row]
    said: str
    transport: Transport


def recorded(version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REPLIES / f"{version}.json").read_text(encoding="utf-8"))
    return found


def cases(transport: Transport, restricted: Restricted | None = None) -> Iterator[tuple[str, World, Case]]:
    """Every case in a world of its own. Without users with few rights, those that need one are left out."""
    for make in (_creates, _updates, _deletes):
        for name in make(World(transport)):
            world = World(transport)
            kind, method, rows, said = make(world)[name]()
            yield name, world, Case(kind, method, rows, said, transport)
    for name in _ACTIONS if restricted else ():
        assert restricted is not None
        world = World(transport)
        rows = _outside(world, name)
        user = restricted(world, _ACTIONS[name], f"{world.tag}-ours")
        method = {"add": "POST", "change": "PATCH", "delete": "DELETE"}[_ACTIONS[name][-1]]
        yield name, world, Case("device", method, rows, "", user)


Make = Callable[[], tuple[str, str, list[Row], str]]


def _creates(world: World) -> dict[str, Make]:
    names = [f"{world.tag}-{n}" for n in range(3)]

    def devices(said: str, **bad: Any) -> tuple[str, str, list[Row], str]:
        rows = [world.device(name) for name in names]
        rows[BAD] |= bad
        return "device", "POST", rows, said

    def taken() -> tuple[str, str, list[Row], str]:
        world.one("dcim/devices", **world.device(names[BAD].upper()))
        return devices("name")

    def interfaces(said: str, **bad: Any) -> tuple[str, str, list[Row], str]:
        device = world.one("dcim/devices", **world.device(names[0]))
        rows: list[Row] = [{"device": device, "name": f"E{n}", "type": "100gbase-x-qsfp28"} for n in range(3)]
        rows[BAD] |= bad
        return "interface", "POST", rows, said

    def twice() -> tuple[str, str, list[Row], str]:
        kind, method, rows, said = interfaces("name")
        world.post("dcim/interfaces", rows[BAD])
        return kind, method, rows, said

    def plugged() -> tuple[str, str, list[Row], str]:
        ports = world.ports(7)
        world.post("dcim/cables", cable(ports[2], ports[6]))
        return "cable", "POST", [cable(*ports[n:n + 2]) for n in (0, 2, 4)], "ermination"

    return {
        "a new device with a role that there is not": lambda: devices("role", role=GONE),
        "a new device with a name that is taken": taken,
        "a new device with a status that there is not": lambda: devices("status", status="nowhere"),
        "a new interface with a name that is taken": twice,
        "a new interface with a name that is too long": lambda: interfaces("name", name="e" * 65),
        "a new interface with a tag that there is not": lambda: interfaces("tags", tags=[{"slug": "nowhere"}]),
        "a new cable on a port that is taken": plugged,
    }


def _updates(world: World) -> dict[str, Make]:
    def devices(said: str, **bad: Any) -> tuple[str, str, list[Row], str]:
        made = world.post("dcim/devices", *(world.device(f"{world.tag}-{n}") for n in range(3)))
        rows = [{"id": row["id"], "description": "new"} for row in made]
        rows[BAD] |= bad
        return "device", "PATCH", rows, said

    def interfaces() -> tuple[str, str, list[Row], str]:
        device = world.one("dcim/devices", **world.device(world.tag))
        new = ({"device": device, "name": f"E{n}", "type": "100gbase-x-qsfp28"} for n in range(3))
        rows = [{"id": row["id"], "description": "new"} for row in world.post("dcim/interfaces", *new)]
        rows[BAD]["name"] = "E0"
        return "interface", "PATCH", rows, "name"

    def cables() -> tuple[str, str, list[Row], str]:
        ports = world.ports(8)
        made = world.post("dcim/cables", *(cable(*ports[n:n + 2]) for n in (0, 2, 4, 6)))
        rows = [{"id": row["id"], "label": "new"} for row in made[:3]]
        rows[BAD] |= cable(ports[2], ports[7])
        return "cable", "PATCH", rows, "ermination"

    return {
        "a device with a role that there is not": lambda: devices("role", role=GONE),
        "a device with a name that is too long": lambda: devices("name", name="d" * 65),
        "a device that is gone": lambda: devices("", id=GONE),
        "an interface with a name that is taken": interfaces,
        "a cable to a port that is taken": cables,
    }


def _deletes(world: World) -> dict[str, Make]:
    def devices(bad: int | None = None) -> tuple[str, str, list[Row], str]:
        made = world.post("dcim/devices", *(world.device(f"{world.tag}-{n}") for n in range(3)))
        rows = [{"id": row["id"]} for row in made]
        if bad is not None:
            rows[BAD]["id"] = bad
        return "device", "DELETE", rows, ""

    def needed() -> tuple[str, str, list[Row], str]:
        kind, method, rows, _said = devices()
        chassis = world.one("dcim/virtual-chassis", name=world.tag)
        joined = {"id": rows[BAD]["id"], "virtual_chassis": chassis, "vc_position": 1}
        assert world.send("PATCH", "dcim/devices", [joined]).status == 200
        mastered = {"id": chassis, "master": rows[BAD]["id"]}
        assert world.send("PATCH", "dcim/virtual-chassis", [mastered]).status == 200
        return kind, method, rows, "nable to delete"

    return {
        "a deletion of a device that is gone": lambda: devices(GONE),
        "a deletion of a device that is needed": needed,
    }


_ACTIONS = {
    "a new device outside of the rights": ["view", "add"],
    "a device moved outside of the rights": ["view", "change"],
    "a device outside of the rights": ["view", "change"],
    "a deletion of a device outside of the rights": ["view", "delete"],
}


def _outside(world: World, name: str) -> list[Row]:
    names = [f"{world.tag}-ours-{n}" for n in range(3)]
    other = f"{world.tag}-theirs"
    if name.startswith("a new"):
        names[BAD] = other
        return [world.device(one) for one in names]
    if "moved" not in name:
        names[BAD] = other
    rows: list[Row] = [{"id": row["id"]} for row in world.post("dcim/devices", *map(world.device, names))]
    if name.startswith("a deletion"):
        return rows
    rows = [row | {"description": "new"} for row in rows]
    if "moved" in name:
        rows[BAD]["name"] = other
    return rows


# -- asking ----------------------------------------------------------------------------------------------------------


def record(transport: Transport, restricted: Restricted | None = None) -> dict[str, Any]:
    """What a NetBox says to every case, without what differs from run to run."""
    found = {}
    for name, world, case in cases(transport, restricted):
        endpoint = f"/api/dcim/{case.kind}s/"

        def ask(
            rows: list[Row], world: World = world, case: Case = case, endpoint: str = endpoint
        ) -> dict[str, Any]:
            ids = {row["id"]: FIRST_ID + n for n, row in enumerate(case.rows) if "id" in row}
            response = case.transport.send(case.method, endpoint, body=rows)
            answer: dict[str, Any] = {"status": response.status, "body": _plain(response, ids, world.tag)}
            if case.method == "DELETE" and response.status == 204:
                wanted = [row["id"] for row in rows if row["id"] != GONE]
                left = world.transport.send("GET", endpoint, {"id": wanted or [GONE], "fields": "id"}).body["results"]
                answer["left"] = [ids[row["id"]] for row in left]
            return answer

        found[name] = {
            "kind": case.kind, "method": case.method, "said": case.said,
            "list": ask(case.rows), "alone": ask([case.rows[BAD]]),
        }
    return found


QUERIES = {
    "a field that there is not": "device_list(pagination: {offset: 0, limit: 1}) { id nowhere }",
    "a filter that there is not": "device_list(filters: {nowhere: 1}) { id }",
    "a list that there is not": "nowhere_list { id }",
    "a time that is none": 'device_list(filters: {last_updated: {gte: "soon"}}) { id }',
    "paging by id": "device_list(pagination: {start: 0, limit: 1}) { id }",
}


def record_graphql(transport: Transport) -> dict[str, Any]:
    """What GraphQL says to queries that it may not understand."""
    said = {}
    for name, query in QUERIES.items():
        response = transport.send("POST", "/graphql/", body={"query": f"{{ {query} }}"})
        body = response.body
        if isinstance(body, dict) and "errors" in body:
            body = {**body, "errors": [{"message": one["message"]} for one in body["errors"]]}
        elif isinstance(body, dict) and body.get("data"):
            body = {"data": {key: [] for key in body["data"]}}
        said[name] = {"status": response.status, "body": body}
    return said


def _plain(response: Response, ids: dict[int, int], tag: str) -> Any:
    if response.status < 300:
        rows = response.body if isinstance(response.body, list) else None
        return rows and [{"id": ids.get(row["id"])} for row in rows]

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, str):
            return re.sub(r"\b\d+\b", "N", re.sub(re.escape(tag), "contract", value, flags=re.IGNORECASE))
        return ids.get(value, value) if isinstance(value, int) else value

    return plain(response.body)
