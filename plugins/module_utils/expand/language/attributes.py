# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says of devices and cables beside what the network needs, and the shared objects it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...model import schema
from ...model.plan import Attributes, CableLook, Instance, Optic, SharedObject

Document = Mapping[str, Any]

# Mappings of the catalog that hold them, by kind.
_SHARED = {"tenant": "tenants", "location": "locations", "rack": "racks", "platform": "platforms", "tag": "tags"}
_ATTRIBUTES = (
    "tenant", "location", "rack", "position", "face", "platform", "status", "description",
)


def attributes(row: Document) -> Attributes:
    """What a class, an instance or `defaults` says."""
    said = {name: row[name] for name in _ATTRIBUTES if name in row}
    return Attributes(**said, tags=tuple(sorted(set(row.get("tags", ())))))


def instances(row: Document) -> dict[int, Instance]:
    """The single devices of a class that are described, by index."""
    rows = {int(index): one for index, one in row.get("instances", {}).items()}
    return {index: Instance(rows[index].get("name", ""), attributes(rows[index])) for index in sorted(rows)}


def cable_look(row: Document) -> CableLook:
    """What a zone or a connection says of its cables."""
    said = row.get("cable", {})
    unit = said.get("length_unit", schema.default(schema.CABLE, "length_unit")) if "length" in said else None
    return CableLook(**{**said, "length_unit": unit})


def optics(catalog: Document) -> dict[str, Optic]:
    return {slug: Optic(slug=slug, **row) for slug, row in catalog.get("optics", {}).items()}


def shared_objects(catalog: Document) -> Iterator[SharedObject]:
    """Tenants, locations, racks, platforms and tags of the catalog."""
    for kind, section in _SHARED.items():
        for key, row in catalog.get(section, {}).items():
            height = row.get("u_height", 42) if kind == "rack" else None
            yield SharedObject(kind, key, row.get("name", key), height, row.get("location"))
