# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a switch can do: its ports, their speeds and breakouts, how they are called.

The catalog decides, never NetBox's interface templates: those differ between libraries and do not know breakouts.
Speeds are in Gb/s throughout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_BREAKOUT = re.compile(r"^([1-9]\d?)x([1-9]\d{0,3})g$")

# NetBox interface type by lane speed, for ports whose cage the catalog does not state. The choice per speed is the
# first DIET's (its speed table), so that plans moved over from it keep their types.
TYPE_BY_SPEED: Mapping[int, str] = {
    800: "800gbase-x-qsfpdd",
    400: "400gbase-x-qsfpdd",
    200: "200gbase-x-qsfp56",
    100: "100gbase-x-qsfp28",
    50: "50gbase-x-sfp56",
    40: "40gbase-x-qsfpp",
    25: "25gbase-x-sfp28",
    10: "10gbase-x-sfpp",
    1: "1000base-x-sfp",
}


@dataclass(frozen=True, slots=True, order=True)
class Breakout:
    """A physical port used as `lanes` logical ports of `speed` Gb/s each; 1 lane is a port not broken out."""

    lanes: int
    speed: int

    def __str__(self) -> str:
        return f"{self.lanes}x{self.speed}g"

    @staticmethod
    def parse(text: str) -> Breakout | None:
        """`4x200g` as a value, None for anything else."""
        match = _BREAKOUT.fullmatch(text)
        return Breakout(int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class PortGroup:
    """Ports of one kind. An empty `breakouts` means that the catalog does not say which are allowed."""

    ports: tuple[int, ...]
    speed: int
    breakouts: frozenset[Breakout] = frozenset()
    interface_type: str = ""


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A device type as the catalog knows it. No `groups` means that its ports are not checked."""

    slug: str
    manufacturer: str
    model: str
    u_height: float = 1
    is_full_depth: bool = True
    groups: tuple[PortGroup, ...] = ()
    port_name: str = "E1/{port}"

    def group_of(self, port: int) -> PortGroup | None:
        for group in self.groups:
            if port in group.ports:
                return group
        return None

    def interface_type(self, port: int, breakout: Breakout) -> str:
        """NetBox interface type of one lane of a port."""
        group = self.group_of(port)
        if group is not None and group.interface_type and breakout == Breakout(1, group.speed):
            return group.interface_type
        return TYPE_BY_SPEED.get(breakout.speed, "other")

    def interface_name(self, port: int, lane: int, breakout: Breakout) -> str:
        """`E1/5`, and `E1/5/2` for a lane of a broken-out port."""
        name = self.port_name.replace("{port}", str(port))
        return name if breakout.lanes == 1 else f"{name}/{lane}"


@dataclass(frozen=True, slots=True)
class ModuleType:
    """A network card: its ports by name, in the order that port indices count them, and their NetBox type if stated."""

    slug: str
    ports: tuple[str, ...]
    interface_type: str = ""


@dataclass(frozen=True, slots=True)
class Manufacturer:
    slug: str
    name: str


def _breakouts(text: str) -> frozenset[Breakout]:
    return frozenset(b for b in map(Breakout.parse, text.split()) if b is not None)


def _ports(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


# Port modes as the Hedgehog switch profiles state them.
_OSFP_800 = _breakouts("1x800g 1x400g 1x100g 1x50g 2x400g 2x200g 2x100g 2x50g 4x200g 4x100g 8x100g")
_QSFPDD_400 = _breakouts("1x400g 1x200g 1x100g 1x40g 2x200g 2x100g 4x100g 4x25g 4x10g")
_QSFP28_100 = _breakouts("1x100g 1x40g 2x50g 4x25g 4x10g")
_SFP28_25 = _breakouts("1x25g 1x10g 1x1g")
_SFP28_10 = _breakouts("1x10g 1x1g")

BUILTIN_DEVICE_TYPES: Mapping[str, DeviceType] = {
    row.slug: row
    for row in (
        DeviceType(
            "celestica-ds5000", "celestica", "DS5000", 2, True,
            (
                PortGroup(_ports(1, 64), 800, _OSFP_800, "800gbase-x-osfp"),
                PortGroup(_ports(65, 66), 25, _SFP28_25, "25gbase-x-sfp28"),
            ),
        ),
        DeviceType(
            "celestica-ds4000", "celestica", "DS4000", 1, True,
            (
                PortGroup(_ports(1, 32), 400, _QSFPDD_400, "400gbase-x-qsfpdd"),
                PortGroup(_ports(33, 33), 10, _SFP28_10, "10gbase-x-sfpp"),
            ),
        ),
        DeviceType(
            "celestica-ds3000", "celestica", "DS3000", 1, True,
            (
                PortGroup(_ports(1, 32), 100, _QSFP28_100, "100gbase-x-qsfp28"),
                PortGroup(_ports(33, 33), 10, _SFP28_10, "10gbase-x-sfpp"),
            ),
        ),
        DeviceType(
            "celestica-ds2000", "celestica", "DS2000", 1, True,
            (
                PortGroup(_ports(1, 48), 25, _SFP28_25, "25gbase-x-sfp28"),
                PortGroup(_ports(49, 56), 100, _QSFP28_100, "100gbase-x-qsfp28"),
            ),
        ),
    )
}

BUILTIN_MODULE_TYPES: Mapping[str, ModuleType] = {
    row.slug: row
    for row in (
        ModuleType("bluefield-3-bf3220", ("p0", "p1")),
        ModuleType("connectx-7-1p", ("port0",)),
        ModuleType("connectx-7-2p", ("port0", "port1")),
        ModuleType("bmc", ("bmc0",), "1000base-t"),
    )
}

BUILTIN_MANUFACTURERS: Mapping[str, Manufacturer] = {
    "celestica": Manufacturer("celestica", "Celestica"),
}
