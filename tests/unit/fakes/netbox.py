# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetBox in memory, behind the `Transport` protocol. As strict as the real one in what the collection relies on.

What it does is written down as tests in `tests/contract`, which the real NetBox must pass as well. A quirk that is met
on the real one goes there first, then here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, is_read

from .graphql_lists import GraphqlLists
from .tables import CHANGES, DEVICES, INTERFACES, JOURNAL, TABLES, TERMINATIONS, Row
from .writes import Writes


class FakeNetBox(Writes, GraphqlLists):
    """Answers requests. Attributes may be set to make it an older, smaller or less friendly one."""

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if is_read(method, path):
            self.statistics.reads += 1
        else:
            self.statistics.writes += 1
        self.log.append((method, path, len(body) if isinstance(body, list) else 1))
        body = json.loads(json.dumps(body))
        if self.refuse_all is not None:
            return self.refuse_all
        if path == "/api/status/":
            self.history.tick()  # what a run did before is over when the next begins
            return Response(200, {"netbox-version": self.version}, time=self.history.now)
        if path == "/graphql/" and not self.graphql_enabled:
            return Response(404, {"detail": ""})
        if path == "/graphql/":
            return self.graphql(body["query"])
        endpoint = path.removeprefix("/api/").rstrip("/")
        if method == "DELETE" and endpoint.rpartition("/")[2].isdigit():
            return self.delete_one(endpoint)
        if endpoint == TERMINATIONS:
            return self.terminations(params or {})
        if endpoint == CHANGES and f"view {CHANGES}" not in self.may_not:
            return self.answer(self.history.found(dict(params or {})), params or {})
        if not path.startswith("/api/") or not path.endswith("/") or endpoint not in (*TABLES, CHANGES):
            return Response(404, {"detail": "Not found."})
        action = "view" if method == "GET" else method
        if f"{action} {endpoint}" in self.may_not:
            return Response(403, {"detail": "You do not have permission to perform this action."})
        if method == "GET":
            return self.list_rows(endpoint, params or {})
        return self.write(method, endpoint, body)

    # -- for tests ---------------------------------------------------------------------------------------------------

    def make(self, endpoint: str, **values: Any) -> int:
        """An object that is there from the start; its id."""
        return int(self.create(endpoint, values)["id"])

    def writes(self) -> list[tuple[str, str, int]]:
        return [row for row in self.log if not is_read(row[0], row[1])]

    def state(self) -> dict[str, list[Row]]:
        """Everything but ids and journal, in an order of its own, so that two ways to one state compare equal."""
        device_name = {row["id"]: row["name"] for row in self.tables[DEVICES].values()}
        port = {
            row["id"]: f"{device_name.get(row['device'])} {row['name']}" for row in self.tables[INTERFACES].values()
        }
        out: dict[str, list[Row]] = {}
        for endpoint, rows in self.tables.items():
            if endpoint == JOURNAL:
                continue
            shown = []
            for row in rows.values():
                plain = {name: value for name, value in row.items() if name != "id"}
                plain["custom_fields"] = {name: v for name, v in row["custom_fields"].items() if v is not None}
                for name, target in TABLES[endpoint].references.items():
                    other = self.tables[target].get(row[name], {})
                    plain[name] = other.get("slug") or other.get("name")
                for side in ("a_terminations", "b_terminations"):
                    if side in plain:
                        plain[side] = [port[end["object_id"]] for end in row[side]]
                shown.append(plain)
            out[endpoint] = sorted(shown, key=lambda row: json.dumps(row, sort_keys=True, default=str))
        return out
