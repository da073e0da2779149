# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported when a class cannot be sized: what is in the way, the arithmetic, and the numbers that would do."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from ..diagnostics import Diagnostics, Path
from ..model.plan import Plan, SwitchClass
from .candidates import all_numbers, lower_bound
from .demand import Demand
from .sized import SizedClass
from .trial import Trial, ZoneRefused


def fits_at_all(sized: SizedClass, demands: Mapping[str, Demand], path: Path, found: Diagnostics) -> bool:
    """Report what no number of switches can hold: no free port, or one server with more links than a switch."""
    before = len(found.errors)
    for zone, demand in demands.items():
        capacity = sized.spaces[zone].capacity
        ports = (*path, "zones", zone, "ports")
        if not capacity:
            found.error("over-capacity", ports, "every port of the zone is claimed by another zone.")
            continue
        owner, links, where = _largest(demand, sized.switch_class)
        if links > capacity:
            found.error(
                "over-capacity", ports,
                f"{owner} has {links} links that must be on one switch{where}, and a switch has {capacity} lanes in"
                " the zone.", "Use more ports, a wider breakout, or `alternating`.",
            )
    return len(found.errors) == before


def report_no_numbers(plan: Plan, trial: Trial, path: Path, found: Diagnostics) -> None:
    """Say that the class would need more switches than it may have."""
    found.error(
        "over-capacity", path,
        f"{trial.arithmetic()}: that takes at least {lower_bound(plan, trial)} switches,"
        " which is more than the class can have here.",
        "Use more ports or a wider breakout, or another `redundancy` or fabric `mode`.",
    )


def report_refusals(
    plan: Plan, trial: Trial, refusals: Mapping[int, ZoneRefused], path: Path, found: Diagnostics
) -> None:
    """Say why the given number, or the largest that was tried, does not do. `refusals` by number."""
    given = trial.sized.switch_class.quantity
    n = given if given is not None else max(refusals)
    zone, why = refusals[n].zone, refusals[n].why
    space, links = trial.sized.spaces[zone], trial.links(zone)
    others = sum(space.load(i) for i in range(1, n + 1)) - len(trial.sized.kept[zone].spots)
    total = n * space.capacity - others
    compare = f"{links - total} too many" if links > total else f"which would do, but {why.owner} {why.reason}"
    less = f" less {others} that others take" if others else ""
    message = (
        f"zone {zone!r}: {links} links on {n} {'switch' if n == 1 else 'switches'} x {space.capacity} lanes{less}"
        f" = {total}, {compare}."
    )
    if trial.sized.switch_class.external:
        hint = "Free ports on the external switches, or name another one in `instances`."
        found.error("over-capacity", (*path, "zones", zone), message, hint)
        return
    if given is None:
        found.error("over-capacity", (*path, "zones", zone), message, "Change the distribution, or use more ports.")
        return
    nearest = [str(x) for x in _nearest(plan, trial, given)]
    hint = f"Quantities that do: {', '.join(nearest)}." if nearest else "No quantity does: use more ports."
    found.error("over-capacity", (*path, "quantity"), message, hint)


def _nearest(plan: Plan, trial: Trial, given: int) -> list[int]:
    """The nearest smaller and the nearest larger number that places."""
    numbers = list(trial.rule.numbers()) if trial.rule else all_numbers(plan, trial)

    def places(n: int) -> bool:
        try:
            trial.place(n)
        except ZoneRefused:
            return False
        return True

    below = (n for n in sorted(numbers, reverse=True) if n < given and places(n))
    above = (n for n in numbers if n > given and places(n))
    return [*islice(below, 1), *islice(above, 1)]


def _largest(demand: Demand, switch_class: SwitchClass) -> tuple[str, int, str]:
    """The server that needs most of a single switch: how many links, and why there. No number of switches helps it."""
    needs = [(len(b.links), b.owner, "") for b in (*demand.same_switch, *demand.undistributed)]
    for rails in demand.rails:
        numbers = [number for number, _link in rails.links]
        rail = max(numbers, key=numbers.count)
        needs.append((numbers.count(rail), rails.owner, f", the leaf of rail {rail}"))
    if switch_class.redundancy and switch_class.redundancy.size:
        size = switch_class.redundancy.size
        needs += [(-(-len(b.links) // size), b.owner, f" of its group of {size}") for b in demand.alternating]
    links, owner, where = max(needs, key=lambda need: need[0], default=(0, "", ""))
    return owner, links, where
