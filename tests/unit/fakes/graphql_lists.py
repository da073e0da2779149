# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists by GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response

from .graphql import GraphQLError, Query, Selection, parse
from .history import plain
from .store import Store
from .tables import CABLES, DEVICES, INTERFACES, LISTS, OBJECT_TYPES, TABLES, TAGS, Row


class GraphqlLists(Store):
    """Filters, pages and selections, as strict as the schema."""

    def graphql(self, text: str) -> Response:
        if text == "{ __typename }":
            return Response(200, {"data": {"__typename": "Query"}})
        try:
            query = parse(text)
            endpoint = LISTS.get(query.name)
            if endpoint is None:
                raise GraphQLError(f"Cannot query field '{query.name}' on type 'Query'.")
            self._check_selection(endpoint, query.selection)
            rows = self._page(endpoint, query)
            return Response(200, {"data": {query.name: [self._select(endpoint, row, query.selection) for row in rows]}})
        except GraphQLError as error:
            return Response(200, {"data": None, "errors": [{"message": str(error)}]})

    def _page(self, endpoint: str, query: Query) -> list[Row]:
        if f"view {endpoint}" in self.may_not:
            return []  # no word of a missing right
        rows = [
            row for row in sorted(self.tables[endpoint].values(), key=lambda row: self._listed_by(endpoint, row))
            if self._matches(endpoint, row, query.arguments.get("filters", {}))
        ]
        paging = query.arguments.get("pagination", {})
        if "start" in paging:
            if self.number < (4, 6):
                raise GraphQLError("Field 'start' is not defined by type 'OffsetPaginationInput'.")
            rows = [row for row in rows if row["id"] >= paging["start"]]
        rows = rows[paging.get("offset", 0):]
        return rows[:min(paging.get("limit", self.max_page), self.max_page)]

    def _listed_by(self, endpoint: str, row: Row) -> tuple[str, str, int]:
        """The id where there is a cursor, else the names of devices and interfaces."""
        if self.number >= (4, 6) or endpoint not in (DEVICES, INTERFACES):
            return "", "", row["id"]
        device = row if endpoint == DEVICES else self.tables[DEVICES][row["device"]]
        return str(device["name"] or ""), str(row["name"] or ""), row["id"]

    def _matches(self, endpoint: str, row: Row, filters: Mapping[str, Any]) -> bool:
        for name, rule in filters.items():
            if name == "custom_field_data":
                exact = rule["lookup"]["string_lookup"]["exact"]
                if row["custom_fields"].get(rule["path"]) != exact:
                    return False
            elif name in TABLES[endpoint].references:
                target = TABLES[endpoint].references[name]
                if row[name] is None or not self._matches(target, self.tables[target][row[name]], rule):
                    return False
            elif name == "last_updated":
                if not self.is_at(endpoint, row["id"], "last_updated__gte", rule["gte"]):
                    return False
            elif name in ("slug", "name"):
                if row[name] not in rule.get("in_list", [rule.get("exact")]):
                    return False
            else:
                raise GraphQLError(f"Field '{name}' is not defined by type '{endpoint}Filter'.")
        return True

    def _check_selection(self, endpoint: str, selection: Selection) -> None:
        """Refuse what the schema does not have, whether there are rows or not."""
        table = TABLES[endpoint]
        inside = {"a_terminations": INTERFACES, "b_terminations": INTERFACES, "cable": CABLES, **table.references}
        known = {*table.fields, *table.references, "id", "custom_fields", "__typename"}
        known |= {"cable"} if endpoint == INTERFACES else set()
        if OBJECT_TYPES.get(endpoint):
            known, inside = known | {"tags"}, inside | {"tags": TAGS}
        for name, inner in selection.fields.items():
            if name not in known:
                raise GraphQLError(f"Cannot query field '{name}' on type '{endpoint}'.")
            if name in inside and not (inner.fields or inner.on):
                raise GraphQLError(f"Field '{name}' must have a selection of subfields.")
            if name in inside:
                self._check_selection(inside[name], inner)

    def _select(self, endpoint: str, row: Row, selection: Selection) -> Row:
        out: Row = {}
        table = TABLES[endpoint]
        for name, inner in selection.fields.items():
            if name == "__typename":
                out[name] = {INTERFACES: "InterfaceType"}.get(endpoint, endpoint)
            elif name == "id":
                out[name] = str(row["id"])
            elif name in ("a_terminations", "b_terminations") and endpoint == CABLES:
                ports = self.tables[INTERFACES]
                out[name] = [self._select(INTERFACES, ports[end["object_id"]], inner) for end in row[name]]
            elif name == "cable" and endpoint == INTERFACES:
                cable = next((c for c in self.tables[CABLES].values() if row["id"] in self.ends_of(c)), None)
                out[name] = self._select(CABLES, cable, inner) if cable else None
            elif name == "tags":
                out[name] = [{"slug": slug} for slug in row["tags"]]
            elif name in table.references:
                target = self.tables[table.references[name]].get(row[name])
                out[name] = self._select(table.references[name], target, inner) if target else None
            elif name in ("position", "length") and row[name] is not None:
                out[name] = f"{row[name]:.1f}" if name == "position" else f"{row[name]:.2f}"
            elif name == "face":
                out[name] = row[name] or ""
            else:
                out[name] = plain(row[name])
        for kind, inner in selection.on.items():
            if kind == "InterfaceType" and endpoint == INTERFACES:
                out |= self._select(endpoint, row, inner)
        return out
