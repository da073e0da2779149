# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NetBox has, as far as a plan is concerned.

Rows are already normalised: the same field names and value types as `model/objects.py`, references as our keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

DEVICE, INTERFACE, CABLE = "device", "interface", "cable"
OWNED_KINDS = (DEVICE, INTERFACE, CABLE)

Value: TypeAlias = "str | int | float | tuple[str, ...] | None"


@dataclass(frozen=True, slots=True)
class Row:
    """An object that NetBox has: its id, its name for people, its values by field name."""

    id: int
    name: str
    values: Mapping[str, Value]
    plan_id: str = ""


@dataclass(slots=True)
class Owned:
    """The devices, interfaces and cables that carry the plan's id, and what is attached to them.

    `nameless` are interfaces on owned devices that carry no plan's id, by device key and name. `cable_on` is the cable
    that an interface of an owned device has, ours or not. `strays` are objects with our id that we cannot work with:
    two with one key, or with a key that says nothing.
    """

    devices: dict[str, Row] = field(default_factory=dict)
    interfaces: dict[str, Row] = field(default_factory=dict)
    cables: dict[str, Row] = field(default_factory=dict)
    nameless: dict[tuple[str, str], Row] = field(default_factory=dict)
    cable_on: dict[int, int] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)

    def of(self, kind: str) -> dict[str, Row]:
        return {DEVICE: self.devices, INTERFACE: self.interfaces, CABLE: self.cables}[kind]


@dataclass(frozen=True, slots=True)
class SharedRow:
    """An object that many use (site, type, role, field, tag): what it must be called, and what NetBox has of it."""

    kind: str
    key: str  # slug, or name of a custom field
    payload: Mapping[str, Any]
    id: int | None = None
    missing: Mapping[str, Any] = field(default_factory=dict)  # what an existing custom field lacks
