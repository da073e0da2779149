# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan wants to exist, one class per object kind.

Objects refer to each other by key. All are immutable, so that they can be shared and compared by value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .hardware import DeviceType, Manufacturer
from .plan import Site


@dataclass(frozen=True, slots=True)
class Device:
    key: str
    name: str
    class_key: str
    index: int
    category: str  # which naming pattern and NetBox role: server, leaf, spine, border, oob
    device_role: str  # slug
    device_type: str  # slug
    site: str  # slug
    role: str = ""  # role in the fabric, switches only: spine, server-leaf, ...
    fabric: str = ""
    fabric_class: str = ""
    boot_mac: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """A cabled interface. `speed` in Gb/s."""

    key: str
    device: str
    name: str
    type: str
    speed: int
    zone: str = ""
    physical_port: int | None = None
    lane: int | None = None  # None where the port is not broken out


@dataclass(frozen=True, slots=True)
class Cable:
    """A link. `a` is its near end: the server, or the switch whose uplink it is. `ports` is its ledger entry."""

    key: str
    kind: str
    a: str
    b: str
    fabric: str
    zone: str
    speed: int
    ports: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many switches a class has, and why: the arithmetic in words."""

    switch_class: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Topology:
    """An expanded plan. Rows are in natural key order of devices, then ports; `kept` counts links held by the ledger."""

    plan_id: str
    site: Site
    devices: tuple[Device, ...]
    interfaces: tuple[Interface, ...]
    cables: tuple[Cable, ...]
    quantities: tuple[Quantity, ...]
    device_types: Mapping[str, DeviceType]
    manufacturers: Mapping[str, Manufacturer]
    leftovers: tuple[str, ...] = field(default=())
