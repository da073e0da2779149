# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported when a class cannot be sized: what is in the way, the arithmetic, and the numbers that would do."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from ...diagnostics import Diagnostics, Path, counted
from ...model.plan import ESLAG, MESH, Plan, SwitchClass, Zone
from .candidates import MESH_SIZES, all_numbers, lower_bound
from .demand import Demand
from .pods import runs
from .sized import MAX_ONE_GROUP, SizedClass, more_ports
from .trial import Trial, ZoneRefused


def fits_at_all(sized: SizedClass, demands: Mapping[str, Demand], path: Path, found: Diagnostics) -> bool:
    """Report what no number of switches can hold: no free port, or one server with more links than a switch."""
    before = len(found.errors)
    for key, demand in demands.items():
        zone, capacity = sized.switch_class.zones[key], sized.spaces[key].capacity
        ports = (*path, "zones", key, "ports")
        if not capacity:
            claimed = ", ".join(repr(other) for other in _claimed_by(sized, zone))
            found.error(
                "over-capacity", ports, f"every port of the zone is claimed by {claimed}, so nothing can land here.",
                "Give the zone ports of its own.",
            )
            continue
        owner, links, where, instead = _largest(demand, sized.switch_class)
        if links > capacity:
            found.error(
                "over-capacity", ports,
                f"{owner} has {links} links that must be on one switch{where}, and a switch has"
                f" {counted(capacity, 'lane')} in the zone.",
                f"It fits with {more_ports(zone, links - capacity)}{instead}.",
            )
    return len(found.errors) == before


def _claimed_by(sized: SizedClass, zone: Zone) -> list[str]:
    """The zones that claim the ports of a zone before it."""
    return [key for key, ports in sized.ports.items() if key != zone.key and not set(ports).isdisjoint(zone.ports)]


def report_no_numbers(plan: Plan, trial: Trial, path: Path, found: Diagnostics) -> None:
    """Say that the class would need more switches than it may have: by uplinks, in a mesh, or as one eslag group."""
    switch_class = trial.sized.switch_class
    if trial.rule is not None:
        held = any(kept.spots for kept in trial.sized.kept.values())
        found.error(
            "over-capacity", path,
            f"{trial.arithmetic()}: that takes at least {lower_bound(plan, trial)} switches, and uplinks allow only"
            f" {runs(trial.rule.numbers())}.",
            "Use more ports in the zones beside the uplinks, or other uplinks."
            + (" `rebalance: true` places all links anew." if held else ""),
        )
        return
    in_mesh = switch_class.fabric.mode == MESH
    most = max(MESH_SIZES) if in_mesh else MAX_ONE_GROUP
    lacking = {
        key: -(-trial.links(key) // most) - trial.sized.spaces[key].capacity for key in trial.demands
    }
    ways = [
        f"{more_ports(switch_class.zones[key], lanes)} in the zone {key!r}"
        for key, lanes in lacking.items() if lanes > 0
    ]
    fits = f"It takes at least {' and '.join(ways)}" if ways else "Use more ports"
    limit, other = ("a mesh has", "a spine-leaf fabric") if in_mesh else ("one eslag group has", "a `group_size`")
    found.error(
        "over-capacity", path,
        f"{trial.arithmetic()}: that takes at least {lower_bound(plan, trial)} switches, and {limit} at most {most}.",
        f"{fits}, or use {other}.",
    )


def report_refusals(
    plan: Plan, trial: Trial, refusals: Mapping[int, ZoneRefused], path: Path, found: Diagnostics
) -> None:
    """Say why the given number, or the largest that was tried, does not do. `refusals` by number."""
    given = trial.sized.switch_class.quantity
    n = given if given is not None else max(refusals)
    key, why = refusals[n].zone, refusals[n].why
    zone, space, links = trial.sized.switch_class.zones[key], trial.sized.spaces[key], trial.links(key)
    others = sum(space.load(i) for i in range(1, n + 1)) - len(trial.sized.kept[key].spots)
    total = n * space.capacity - others
    compare = f"{links - total} too many" if links > total else f"which would do, but {why.owner} {why.reason}"
    less = f" less {others} that others take" if others else ""
    message = (
        f"zone {key!r}: {links} links on {counted(n, 'switch')} x {counted(space.capacity, 'lane')}{less} = {total},"
        f" {compare}."
    )
    ways = []
    if trial.sized.switch_class.external:
        ways.append("Free ports on the external switches, or name another one in `instances`.")
    elif given is not None:
        nearest = [str(x) for x in _nearest(plan, trial, given)]
        ways.append(f"Quantities that do: {', '.join(nearest)}." if nearest else "No quantity does: use more ports.")
        if links > total and n:
            ways.append(f"Or at least {more_ports(zone, -(-(links - total) // n))} on {counted(n, 'switch')}.")
    else:
        ways.append("Change the distribution, or use more ports.")
    if why.kept:
        ways.append("`rebalance: true` places all links anew.")
    where = (*path, "zones", key) if given is None or trial.sized.switch_class.external else (*path, "quantity")
    found.error("over-capacity", where, message, " ".join(ways))


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


def _largest(demand: Demand, switch_class: SwitchClass) -> tuple[str, int, str, str]:
    """The server that needs most of a single switch: how many links, why there, and what else would help it.

    No number of switches helps it.
    """
    alone = ", or with `distribution: alternating`"
    needs = [(len(b.links), b.owner, "", alone) for b in (*demand.same_switch, *demand.undistributed)]
    for rails in demand.rails:
        numbers = [number for number, _link in rails.links]
        rail = max(numbers, key=numbers.count)
        needs.append((numbers.count(rail), rails.owner, f", the leaf of rail {rail}", ""))
    if switch_class.redundancy and switch_class.redundancy.size:
        size = switch_class.redundancy.size
        where = f" of its group of {size}"
        larger = ", or in larger groups" if size < MAX_ONE_GROUP and switch_class.redundancy.type == ESLAG else ""
        needs += [(-(-len(b.links) // size), b.owner, where, larger) for b in demand.alternating]
    links, owner, where, instead = max(needs, key=lambda need: need[0], default=(0, "", "", ""))
    return owner, links, where, instead
