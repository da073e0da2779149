# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hangs on devices and interfaces in the in-memory NetBox, and what becomes of it when they are deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

DEVICE, INTERFACE = "dcim.device", "dcim.interface"
DELETED, STRIPPED, REFUSED = "deleted", "stripped", "refused"


@dataclass(frozen=True)
class Hanging:
    """A way to hang on something: by a field with its id, or by a pair of fields with its type and id."""

    field: str
    kind: str = ""  # content type of what the field refers to; empty for a pair
    fate: str = DELETED

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,) if self.kind else (f"{self.field}_type", f"{self.field}_id")

    def on(self, row: Row) -> tuple[str, int] | None:
        if self.kind:
            return (self.kind, row[self.field]) if row[self.field] else None
        kind, row_id = (row[name] for name in self.fields)
        return (kind, row_id) if kind in (DEVICE, INTERFACE) else None


_OF_DEVICE = (Hanging("device", DEVICE),)
_HELD_BY_DEVICE = (Hanging("device", DEVICE, REFUSED),)
_ASSIGNED = (Hanging("assigned_object"),)

HANGING: Mapping[str, tuple[Hanging, ...]] = {
    "ipam/ip-addresses": _ASSIGNED,
    "dcim/mac-addresses": _ASSIGNED,
    "ipam/fhrp-group-assignments": (Hanging("interface"),),
    "ipam/services": (Hanging("parent_object"),),
    "dcim/modules": _OF_DEVICE,
    "dcim/inventory-items": (Hanging("component"), *_OF_DEVICE),
    "dcim/device-bays": (*_OF_DEVICE, Hanging("installed_device", DEVICE, STRIPPED)),
    "dcim/virtual-chassis": (Hanging("master", DEVICE, REFUSED),),
    "dcim/virtual-device-contexts": _HELD_BY_DEVICE,
    "virtualization/virtual-machines": _HELD_BY_DEVICE,
    "vpn/l2vpn-terminations": _ASSIGNED,
    "vpn/tunnel-terminations": (Hanging("termination"),),
    "circuits/virtual-circuit-terminations": (Hanging("interface", INTERFACE),),
    "wireless/wireless-links": (
        Hanging("interface_a", INTERFACE, REFUSED), Hanging("interface_b", INTERFACE, REFUSED),
    ),
    "dcim/interfaces": (
        Hanging("parent", INTERFACE, REFUSED), Hanging("lag", INTERFACE, STRIPPED),
        Hanging("bridge", INTERFACE, STRIPPED),
    ),
}


def fields(endpoint: str) -> dict[str, None]:
    """The fields that say what a row hangs on."""
    return {name: None for way in HANGING[endpoint] for name in way.fields}


def references(endpoint: str) -> dict[str, str]:
    """Of these, those with an id alone, and the endpoints they refer to."""
    endpoints = {DEVICE: "dcim/devices", INTERFACE: "dcim/interfaces"}
    return {way.field: endpoints[way.kind] for way in HANGING[endpoint] if way.kind}


def places(endpoint: str, row: Row) -> Iterator[tuple[str, int]]:
    """What a row hangs on, by content type and id."""
    found = (way.on(row) for way in HANGING[endpoint])
    return (place for place in found if place is not None)
