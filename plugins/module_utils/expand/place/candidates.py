# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which numbers of switches to try for a class, smallest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from ...diagnostics import Diagnostics, Path
from ...model.plan import MESH, Plan, SwitchClass
from .demand import Demand
from .pods import report_uplinks
from .sized import MAX_ONE_GROUP
from .trial import Trial

MESH_SIZES = (2, 3)


def candidates(plan: Plan, trial: Trial, path: Path, found: Diagnostics) -> Iterable[int]:
    """The numbers to try; none where that can be said before trying, with an error that says why."""
    switch_class, rule = trial.sized.switch_class, trial.rule
    if switch_class.quantity is not None:
        return [switch_class.quantity] if _given_is_valid(plan, trial, path, found) else []
    if rule is not None:
        numbers = rule.numbers()
        first = next(numbers, None)
        if first is None:
            report_uplinks(plan, rule, path, found)
            return []
        low = lower_bound(plan, trial)
        return (n for n in chain((first,), numbers) if n >= low)
    return all_numbers(plan, trial)


def all_numbers(plan: Plan, trial: Trial) -> Sequence[int]:
    """All numbers from the capacity bound to the one after which no number helps."""
    low = lower_bound(plan, trial)
    redundancy = trial.sized.switch_class.redundancy
    step = trial.group_size or 1
    # What is held stays where it is; at worst nothing new fits beside it.
    held = max((trial.sized.spaces[zone].highest for zone in trial.demands), default=0)
    high = max(low, held + _upper_bound(trial.demands, step)) if low else 0
    if redundancy and redundancy.size is None:
        high = min(high, MAX_ONE_GROUP)
    if trial.sized.switch_class.fabric.mode == MESH:
        high = max(MESH_SIZES) if low else 0
    return range(-(-low // step) * step, -(-high // step) * step + 1, step) if low else [0]


def lower_bound(plan: Plan, trial: Trial) -> int:
    """The number below which it cannot do, by capacity, by what is kept and by what needs two switches."""
    switch_class = trial.sized.switch_class
    low = 0
    for zone, demand in trial.demands.items():
        space, kept = trial.sized.spaces[zone], trial.sized.kept[zone]
        links = trial.links(zone)
        if links and space.capacity:
            low = max(low, -(-links // space.capacity), space.highest)
        low = max(low, *(domain.last for domain in kept.domains.values()), 0)
        if demand.alternates:
            low = max(low, 2)
    if low and switch_class.redundancy:
        low = max(low, 2)
    if low and switch_class.fabric.mode == MESH and _only_class_of_its_fabric(plan, switch_class):
        low = max(low, min(MESH_SIZES))
    return low


def _upper_bound(demands: Mapping[str, Demand], group_size: int) -> int:
    """Switches on which every link has one for itself, every server its rails and its group."""
    links = sum(demand.new_links for demand in demands.values())
    rails = max((len(d.rail_numbers) * len(d.rails) for d in demands.values()), default=0)
    groups = max((group_size * len(d.alternating) for d in demands.values()), default=0)
    return max(links, rails, groups, 2)


def _only_class_of_its_fabric(plan: Plan, switch_class: SwitchClass) -> bool:
    return all(c is switch_class or c.fabric != switch_class.fabric for c in plan.switch_classes.values())


def _given_is_valid(plan: Plan, trial: Trial, path: Path, found: Diagnostics) -> bool:
    switch_class, rule = trial.sized.switch_class, trial.rule
    given = switch_class.quantity or 0
    if switch_class.redundancy and given and not trial.sized.makes_groups(given):
        size = switch_class.redundancy.size
        wanted = f"a multiple of {size}" if size else "2 to 4, one group"
        found.error(
            "quantity-against-groups", (*path, "quantity"),
            f"{given} switches cannot form {switch_class.redundancy.type} groups; the number must be {wanted}.",
            f"Use {_nearest_groups(given, size)}.",
        )
        return False
    if given < 2 and any(demand.alternates for demand in trial.demands.values()):
        found.error(
            "alternating-needs-two", (*path, "quantity"),
            f"alternating links need two switches; the quantity is {given}.",
            "Use 2 or more.",
        )
        return False
    if rule is not None and not rule.allows(given):
        report_uplinks(plan, rule, path, found)
        return False
    return True


def _nearest_groups(given: int, size: int | None) -> str:
    """The numbers of switches nearest to a given one that make whole groups."""
    if size is None:
        return f"2 to {MAX_ONE_GROUP}"
    below = given // size * size
    return f"{below} or {below + size}" if below else str(size)
