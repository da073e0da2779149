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
from .plan import SharedObject, Site
from .state import CABLE, DEVICE, INTERFACE

# Fields that are managed only where the plan states them: None is left alone. Tags are added to what is there.
STATED_OF_DEVICES = (
    "tenant", "location", "rack", "position", "face", "platform", "status", "tags", "description",
)
STATED_OF_CABLES = ("type", "color", "label", "length", "length_unit")


@dataclass(frozen=True, slots=True)
class Device:
    """A switch or a server."""

    KIND: ClassVar[str] = DEVICE
    MANAGED: ClassVar[tuple[str, ...]] = (
        "name", "device_role", "device_type", "site",
        "class_key", "index", "role", "fabric", "fabric_class", "boot_mac",
        *STATED_OF_DEVICES,
    )

    key: str
    name: str
    class_key: str
    index: int
    category: str  # which naming pattern and NetBox role: server, leaf, spine, border, core, oob
    device_role: str  # slug
    device_type: str  # slug
    site: str  # slug
    role: str = ""  # role in the fabric, switches only: spine, server-leaf, ...
    fabric: str = ""
    fabric_class: str = ""
    boot_mac: str = ""
    pod: int | None = None
    group: str = ""  # redundancy group
    tenant: str | None = None  # slug
    location: str | None = None  # slug
    rack: str | None = None  # name
    position: float | None = None  # rack unit
    face: str | None = None
    platform: str | None = None  # slug
    status: str | None = None
    tags: tuple[str, ...] | None = None  # slugs
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface. `speed` in Gb/s, None where no link says it.

    `spare` is one without a cable, made because its class wants all ports.
    """

    KIND: ClassVar[str] = INTERFACE
    MANAGED: ClassVar[tuple[str, ...]] = ("device", "name", "type", "speed", "zone", "physical_port", "lane")

    key: str
    device: str
    name: str
    type: str
    speed: int | None
    zone: str = ""
    physical_port: int | None = None
    lane: int | None = None  # None where the port is not broken out
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Cable:
    """A link. `a` is its near end: the server, or the switch whose uplink it is. `ports` is its ledger entry."""

    KIND: ClassVar[str] = CABLE
    MANAGED: ClassVar[tuple[str, ...]] = ("ends", "fabric", "zone", "ports", *STATED_OF_CABLES)

    key: str
    kind: str
    a: str
    b: str
    fabric: str
    zone: str
    speed: int
    ports: str
    type: str | None = None
    color: str | None = None
    label: str | None = None
    length: float | None = None
    length_unit: str | None = None
    bond: str = ""
    a_optic: str = ""
    b_optic: str = ""

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
    """An expanded plan. Rows are in natural order of their keys.

    `external_devices` and the interfaces of theirs that links end on exist already: we refer to them, and no more.
    """

    plan_id: str
    site: Site
    devices: tuple[Device, ...]
    interfaces: tuple[Interface, ...]
    cables: tuple[Cable, ...]
    quantities: tuple[Quantity, ...]
    device_types: Mapping[str, DeviceType]
    manufacturers: Mapping[str, Manufacturer]
    external_devices: tuple[Device, ...] = ()
    external_interfaces: tuple[Interface, ...] = ()
    shared: tuple[SharedObject, ...] = ()
