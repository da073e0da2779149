# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces of external switches, which others made and cabled, and the ports of their zones that they are."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.hardware import Breakout
from ..model.keys import switch_port_key
from ..model.plan import SwitchClass


def port_keys(switch_class: SwitchClass) -> dict[str, str]:
    """Port keys (`17/2`) of the lanes of a class, by what their interfaces are called."""
    return {
        switch_class.device_type.interface_name(port, lane, zone.breakout): switch_port_key(port, lane)
        for zone in switch_class.zones.values()
        for port in zone.ports
        for lane in range(1, zone.breakout.lanes + 1)
    }


def taken_ports(switch_class: SwitchClass, cabled_names: Iterable[str]) -> frozenset[str]:
    """The ports of the zones of a class that cables on some of its interfaces take.

    Args:
        cabled_names: interfaces with cables; those that are no port of a zone take nothing.

    Returns:
        `17` for a whole physical port, `17/2` for a lane of one that the plan breaks out. A lane takes the whole port
        where the plan uses it otherwise: not broken out, or into fewer lanes.
    """
    whole: dict[str, int] = {}
    lanes: dict[int, int] = {}
    for zone in switch_class.zones.values():
        for port in zone.ports:
            whole[switch_class.device_type.interface_name(port, 1, Breakout(1, zone.breakout.speed))] = port
            lanes[port] = min(zone.breakout.lanes, lanes.get(port, zone.breakout.lanes))
    taken = set()
    for name in cabled_names:
        parent, _slash, lane = name.rpartition("/")
        if name in whole:
            taken.add(str(whole[name]))
        elif parent in whole and lane.isascii() and lane.isdigit():
            port = whole[parent]
            broken_out = lanes[port] > 1 and 1 <= int(lane) <= lanes[port]
            taken.add(switch_port_key(port, int(lane)) if broken_out else str(port))
    return frozenset(taken)
