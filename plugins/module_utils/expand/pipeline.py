# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expansion, top to bottom: plan and ledger in, topology out.

Pure: the same plan and ledger give the same topology on any machine. The order of the stages:

1. size and place   the number of switches of each class, feeders first, and the ports of all links that land in zones
2. pair             links between switches, which need the numbers of both sides
3. name             devices, then interfaces and cables at the placed ports
"""

from __future__ import annotations

from ..diagnostics import Diagnostic, Diagnostics
from ..model.keys import device_order, natural
from ..model.ledger import Ledger
from ..model.objects import Quantity, Topology
from ..model.plan import Plan
from .cables import cables, interfaces, server_and_uplink_links
from .devices import devices
from .names import check_names
from .pairs import fabric_links, mesh_links
from .size import Sizer

# Part of every digest: raised when the same plan may expand to something else. The ledger keeps placed links anyway.
ALGORITHM = 1


def expand(plan: Plan, ledger: Ledger | None = None, prune: bool = False) -> tuple[Topology, list[Diagnostic]]:
    """The topology of a plan, and warnings.

    Args:
        ledger: where links were placed before; they stay there.
        prune: whether cables that the plan no longer wants are taken away, so that their ports are free.

    Raises:
        PlanError: the plan does not fit its hardware; all such errors are in it.
    """
    ledger = ledger if ledger is not None else Ledger()
    if not ledger and any(c.absent for c in plan.server_classes.values()):
        ledger = _dealt_with_absent(plan)
    found = Diagnostics()

    sizer = Sizer(plan, ledger, prune, found)
    sized = sizer.run()
    found.stop_on_errors()

    links = list(server_and_uplink_links(plan, sizer))
    links += fabric_links(plan, sized, ledger, prune)
    links += mesh_links(plan, sized, ledger, prune, found)

    all_devices = tuple(sorted(devices(plan, sized), key=lambda device: device_order(device.key)))
    check_names(all_devices, found)
    found.stop_on_errors()

    types = [
        *(c.device_type for c in plan.switch_classes.values()),
        *(c.device_type for c in plan.server_classes.values()),
    ]
    topology = Topology(
        plan_id=plan.id,
        site=plan.site,
        devices=all_devices,
        interfaces=interfaces(plan, links),
        cables=cables(links),
        quantities=tuple(Quantity(key, sized[key].count, sized[key].reason) for key in sorted(sized, key=natural)),
        device_types={device_type.slug: device_type for device_type in types},
        manufacturers=plan.manufacturers,
    )
    return topology, found.warnings


def _dealt_with_absent(plan: Plan) -> Ledger:
    """Where links go when absent servers are dealt their ports like present ones and then left out.

    Removing a server from a plan without a ledger thus shifts nothing else. Numbers of switches are found again with
    the servers that are there, or the second run, which has a ledger, would need fewer than the first.
    """
    found = Diagnostics()
    sizer = Sizer(plan, Ledger(), False, found)
    sizer.run()
    found.stop_on_errors()
    return Ledger({link.key: link.entry() for link in server_and_uplink_links(plan, sizer)}).uncabled()
