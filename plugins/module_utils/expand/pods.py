# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported when uplinks have no answer, and the pods with which they would have one."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from ..diagnostics import Diagnostics, Path
from ..model.plan import CORE, FABRIC_ZONE, SPINE, Plan, SwitchClass
from .sized import SizedClass, above, uplink_zones
from .tiers import UplinkRule

_SHOWN = 8  # values of leaves_per_pod that an error names


def joins_pods(plan: Plan, upper: SizedClass, rule: UplinkRule, found: Diagnostics) -> bool:
    """Report pods that nothing joins: more than one needs cores, and spines with uplinks to them."""
    spine = upper.switch_class
    if spine.role != SPINE or rule.units == 1:
        return True
    path: Path = ("fabrics", spine.fabric.key, "leaves_per_pod")
    if above(plan, spine) is None:
        found.error(
            "pods-without-cores", path, f"{rule.units} pods need cores to join them, and the fabric has no core class.",
            "Add a switch class with `role: core`, or make the pod larger.",
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


def report_uplinks(plan: Plan, upper: SizedClass, rule: UplinkRule, path: Path, found: Diagnostics) -> None:
    """Say why a given number of spines or cores, or any, cannot be."""
    switch_class = upper.switch_class
    if rule.missing_speed:
        found.error("speed-mismatch", (*path, "zones"), rule.missing_speed, "Use one lane speed at both ends.")
        return
    name = "cores" if switch_class.role == CORE else "spines"
    conditions = [f"at least {rule.units * rule.least}"]
    if rule.divisor and rule.units == 1:
        conditions.append(f"the number must divide {rule.divisor}")
    elif rule.divisor:
        unit = "plane" if switch_class.role == CORE else "pod"
        conditions.append(f"the number per {unit} must divide {rule.divisor}")
    if rule.groups:
        conditions.append(f"it must make {rule.groups} groups")
    if rule.most:
        conditions.append(rule.most)
    why = f"{'; '.join(rule.sums)}, so {', and '.join(conditions)}."
    given = switch_class.quantity
    if given is not None:
        possible = ", ".join(str(n) for n in rule.numbers) or "none"
        found.error(
            f"{name}-do-not-divide", (*path, "quantity"),
            f"{given} {name} cannot take these uplinks evenly: {why}", f"Numbers that do: {possible}.",
        )
        return
    lower = "leaf" if switch_class.role == SPINE else "spine"
    hint = f"Change the uplinks per {lower}, give the {name} more fabric ports, or use fewer leaves."
    if switch_class.role == SPINE and switch_class.fabric.leaves_per_pod is None:
        hint += " With `balance: uneven` on a leaf class its uplinks need not be divided."
    if switch_class.fabric.leaves_per_pod is not None:
        values = list(_workable(plan, rule, switch_class))
        known = f"{', '.join(values[:_SHOWN])}{', ...' if len(values) > _SHOWN else ''}" if values else "none"
        hint = f"Values of leaves_per_pod that do: {known}."
        path = ("fabrics", switch_class.fabric.key, "leaves_per_pod")
    found.error(f"{name}-do-not-divide", path, f"no number of {name} takes these uplinks evenly: {why}", hint)


def _workable(plan: Plan, rule: UplinkRule, switch_class: SwitchClass) -> Iterator[str]:
    """The values of `leaves_per_pod` for which spines and cores have a number, by lanes and divisors alone."""
    counts = rule.leaves
    fabric = [c for c in plan.switch_classes.values() if c.fabric == switch_class.fabric]
    spine = next((c for c in fabric if c.role == SPINE), None)
    core = next((c for c in fabric if c.role == CORE), None)
    if spine is None or not counts:
        return
    leaves = {c.key: c for c in fabric if c.key in counts}
    for per_pod in _candidates(counts):
        pods = max(-(-counts[key] // per_pod[key]) for key in counts)
        arriving: dict[int, int] = {}
        for key, leaf in leaves.items():
            for speed, lanes in _lanes(leaf, "uplink").items():
                arriving[speed] = arriving.get(speed, 0) + per_pod[key] * lanes
        each = [lanes for leaf in leaves.values() for lanes in _lanes(leaf, "uplink").values()]
        if not _reachable(gcd(*each), arriving, _lanes(spine, FABRIC_ZONE)):
            continue
        if pods > 1:
            uplinks = _lanes(spine, "uplink")
            total = {speed: pods * lanes for speed, lanes in uplinks.items()}
            if core is None or not uplinks or not _reachable(
                gcd(*uplinks.values()), total, _lanes(core, FABRIC_ZONE)
            ):
                continue
        yield str(next(iter(per_pod.values()))) if len(per_pod) == 1 else _text(per_pod)


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


def _reachable(divisor: int, arriving: dict[int, int], lanes: dict[int, int]) -> bool:
    """Whether a number divides the uplinks, of which so many upper switches have the lanes for what arrives."""
    return any(
        divisor % k == 0 and all(k * lanes.get(speed, 0) >= total for speed, total in arriving.items())
        for k in range(1, divisor + 1)
    )


def _lanes(switch_class: SwitchClass, zone_type: str) -> dict[int, int]:
    """Lanes of a zone type per switch, by speed."""
    found: dict[int, int] = {}
    for zone in switch_class.zones.values():
        if zone.type == zone_type and zone.peer is None:
            found[zone.breakout.speed] = found.get(zone.breakout.speed, 0) + len(zone.ports) * zone.breakout.lanes
    return found


def _text(per_pod: dict[str, int]) -> str:
    return "{" + ", ".join(f"{key}: {size}" for key, size in per_pod.items()) + "}"
