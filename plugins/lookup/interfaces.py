# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: interfaces
short_description: Cabled interfaces that a plan of a GPU-cluster network expands to
version_added: 0.1.0
author:
  - Hedgehog (@githedgehog)
description:
  - Expands a plan and returns its cabled interfaces at both ends, in natural order of their keys.
options:
  zone:
    description: Only interfaces of this port zone.
    type: str
extends_documentation_fragment:
  - hedgehog.diet.topology_lookup
seealso:
  - module: hedgehog.diet.diet_topology
"""

EXAMPLES = r"""
- name: Ports of one leaf
  ansible.builtin.debug:
    msg: "{{ query('hedgehog.diet.interfaces', 'plans/gpu-128.yml', device='be-rail-leaf-01') }}"
"""

RETURN = r"""
_raw:
  description: One row per interface.
  type: list
  elements: dict
  contains:
    key: {description: "What the interface is, such as V(be-leaf/2:17/1), of port and lane.", type: str}
    device: {description: Name of its device., type: str}
    device_key: {description: Key of its device., type: str}
    class: {description: Class of its device., type: str}
    fabric: {description: "Fabric of its device, none for servers.", type: str}
    name: {description: "Its name in NetBox, such as V(E1/17/1).", type: str}
    type: {description: Its NetBox interface type., type: str}
    speed: {description: Its speed in Gb/s., type: int}
    zone: {description: "Its port zone, none for servers.", type: str}
    physical_port: {description: "Its physical port, none for servers.", type: int}
    lane: {description: "Its lane, counted from 1, none where the port is not broken out.", type: int}
"""

from collections.abc import Iterator

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import interface_row
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.plugin_utils.lookup import Row, TopologyLookup, Wanted, chosen

FILTERS = {"fabric": ("fabric",), "class": ("class",), "device": ("device",), "zone": ("zone",)}


def rows(topology: Topology, wanted: Wanted) -> Iterator[Row]:
    devices = {device.key: device for device in topology.devices}
    return chosen((interface_row(i, devices[i.device]) for i in topology.interfaces), wanted, **FILTERS)


class LookupModule(TopologyLookup):
    rows = staticmethod(rows)
