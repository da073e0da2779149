# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: interfaces
short_description: Interfaces that a plan of a GPU-cluster network expands to
version_added: 0.1.0
author:
  - Hedgehog (@githedgehog)
description:
  - Expands a plan and returns its interfaces at both ends of its cables, in natural order of their keys.
options:
  zone:
    description: Only interfaces of this port zone.
    type: str
  spare:
    description:
      - Whether interfaces without a cable are returned too.
      - There are some where a class says C(ports=all).
    type: bool
    default: false
extends_documentation_fragment:
  - hedgehog.diet.topology_lookup
seealso:
  - module: hedgehog.diet.diet_topology
"""

EXAMPLES = r"""
- name: Free ports of one leaf, of a class with all ports
  ansible.builtin.debug:
    msg: "{{ rows | selectattr('spare') | map(attribute='name') }}"
  vars:
    rows: "{{ query('hedgehog.diet.interfaces', 'gpu-pod.yml', device='be-leaf-01', spare=true) }}"

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
    spare: {description: Whether it has no cable., type: bool}
"""

from collections.abc import Iterable
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import interface_row
from ansible_collections.hedgehog.diet.plugins.plugin_utils.lookup import (
    Expanded,
    TopologyLookup,
    Wanted,
    chosen,
    devices_by_key,
)


def rows(expanded: Expanded, wanted: Wanted) -> Iterable[dict[str, Any]]:
    devices = devices_by_key(expanded.topology)
    found = chosen(
        (one for one in expanded.topology.interfaces if wanted["spare"] or not one.spare), wanted,
        fabric=lambda one, fabric: devices[one.device].fabric == fabric,
        zone=lambda one, zone: one.zone == zone,
        device=lambda one, name: devices[one.device].name == name,
        **{"class": lambda one, class_key: devices[one.device].class_key == class_key},
    )
    return (interface_row(one, devices[one.device]) for one in found)


class LookupModule(TopologyLookup):
    rows = staticmethod(rows)
