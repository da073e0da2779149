# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a value: what the user wrote, with defaults filled in and names resolved.

Mappings are in natural key order, never in the order of the file, so that nothing after the loader can depend on it.
Field meanings are in `model/schema.py`, which is where users read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .hardware import Breakout, DeviceType, Manufacturer

MANAGED = "managed"
UNMANAGED = "unmanaged"
SPINE_LEAF = "spine-leaf"
MESH = "mesh"

# Zone types whose lanes are all used as soon as the zone is in use (uplink and mesh; an oob zone with a peer too).
UPLINK_ZONE = "uplink"
MESH_ZONE = "mesh"
FABRIC_ZONE = "fabric"
SERVER_ZONE = "server"
OOB_ZONE = "oob"

RAIL_OPTIMIZED = "rail-optimized"
SAME_SWITCH = "same-switch"
UNDISTRIBUTED = "none"
ALTERNATING = "alternating"

SPINE = "spine"


@dataclass(frozen=True, slots=True)
class Fabric:
    key: str
    fabric_class: str
    mode: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A port zone. `ports` are physical port numbers in the order they are drawn."""

    key: str
    type: str
    ports: tuple[int, ...]
    breakout: Breakout
    priority: int
    peer: tuple[str, str] | None

    @property
    def takes_servers(self) -> bool:
        return self.type in (SERVER_ZONE, OOB_ZONE)


@dataclass(frozen=True, slots=True)
class Redundancy:
    """`size` switches form a group; None means that all switches of the class are one group."""

    type: str
    size: int | None


@dataclass(frozen=True, slots=True)
class SwitchClass:
    key: str
    fabric: Fabric
    role: str
    device_role: str
    device_type: DeviceType
    quantity: int | None
    redundancy: Redundancy | None
    zones: Mapping[str, Zone]


@dataclass(frozen=True, slots=True)
class Nic:
    """A network card: its ports by index, its module type and the NetBox type of its ports where they are stated."""

    key: str
    module_type: str
    ports: tuple[str, ...]
    interface_type: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """`ports` consecutive NIC ports from `first_port`, each linked to the zone `switch_class/zone`."""

    key: str
    nic: Nic
    first_port: int
    ports: int
    switch_class: str
    zone: str
    distribution: str
    rail: int | None
    speed: int | None


@dataclass(frozen=True, slots=True)
class ServerClass:
    """`quantity` is the highest index; the indices in `absent` do not exist."""

    key: str
    quantity: int
    absent: frozenset[int]
    device_type: DeviceType
    device_role: str
    connections: Mapping[str, Connection]


@dataclass(frozen=True, slots=True)
class Site:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    name: str
    site: Site
    overlap: str
    fabrics: Mapping[str, Fabric]
    switch_classes: Mapping[str, SwitchClass]
    server_classes: Mapping[str, ServerClass]
    naming: Mapping[str, str]
    manufacturers: Mapping[str, Manufacturer]

    def zone(self, switch_class: str, zone: str) -> Zone:
        return self.switch_classes[switch_class].zones[zone]
