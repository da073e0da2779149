# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: sizing
short_description: How many switches a plan of a GPU-cluster network takes, and why
version_added: 0.1.0
author:
  - Hedgehog (@githedgehog)
description:
  - Expands a plan and returns how many switches each class has, with the arithmetic, how full their port zones are,
    and totals.
  - The playbook C(hedgehog.diet.plan) prints it.
options:
  format:
    description: V(rows) returns one mapping per plan, V(text) lines of a table for a terminal.
    type: str
    choices: [rows, text]
    default: rows
extends_documentation_fragment:
  - hedgehog.diet.topology_lookup
seealso:
  - plugin: hedgehog.diet.devices
    plugin_type: lookup
  - module: hedgehog.diet.diet_topology
"""

EXAMPLES = r"""
- name: The quantities of a plan, with their arithmetic
  ansible.builtin.debug:
    msg: "{{ query('hedgehog.diet.sizing', 'plans/gpu-128.yml', format='text') }}"

- name: Stop where the spines are fuller than nine tenths
  ansible.builtin.assert:
    that: item.used <= 0.9 * (item.used + item.free)
  loop: "{{ (lookup('hedgehog.diet.sizing', 'plans/gpu-128.yml').switches
    | selectattr('role', 'eq', 'spine')).0.zones }}"
"""

RETURN = r"""
_raw:
  description: One mapping per plan, or its lines with O(format=text).
  type: list
  elements: raw
  contains:
    plan: {description: Id of the plan., type: str}
    name: {description: Its name., type: str}
    site: {description: Slug of its site., type: str}
    switches:
      description: One row per switch class.
      type: list
      elements: dict
      contains:
        class: {description: Its key., type: str}
        fabric: {description: Its fabric., type: str}
        role: {description: Its role in the fabric., type: str}
        device_type: {description: Slug of its device type., type: str}
        quantity: {description: How many switches there are., type: int}
        given: {description: Whether the plan states the quantity., type: bool}
        external: {description: Whether they are devices that exist already., type: bool}
        pods: {description: "How many pods they make, none without pods.", type: int}
        reason: {description: "The arithmetic, in words.", type: str}
        zones:
          description: One row per port zone. Numbers are of lanes.
          type: list
          elements: dict
          contains:
            zone: {description: Its key., type: str}
            type: {description: Its type., type: str}
            breakout: {description: How its ports are broken out., type: str}
            ports: {description: Its physical ports., type: str}
            lanes: {description: Lanes of the zone on one switch., type: int}
            used: {description: Lanes with a cable on all switches., type: int}
            used_min: {description: On the emptiest switch., type: int}
            used_max: {description: On the fullest switch., type: int}
            free: {description: Lanes without a cable on all switches., type: int}
    servers:
      description: One row per server class.
      type: list
      elements: dict
      contains:
        class: {description: Its key., type: str}
        device_type: {description: Slug of its device type., type: str}
        quantity: {description: "How many servers there are, absent ones not counted.", type: int}
        absent: {description: Indices that do not exist., type: list, elements: int}
        gpus: {description: GPUs of all of them., type: int}
    totals:
      description: Counts of what is made.
      type: dict
      contains:
        devices: {description: Switches and servers., type: int}
        servers: {description: Servers., type: int}
        switches: {description: Switches., type: int}
        external_devices: {description: External devices that the plan refers to., type: int}
        interfaces: {description: "Cabled interfaces, both ends.", type: int}
        spare_interfaces: {description: Interfaces without a cable., type: int}
        cables: {description: Cables., type: int}
        cables_by_kind: {description: Cables by kind., type: dict}
        gpus: {description: GPUs., type: int}
    warnings: {description: "What is odd about the plan, with the places in its file.", type: list, elements: str}
"""

from collections.abc import Iterable
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.summary import summary
from ansible_collections.hedgehog.diet.plugins.plugin_utils.lookup import Expanded, TopologyLookup, Wanted
from ansible_collections.hedgehog.diet.plugins.plugin_utils.sizing_table import lines


def rows(expanded: Expanded, wanted: Wanted) -> Iterable[Any]:
    row = summary(expanded.found.loaded.plan, expanded.topology, expanded.warnings)
    return lines(row) if wanted["format"] == "text" else [row]


class LookupModule(TopologyLookup):
    rows = staticmethod(rows)
    displays_warnings = False  # they are in what it returns
