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
    choices: [server, fabric, core, mesh, peer, session, border, oob]
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
    kind:
      description: What it joins. fabric is leaf to spine, core spine to core, border an uplink to an explicit zone.
      type: str
    fabric: {description: Its fabric., type: str}
    zone: {description: Port zone at its near switch., type: str}
    speed: {description: Its speed in Gb/s., type: int}
    a_device: {description: Name of the device at the near end., type: str}
    a_interface: {description: Name of the interface there., type: str}
    a_class: {description: Class of the device there., type: str}
    b_device: {description: Name of the device at the far end., type: str}
    b_interface: {description: Name of the interface there., type: str}
    b_class: {description: Class of the device there., type: str}
    bond: {description: "How the server bonds the link, V(none) where it does not, null between switches.", type: str}
    a_optic: {description: "Slug of the optic at the near end, null where the plan names none.", type: str}
    b_optic: {description: "Slug of the optic at the far end, null where the plan names none.", type: str}
    type: {description: "NetBox cable type. This and all below is null where the plan does not say it.", type: str}
    color: {description: "Its colour, six hexadecimal digits.", type: str}
    label: {description: Its label., type: str}
    length: {description: Its length., type: float}
    length_unit: {description: Unit of the length., type: str}
"""

from collections.abc import Iterable
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import cable_row
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Cable, Device
from ansible_collections.hedgehog.diet.plugins.plugin_utils.lookup import (
    Expanded,
    TopologyLookup,
    Wanted,
    chosen,
    devices_by_key,
)


def rows(expanded: Expanded, wanted: Wanted) -> Iterable[dict[str, Any]]:
    topology = expanded.topology
    devices = devices_by_key(topology)
    interfaces = {one.key: one for one in (*topology.interfaces, *topology.external_interfaces)}

    def ends(cable: Cable) -> tuple[Device, Device]:
        return devices[interfaces[cable.a].device], devices[interfaces[cable.b].device]

    found = chosen(
        topology.cables, wanted,
        fabric=lambda one, fabric: one.fabric == fabric,
        kind=lambda one, kind: one.kind == kind,
        device=lambda one, name: any(device.name == name for device in ends(one)),
        **{"class": lambda one, class_key: any(device.class_key == class_key for device in ends(one))},
    )
    return (cable_row(one, interfaces, devices) for one in found)


class LookupModule(TopologyLookup):
    rows = staticmethod(rows)
