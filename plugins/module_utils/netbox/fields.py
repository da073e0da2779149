# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a managed field of ours is spelt in NetBox: what to select in GraphQL, how to read it, what to send.

References are resolved by `References`, which knows the ids of everything read or created so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..diagnostics import InvariantError
from ..model.state import DEVICE, INTERFACE, Value

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
        return self._keys.get((kind, row_id)) or f"#{row_id}"


@dataclass(frozen=True, slots=True)
class Field:
    """A managed field: its name in `model/objects.py`, and its two spellings in NetBox; of a mark, its custom field."""

    name: str
    select: str
    read: Callable[[JsonRow, References], Value]
    write: Callable[[Value, References], dict[str, Any]]
    custom_field: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """An object kind. `batch` is how many travel in one request; `on_create` is sent with every new object."""

    kind: str
    endpoint: str
    object_type: str
    graphql: str
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


def plain(name: str) -> Field:
    return Field(name, name, lambda row, _refs: row.get(name), lambda value, _refs: {name: value})


def mark(name: str, custom_field: str) -> Field:
    return Field(
        name,
        "custom_fields",
        lambda row, _refs: _chosen((row.get("custom_fields") or {}).get(custom_field)),
        lambda value, _refs: {"custom_fields": {custom_field: None if value == "" else value}},
        custom_field,
    )


def _chosen(value: Any) -> Any:
    """From 4.7 on, REST gives a custom field of the type selection as a pair of value and label."""
    return value["value"] if isinstance(value, Mapping) and value.keys() == {"value", "label"} else value


def slug(name: str, attribute: str = "") -> Field:
    """A reference by slug to a shared object whose kind is called like the field."""
    column = attribute or name
    return Field(
        name,
        f"{column} {{ slug }}",
        lambda row, _refs: (row.get(column) or {}).get("slug"),
        lambda value, refs: {column: refs.id(name, value)},
    )


def rack() -> Field:
    """The rack. NetBox gives a device the location of its rack, and refuses a rack that is not at the location it has:
    so the location goes with it, and NetBox finds it anew. The field of the location comes later and has its say.
    """
    return Field(
        "rack",
        "rack { name }",
        lambda row, _refs: (row.get("rack") or {}).get("name"),
        lambda value, refs: {"rack": refs.id("rack", value), "location": None},
    )


def decimal(name: str) -> Field:
    """A number that GraphQL gives as text (`10.0`)."""

    def read(row: JsonRow, _refs: References) -> Value:
        value = row.get(name)
        number = float(value) if value not in (None, "") else None
        return int(number) if number is not None and number.is_integer() else number

    return Field(name, name, read, lambda value, _refs: {name: value})


def tags() -> Field:
    """All tags: a write replaces them, so what is sent holds those of others too."""
    return Field(
        "tags",
        "tags { slug }",
        lambda row, _refs: tuple(sorted(str(tag["slug"]) for tag in row.get("tags") or ())),
        lambda value, _refs: {"tags": tag_slugs(value if isinstance(value, tuple) else ())},
    )


def tag_slugs(slugs: Iterable[str]) -> list[dict[str, str]]:
    """Tags as a write names them."""
    return [{"slug": slug} for slug in slugs]


def parent_device() -> Field:
    return Field(
        "device",
        "device { id }",
        lambda row, refs: refs.key(DEVICE, int(row["device"]["id"])),
        lambda value, refs: {"device": refs.id(DEVICE, value)},
    )


def speed() -> Field:
    def read(row: JsonRow, _refs: References) -> Value:
        """In Gb/s, with what is no whole number of them: it is nothing that a plan wants."""
        whole, rest = divmod(row.get("speed") or 0, KBPS_PER_GBPS)
        return whole + rest / KBPS_PER_GBPS if rest else whole or None

    return Field(
        "speed",
        "speed",
        read,
        lambda value, _refs: {"speed": int(value) * KBPS_PER_GBPS if isinstance(value, int) else None},
    )


def termination(end: Value, refs: References) -> dict[str, Any]:
    """The end of a cable as a write names it."""
    return {"object_type": "dcim.interface", "object_id": refs.id(INTERFACE, end)}


def ends() -> Field:
    def read(row: JsonRow, refs: References) -> Value:
        found = []
        for side in ("a_terminations", "b_terminations"):
            for end in row.get(side) or ():
                on_interface = end.get("__typename") == "InterfaceType"
                found.append(refs.key(INTERFACE, int(end["id"])) if on_interface else f"({end.get('__typename')})")
        return tuple(found)

    def write(value: Value, refs: References) -> dict[str, Any]:
        wanted = value if isinstance(value, tuple) else ()
        sides = ("a_terminations", "b_terminations")
        return {
            side: [termination(end, refs)]
            for side, end in zip(sides, wanted, strict=True)
        }

    end = "{ __typename ... on InterfaceType { id } }"
    return Field("ends", f"a_terminations {end} b_terminations {end}", read, write)
