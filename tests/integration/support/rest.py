# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain REST client for assertions. Shares no code with the collection, so that it cannot share its mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

Row = dict[str, Any]
Place = tuple[str, int]  # endpoint and id

# What a snapshot looks at: everything that a run could touch, and what lies beside it.
ENDPOINTS = (
    "dcim/devices", "dcim/interfaces", "dcim/cables", "dcim/cable-terminations",
    "dcim/console-ports", "dcim/power-ports",
    "dcim/modules", "dcim/manufacturers", "dcim/device-types", "dcim/device-roles", "dcim/sites",
    "dcim/interface-templates", "extras/tags", "extras/custom-fields", "extras/journal-entries", "tenancy/tenants",
    "dcim/locations", "dcim/racks", "dcim/platforms",
)


def authorization(token: str) -> str:
    """The header for a token of either version."""
    return f"{'Bearer' if token.startswith('nbt_') else 'Token'} {token}"


class NetBox:
    """A NetBox as its users see it."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._headers = {"Authorization": authorization(token)}

    def send(self, method: str, path: str, body: Any = None, **params: Any) -> requests.Response:
        # Each on a connection of its own: gunicorn closes one after two seconds, which is when the next may be sent.
        return requests.request(
            method, f"{self.url}/api/{path}/", headers=self._headers, json=body, params=params, timeout=120
        )

    def _do(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        answer = self.send(method, path, body, **params)
        if answer.status_code >= 300:
            raise AssertionError(f"{method} {path} {body}: {answer.status_code} {answer.text[:1000]}")
        return answer.json() if answer.content else None

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def version(self) -> tuple[int, ...]:
        return tuple(int(n) for n in str(self._do("GET", "status")["netbox-version"]).split(".")[:2])

    def all(self, endpoint: str, **params: Any) -> list[Row]:
        rows: list[Row] = []
        while True:
            body = self._do("GET", endpoint, limit=1000, offset=len(rows), **params)
            rows += body["results"]
            if body["next"] is None:
                return rows

    def count(self, endpoint: str, **params: Any) -> int:
        return int(self._do("GET", endpoint, limit=1, **params)["count"])

    def one(self, endpoint: str, **params: Any) -> Row:
        rows = self.all(endpoint, **params)
        assert len(rows) == 1, f"{endpoint} {params}: {len(rows)} rows"
        return rows[0]

    def get(self, endpoint: str, row_id: int) -> Row:
        row: Row = self._do("GET", f"{endpoint}/{row_id}")
        return row

    def device(self, name: str) -> Row:
        return self.one("dcim/devices", name=name)

    def interface(self, device: str, name: str) -> Row:
        return self.one("dcim/interfaces", device=device, name=name)

    def interface_by_key(self, key: str) -> Row:
        return self.one("dcim/interfaces", cf_hedgehog_key=key)

    def cable(self, key: str) -> Row:
        """The cable of a link, by its key."""
        return self.one("dcim/cables", cf_hedgehog_key=key)

    def cables(self, **params: Any) -> dict[str, Row]:
        """Cables that carry a key, by it."""
        rows = self.all("dcim/cables", **params)
        return {row["custom_fields"]["hedgehog_key"]: row for row in rows if row["custom_fields"].get("hedgehog_key")}

    def changes_logged(self) -> int:
        return self.count("core/object-changes")

    # -- writing -------------------------------------------------------------------------------------------------

    def create(self, endpoint: str, **fields: Any) -> Row:
        row: Row = self._do("POST", endpoint, fields)
        return row

    def update(self, endpoint: str, row_id: int, **fields: Any) -> Row:
        row: Row = self._do("PATCH", f"{endpoint}/{row_id}", fields)
        return row

    def create_all(self, endpoint: str, rows: list[Row]) -> list[Row]:
        made: list[Row] = self._do("POST", endpoint, rows) if rows else []
        return made

    def update_all(self, endpoint: str, rows: list[Row]) -> None:
        if rows:
            self._do("PATCH", endpoint, rows)

    def delete(self, endpoint: str, row_id: int) -> None:
        self._do("DELETE", f"{endpoint}/{row_id}")

    def hold(self, cable: int, a: int | None, b: int | None) -> None:
        """Put the ends of a cable on these interfaces, of which one may be None: up to 4.6 a cable keeps one."""
        sides = {"a_terminations": a, "b_terminations": b}
        self.update("dcim/cables", cable, **{side: [end({"id": n})] if n else [] for side, n in sides.items()})

    def let_go(self, cable: Row) -> None:
        """Take the second end off a cable: up to 4.6 NetBox does so only where the first is stated."""
        self.hold(cable["id"], end_ids(cable)[0][0], None)

    def connect(self, a: Row, b: Row, kind: str = "dcim.interface", b_kind: str = "", **fields: Any) -> Row:
        """A cable between two ports."""
        return self.create(
            "dcim/cables", a_terminations=[end(a, kind)], b_terminations=[end(b, b_kind or kind)], **fields
        )

    # -- snapshots -----------------------------------------------------------------------------------------------

    def snapshot(self, **params: Any) -> dict[Place, Row]:
        """Every object with all of its fields, last_updated too. Only counters of other objects are left out."""
        with ThreadPoolExecutor(3) as pool:
            lists = pool.map(lambda endpoint: self.all(endpoint, **params), ENDPOINTS)
            return {
                (endpoint, int(row["id"])): _without_counters(row)
                for endpoint, rows in zip(ENDPOINTS, lists, strict=True)
                for row in rows
            }


def _without_counters(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_counters(item) for name, item in value.items()
            if not name.endswith("_count") and name != "tagged_items"
        }
    return [_without_counters(item) for item in value] if isinstance(value, list) else value


def differences(before: Mapping[Place, Row], after: Mapping[Place, Row]) -> dict[Place, Any]:
    """What happened to what was there: the fields that changed, or that it is gone. New objects do not count."""
    found: dict[Place, Any] = {}
    for place, row in before.items():
        if place not in after:
            found[place] = "gone"
        elif after[place] != row:
            now = after[place]
            changed = (name for name in row | now if row.get(name) != now.get(name))
            found[place] = {name: (row.get(name), now.get(name)) for name in changed}
    return found


def end(row: Mapping[str, Any], kind: str = "dcim.interface") -> dict[str, Any]:
    """A port as cables name it."""
    return {"object_type": kind, "object_id": row["id"]}


def ends(cable: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Where a cable goes: device and port names of both ends."""
    return {
        (one["object"]["device"]["name"], one["object"]["name"])
        for side in ("a_terminations", "b_terminations")
        for one in cable[side]
    }


def end_ids(cable: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """The ids of both ends of a cable, side by side."""
    sides = [[one["object_id"] for one in cable[f"{side}_terminations"]] for side in "ab"]
    return sides[0], sides[1]


def built(netbox: NetBox, plan_id: str) -> dict[str, dict[str, Any]]:
    """What a plan has in NetBox, by key and without ids and times: equal for two runs that did the same."""
    state: dict[str, dict[str, Any]] = {}
    for kind in ("devices", "interfaces", "cables"):
        rows = [r for r in netbox.all(f"dcim/{kind}") if r["custom_fields"].get("hedgehog_plan_id") == plan_id]
        keyed = {row["custom_fields"]["hedgehog_key"]: _plain(kind, row) for row in rows}
        assert len(keyed) == len(rows), f"two {kind} with one key"
        state[kind] = keyed
    return state


def _plain(kind: str, row: Row) -> dict[str, Any]:
    common = {"custom_fields": row["custom_fields"], "tags": _slugs(row["tags"])}
    if kind == "cables":
        return {
            **common, "ends": ends(row), "status": row["status"]["value"],
            **{name: row[name] for name in ("type", "color", "label", "length", "length_unit")},
        }
    if kind == "interfaces":
        cable = row["cable"] is not None
        return {
            **common, "device": row["device"]["name"], "name": row["name"], "type": row["type"]["value"],
            "speed": row["speed"], "cabled": cable,
        }
    references = ("role", "device_type", "site", "tenant", "location", "rack", "platform")
    return {
        **common, "name": row["name"], "status": row["status"]["value"], "face": row["face"] and row["face"]["value"],
        "position": row["position"], "description": row["description"],
        **{name: row[name] and (row[name].get("slug") or row[name]["name"]) for name in references},
    }


def _slugs(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(str(row["slug"]) for row in rows)
