# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a value: what the user wrote, with defaults filled in and names resolved.

Mappings are in natural key order, never in the order of the file, so that nothing after the loader can depend on it.
Field meanings are in `model/schema.py`, which is where users read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .hardware import Breakout, DeviceType, Manufacturer
from .renames import Renames

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
PEER_ZONE = "peer"
SESSION_ZONE = "session"
PAIR_ZONES = (PEER_ZONE, SESSION_ZONE)  # they join the two switches of a redundancy pair

RAIL_OPTIMIZED = "rail-optimized"
SAME_SWITCH = "same-switch"
UNDISTRIBUTED = "none"
ALTERNATING = "alternating"

SPINE = "spine"
CORE = "core"
UPPER_ROLES = (SPINE, CORE)  # uplinks of others end on them

MCLAG = "mclag"
ESLAG = "eslag"
BUNDLED = "bundled"

UNEVEN = "uneven"


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the plan says of devices beside what the network needs. None, and no tags: not said, so left alone."""

    tenant: str | None = None
    location: str | None = None
    rack: str | None = None
    position: float | None = None
    face: str | None = None
    platform: str | None = None
    status: str | None = None
    tags: tuple[str, ...] = ()
    description: str | None = None

    def over(self, below: Attributes) -> Attributes:
        """These, and where they say nothing what is below; tags add up."""
        said: dict[str, Any] = {}
        for one in fields(Attributes):
            value = getattr(self, one.name)
            said[one.name] = getattr(below, one.name) if value is None else value
        return Attributes(**said | {"tags": tuple(sorted({*self.tags, *below.tags}))})


@dataclass(frozen=True, slots=True)
class CableLook:
    """What the plan says of cables. None: not said, so left alone. `label` is a pattern."""

    type: str | None = None
    color: str | None = None
    label: str | None = None
    length: float | None = None
    length_unit: str | None = None

    def over(self, below: CableLook) -> CableLook:
        """These, and where they say nothing what is below; a length goes with its unit."""
        sized = self if self.length is not None else below
        return CableLook(
            below.type if self.type is None else self.type,
            below.color if self.color is None else self.color,
            below.label if self.label is None else self.label,
            sized.length,
            sized.length_unit,
        )


@dataclass(frozen=True, slots=True)
class Optic:
    """A transceiver or a cable assembly; empty where the catalog does not say. Fields as the first DIET names them."""

    slug: str
    manufacturer: str
    model: str
    medium: str = ""
    cage_type: str = ""
    connector: str = ""
    reach_class: str = ""
    assembly: str = "none"
    far_end_medium: str = ""
    far_end_cage_type: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """A single device of a class. An empty `name` leaves it to the naming pattern."""

    name: str = ""
    attributes: Attributes = Attributes()


@dataclass(frozen=True, slots=True)
class SharedObject:
    """Something many devices refer to, of the catalog: `kind` is tenant, location, rack, platform or tag."""

    kind: str
    key: str
    name: str
    u_height: int | None = None  # racks
    location: str | None = None  # racks


@dataclass(frozen=True, slots=True)
class Fabric:
    """`leaves_per_pod` by leaf class; None is one pod."""

    key: str
    fabric_class: str
    mode: str
    leaves_per_pod: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A port zone. `ports` are physical port numbers in the order they are drawn."""

    key: str
    type: str
    ports: tuple[int, ...]
    breakout: Breakout
    priority: int
    peer: tuple[str, str] | None
    optic: Optic | None = None
    cable: CableLook = CableLook()

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
    """`quantity` counts the switches there are; their indices skip `absent`. None is computed."""

    key: str
    fabric: Fabric
    role: str
    device_role: str
    device_type: DeviceType
    quantity: int | None
    redundancy: Redundancy | None
    zones: Mapping[str, Zone]
    absent: frozenset[int] = frozenset()
    external: bool = False
    uneven: bool = False  # its uplinks are dealt in one rotation over the spines
    partial: bool = False  # with uneven: fewer uplinks than spines will do
    all_ports: bool = False
    attributes: Attributes = Attributes()
    instances: Mapping[int, Instance] = field(default_factory=dict)


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
    bond: str = "none"
    optic: Optic | None = None
    cable: CableLook = CableLook()


@dataclass(frozen=True, slots=True)
class ServerClass:
    """`quantity` is the highest index; the indices in `absent` do not exist."""

    key: str
    quantity: int
    absent: frozenset[int]
    device_type: DeviceType
    device_role: str
    connections: Mapping[str, Connection]
    nics: Mapping[str, Nic] = field(default_factory=dict)
    gpus: int = 0
    all_ports: bool = False
    attributes: Attributes = Attributes()
    instances: Mapping[int, Instance] = field(default_factory=dict)


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
    strict: bool = False
    shared: tuple[SharedObject, ...] = ()
    renames: Renames = field(default_factory=Renames)

    def zone(self, switch_class: str, zone: str) -> Zone:
        return self.switch_classes[switch_class].zones[zone]
