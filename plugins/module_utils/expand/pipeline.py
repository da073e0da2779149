# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expansion, top to bottom: plan and ledger in, topology out.

Pure: the same plan and ledger give the same topology on any machine. The order of the stages:

1. renumber         former keys become present ones, indices of switches become positions without gaps
2. size and place   the number of switches of each class, feeders first, and the ports of all links that land in zones
3. pair             links between switches, which need the numbers of both sides; then positions become indices again
4. name             devices, then interfaces and cables at the placed ports
"""

from __future__ import annotations

from contextlib import suppress

from ..diagnostics import Diagnostic, Diagnostics, PlanError
from ..model.keys import device_order, natural
from ..model.ledger import Entry, Ledger
from ..model.objects import Quantity, Topology
from ..model.plan import Plan
from .objects.cables import cables, device_and_interface_names, interfaces, server_and_uplink_links
from .objects.devices import devices
from .objects.names import check_names
from .objects.spare import spare_ends
from .pause import no_search_for_cycles
from .place.advice import could_be_fewer, say_what_rebalancing_saves, warn_of_cut_domains
from .place.links import PlacedLink
from .place.numbering import Numbering
from .place.pairs import mesh_links, uplink_links
from .place.redundancy_links import redundancy_links
from .place.size import Sizer
from .place.sized import SizedClass

# Part of every digest: raised when the same plan may expand to something else. The ledger keeps placed links anyway.
ALGORITHM = 1


@no_search_for_cycles()
def expand(
    plan: Plan, ledger: Ledger | None = None, prune: bool = False, rebalance: bool = False
) -> tuple[Topology, list[Diagnostic]]:
    """The topology of a plan, and warnings.

    Args:
        ledger: where links were placed before; they stay there.
        prune: whether cables that the plan no longer wants are taken away, so that their ports are free.
        rebalance: place all links anew, as from scratch, whatever the ledger says of them.

    Raises:
        PlanError: the plan does not fit its hardware; all such errors are in it.
    """
    found = Diagnostics()
    numbering = Numbering(plan)
    known = numbering.inward(plan.renames.ledger(ledger if ledger is not None else Ledger()))
    if rebalance:
        sized, placed = _anew(plan, known, prune, found)
    else:
        sized, placed = _place(plan, known, prune, found)
        if could_be_fewer(plan, sized, known):
            with suppress(PlanError):  # a plan may fit beside what is kept and not anew
                say_what_rebalancing_saves(sized, placed, *_anew(plan, known, prune, Diagnostics()), found)
    warn_of_cut_domains(plan, placed, found)
    links = numbering.outward(placed)

    every_device = sorted(devices(plan, sized, numbering), key=lambda device: device_order(device.key))
    check_names(plan, every_device, found)
    used = {(end.device, end.port) for link in links for end in (link.a, link.b)}
    every_interface = interfaces(plan, links, spare_ends(plan, sized, numbering, used))
    names = device_and_interface_names(every_device, every_interface)
    all_cables = cables(plan, links, names, found)
    found.stop_on_errors()

    external = {key for key, one in plan.switch_classes.items() if one.external}
    away = {device.key for device in every_device if device.class_key in external}
    types = [
        *(one.device_type for one in plan.switch_classes.values() if not one.external),
        *(one.device_type for one in plan.server_classes.values()),
    ]
    topology = Topology(
        plan_id=plan.id,
        site=plan.site,
        devices=tuple(d for d in every_device if d.key not in away) if away else tuple(every_device),
        interfaces=tuple(i for i in every_interface if i.device not in away) if away else every_interface,
        cables=all_cables,
        quantities=tuple(Quantity(key, sized[key].count, sized[key].reason) for key in sorted(sized, key=natural)),
        device_types={one.slug: one for one in types},
        manufacturers=plan.manufacturers,
        external_devices=tuple(d for d in every_device if d.key in away),
        external_interfaces=tuple(i for i in every_interface if i.device in away),
        shared=plan.shared,
    )
    return topology, found.warnings


def _anew(
    plan: Plan, ledger: Ledger, prune: bool, found: Diagnostics
) -> tuple[dict[str, SizedClass], list[PlacedLink]]:
    """Everything as from scratch, but beside the cables that this leaves over.

    Which these are is known only when all is placed; beside them it is placed again, until no others are left over.
    """
    left_over: dict[str, Entry] = {}
    while True:
        alone = Diagnostics()
        sized, links = _place(plan, ledger.like(left_over), prune, alone)
        wanted = {link.key for link in links} | left_over.keys()
        more = {key: entry for key, entry in ledger.items() if entry.cabled and key not in wanted}
        if prune or not more:
            found.extend(alone)
            return sized, links
        left_over |= more


def _place(
    plan: Plan, ledger: Ledger, prune: bool, found: Diagnostics
) -> tuple[dict[str, SizedClass], list[PlacedLink]]:
    """All switch classes with their numbers, and all links with their ports."""
    if not ledger and any(c.absent for c in plan.server_classes.values()):
        ledger = _dealt_with_absent(plan, ledger)
    sizer = Sizer(plan, ledger, prune, found)
    sized = sizer.run()
    found.stop_on_errors()
    links = list(server_and_uplink_links(plan, sizer))
    links += uplink_links(plan, sized, ledger, prune)
    links += mesh_links(plan, sized, ledger, prune, found)
    links += redundancy_links(sized)
    return sized, links


def _dealt_with_absent(plan: Plan, ledger: Ledger) -> Ledger:
    """Where links go when absent servers are dealt their ports like present ones and then left out.

    Removing a server from a plan without a ledger thus shifts nothing else. Numbers of switches are found again with
    the servers that are there, or the second run, which has a ledger, would need fewer than the first.
    """
    found = Diagnostics()
    sizer = Sizer(plan, ledger, False, found, with_absent=True)
    sizer.run()
    found.stop_on_errors()
    return ledger.like({link.key: link.entry() for link in server_and_uplink_links(plan, sizer)}).uncabled()
