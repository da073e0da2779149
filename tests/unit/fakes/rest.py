# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists by REST."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response

from .dependants import DEVICE, HANGING, INTERFACE, places
from .history import plain
from .store import Store
from .tables import CABLES, DEVICES, FIELDS, INTERFACES, JOURNAL, OBJECT_TYPES, SHOWN, TABLES, TAGS, Row


class RestLists(Store):
    """Filters, pages and fields, and how rows are shown."""

    def list_rows(self, endpoint: str, params: Mapping[str, Any]) -> Response:
        rows: Iterable[Row] = sorted(self.tables[endpoint].values(), key=lambda row: row["id"])
        if params.get("ordering") == "-id":
            rows = list(reversed(list(rows)))
        for name, value in params.items():
            wanted = {str(one) for one in (value if isinstance(value, (list, tuple, set)) else [value])}
            column = name.removesuffix("_id")
            if name == "device_id" and endpoint in HANGING and endpoint != INTERFACES:
                rows = [r for r in rows if any(wanted & self._ids_of(place) for place in places(endpoint, r))]
            elif name == "interface_id" and endpoint in HANGING:
                on = {(INTERFACE, int(one)) for one in wanted}
                rows = [r for r in rows if on & set(places(endpoint, r))]
            elif name == "device_id" and endpoint == CABLES:
                rows = [r for r in rows if wanted & {str(self.device_of(end)) for end in self.ends_of(r)}]
            elif name == "name" and endpoint == DEVICES:
                rows = [r for r in rows if str(r["name"]).lower() in {one.lower() for one in wanted}]
            elif name == "id" or name in TABLES[endpoint].fields:
                rows = [r for r in rows if str(r[name]) in wanted]
            elif name.endswith("_id") and column in TABLES[endpoint].references:
                if not wanted <= {str(one) for one in self.tables[TABLES[endpoint].references[column]]}:
                    return Response(400, {name: ["Select a valid choice. That is not one of the available choices."]})
                rows = [r for r in rows if str(r[column]) in wanted]
            elif name == "site" and endpoint == DEVICES:
                sites = {str(one["slug"]): one["id"] for one in self.tables["dcim/sites"].values()}
                if not wanted <= sites.keys():
                    return Response(400, {"site": [f"Select a valid choice. {value} is not one of them."]})
                rows = [r for r in rows if r["site"] in {sites[slug] for slug in wanted}]
            elif name == "tag" and OBJECT_TYPES.get(endpoint, endpoint) in (*OBJECT_TYPES.values(), JOURNAL):
                if not wanted <= {str(one["slug"]) for one in self.tables[TAGS].values()}:
                    return Response(400, {"tag": [f"Select a valid choice. {value} is not one of them."]})
                rows = [r for r in rows if wanted <= set(r["tags"])]
            elif name == "q" and endpoint == JOURNAL:
                rows = [r for r in rows if all(one.lower() in r["comments"].lower() for one in wanted)]
            elif name.startswith("cf_"):
                rows = self._by_custom_field(endpoint, list(rows), name.removeprefix("cf_"), wanted)
            elif name in ("last_updated__gte", "created__lt"):
                rows = [r for r in rows if self.is_at(endpoint, r["id"], name, str(value))]
            elif name == "unterminated" and endpoint == CABLES:
                rows = [r for r in rows if not (r["a_terminations"] and r["b_terminations"])]
            elif name == "id__gte" or (name == "start" and self.number >= (4, 6)):
                rows = [r for r in rows if r["id"] >= int(value)]
            elif name.endswith("_id__n") and value == "null" and endpoint in HANGING:
                rows = [r for r in rows if r.get(name.removesuffix("_id__n")) is not None]
            # any other filter is ignored without a word
        found = list(rows)
        limit = min(int(params.get("limit", 50)) or self.max_page, self.max_page)
        offset = int(params.get("offset", 0))
        page = [self.shown(endpoint, row) for row in found[offset:offset + limit]]
        if endpoint == INTERFACES:
            ends = {end["termination_id"]: end for end in self._all_ends()}
            for row in page:
                end = ends.get(row["id"])
                row |= {"cable": end and {"id": end["cable"]}, "cable_end": end["cable_end"] if end else ""}
        return self.answer(found, params, page)

    def answer(self, found: list[Row], params: Mapping[str, Any], page: list[Row] | None = None) -> Response:
        """A page of a list, with the fields that are asked for."""
        limit = min(int(params.get("limit", 50)) or self.max_page, self.max_page)
        offset = int(params.get("offset", 0))
        page = found[offset:offset + limit] if page is None else page
        if "fields" in params:
            names = str(params["fields"]).split(",")
            page = [{name: row[name] for name in names if name in row} for row in page]
        more = offset + limit < len(found)
        count = None if "start" in params and self.number >= (4, 6) else len(found)
        return Response(200, {"count": count, "next": "http://next" if more else None, "results": page})

    def _by_custom_field(self, endpoint: str, rows: list[Row], name: str, wanted: set[str]) -> list[Row]:
        """Ignored without a word where the field is not registered or not for filtering."""
        for one in self.tables[FIELDS].values():
            if one["name"] == name and OBJECT_TYPES.get(endpoint) in one["object_types"]:
                if one["filter_logic"] == "exact":
                    return [r for r in rows if str(r["custom_fields"].get(name)) in wanted]
                if one["filter_logic"] == "loose":
                    return [
                        r for r in rows
                        if any(text.lower() in str(r["custom_fields"].get(name) or "").lower() for text in wanted)
                    ]
        return rows

    def shown(self, endpoint: str, row: Row) -> Row:
        """A row as REST shows it: references and choices as mappings."""
        out = {**SHOWN.get(endpoint, {}), **plain(row)}
        for name, target in TABLES[endpoint].references.items():
            other = self.tables[target].get(row[name], {})
            shown = {key: other.get(key) for key in ("id", "name", "slug") if key in other}
            out[name] = {**shown, "display": other.get("name")} if shown else None
        for name in ("type", "status", "filter_logic", "face", "length_unit"):
            if out.get(name):
                out[name] = {"value": out[name], "label": str(out[name]).title()}
        if OBJECT_TYPES.get(endpoint):
            fields = [one for one in self.tables[FIELDS].values() if OBJECT_TYPES[endpoint] in one["object_types"]]
            out["custom_fields"] = {one["name"]: row["custom_fields"].get(one["name"]) for one in fields}
        for side in ("a_terminations", "b_terminations") if endpoint == CABLES else ():
            out[side] = [{**end, "object": self._end_shown(end["object_id"])} for end in row[side]]
        out["tags"] = [{"slug": slug} for slug in row["tags"]]
        out["last_updated"] = self.saved_at(endpoint, row["id"]).isoformat()
        out["display"] = str(row.get("label") or row.get("name") or f"#{row['id']}")
        return out

    def _end_shown(self, interface: int) -> Row:
        row = self.tables[INTERFACES][interface]
        name = self.tables[DEVICES][row["device"]]["name"]
        return {"display": row["name"], "device": {"id": row["device"], "name": name, "display": name}}

    def _all_ends(self) -> list[Row]:
        """Terminations. Their ids are made up, and only tell them apart."""
        return [
            {
                "id": 10 * cable["id"] + side, "cable": cable["id"], "cable_end": "AB"[side],
                "termination_type": end["object_type"], "termination_id": end["object_id"],
            }
            for cable in self.tables[CABLES].values()
            for side, name in enumerate(("a_terminations", "b_terminations")) for end in cable[name]
        ]

    def terminations(self, params: Mapping[str, Any]) -> Response:
        wanted = set(params["cable_id"]) if self.number >= (4, 7) else set(self.tables[CABLES])
        if not wanted <= self.tables[CABLES].keys():
            return Response(400, {"cable_id": ["Select a valid choice. That is not one of the available choices."]})
        ids = {int(params.get(name, 0)) for name in ("start", "id__gte")}
        found = (row for row in self._all_ends() if row["cable"] in wanted and row["id"] >= max(ids))
        rows = sorted(found, key=lambda row: int(row["id"]))
        page = rows[:min(int(params.get("limit", 50)), self.max_page)]
        return Response(200, {"count": len(rows), "next": None, "results": page})

    def _ids_of(self, place: tuple[str, int]) -> set[str]:
        """The id of a device, or of the device of an interface."""
        kind, row_id = place
        return {str(row_id if kind == DEVICE else self.device_of(row_id))}
