# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported when uplinks have no answer, and the pods with which they would have one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd

from ...diagnostics import Diagnostics, Path
from ...model.plan import CORE, FABRIC_ZONE, SPINE, UPLINK_ZONE, Plan, SwitchClass
from .sized import SizedClass, above, fabric_zones, more_ports, uplink_zones
from .tiers import UplinkRule

_SHOWN = 8  # values of leaves_per_pod, and numbers in a row, that an error names


def joins_pods(plan: Plan, upper: SizedClass, rule: UplinkRule, found: Diagnostics) -> bool:
    """Report pods that nothing joins: more than one needs cores, and spines with uplinks to them."""
    spine = upper.switch_class
    if spine.role != SPINE or rule.units == 1:
        return True
    path: Path = ("fabrics", spine.fabric.key, "leaves_per_pod")
    if above(plan, spine) is None:
        found.error(
            "pods-without-cores", path, f"{rule.units} pods need cores to join them, and the fabric has no core class.",
            f"Add a switch class with `role: core`, or make the pod larger. {_values_that_do(plan, rule)}",
        )
        return False
    if not uplink_zones(spine):
        found.error(
            "pods-without-cores", path,
            f"{rule.units} pods are joined by the uplinks of their spines, and {spine.key!r} has no uplink zone.",
            "Give the spines a zone of type uplink.",
        )
        return False
    return True


def report_uplinks(plan: Plan, rule: UplinkRule, path: Path, found: Diagnostics) -> None:
    """Say why a given number of spines or cores, or any, cannot be."""
    switch_class = rule.upper.switch_class
    if rule.missing_speed:
        found.error("speed-mismatch", (*path, "zones"), rule.missing_speed, "Use one lane speed at both ends.")
        return
    name = "cores" if switch_class.role == CORE else "spines"
    why = f"{'; '.join(rule.sums)}, so {', and '.join(_conditions(rule))}."
    given = switch_class.quantity
    if given is not None:
        place, way_out = "quantity", f"Numbers that do: {runs(rule.numbers())}."
        if switch_class.external:
            place, way_out = "external", f"Free ports on them, or name as many as do: {runs(rule.numbers())}."
        found.error(
            f"{name}-do-not-divide", (*path, place), f"{given} {name} cannot take these uplinks evenly: {why}", way_out
        )
        return
    lower = "leaf" if switch_class.role == SPINE else "spine"
    hint = f"{_more_ports(rule, name)}, change the uplinks per {lower}, or use fewer leaves."
    if switch_class.role == SPINE and switch_class.fabric.leaves_per_pod is None:
        hint += " With `balance: uneven` on a leaf class its uplinks need not be divided."
    if switch_class.fabric.leaves_per_pod is not None:
        hint = _values_that_do(plan, rule)
        path = ("fabrics", switch_class.fabric.key, "leaves_per_pod")
    if rule.held:
        hint += " With `rebalance: true` no link is kept."
    found.error(f"{name}-do-not-divide", path, f"no number of {name} takes these uplinks evenly: {why}", hint)


def _more_ports(rule: UplinkRule, name: str) -> str:
    """The fewest fabric ports more with which a number works: the largest number needs the fewest on each."""
    ways = []
    for tier in rule.tiers:
        lacking = -(-tier.total() // rule.largest) - tier.lanes if rule.largest else 0
        zones = fabric_zones(rule.upper.switch_class, tier.speed)
        if lacking > 0 and zones:
            ways.append(more_ports(zones[0], lacking))
    if not ways:
        return f"Give the {name} more fabric ports"
    return f"Give each of {rule.units * rule.largest} {name} at least {' and '.join(ways)}"


def _conditions(rule: UplinkRule) -> Iterator[str]:
    yield f"at least {rule.units * rule.least}" + (f" (links are kept on {rule.held})" if rule.held else "")
    if rule.divisor:
        unit = "plane" if rule.upper.switch_class.role == CORE else "pod"
        yield f"the number{'' if rule.units == 1 else f' per {unit}'} must divide {rule.divisor}"
    if rule.groups:
        yield f"it must make {rule.groups} groups"
    if rule.most:
        yield rule.most


def runs(numbers: Iterable[int]) -> str:
    """Numbers in words, many in a row as their first and last: `2, 4, 8 to 64`."""
    found: list[list[int]] = []
    for n in numbers:
        if found and n == found[-1][-1] + 1:
            found[-1].append(n)
        else:
            found.append([n])
    return ", ".join(
        f"{run[0]} to {run[-1]}" if len(run) > _SHOWN else ", ".join(map(str, run)) for run in found
    ) or "none"


def _values_that_do(plan: Plan, rule: UplinkRule) -> str:
    values = list(_workable(plan, rule))
    shown = f"{', '.join(values[:_SHOWN])}{', ...' if len(values) > _SHOWN else ''}"
    return f"Values of leaves_per_pod that do: {shown or 'none'}."


def _workable(plan: Plan, rule: UplinkRule) -> Iterator[str]:
    """The values of `leaves_per_pod` for which spines and cores have a number, as far as uplinks decide it."""
    counts = rule.leaves
    fabric = [c for c in plan.switch_classes.values() if c.fabric == rule.upper.switch_class.fabric]
    spine = next((c for c in fabric if c.role == SPINE), None)
    core = next((c for c in fabric if c.role == CORE), None)
    if spine is None or not counts:
        return
    leaves = {c.key: c for c in fabric if c.key in counts}
    for per_pod in _candidates(counts):
        pods = max(-(-counts[key] // per_pod[key]) for key in counts)
        arriving: dict[int, int] = {}
        for key, leaf in leaves.items():
            for speed, lanes in _lanes(leaf, UPLINK_ZONE).items():
                arriving[speed] = arriving.get(speed, 0) + per_pod[key] * lanes
        divisor = gcd(*(lanes for leaf in leaves.values() for lanes in _lanes(leaf, UPLINK_ZONE).values()))
        spines = _first_number(spine, pods, divisor, arriving)
        if not spines:
            continue
        uplinks = _lanes(spine, UPLINK_ZONE)
        if core is not None and uplinks:
            total = {speed: pods * lanes for speed, lanes in uplinks.items()}
            if not _first_number(core, spines // pods, gcd(*uplinks.values()), total):
                continue
        elif pods > 1:
            continue
        yield str(min(per_pod.values())) if len(per_pod) == 1 else _text(per_pod)


def _candidates(counts: dict[str, int]) -> Iterator[dict[str, int]]:
    """Of one leaf class every size of a pod; of several, the sizes that a number of pods gives them."""
    if len(counts) == 1:
        (key, count), = counts.items()
        yield from ({key: size} for size in range(1, count + 1))
        return
    told = []
    for pods in range(max(counts.values()), 0, -1):
        sizes = {key: -(-count // pods) for key, count in counts.items()}
        if sizes not in told:
            told.append(sizes)
            yield sizes


def _first_number(upper: SwitchClass, units: int, divisor: int, arriving: dict[int, int]) -> int:
    """The number of upper switches, units times what divides the uplinks and has the lanes for them; 0 for none."""
    lanes, alone = _lanes(upper, FABRIC_ZONE), SizedClass(upper, {})
    for k in range(1, divisor + 1):
        if (
            divisor % k == 0 and alone.makes_groups(units * k) and upper.quantity in (None, units * k)
            and all(k * lanes.get(speed, 0) >= total for speed, total in arriving.items())
        ):
            return units * k
    return 0


def _lanes(switch_class: SwitchClass, zone_type: str) -> dict[int, int]:
    """Lanes of a zone type per switch, by speed."""
    found: dict[int, int] = {}
    for zone in switch_class.zones.values():
        if zone.type == zone_type and zone.peer is None:
            found[zone.breakout.speed] = found.get(zone.breakout.speed, 0) + len(zone.ports) * zone.breakout.lanes
    return found


def _text(per_pod: dict[str, int]) -> str:
    return "{" + ", ".join(f"{key}: {size}" for key, size in per_pod.items()) + "}"
