# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes: one transaction for a list, all rows or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response

from .dependants import HANGING, REFUSED, STRIPPED
from .history import plain
from .rest import RestLists
from .rules import Rules
from .tables import CABLES, DEVICES, INTERFACES, OBJECT_TYPES, TABLES, TEMPLATES, TERMINATIONS, Errors, Refused, Row


class Writes(Rules, RestLists):
    """Creates, updates and deletes, with what comes along."""

    def __init__(self, version: str = "4.7.3") -> None:
        super().__init__(version)
        self._before: list[tuple[Row, Row]] = []

    def write(self, method: str, endpoint: str, body: Any) -> Response:
        """One transaction: all rows or none."""
        if not isinstance(body, list):
            return Response(400, {"detail": "Expected a list of items."})
        self._before = []
        saved = {name: dict(table) for name, table in self.tables.items()}, self._last_id, self.history.copy()
        self.history.tick()
        do: Callable[[str, Row], Row | None] = {
            "POST": self.create, "PATCH": self._update, "DELETE": self.delete
        }[method]
        failed: list[tuple[int, Errors]] = []
        made: list[tuple[int, Row | None]] = []
        if method != "POST" and self.number < (4, 7):
            body = [row for row in body if row.get("id") in self.tables[endpoint]]
        for position, row in self._in_its_own_order(method, endpoint, body):
            try:
                made.append((position, do(endpoint, row)))
            except Refused as refused:
                failed.append((position, refused.errors))
                break  # the real one goes on for POST; what matters to us is that nothing is kept
        if failed:
            self.tables, self._last_id, self.history = saved
            for row, before in reversed(self._before):
                row.clear()
                row |= before
            return Response(400, self._refusal(method, endpoint, body, failed))
        if method == "DELETE":
            return Response(204, None)
        order = sorted(made) if method == "POST" else made
        rows = [self.shown(endpoint, row) for _position, row in order if row is not None]
        return Response(201 if method == "POST" else 200, rows)

    def delete_one(self, address: str) -> Response:
        """One object by its own address, which says on every version whether it was there."""
        endpoint, row_id = address.rpartition("/")[0], int(address.rpartition("/")[2])
        if f"DELETE {endpoint}" in self.may_not:
            return Response(403, {"detail": "You do not have permission to perform this action."})
        if row_id not in self.tables.get(endpoint, {}):
            return Response(404, {"detail": "No Tag matches the given query."})
        return self.write("DELETE", endpoint, [{"id": row_id}])

    def _in_its_own_order(self, method: str, endpoint: str, body: list[Row]) -> list[tuple[int, Row]]:
        """A POST is worked through as sent; a PATCH or DELETE in the order of the model."""
        rows = list(enumerate(body))
        if method == "POST":
            return rows
        table = self.tables[endpoint]

        def rank(item: tuple[int, Row]) -> tuple[str, int]:
            row_id = int(item[1].get("id", 0))
            name = (table.get(row_id) or {}).get("name") or ""
            return (str(name), row_id) if endpoint == DEVICES else ("", row_id)

        return sorted(rows, key=rank)

    def _refusal(self, method: str, endpoint: str, body: list[Row], failed: list[tuple[int, Errors]]) -> Any:
        if self.number >= (4, 7):
            rows = [
                {"index": position, "errors": errors} if method == "POST" else
                {"id": body[position].get("id"), "errors": errors}
                for position, errors in failed
            ]
            return {"detail": "One or more objects could not be saved.", "errors": rows}
        if method == "POST" and endpoint != DEVICES:
            by_position = dict(failed)
            return [by_position.get(position, {}) for position in range(len(body))]
        return failed[0][1]

    def create(self, endpoint: str, given: Row) -> Row:
        table = TABLES[endpoint]
        self._last_id += 1
        row = {"id": self._last_id, **plain(dict(table.fields)), "tags": [], "custom_fields": {}}
        missing = {name: ["This field is required."] for name in table.required if given.get(name) in (None, "")}
        if missing:
            raise Refused(missing)
        self.fill(endpoint, row, given)
        self.tables[endpoint][row["id"]] = row
        self.history.save(endpoint, row["id"], {}, row)
        self._save_ends(endpoint, row)
        if endpoint == DEVICES:
            for template in list(self.tables[TEMPLATES].values()):
                if template["device_type"] == row["device_type"]:
                    self.create(INTERFACES, {"device": row["id"], "name": template["name"], "type": template["type"]})
        return row

    def _update(self, endpoint: str, given: Row) -> Row:
        row = self._existing(endpoint, given)
        sides = [name for name in ("a_terminations", "b_terminations") if endpoint == CABLES and name in given]
        if self.number < (4, 7) and not any(given[name] for name in sides):
            given = {name: value for name, value in given.items() if name not in sides}
        before = self._changing(row)
        self.fill(endpoint, row, given)
        self.history.save(endpoint, row["id"], before, row)
        for cable in (before, row):
            self._save_ends(endpoint, cable)
        return row

    def _changing(self, row: Row) -> Row:
        """To be called before a row is changed, so that it can be as it was; a copy of that."""
        before: Row = plain(row)
        self._before.append((row, before))
        return before

    def _save_ends(self, endpoint: str, cable: Row) -> None:
        """What a cable is put on or taken off is saved with it."""
        for interface in self.ends_of(cable) if endpoint == CABLES else ():
            if interface in self.tables[INTERFACES]:
                self.history.save(INTERFACES, interface, {"id": interface}, {"id": interface})

    def delete(self, endpoint: str, given: Row) -> None:
        row = self._existing(endpoint, given)
        if endpoint == DEVICES:
            for one in [i for i in self.tables[INTERFACES].values() if i["device"] == row["id"]]:
                self.delete(INTERFACES, one)
        if endpoint == INTERFACES:
            for cable in [c for c in self.tables[CABLES].values() if row["id"] in self.ends_of(c)]:
                self._changing(cable)
                for side in ("a_terminations", "b_terminations"):
                    left = [end for end in cable[side] if end["object_id"] != row["id"]]
                    if left != cable[side]:  # of which the cable itself has no record
                        self.history.save(TERMINATIONS, row["id"], {"cable": cable["id"]}, {})
                    cable[side] = left
        self._let_go(endpoint, row["id"])
        for table in TABLES.items():
            for name, target in table[1].references.items():
                if target == endpoint and any(r[name] == row["id"] for r in self.tables[table[0]].values()):
                    raise Refused({"detail": "Unable to delete object. Dependent objects were found."})
        del self.tables[endpoint][row["id"]]
        self.history.save(endpoint, row["id"], row, {})
        if self.number != (4, 6):
            self._save_ends(endpoint, row)

    def _let_go(self, endpoint: str, row_id: int) -> None:
        """What hangs on an object is deleted with it, taken off, or in its way."""
        gone = OBJECT_TYPES.get(endpoint), row_id
        for other, ways in HANGING.items():
            for way, one in [(way, one) for way in ways for one in self.tables[other].values()]:
                if way.on(one) == gone:
                    if way.fate == REFUSED:
                        raise Refused({"detail": "Unable to delete object. Dependent objects were found."})
                    if way.fate == STRIPPED:
                        self._changing(one)
                        one[way.field] = None
                    else:
                        self.tables[other].pop(one["id"], None)

    def _existing(self, endpoint: str, given: Row) -> Row:
        row = self.tables[endpoint].get(given.get("id", 0))
        if row is None:
            raise Refused({"id": [f"Object with ID {given.get('id')} does not exist."]})
        return row
