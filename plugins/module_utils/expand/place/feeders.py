# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which classes are sized: feeders first, because their uplinks are demand for the class they end on."""

from __future__ import annotations

from ...diagnostics import Diagnostics
from ...model.keys import natural
from ...model.plan import Plan, SwitchClass
from .sized import above, uplink_zones


def feeders_first(plan: Plan, found: Diagnostics) -> list[SwitchClass]:
    """Switch classes so that each comes after all whose links end on it; a circle is an error."""
    waiting = {key: _far_classes(plan, c) & set(plan.switch_classes) for key, c in plan.switch_classes.items()}
    order: list[SwitchClass] = []
    while waiting:
        fed = set().union(*waiting.values())
        ready = [key for key in waiting if key not in fed]
        if not ready:
            names = ", ".join(sorted(waiting, key=natural))
            found.error(
                "circle-of-peers", ("switch_classes", next(iter(waiting))),
                f"the uplinks of these classes end on each other: {names}.", "Remove one of their `peer` keys.",
            )
            return order
        for key in ready:
            order.append(plan.switch_classes[key])
            del waiting[key]
    return order


def _far_classes(plan: Plan, switch_class: SwitchClass) -> set[str]:
    """The classes on which links of a class end."""
    ends = {zone.peer[0] for zone in switch_class.zones.values() if zone.peer}
    upper = above(plan, switch_class)
    if upper is not None and uplink_zones(switch_class):
        ends.add(upper.key)
    return ends
