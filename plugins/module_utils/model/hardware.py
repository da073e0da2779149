# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a switch can do: its ports, their speeds and breakouts, how they are called.

The catalog decides, never NetBox's interface templates: those differ between libraries and do not know breakouts.
The built-in rows are in `switches.py` and `nics.py`. Speeds are in Gb/s throughout, and whole: a port of 2.5 Gb/s is
one of 1 Gb/s here (`speed_of`).

Physical ports are numbered 1, 2, ... over the whole device type, whatever they are called: a port is the same port in
zones, in the ledger and in the marks, and its name is a rendering. Where the names of a group start again (`eth1-48`,
`uplink1-4`), the group has a pattern of its own and says which number its first port bears.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_BREAKOUT = re.compile(r"^([1-9]\d?)x([1-9]\d{0,3})g$")
_ETHERNET = re.compile(r"^(\d+(?:\.\d+)?)([gt]?)base-")
_SOCKET = "base-t"  # RJ45: the socket stays what it is at every speed it runs at

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


def speed_of(interface_type: str) -> int:
    """Gb/s of a NetBox interface type such as `100gbase-x-qsfp28`, rounded down to a speed that a breakout can have.

    `2.5gbase-t` is 1: breakouts are whole Gb/s, and the next lower rate of these ports is 1. 0 is anything that is
    slower, or no Ethernet.
    """
    match = _ETHERNET.match(interface_type)
    if not match:
        return 0
    speed = float(match[1]) * {"": 0.001, "g": 1, "t": 1000}[match[2]]
    return 1 if speed == 2.5 else int(speed)


@lru_cache(maxsize=1024)  # it stands in the ledger entry of every cable
def _breakout_text(lanes: int, speed: int) -> str:
    return f"{lanes}x{speed}g"


@dataclass(frozen=True, slots=True, order=True)
class Breakout:
    """A physical port used as `lanes` logical ports of `speed` Gb/s each; 1 lane is a port not broken out."""

    lanes: int
    speed: int

    def __str__(self) -> str:
        return _breakout_text(self.lanes, self.speed)

    @staticmethod
    def parse(text: str) -> Breakout | None:
        """`4x200g` as a value, None for anything else."""
        match = _BREAKOUT.fullmatch(text)
        return Breakout(int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class PortGroup:
    """Ports of one kind. An empty `breakouts` means that the catalog does not say which are allowed.

    `port_name` is their pattern where it differs from the device type's. In it, `{port}` stands for the physical port,
    or, with a `first_number`, for a number that counts up from it at the first port of the group.
    `default_breakout` is how a port is set that nothing uses, where that is not one lane.
    """

    ports: tuple[int, ...]
    speed: int
    breakouts: frozenset[Breakout] = frozenset()
    interface_type: str = ""
    port_name: str = ""
    first_number: int | None = None
    default_breakout: Breakout | None = None

    def number_of(self, port: int) -> int:
        """What `{port}` stands for."""
        return port if self.first_number is None else self.first_number + port - self.ports[0]

    def keeps_type(self, breakout: Breakout) -> bool:
        """Whether a port set so is still what the group's interface type says."""
        return breakout.lanes == 1 and (breakout.speed == self.speed or self.interface_type.endswith(_SOCKET))


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Ports that share a part of the switch, which has `lanes` for all of them."""

    ports: tuple[int, ...]
    lanes: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What the ports of a switch can do together; nothing where nothing is known.

    `lanes` is the most the whole switch has. The ports of one `same_speed` tuple all run at one speed.
    """

    lanes: int | None = None
    pipelines: tuple[Pipeline, ...] = ()
    same_speed: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A device type as the catalog knows it. No `groups` means that its ports are not checked.

    `redundancy` is the types of redundancy groups it supports, None where that is not known.
    """

    slug: str
    manufacturer: str
    model: str
    u_height: float = 1
    is_full_depth: bool = True
    groups: tuple[PortGroup, ...] = ()
    port_name: str = "E1/{port}"
    redundancy: frozenset[str] | None = None
    limits: Limits = Limits()
    # Asked twice per switch interface, a hundred thousand times in a large plan.
    _by_port: Mapping[int, PortGroup] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_port: dict[int, PortGroup] = {}
        for group in self.groups:
            for port in group.ports:
                by_port.setdefault(port, group)
        object.__setattr__(self, "_by_port", by_port)

    @property
    def ports(self) -> tuple[int, ...]:
        """All ports the catalog knows."""
        return tuple(sorted(self._by_port))

    def group_of(self, port: int) -> PortGroup | None:
        return self._by_port.get(port)

    def interface_type(self, port: int, breakout: Breakout) -> str:
        """NetBox interface type of one lane of a port."""
        group = self._by_port.get(port)
        if group is not None and group.interface_type and group.keeps_type(breakout):
            return group.interface_type
        return TYPE_BY_SPEED.get(breakout.speed, "other")

    def interface_name(self, port: int, lane: int, breakout: Breakout) -> str:
        """`E1/5`, and `E1/5/2` for a lane of a broken-out port."""
        group = self._by_port.get(port)
        if group is None:
            name = self.port_name.replace("{port}", str(port))
        else:
            name = (group.port_name or self.port_name).replace("{port}", str(group.number_of(port)))
        return name if breakout.lanes == 1 else f"{name}/{lane}"


@dataclass(frozen=True, slots=True)
class ModuleType:
    """A network card: its ports by name, in the order that port indices count them, and their NetBox type if stated.

    `manufacturer` (slug) and `model` are what NetBox knows it by; empty where the plan does not say.
    """

    slug: str
    ports: tuple[str, ...]
    interface_type: str = ""
    manufacturer: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Manufacturer:
    slug: str
    name: str
