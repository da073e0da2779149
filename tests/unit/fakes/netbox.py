# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetBox in memory, behind the `Transport` protocol. As strict as the real one in what the collection relies on.

What it does is written down as tests in `tests/contract`, which the real NetBox must pass as well. A quirk that is met
on the real one goes there first, then here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics, is_read

from .dependants import DEVICE, HANGING, INTERFACE, REFUSED, STRIPPED, fields, places, references
from .graphql import GraphQLError, Query, Selection, parse
from .history import History, plain

Row = dict[str, Any]
Errors = dict[str, Any]

DEVICES, INTERFACES, CABLES = "dcim/devices", "dcim/interfaces", "dcim/cables"
TEMPLATES, JOURNAL = "dcim/interface-templates", "extras/journal-entries"
TERMINATIONS, CHANGES = "dcim/cable-terminations", "core/object-changes"
FIELDS, TAGS, RACKS = "extras/custom-fields", "extras/tags", "dcim/racks"

OBJECT_TYPES = {DEVICES: "dcim.device", INTERFACES: "dcim.interface", CABLES: "dcim.cable", "dcim/sites": "dcim.site"}
LISTS = {"device_list": DEVICES, "interface_list": INTERFACES, "cable_list": CABLES}
PERMISSIONS = {DEVICES: "dcim.view_device", INTERFACES: "dcim.view_interface", CABLES: "dcim.view_cable"}


@dataclass(frozen=True)
class Table:
    """How objects of an endpoint are made: fields with their defaults, references, what must be unique."""

    fields: Mapping[str, Any]
    required: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    lengths: Mapping[str, int] = field(default_factory=dict)
    custom: bool = True


_NAMED = {"name": None, "slug": None}
TABLES: Mapping[str, Table] = {
    "dcim/manufacturers": Table(_NAMED, ("name", "slug"), unique=("name", "slug"), lengths={"name": 100, "slug": 100}),
    "dcim/device-types": Table(
        {"model": None, "slug": None, "manufacturer": None, "u_height": 1.0, "is_full_depth": True},
        ("model", "slug", "manufacturer"), {"manufacturer": "dcim/manufacturers"}, ("slug",), {"model": 100},
    ),
    "dcim/device-roles": Table(_NAMED | {"color": "9e9e9e"}, ("name", "slug"), unique=("name", "slug")),
    "dcim/sites": Table(_NAMED, ("name", "slug"), unique=("name", "slug")),
    "dcim/regions": Table(_NAMED, ("name", "slug")),
    "tenancy/tenants": Table(_NAMED, ("name", "slug"), unique=("name", "slug")),
    "dcim/platforms": Table(_NAMED, ("name", "slug")),
    "dcim/locations": Table(_NAMED | {"site": None}, ("name", "slug", "site"), {"site": "dcim/sites"}),
    RACKS: Table(
        {"name": None, "site": None, "location": None, "u_height": 42}, ("name", "site"),
        {"site": "dcim/sites", "location": "dcim/locations"},
    ),
    TEMPLATES: Table(
        {"name": None, "type": None, "device_type": None}, ("name", "type", "device_type"),
        {"device_type": "dcim/device-types"}, custom=False,
    ),
    DEVICES: Table(
        {
            "name": None, "role": None, "device_type": None, "site": None, "tenant": None, "status": "active",
            "location": None, "rack": None, "position": None, "face": None, "platform": None, "description": "",
        },
        ("role", "device_type", "site"),
        {
            "role": "dcim/device-roles", "device_type": "dcim/device-types", "site": "dcim/sites",
            "tenant": "tenancy/tenants", "location": "dcim/locations", "rack": RACKS, "platform": "dcim/platforms",
        },
        lengths={"name": 64, "description": 200},
    ),
    INTERFACES: Table(
        {"device": None, "name": None, "type": None, "speed": None, "description": "", **fields(INTERFACES)},
        ("device", "name", "type"), {"device": DEVICES, **references(INTERFACES)}, lengths={"name": 64},
    ),
    CABLES: Table(
        {
            "a_terminations": [], "b_terminations": [], "status": "connected", "label": "", "type": None, "color": "",
            "length": None, "length_unit": None,
        },
        ("a_terminations", "b_terminations"), lengths={"label": 100},
    ),
    FIELDS: Table(
        {
            "name": None, "label": "", "type": "text", "object_types": None, "filter_logic": "loose",
            "ui_editable": "yes", "group_name": "", "required": False,
        },
        ("name", "object_types"), unique=("name",), custom=False,
    ),
    TAGS: Table(
        _NAMED | {"color": "9e9e9e", "description": ""}, ("name", "slug"), unique=("name", "slug"),
        lengths={"description": 200}, custom=False,
    ),
    JOURNAL: Table(
        {"assigned_object_type": None, "assigned_object_id": None, "kind": "info", "comments": None},
        ("assigned_object_type", "assigned_object_id", "comments"),
    ),
    **{
        endpoint: Table({"name": None, **fields(endpoint)}, references=references(endpoint), custom=False)
        for endpoint in HANGING if endpoint != INTERFACES
    },
}
# What REST shows of any row, where the double keeps nothing of it.
SHOWN: Mapping[str, Row] = {
    "dcim/device-types": {"subdevice_role": None}, "dcim/platforms": {"manufacturer": None}, TAGS: {"object_types": []},
    RACKS: {"starting_unit": 1}, INTERFACES: {"mark_connected": False}, JOURNAL: {"created": None},
}


class _Refused(Exception):
    def __init__(self, errors: Errors) -> None:
        super().__init__(str(errors))
        self.errors = errors


class FakeNetBox:
    """Answers requests. Attributes may be set to make it an older, smaller or less friendly one."""

    def __init__(self, version: str = "4.7.3") -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.version = version
        self.max_page = 1000
        self.graphql_enabled = True
        self.may_not: set[str] = set()  # `<method> <endpoint>`, `view <endpoint>`
        self.refuse_all: Response | None = None
        self.tables: dict[str, dict[int, Row]] = {endpoint: {} for endpoint in TABLES}
        self.log: list[tuple[str, str, int]] = []
        self.history = History()
        self._last_id = 100

    def __deepcopy__(self, _memo: object) -> FakeNetBox:
        """As copy.deepcopy does it, and quicker: many tests try something on a copy, again and again."""
        new = copy.copy(self)
        new.tables, new.history, new.statistics = plain(self.tables), self.history.copy(), copy.copy(self.statistics)
        new.log, new.may_not = list(self.log), set(self.may_not)
        return new

    # -- the protocol ------------------------------------------------------------------------------------------------

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
            return self._graphql(body["query"])
        endpoint = path.removeprefix("/api/").rstrip("/")
        if method == "DELETE" and endpoint.rpartition("/")[2].isdigit():
            return self._delete_one(endpoint)
        if endpoint == TERMINATIONS:
            return self._terminations(params or {})
        if endpoint == CHANGES and f"view {CHANGES}" not in self.may_not:
            return self._answer(self.history.found(dict(params or {})), params or {})
        if not path.startswith("/api/") or not path.endswith("/") or endpoint not in (*TABLES, CHANGES):
            return Response(404, {"detail": "Not found."})
        action = "view" if method == "GET" else method
        if f"{action} {endpoint}" in self.may_not:
            return Response(403, {"detail": "You do not have permission to perform this action."})
        if method == "GET":
            return self._list(endpoint, params or {})
        return self._write(method, endpoint, body)

    # -- writing -----------------------------------------------------------------------------------------------------

    def _write(self, method: str, endpoint: str, body: Any) -> Response:
        """One transaction: all rows or none."""
        if not isinstance(body, list):
            return Response(400, {"detail": "Expected a list of items."})
        saved = plain(self.tables), self._last_id, self.history.copy()
        self.history.tick()
        do: Callable[[str, Row], Row | None] = {
            "POST": self._create, "PATCH": self._update, "DELETE": self._delete
        }[method]
        failed: list[tuple[int, Errors]] = []
        made: list[tuple[int, Row | None]] = []
        if method != "POST" and self._number < (4, 7):
            body = [row for row in body if row.get("id") in self.tables[endpoint]]
        for position, row in self._in_its_own_order(method, endpoint, body):
            try:
                made.append((position, do(endpoint, row)))
            except _Refused as refused:
                failed.append((position, refused.errors))
                break  # the real one goes on for POST; what matters to us is that nothing is kept
        if failed:
            self.tables, self._last_id, self.history = saved
            return Response(400, self._refusal(method, endpoint, body, failed))
        if method == "DELETE":
            return Response(204, None)
        order = sorted(made) if method == "POST" else made
        rows = [self._shown(endpoint, row) for _position, row in order if row is not None]
        return Response(201 if method == "POST" else 200, rows)

    def _delete_one(self, address: str) -> Response:
        """One object by its own address, which says on every version whether it was there."""
        endpoint, row_id = address.rpartition("/")[0], int(address.rpartition("/")[2])
        if f"DELETE {endpoint}" in self.may_not:
            return Response(403, {"detail": "You do not have permission to perform this action."})
        if row_id not in self.tables.get(endpoint, {}):
            return Response(404, {"detail": "No Tag matches the given query."})
        return self._write("DELETE", endpoint, [{"id": row_id}])

    @property
    def _number(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

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
        if self._number >= (4, 7):
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

    def _create(self, endpoint: str, given: Row) -> Row:
        table = TABLES[endpoint]
        self._last_id += 1
        row = {"id": self._last_id, **plain(dict(table.fields)), "tags": [], "custom_fields": {}}
        missing = {name: ["This field is required."] for name in table.required if given.get(name) in (None, "")}
        if missing:
            raise _Refused(missing)
        self._fill(endpoint, row, given)
        self.tables[endpoint][row["id"]] = row
        self.history.save(endpoint, row["id"], {}, row)
        self._save_ends(endpoint, row)
        if endpoint == DEVICES:
            for template in list(self.tables[TEMPLATES].values()):
                if template["device_type"] == row["device_type"]:
                    self._create(INTERFACES, {"device": row["id"], "name": template["name"], "type": template["type"]})
        return row

    def _update(self, endpoint: str, given: Row) -> Row:
        row = self._existing(endpoint, given)
        sides = [name for name in ("a_terminations", "b_terminations") if endpoint == CABLES and name in given]
        if self._number < (4, 7) and not any(given[name] for name in sides):
            given = {name: value for name, value in given.items() if name not in sides}
        before = plain(row)
        self._fill(endpoint, row, given)
        self.history.save(endpoint, row["id"], before, row)
        for cable in (before, row):
            self._save_ends(endpoint, cable)
        return row

    def _save_ends(self, endpoint: str, cable: Row) -> None:
        """What a cable is put on or taken off is saved with it."""
        for interface in self._ends(cable) if endpoint == CABLES else ():
            if interface in self.tables[INTERFACES]:
                self.history.save(INTERFACES, interface, {"id": interface}, {"id": interface})

    def _delete(self, endpoint: str, given: Row) -> None:
        row = self._existing(endpoint, given)
        if endpoint == DEVICES:
            for one in [i for i in self.tables[INTERFACES].values() if i["device"] == row["id"]]:
                self._delete(INTERFACES, one)
        if endpoint == INTERFACES:
            for cable in self.tables[CABLES].values():
                for side in ("a_terminations", "b_terminations"):
                    left = [end for end in cable[side] if end["object_id"] != row["id"]]
                    if left != cable[side]:  # of which the cable itself has no record
                        self.history.save(TERMINATIONS, row["id"], {"cable": cable["id"]}, {})
                    cable[side] = left
        self._let_go(endpoint, row["id"])
        for table in TABLES.items():
            for name, target in table[1].references.items():
                if target == endpoint and any(r[name] == row["id"] for r in self.tables[table[0]].values()):
                    raise _Refused({"detail": "Unable to delete object. Dependent objects were found."})
        del self.tables[endpoint][row["id"]]
        self.history.save(endpoint, row["id"], row, {})
        if self._number != (4, 6):
            self._save_ends(endpoint, row)

    def _let_go(self, endpoint: str, row_id: int) -> None:
        """What hangs on an object is deleted with it, taken off, or in its way."""
        gone = OBJECT_TYPES.get(endpoint), row_id
        for other, ways in HANGING.items():
            for way, one in [(way, one) for way in ways for one in self.tables[other].values()]:
                if way.on(one) == gone:
                    if way.fate == REFUSED:
                        raise _Refused({"detail": "Unable to delete object. Dependent objects were found."})
                    if way.fate == STRIPPED:
                        one[way.field] = None
                    else:
                        self.tables[other].pop(one["id"], None)

    def _existing(self, endpoint: str, given: Row) -> Row:
        row = self.tables[endpoint].get(given.get("id", 0))
        if row is None:
            raise _Refused({"id": [f"Object with ID {given.get('id')} does not exist."]})
        return row

    def _fill(self, endpoint: str, row: Row, given: Row) -> None:
        table = TABLES[endpoint]
        for name, value in given.items():
            if name == "custom_fields" and table.custom:
                row["custom_fields"] = row["custom_fields"] | self._custom(endpoint, value)
            elif name == "tags":
                row["tags"] = [self._tag(one) for one in value]
            elif name in table.references:
                optional = name not in table.required
                if value not in self.tables[table.references[name]] and not (optional and value is None):
                    raise _Refused({name: [f"Related object not found using the provided numeric ID: {value}"]})
                row[name] = value
            elif name in table.fields and name != "id":
                row[name] = value  # a field that there is not is ignored without a word
        for name, limit in table.lengths.items():
            if isinstance(row.get(name), str) and len(row[name]) > limit:
                raise _Refused({name: [f"Ensure this field has no more than {limit} characters."]})
        for name in table.unique:
            if any(o[name] == row[name] and o["id"] != row["id"] for o in self.tables[endpoint].values()):
                raise _Refused({name: [f"{endpoint.split('/')[1]} with this {name} already exists."]})
        check = {DEVICES: self._check_device, INTERFACES: self._check_interface, CABLES: self._check_cable,
                 FIELDS: self._check_field, JOURNAL: self._check_journal}.get(endpoint)
        if check is not None:
            check(row)

    def _custom(self, endpoint: str, values: Row) -> Row:
        known = {
            one["name"]: one["type"] for one in self.tables[FIELDS].values()
            if OBJECT_TYPES.get(endpoint) in one["object_types"]
        }
        for name, value in values.items():
            if name not in known and self._number < (4, 5):
                continue  # stored, and never shown
            if name not in known:
                raise _Refused({"custom_fields": [f"Custom field '{name}' does not exist for this object type."]})
            right = {"text": str, "integer": int}.get(known[name], object)
            if value is not None and (not isinstance(value, right) or isinstance(value, bool)):
                raise _Refused({"custom_fields": {name: [f"Value must be of type {known[name]}."]}})
        return values

    def _tag(self, given: Row) -> str:
        for one in self.tables[TAGS].values():
            if one["slug"] == given["slug"]:
                return str(one["slug"])
        raise _Refused({"tags": [f"Related object not found using the provided attributes: {given}"]})

    def _check_device(self, row: Row) -> None:
        rack = self.tables[RACKS].get(row["rack"] or 0)
        if rack is None and (row["position"] is not None or row["face"]):
            raise _Refused({"position": ["Cannot select a rack position without assigning a rack."]})
        if rack is not None:
            self._check_rack(row, rack)
        for other in self.tables[DEVICES].values():
            same_place = other["site"] == row["site"] and other["tenant"] == row["tenant"] and other["id"] != row["id"]
            if same_place and row["name"] and str(other["name"]).lower() == row["name"].lower():
                raise _Refused({"name": ["Device name must be unique per site."]})

    def _check_rack(self, row: Row, rack: Row) -> None:
        if row["location"] not in (None, rack["location"]):
            raise _Refused({"rack": [f"Rack {rack['name']} does not belong to that location."]})
        row["location"] = rack["location"]
        if row["position"] is None:
            return
        if not row["face"]:
            raise _Refused({"face": ["Must specify rack face when defining rack position."]})
        for other in self.tables[DEVICES].values():
            if other["id"] != row["id"] and other["rack"] == rack["id"] and other["position"] == row["position"]:
                raise _Refused({"position": [f"U{row['position']} is already occupied."]})

    def _check_interface(self, row: Row) -> None:
        for other in self.tables[INTERFACES].values():
            if (other["device"], other["name"]) == (row["device"], row["name"]) and other["id"] != row["id"]:
                raise _Refused({"__all__": ["Interface with this Device and Name already exists."]})
        if row["speed"] is not None and (not isinstance(row["speed"], int) or row["speed"] < 0):
            raise _Refused({"speed": ["A valid integer is required."]})

    def _check_cable(self, row: Row) -> None:
        if row["length"] is not None and round(row["length"], 2) != row["length"]:
            raise _Refused({"length": ["Ensure that there are no more than 2 decimal places."]})
        ends = [end for side in ("a_terminations", "b_terminations") for end in row[side]]
        for end in ends:
            if end.get("object_type") != "dcim.interface" or end.get("object_id") not in self.tables[INTERFACES]:
                raise _Refused({"a_terminations": [f"{end} does not exist."]})
        ids = [end["object_id"] for end in ends]
        if len(set(ids)) != len(ids):
            raise _Refused({"__all__": ["A and B terminations cannot connect to the same object."]})
        for other in self.tables[CABLES].values():
            if other["id"] != row["id"]:
                for side in ("a_terminations", "b_terminations"):
                    for end in other[side]:
                        if end["object_id"] in ids:
                            raise _Refused(
                                {"__all__": [
                                    f"Duplicate termination found for dcim.interface {end['object_id']}:"
                                    f" cable {other['id']}"
                                ]}
                            )

    def _check_field(self, row: Row) -> None:
        if not isinstance(row["object_types"], list) or not row["object_types"]:
            raise _Refused({"object_types": ["This field is required."]})
        if row["type"] not in ("text", "integer", "boolean", "json"):
            raise _Refused({"type": [f"{row['type']} is not a valid choice."]})

    def _check_journal(self, row: Row) -> None:
        endpoint = {kind: name for name, kind in OBJECT_TYPES.items()}.get(row["assigned_object_type"], "")
        if row["assigned_object_id"] not in self.tables.get(endpoint, {}):
            raise _Refused({"assigned_object_id": ["Invalid object."]})

    # -- reading by REST ---------------------------------------------------------------------------------------------

    def _list(self, endpoint: str, params: Mapping[str, Any]) -> Response:
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
                rows = [r for r in rows if wanted & {str(self._device_of(end)) for end in self._ends(r)}]
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
                rows = [r for r in rows if self._at(endpoint, r["id"], name, str(value))]
            elif name == "unterminated" and endpoint == CABLES:
                rows = [r for r in rows if not (r["a_terminations"] and r["b_terminations"])]
            elif name == "id__gte" or (name == "start" and self._number >= (4, 6)):
                rows = [r for r in rows if r["id"] >= int(value)]
            elif name.endswith("_id__n") and value == "null" and endpoint in HANGING:
                rows = [r for r in rows if r.get(name.removesuffix("_id__n")) is not None]
            # any other filter is ignored without a word
        found = list(rows)
        limit = min(int(params.get("limit", 50)) or self.max_page, self.max_page)
        offset = int(params.get("offset", 0))
        page = [self._shown(endpoint, row) for row in found[offset:offset + limit]]
        if endpoint == INTERFACES:
            ends = {end["termination_id"]: end for end in self._all_ends()}
            for row in page:
                end = ends.get(row["id"])
                row |= {"cable": end and {"id": end["cable"]}, "cable_end": end["cable_end"] if end else ""}
        return self._answer(found, params, page)

    def _answer(self, found: list[Row], params: Mapping[str, Any], page: list[Row] | None = None) -> Response:
        """A page of a list, with the fields that are asked for."""
        limit = min(int(params.get("limit", 50)) or self.max_page, self.max_page)
        offset = int(params.get("offset", 0))
        page = found[offset:offset + limit] if page is None else page
        if "fields" in params:
            names = str(params["fields"]).split(",")
            page = [{name: row[name] for name in names if name in row} for row in page]
        more = offset + limit < len(found)
        count = None if "start" in params and self._number >= (4, 6) else len(found)
        return Response(200, {"count": count, "next": "http://next" if more else None, "results": page})

    def _at(self, endpoint: str, row_id: int, rule: str, time: str) -> bool:
        """Whether an object was made or saved when a filter by time wants it."""
        asked = datetime.fromisoformat(time)
        if rule == "created__lt":
            return self.history.made[endpoint, row_id] < asked
        return self._saved(endpoint, row_id) >= asked

    def _saved(self, endpoint: str, row_id: int) -> datetime:
        """When an object was saved; what a test put there was long ago."""
        return self.history.saved.get((endpoint, row_id), History.now - timedelta(days=1))

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

    def _shown(self, endpoint: str, row: Row) -> Row:
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
        out["last_updated"] = self._saved(endpoint, row["id"]).isoformat()
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

    def _terminations(self, params: Mapping[str, Any]) -> Response:
        wanted = set(params["cable_id"]) if self._number >= (4, 7) else set(self.tables[CABLES])
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
        return {str(row_id if kind == DEVICE else self._device_of(row_id))}

    @staticmethod
    def _ends(cable: Row) -> list[int]:
        return [end["object_id"] for side in ("a_terminations", "b_terminations") for end in cable[side]]

    def _device_of(self, interface: int) -> int | None:
        row = self.tables[INTERFACES].get(interface)
        return row["device"] if row else None

    # -- reading by GraphQL ------------------------------------------------------------------------------------------

    def _graphql(self, text: str) -> Response:
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
            row for row in sorted(self.tables[endpoint].values(), key=lambda row: row["id"])
            if self._matches(endpoint, row, query.arguments.get("filters", {}))
        ]
        paging = query.arguments.get("pagination", {})
        if "start" in paging:
            if self._number < (4, 6):
                raise GraphQLError("Field 'start' is not defined by type 'OffsetPaginationInput'.")
            rows = [row for row in rows if row["id"] >= paging["start"]]
        rows = rows[paging.get("offset", 0):]
        return rows[:min(paging.get("limit", self.max_page), self.max_page)]

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
                if not self._at(endpoint, row["id"], "last_updated__gte", rule["gte"]):
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
                cable = next((c for c in self.tables[CABLES].values() if row["id"] in self._ends(c)), None)
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

    # -- for tests ---------------------------------------------------------------------------------------------------

    def make(self, endpoint: str, **values: Any) -> int:
        """An object that is there from the start; its id."""
        return int(self._create(endpoint, values)["id"])

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


class Interrupted:
    """Lets requests through until the n-th write, which is lost: before it arrives, or its answer after the commit."""

    def __init__(self, netbox: FakeNetBox, at: int, after_commit: bool) -> None:
        self._netbox = netbox
        self._left = at
        self._after_commit = after_commit
        self.statistics, self.at_once = netbox.statistics, 1
        self.happened = False

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if is_read(method, path):
            return self._netbox.send(method, path, params, body)
        self._left -= 1
        if self._left:
            return self._netbox.send(method, path, params, body)
        if self._after_commit:
            self._netbox.send(method, path, params, body)
        self.happened = True
        raise UnreachableError("the connection was lost")
