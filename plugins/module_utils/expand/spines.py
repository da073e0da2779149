# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many spines a fabric may have, as far as the uplinks of its leaves decide it.

Every leaf of a class has the same number of links to every spine, so the number divides the uplinks of every leaf
class; and the fabric lanes of each spine hold its share, beside cables that are left over there. Speeds are apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import gcd

from ..diagnostics import Diagnostics, Path
from ..model.keys import link_kind, split_device_key
from ..model.ledger import End, Entry, Ledger
from ..model.plan import FABRIC_ZONE, Plan, SwitchClass, Zone
from .links import FABRIC
from .sized import MAX_ONE_GROUP, SizedClass, spine_of, uplink_zones
from .space import Space


@dataclass(slots=True)
class SpineRule:
    """The numbers of spines that work, with the arithmetic: `sums` per speed, `least` by lanes, and `divisor`."""

    divisor: int
    least: int = 1
    sums: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    missing_speed: str = ""
    groups: str = ""  # type of the redundancy groups that the spines must make


def spine_rule(
    plan: Plan, spine: SizedClass, leaves: Mapping[str, SizedClass], ledger: Ledger, prune: bool
) -> SpineRule | None:
    """What the uplinks that end on a spine class allow, None where there are none. `leaves` are sized already."""
    uplinks = _uplinks(plan, spine.switch_class, leaves)
    if not uplinks:
        return None
    rule = SpineRule(gcd(*(lanes for rows in uplinks.values() for _leaf, lanes in rows)))
    rule.groups = spine.switch_class.redundancy.type if spine.switch_class.redundancy else ""
    near = {key: (leaf.count, leaf.lanes(uplink_zones(leaf.switch_class))) for key, leaf in leaves.items()}
    on_spine = [entry for key, entry in ledger.items() if link_kind(key) == FABRIC and _spine_index(entry, spine)]
    here = {leaf.switch_class.key: near[leaf.switch_class.key] for rows in uplinks.values() for leaf, _lanes in rows}
    wanted = [entry for entry in on_spine if is_uplink(entry.a, here)]
    left_over = [entry for entry in on_spine if entry.cabled and not prune and not is_uplink(entry.a, near)]
    rule.least = max([1, *(_spine_index(entry, spine) for entry in wanted)])
    shares: list[tuple[int, int, Counter[int]]] = []
    for speed, rows in uplinks.items():
        zones = _of_speed(spine.switch_class, FABRIC_ZONE, speed)
        lanes = spine.lanes(zones).capacity
        if not lanes:
            rule.missing_speed = (
                f"{rows[0][0].switch_class.key} has uplinks of {speed}G, and {spine.switch_class.key} has no fabric"
                f" lanes of {speed}G."
            )
            return rule
        total = sum(leaf.count * each for leaf, each in rows)
        parts = " + ".join(f"{leaf.count} {leaf.switch_class.key} x {each}" for leaf, each in rows)
        rule.sums.append(f"{parts} = {total} uplinks / {lanes} lanes")
        rule.least = max(rule.least, -(-total // lanes))
        ports = {port for zone in zones for port in zone.ports}
        left = Counter(_spine_index(e, spine) for e in left_over if e.b.physical and e.b.physical[0] in ports)
        shares.append((total, lanes, left))
    rule.numbers = [
        n for n in range(rule.least, rule.divisor + 1)
        if rule.divisor % n == 0
        and _makes_groups(n, spine.switch_class)
        and all(total // n + left[i] <= lanes for total, lanes, left in shares for i in range(1, n + 1))
    ]
    return rule


def report_spines(rule: SpineRule, path: Path, given: int | None, found: Diagnostics) -> None:
    """Say why a given number of spines, or any, cannot be."""
    if rule.missing_speed:
        found.error("speed-mismatch", (*path, "zones"), rule.missing_speed, "Use one lane speed at both ends.")
        return
    groups = f" and make {rule.groups} groups" if rule.groups else ""
    why = f"{'; '.join(rule.sums)}, so at least {rule.least}, and the number must divide {rule.divisor}{groups}."
    if given is not None:
        possible = ", ".join(str(n) for n in rule.numbers) or "none"
        found.error(
            "spines-do-not-divide", (*path, "quantity"),
            f"{given} spines cannot take these uplinks evenly: {why}", f"Numbers that do: {possible}.",
        )
        return
    found.error(
        "spines-do-not-divide", path, f"no number of spines takes these uplinks evenly: {why}",
        "Change the uplinks per leaf, give the spines more fabric ports, or use fewer leaves.",
    )


def is_uplink(near: End, lanes: Mapping[str, tuple[int, Space]]) -> bool:
    """Whether the lane at the near end of a link is still an uplink: then the link is wanted, else it is left over."""
    class_key, index = split_device_key(near.device)
    count, space = lanes.get(class_key, (0, None))
    return space is not None and index <= count and near.physical is not None and space.has(near.physical)


def _spine_index(entry: Entry, spine: SizedClass) -> int:
    """The spine on which a link ends, 0 where that is another class."""
    class_key, index = split_device_key(entry.b.device)
    return index if class_key == spine.switch_class.key else 0


def _makes_groups(n: int, spine: SwitchClass) -> bool:
    """Whether a number of switches makes whole redundancy groups, where the class has them."""
    if spine.redundancy is None:
        return True
    size = spine.redundancy.size
    return n % size == 0 if size else 2 <= n <= MAX_ONE_GROUP


def _uplinks(
    plan: Plan, spine: SwitchClass, leaves: Mapping[str, SizedClass]
) -> dict[int, list[tuple[SizedClass, int]]]:
    """Leaf classes with their uplinks per leaf, by speed."""
    uplinks: dict[int, list[tuple[SizedClass, int]]] = {}
    for leaf in leaves.values():
        if leaf.count and spine_of(plan, leaf.switch_class) is spine:
            zones = uplink_zones(leaf.switch_class)
            for speed in sorted({zone.breakout.speed for zone in zones}):
                lanes = leaf.lanes([z for z in zones if z.breakout.speed == speed]).capacity
                if lanes:
                    uplinks.setdefault(speed, []).append((leaf, lanes))
    return uplinks


def _of_speed(switch_class: SwitchClass, zone_type: str, speed: int) -> list[Zone]:
    return [z for z in switch_class.zones.values() if z.type == zone_type and z.breakout.speed == speed]
