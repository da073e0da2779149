# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a NetBox refuses to save."""

from __future__ import annotations

from .store import Store
from .tables import CABLES, DEVICES, FIELDS, INTERFACES, JOURNAL, OBJECT_TYPES, RACKS, TABLES, TAGS, Refused, Row


class Rules(Store):
    """Fills a row with what is given, or raises Refused."""

    def fill(self, endpoint: str, row: Row, given: Row) -> None:
        table = TABLES[endpoint]
        for name, value in given.items():
            if name == "custom_fields" and table.custom:
                row["custom_fields"] = row["custom_fields"] | self._custom(endpoint, value)
            elif name == "tags":
                row["tags"] = [self._tag(one) for one in value]
            elif name in table.references:
                optional = name not in table.required
                if value not in self.tables[table.references[name]] and not (optional and value is None):
                    raise Refused({name: [f"Related object not found using the provided numeric ID: {value}"]})
                row[name] = value
            elif name in table.fields and name != "id":
                row[name] = value  # a field that there is not is ignored without a word
        for name, limit in table.lengths.items():
            if isinstance(row.get(name), str) and len(row[name]) > limit:
                raise Refused({name: [f"Ensure this field has no more than {limit} characters."]})
        for name in table.unique:
            if any(o[name] == row[name] and o["id"] != row["id"] for o in self.tables[endpoint].values()):
                raise Refused({name: [f"{endpoint.split('/')[1]} with this {name} already exists."]})
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
            if name not in known and self.number < (4, 5):
                continue  # stored, and never shown
            if name not in known:
                raise Refused({"custom_fields": [f"Custom field '{name}' does not exist for this object type."]})
            right = {"text": str, "integer": int}.get(known[name], object)
            if value is not None and (not isinstance(value, right) or isinstance(value, bool)):
                raise Refused({"custom_fields": {name: [f"Value must be of type {known[name]}."]}})
        return values

    def _tag(self, given: Row) -> str:
        for one in self.tables[TAGS].values():
            if one["slug"] == given["slug"]:
                return str(one["slug"])
        raise Refused({"tags": [f"Related object not found using the provided attributes: {given}"]})

    def _check_device(self, row: Row) -> None:
        rack = self.tables[RACKS].get(row["rack"] or 0)
        if rack is None and (row["position"] is not None or row["face"]):
            raise Refused({"position": ["Cannot select a rack position without assigning a rack."]})
        if rack is not None:
            self._check_rack(row, rack)
        for other in self.tables[DEVICES].values():
            same_place = other["site"] == row["site"] and other["tenant"] == row["tenant"] and other["id"] != row["id"]
            if same_place and row["name"] and str(other["name"]).lower() == row["name"].lower():
                raise Refused({"name": ["Device name must be unique per site."]})

    def _check_rack(self, row: Row, rack: Row) -> None:
        if row["location"] not in (None, rack["location"]):
            raise Refused({"rack": [f"Rack {rack['name']} does not belong to that location."]})
        row["location"] = rack["location"]
        if row["position"] is None:
            return
        if not row["face"]:
            raise Refused({"face": ["Must specify rack face when defining rack position."]})
        for other in self.tables[DEVICES].values():
            if other["id"] != row["id"] and other["rack"] == rack["id"] and other["position"] == row["position"]:
                raise Refused({"position": [f"U{row['position']} is already occupied."]})

    def _check_interface(self, row: Row) -> None:
        for other in self.tables[INTERFACES].values():
            if (other["device"], other["name"]) == (row["device"], row["name"]) and other["id"] != row["id"]:
                raise Refused({"__all__": ["Interface with this Device and Name already exists."]})
        if row["speed"] is not None and (not isinstance(row["speed"], int) or row["speed"] < 0):
            raise Refused({"speed": ["A valid integer is required."]})

    def _check_cable(self, row: Row) -> None:
        if row["length"] is not None and round(row["length"], 2) != row["length"]:
            raise Refused({"length": ["Ensure that there are no more than 2 decimal places."]})
        ends = [end for side in ("a_terminations", "b_terminations") for end in row[side]]
        for end in ends:
            if end.get("object_type") != "dcim.interface" or end.get("object_id") not in self.tables[INTERFACES]:
                raise Refused({"a_terminations": [f"{end} does not exist."]})
        ids = [end["object_id"] for end in ends]
        if len(set(ids)) != len(ids):
            raise Refused({"__all__": ["A and B terminations cannot connect to the same object."]})
        for other in self.tables[CABLES].values():
            if other["id"] != row["id"]:
                for side in ("a_terminations", "b_terminations"):
                    for end in other[side]:
                        if end["object_id"] in ids:
                            raise Refused(
                                {"__all__": [
                                    f"Duplicate termination found for dcim.interface {end['object_id']}:"
                                    f" cable {other['id']}"
                                ]}
                            )

    def _check_field(self, row: Row) -> None:
        if not isinstance(row["object_types"], list) or not row["object_types"]:
            raise Refused({"object_types": ["This field is required."]})
        if row["type"] not in ("text", "integer", "boolean", "json"):
            raise Refused({"type": [f"{row['type']} is not a valid choice."]})

    def _check_journal(self, row: Row) -> None:
        endpoint = {kind: name for name, kind in OBJECT_TYPES.items()}.get(row["assigned_object_type"], "")
        if row["assigned_object_id"] not in self.tables.get(endpoint, {}):
            raise Refused({"assigned_object_id": ["Invalid object."]})
