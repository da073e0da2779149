# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row per object kind: where it lives in NetBox, and how each managed field is spelt there.

A field knows three things: what to select in GraphQL, how to read it from such a row, and what to send. References are
resolved by `References`, which knows the ids of everything read or created so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..diagnostics import InvariantError
from ..model.state import CABLE, DEVICE, INTERFACE, Value

PLAN_MARK, KEY_MARK = "hedgehog_plan_id", "hedgehog_key"

KBPS_PER_GBPS = 1_000_000  # NetBox: Interface.speed is in Kb/s

JsonRow = Mapping[str, Any]


class References:
    """Ids by kind and key, and the way back."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}
        self._keys: dict[tuple[str, int], str] = {}

    def add(self, kind: str, key: str, row_id: int) -> None:
        self._ids[kind, key] = row_id
        self._keys[kind, row_id] = key

    def id(self, kind: str, key: Value) -> int:
        row_id = self._ids.get((kind, str(key)))
        if row_id is None:
            raise InvariantError(f"the {kind} {key!r} is referred to before it exists")
        return row_id

    def knows(self, kind: str, key: str) -> bool:
        return (kind, key) in self._ids

    def key(self, kind: str, row_id: int) -> str:
        """The key of an object; `#<id>` for one that is not ours."""
        return self._keys.get((kind, row_id), f"#{row_id}")


@dataclass(frozen=True, slots=True)
class Field:
    """A managed field: its name in `model/objects.py`, and its two spellings in NetBox."""

    name: str
    select: str
    read: Callable[[JsonRow, References], Value]
    write: Callable[[Value, References], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Resource:
    """An object kind. `batch` is how many travel in one request; `on_create` is sent with every new object."""

    kind: str
    endpoint: str
    object_type: str
    graphql: str
    view: str
    batch: int
    fields: tuple[Field, ...]
    select: str = ""
    on_create: Mapping[str, Any] = field(default_factory=dict)

    @property
    def selection(self) -> str:
        parts = ["custom_fields", self.select, *(f.select for f in self.fields)]
        return " ".join(dict.fromkeys(part for part in parts if part))

    def payload(self, values: Mapping[str, Value], refs: References) -> dict[str, Any]:
        """What to send for some of the managed fields."""
        out: dict[str, Any] = {}
        for one in self.fields:
            if one.name in values:
                for name, value in one.write(values[one.name], refs).items():
                    if name == "custom_fields":
                        out.setdefault(name, {}).update(value)
                    else:
                        out[name] = value
        return out

    def values(self, row: JsonRow, refs: References) -> dict[str, Value]:
        """The managed fields of a GraphQL row."""
        return {one.name: one.read(row, refs) for one in self.fields}


def _plain(name: str) -> Field:
    return Field(name, name, lambda row, _refs: row.get(name), lambda value, _refs: {name: value})


def _mark(name: str, custom_field: str) -> Field:
    return Field(
        name,
        "custom_fields",
        lambda row, _refs: (row.get("custom_fields") or {}).get(custom_field),
        lambda value, _refs: {"custom_fields": {custom_field: None if value == "" else value}},
    )


def _slug(name: str, attribute: str, kind: str) -> Field:
    return Field(
        name,
        f"{attribute} {{ slug }}",
        lambda row, _refs: (row.get(attribute) or {}).get("slug"),
        lambda value, refs: {attribute: refs.id(kind, value)},
    )


def _parent_device() -> Field:
    return Field(
        "device",
        "device { id }",
        lambda row, refs: refs.key(DEVICE, int(row["device"]["id"])),
        lambda value, refs: {"device": refs.id(DEVICE, value)},
    )


def _speed() -> Field:
    return Field(
        "speed",
        "speed",
        lambda row, _refs: row["speed"] // KBPS_PER_GBPS if row.get("speed") else None,
        lambda value, _refs: {"speed": int(value) * KBPS_PER_GBPS if isinstance(value, int) else None},
    )


def _ends() -> Field:
    def read(row: JsonRow, refs: References) -> Value:
        ends = []
        for side in ("a_terminations", "b_terminations"):
            for end in row.get(side) or ():
                on_interface = end.get("__typename") == "InterfaceType"
                ends.append(refs.key(INTERFACE, int(end["id"])) if on_interface else f"({end.get('__typename')})")
        return tuple(ends)

    def write(value: Value, refs: References) -> dict[str, Any]:
        ends = value if isinstance(value, tuple) else ()
        sides = ("a_terminations", "b_terminations")
        return {
            side: [{"object_type": "dcim.interface", "object_id": refs.id(INTERFACE, end)}]
            for side, end in zip(sides, ends, strict=True)
        }

    ends = "{ __typename ... on InterfaceType { id } }"
    return Field("ends", f"a_terminations {ends} b_terminations {ends}", read, write)


# List sizes: on a small NetBox 50 devices take 3 to 5 s, 100 interfaces 3 s, 50 cables 5 s, so that progress is seen
# every few seconds and no request comes near gunicorn's 120 s.
RESOURCES: Mapping[str, Resource] = {
    resource.kind: resource
    for resource in (
        Resource(
            DEVICE, "dcim/devices", "dcim.device", "device_list", "dcim.view_device", 50,
            (
                _plain("name"),
                _slug("device_role", "role", "device_role"),
                _slug("device_type", "device_type", "device_type"),
                _slug("site", "site", "site"),
                _mark("class_key", "hedgehog_class"),
                _mark("index", "hedgehog_instance_index"),
                _mark("role", "hedgehog_role"),
                _mark("fabric", "hedgehog_fabric"),
                _mark("fabric_class", "hedgehog_fabric_class"),
                _mark("boot_mac", "boot_mac"),
            ),
            on_create={"status": "planned"},
        ),
        Resource(
            INTERFACE, "dcim/interfaces", "dcim.interface", "interface_list", "dcim.view_interface", 100,
            (
                _parent_device(),
                _plain("name"),
                _plain("type"),
                _speed(),
                _mark("zone", "hedgehog_zone"),
                _mark("physical_port", "hedgehog_physical_port"),
                _mark("lane", "hedgehog_breakout_index"),
            ),
            select="cable { id }",
        ),
        Resource(
            CABLE, "dcim/cables", "dcim.cable", "cable_list", "dcim.view_cable", 50,
            (
                _ends(),
                _mark("fabric", "hedgehog_fabric"),
                _mark("zone", "hedgehog_zone"),
                _mark("ports", "hedgehog_ports"),
            ),
            on_create={"status": "planned"},
        ),
    )
}


@dataclass(frozen=True, slots=True)
class SharedResource:
    """A kind that many use: made where missing, never changed. `by` is what it is looked up by."""

    kind: str
    endpoint: str
    by: str = "slug"
    references: tuple[tuple[str, str], ...] = ()  # payload key that holds a slug, and the kind it refers to


# In the order in which they refer to each other.
SHARED_RESOURCES: Mapping[str, SharedResource] = {
    resource.kind: resource
    for resource in (
        SharedResource("manufacturer", "dcim/manufacturers"),
        SharedResource("device_type", "dcim/device-types", references=(("manufacturer", "manufacturer"),)),
        SharedResource("device_role", "dcim/device-roles"),
        SharedResource("site", "dcim/sites"),
        SharedResource("custom_field", "extras/custom-fields", by="name"),
        SharedResource("tag", "extras/tags"),
    )
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A custom field that we write, and the kinds it is written on."""

    name: str
    type: str
    label: str
    kinds: tuple[str, ...]


MARKS: tuple[Mark, ...] = (
    Mark(PLAN_MARK, "text", "Plan", (DEVICE, INTERFACE, CABLE)),
    Mark(KEY_MARK, "text", "Key in the plan", (DEVICE, INTERFACE, CABLE)),
    Mark("hedgehog_class", "text", "Class", (DEVICE,)),
    Mark("hedgehog_instance_index", "integer", "Instance", (DEVICE,)),
    Mark("hedgehog_role", "text", "Role in the fabric", (DEVICE,)),
    Mark("hedgehog_fabric", "text", "Fabric", (DEVICE, CABLE)),
    Mark("hedgehog_fabric_class", "text", "Fabric class", (DEVICE,)),
    Mark("boot_mac", "text", "Boot MAC address", (DEVICE,)),
    Mark("hedgehog_zone", "text", "Port zone", (INTERFACE, CABLE)),
    Mark("hedgehog_physical_port", "integer", "Physical port", (INTERFACE,)),
    Mark("hedgehog_breakout_index", "integer", "Lane", (INTERFACE,)),
    Mark("hedgehog_ports", "text", "Placed ports", (CABLE,)),
)


def mark_payload(mark: Mark) -> dict[str, Any]:
    """The custom field of a mark. Exact filter logic: the default, loose, finds `gpu-10` when asked for `gpu-1`."""
    return {
        "name": mark.name,
        "label": mark.label,
        "group_name": "Hedgehog DIET",
        "type": mark.type,
        "object_types": [RESOURCES[kind].object_type for kind in mark.kinds],
        "filter_logic": "exact",
        "ui_editable": "no",
        "required": False,
    }


def plan_tag(plan_id: str) -> str:
    return f"diet-{plan_id}"
