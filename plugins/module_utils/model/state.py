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
    """An object that NetBox has: its id, its name for people, its values by field name.

    `adopted` is one that was not the plan's before this run.
    """

    id: int
    name: str
    values: Mapping[str, Value]
    plan_id: str = ""
    adopted: bool = False


@dataclass(slots=True)
class Others:
    """Objects that are not the plan's and may become it. They refer to each other by `#` and id.

    `cable_on` is the cable that an interface has.
    """

    devices: list[Row] = field(default_factory=list)
    interfaces: list[Row] = field(default_factory=list)
    cables: list[Row] = field(default_factory=list)
    cable_on: dict[int, int] = field(default_factory=dict)

    def of(self, kind: str) -> list[Row]:
        return {DEVICE: self.devices, INTERFACE: self.interfaces, CABLE: self.cables}[kind]


@dataclass(slots=True)
class Owned:
    """The devices, interfaces and cables that carry the plan's id, and what is attached to them.

    `nameless` are interfaces on owned devices that carry no plan's id, by device key and name. `cable_on` is the cable
    that an interface of an owned device has, ours or not. `strays` are objects with our id that we cannot work with:
    two with one key, or with a key that says nothing. `lent` are those of the plan from which objects are adopted.
    """

    devices: dict[str, Row] = field(default_factory=dict)
    interfaces: dict[str, Row] = field(default_factory=dict)
    cables: dict[str, Row] = field(default_factory=dict)
    nameless: dict[tuple[str, str], Row] = field(default_factory=dict)
    cable_on: dict[int, int] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    lent: Others = field(default_factory=Others)

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
