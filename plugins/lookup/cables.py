# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: cables
short_description: Cables that a plan of a GPU-cluster network expands to
version_added: 0.1.0
author:
  - Hedgehog (@githedgehog)
description:
  - Expands a plan and returns its cables, in natural order of their keys.
options:
  kind:
    description: Only cables of this kind.
    type: str
    choices: [server, fabric, mesh, border, oob]
extends_documentation_fragment:
  - hedgehog.diet.topology_lookup
seealso:
  - module: hedgehog.diet.diet_topology
"""

EXAMPLES = r"""
- name: Number of leaf-spine cables
  ansible.builtin.debug:
    msg: "{{ query('hedgehog.diet.cables', 'plans/gpu-128.yml', kind='fabric') | length }}"

- name: Where the first server is plugged in
  ansible.builtin.debug:
    msg: "{{ item.a_interface }} to {{ item.b_device }} {{ item.b_interface }}"
  loop: "{{ query('hedgehog.diet.cables', 'plans/gpu-128.yml', device='gpu-fe-only-001') }}"
"""

RETURN = r"""
_raw:
  description: One row per cable. The a side is the near end, that is the server, or the switch whose uplink it is.
  type: list
  elements: dict
  contains:
    key: {description: "What the link is, such as V(server gpu/1/fe/0).", type: str}
    kind: {description: "server, fabric (leaf to spine), mesh, border (uplink to an explicit zone) or oob.", type: str}
    fabric: {description: Its fabric., type: str}
    zone: {description: Port zone at its near switch., type: str}
    speed: {description: Its speed in Gb/s., type: int}
    a_device: {description: Name of the device at the near end., type: str}
    a_interface: {description: Name of the interface there., type: str}
    a_class: {description: Class of the device there., type: str}
    b_device: {description: Name of the device at the far end., type: str}
    b_interface: {description: Name of the interface there., type: str}
    b_class: {description: Class of the device there., type: str}
"""

from collections.abc import Iterator

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import cable_row
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.plugin_utils.lookup import Row, TopologyLookup, Wanted, chosen

FILTERS = {
    "fabric": ("fabric",),
    "class": ("a_class", "b_class"),
    "device": ("a_device", "b_device"),
    "kind": ("kind",),
}


def rows(topology: Topology, wanted: Wanted) -> Iterator[Row]:
    devices = {device.key: device for device in topology.devices}
    interfaces = {interface.key: interface for interface in topology.interfaces}
    return chosen((cable_row(cable, interfaces, devices) for cable in topology.cables), wanted, **FILTERS)


class LookupModule(TopologyLookup):
    rows = staticmethod(rows)
