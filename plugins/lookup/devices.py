# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: devices
short_description: Devices that a plan of a GPU-cluster network expands to
version_added: 0.1.0
author:
  - Hedgehog (@githedgehog)
description:
  - Expands a plan and returns its devices, in natural order of their keys (C(leaf/2) before C(leaf/10)).
options:
  role:
    description: Only devices with this role in the fabric, V(server) for servers.
    type: str
extends_documentation_fragment:
  - hedgehog.diet.topology_lookup
seealso:
  - module: hedgehog.diet.diet_topology
"""

EXAMPLES = r"""
- name: Names of all leaves of the backend
  ansible.builtin.debug:
    msg: "{{ leaves | map(attribute='name') }}"
  vars:
    leaves: "{{ query('hedgehog.diet.devices', 'plans/gpu-128.yml', fabric='backend', role='server-leaf') }}"
"""

RETURN = r"""
_raw:
  description: One row per device.
  type: list
  elements: dict
  contains:
    key: {description: "What the device is, whatever it is called, such as V(be-leaf/2).", type: str}
    name: {description: Its name in NetBox., type: str}
    class: {description: Its server or switch class., type: str}
    index: {description: "Its number in the class, counted from 1.", type: int}
    category: {description: "server, leaf, spine, border, core or oob.", type: str}
    role: {description: "Its role in the fabric, V(server) for servers.", type: str}
    device_role: {description: Slug of its device role in NetBox., type: str}
    fabric: {description: "Its fabric, none for servers.", type: str}
    device_type: {description: Slug of its device type., type: str}
    site: {description: Slug of its site., type: str}
    boot_mac: {description: "MAC address for provisioning, switches only.", type: str}
    pod: {description: "Its pod, counted from 1, none for what is in no pod.", type: int}
    group: {description: "Its redundancy group, none for what is in no group.", type: str}
    tenant: {description: "Slug of its tenant. This and all below is none where the plan does not say it.", type: str}
    location: {description: Slug of its location., type: str}
    rack: {description: Name of its rack., type: str}
    position: {description: Lowest rack unit it takes., type: float}
    face: {description: Side of the rack that it faces., type: str}
    platform: {description: Slug of its platform., type: str}
    status: {description: Its status., type: str}
    tags: {description: "Slugs of its tags, an empty list for none.", type: list, elements: str}
    description: {description: Its description., type: str}
"""

from collections.abc import Iterable
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import device_row
from ansible_collections.hedgehog.diet.plugins.plugin_utils.lookup import Expanded, TopologyLookup, Wanted, chosen


def rows(expanded: Expanded, wanted: Wanted) -> Iterable[dict[str, Any]]:
    found = chosen(
        expanded.topology.devices, wanted,
        fabric=lambda one, fabric: one.fabric == fabric,
        role=lambda one, role: (one.role or "server") == role,
        device=lambda one, name: one.name == name,
        **{"class": lambda one, class_key: one.class_key == class_key},
    )
    return map(device_row, found)


class LookupModule(TopologyLookup):
    rows = staticmethod(rows)
