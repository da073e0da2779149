# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports that devices of a plan may have, by the names of their interfaces, whether a link uses them or not."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.keys import interface_key, lane_link_key, nic_port_key, switch_port_key
from ..model.ledger import End
from ..model.objects import Topology
from ..model.plan import MESH, MESH_ZONE, Plan
from .place.links import MESH as MESH_LINK


def ports_by_name(plan: Plan) -> Mapping[str, Mapping[str, End]]:
    """The lanes of all zones and all NIC ports: by class and name of the interface, as ends without a device."""
    found: dict[str, dict[str, End]] = {}
    for one in plan.switch_classes.values():
        found[one.key] = {
            one.device_type.interface_name(port, lane, zone.breakout):
                End("", switch_port_key(port, lane), zone.breakout)
            for zone in one.zones.values() for port in zone.ports for lane in range(1, zone.breakout.lanes + 1)
        }
    for server in plan.server_classes.values():
        found[server.key] = {
            f"{nic.key}-{name}": End("", nic_port_key(nic.key, index))
            for nic in server.nics.values() for index, name in enumerate(nic.ports)
        }
    return found


def mesh_near_ends(plan: Plan, topology: Topology) -> dict[str, str]:
    """Keys of the links that the mesh lanes of a topology's switches may be the near end of, by interface."""
    found = {}
    for device in topology.devices:
        one = plan.switch_classes.get(device.class_key)
        zones = one.zones.values() if one is not None and one.fabric.mode == MESH else ()
        for zone in (zone for zone in zones if zone.type == MESH_ZONE):
            for port in zone.ports:
                for lane in range(1, zone.breakout.lanes + 1):
                    key = switch_port_key(port, lane)
                    found[interface_key(device.key, key)] = lane_link_key(MESH_LINK, device.key, zone.key, key)
    return found
