# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller side of diet_topology_info: that of diet_topology, because it takes the same plans."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.action import diet_topology


class ActionModule(diet_topology.ActionModule):
    MODULE = "hedgehog.diet.diet_topology_info"
