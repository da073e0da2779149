# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan wants to exist, one class per object kind.

Objects refer to each other by key. All are immutable, so that they can be shared and compared by value. `MANAGED` names
the fields that we write and compare; how NetBox spells them is in `netbox/resources.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from .hardware import DeviceType, Manufacturer
from .plan import Site
from .state import CABLE, DEVICE, INTERFACE


@dataclass(frozen=True, slots=True)
class Device:
    """A switch or a server."""

    KIND: ClassVar[str] = DEVICE
    MANAGED: ClassVar[tuple[str, ...]] = (
        "name", "device_role", "device_type", "site",
        "class_key", "index", "role", "fabric", "fabric_class", "boot_mac",
    )

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

    KIND: ClassVar[str] = INTERFACE
    MANAGED: ClassVar[tuple[str, ...]] = ("device", "name", "type", "speed", "zone", "physical_port", "lane")

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

    KIND: ClassVar[str] = CABLE
    MANAGED: ClassVar[tuple[str, ...]] = ("ends", "fabric", "zone", "ports")

    key: str
    kind: str
    a: str
    b: str
    fabric: str
    zone: str
    speed: int
    ports: str

    @property
    def ends(self) -> tuple[str, str]:
        return self.a, self.b


Wanted: TypeAlias = "Device | Interface | Cable"


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many switches a class has, and why: the arithmetic in words."""

    switch_class: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Topology:
    """An expanded plan. Rows are in natural order of their keys."""

    plan_id: str
    site: Site
    devices: tuple[Device, ...]
    interfaces: tuple[Interface, ...]
    cables: tuple[Cable, ...]
    quantities: tuple[Quantity, ...]
    device_types: Mapping[str, DeviceType]
    manufacturers: Mapping[str, Manufacturer]
