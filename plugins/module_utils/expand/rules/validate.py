# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that relate the parts of a plan: the list of them. What needs sizes or placement is found by `size.py`.

Each rule is a function that takes one thing and reports all it finds.
"""

from __future__ import annotations

from ...diagnostics import Diagnostics, Path
from ...model.plan import Plan
from ..objects.names import check_pattern
from ..place.amount import Budget
from .classes import check_attributes, check_class_keys, check_external, check_instances
from .fabrics import check_balance, check_fabric, check_pod_name, check_pods
from .optics import check_optics
from .servers import check_connection, check_interface_names, check_nic_ports
from .zones import check_hardware, check_overlaps, check_redundancy, check_together, check_zone


def validate(plan: Plan, found: Diagnostics) -> None:
    """Collect every broken rule of a plan whose references are resolved."""
    for category, pattern in plan.naming.items():
        if "pod" in check_pattern(pattern, ("naming", category), found):
            check_pod_name(plan, category, found)
    check_class_keys(plan, found)
    for fabric in plan.fabrics.values():
        check_fabric(plan, fabric, found)
        check_pods(plan, fabric, found)
    for switch_class in plan.switch_classes.values():
        path: Path = ("switch_classes", switch_class.key)
        check_external(switch_class, path, found)
        check_instances(switch_class, path, found)
        check_balance(switch_class, path, found)
        if check_hardware(switch_class, path, found):
            check_together(plan, switch_class, path, found)
        check_overlaps(plan, switch_class, path, found)
        check_redundancy(plan, switch_class, path, found)
        for zone in switch_class.zones.values():
            check_zone(plan, switch_class, zone, (*path, "zones", zone.key), found)
    for server_class in plan.server_classes.values():
        path = ("server_classes", server_class.key)
        check_instances(server_class, path, found)
        for connection in server_class.connections.values():
            check_connection(plan, connection, (*path, "connections", connection.key), found)
        check_nic_ports(server_class, (*path, "connections"), found)
        check_interface_names(server_class, path, found)
    check_attributes(plan, found)
    check_optics(plan, found)
    if not found.errors:
        Budget(plan).allows(found)
