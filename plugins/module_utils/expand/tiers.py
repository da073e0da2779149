# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiers: the uplinks of leaves end on spines, those of spines on cores. How many of the upper ones there may be.

Every leaf of a class has the same number of links to every spine of its pod, and every spine to every core of its
plane, so the number of upper switches that a lower one reaches divides its uplinks (`balance: uneven` does without).
A number is tried by dealing the links: `deal` gives every pair its quota, here to find the number and in `pairs.py`
to make the links.

Spines are numbered pod by pod. Spine j of every pod belongs to plane j; core (k-1)*s+j is the k-th of plane j, s being
the spines of a pod, so that more cores per plane are appended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import gcd

from ..model.keys import device_key, link_kind, split_device_key
from ..model.ledger import End, Entry, Ledger
from ..model.plan import FABRIC_ZONE, SPINE, Plan, Zone
from .links import CORE, FABRIC
from .sized import SizedClass, above, uplink_zones
from .space import Space

Quotas = dict[tuple[str, str], int]  # near device, far device: links between them


@dataclass(frozen=True, slots=True)
class Lower:
    """A class whose uplinks end on a tier: `uplinks` lanes of one speed on each of its switches."""

    sized: SizedClass
    uplinks: int

    @property
    def key(self) -> str:
        return self.sized.switch_class.key


@dataclass(frozen=True, slots=True)
class Tier:
    """Uplinks of one speed that end on one class.

    `units` is how often the upper switches repeat: pods where they are spines, planes where they are cores. A number n
    of upper switches is units x k, and k is what a lower one reaches. `blocked` are lanes that links cannot have, by
    upper switch: cables that are left over there, or not ours.
    """

    kind: str
    speed: int
    upper: SizedClass
    lowers: tuple[Lower, ...]
    units: int
    pods: int
    lanes: int
    blocked: Mapping[int, int]
    kept: Mapping[tuple[str, str], int]

    @property
    def even(self) -> list[Lower]:
        return [lower for lower in self.lowers if not lower.sized.switch_class.uneven]

    @property
    def uneven(self) -> list[Lower]:
        return [lower for lower in self.lowers if lower.sized.switch_class.uneven]

    def per_unit(self, lower: Lower) -> int:
        """Switches of a class in a full pod; spines in a plane, one of every pod."""
        if self.kind == CORE:
            return self.pods
        fabric = lower.sized.switch_class.fabric
        return lower.sized.count if fabric.leaves_per_pod is None else fabric.leaves_per_pod[lower.key]

    def reach(self, lower: Lower, position: int, k: int) -> range:
        """The positions of the k upper switches that a lower one is joined to."""
        if self.kind == CORE:
            return range((position - 1) % self.units + 1, self.units * k + 1, self.units)
        unit = (position - 1) // self.per_unit(lower)
        return range(unit * k + 1, (unit + 1) * k + 1)

    def total(self) -> int:
        """Uplinks that arrive in a full unit."""
        return sum(self.per_unit(lower) * lower.uplinks for lower in self.lowers)

    def sum(self) -> str:
        parts = " + ".join(f"{self.per_unit(lower)} {lower.key} x {lower.uplinks}" for lower in self.lowers)
        unit = "" if self.units == 1 else f" in each of {self.units} {'planes' if self.kind == CORE else 'pods'}"
        return f"{parts} = {self.total()} uplinks / {self.lanes} lanes{unit}"

    def deal(self, k: int) -> Quotas | None:
        """The links of every pair when a lower switch reaches k upper ones, None where they do not fit."""
        load = Counter(self.blocked)
        quotas: Quotas = {}
        for lower in self.even:
            each = lower.uplinks // k
            for position in range(1, lower.sized.count + 1):
                near = device_key(lower.key, position)
                for far in self.reach(lower, position, k):
                    quotas[near, self._upper(far)] = each
                    load[far] += each
        for lower in self.uneven:
            each, more = divmod(lower.uplinks, k)
            for position in range(1, lower.sized.count + 1):
                near = device_key(lower.key, position)
                reached = self.reach(lower, position, k)
                chosen = self._chosen(near, reached, each, more, load)
                for far in reached:
                    quotas[near, self._upper(far)] = each + (far in chosen)
                    load[far] += each + (far in chosen)
        return quotas if all(count <= self.lanes for count in load.values()) else None

    def _chosen(self, near: str, reached: range, each: int, more: int, load: Counter[int]) -> set[int]:
        """The upper switches that get one link more: those that have it already, then the least loaded."""
        had = [far for far in reached if self.kept.get((near, self._upper(far)), 0) > each][:more]
        rest = sorted((far for far in reached if far not in had), key=lambda far: (load[far], far))
        return {*had, *rest[:more - len(had)]}

    def _upper(self, position: int) -> str:
        return device_key(self.upper.switch_class.key, position)


@dataclass(slots=True)
class UplinkRule:
    """The numbers of upper switches that work, with the arithmetic: `sums` per speed, `least` by lanes, `divisor`.

    `divisor` is 0 where nothing has to be divided.
    """

    units: int
    leaves: dict[str, int]  # leaves of each class in the fabric that are in use
    divisor: int = 0
    least: int = 1
    sums: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    missing_speed: str = ""
    most: str = ""  # which leaf has too few uplinks for more upper switches
    groups: str = ""  # type of the redundancy groups that the upper switches must make


def tiers(
    plan: Plan, upper: SizedClass, sized: Mapping[str, SizedClass], ledger: Ledger, prune: bool
) -> list[Tier]:
    """The tiers that end on a class, one per speed of uplinks. Lower classes are sized already."""
    kind = FABRIC if upper.switch_class.role == SPINE else CORE
    lowers = [s for s in sized.values() if s.count and above(plan, s.switch_class) is upper.switch_class]
    near = {key: (s.count, s.lanes(uplink_zones(s.switch_class))) for key, s in sized.items()}
    here = {s.switch_class.key: near[s.switch_class.key] for s in lowers}
    arriving = {key: e for key, e in ledger.items() if link_kind(key) in (FABRIC, CORE) and _position(e, upper)}
    left_over = [e for e in arriving.values() if e.cabled and not prune and not is_uplink(e.a, near)]
    kept = Counter((e.a.device, e.b.device) for e in arriving.values() if is_uplink(e.a, here))
    pods = max((pods_of(s) for s in lowers), default=1) if kind == FABRIC else _pods_below(plan, lowers, sized)
    units = pods if kind == FABRIC else max(1, sum(s.count for s in lowers) // pods)
    rows: list[Tier] = []
    for speed in sorted({z.breakout.speed for s in lowers for z in uplink_zones(s.switch_class)}):
        zones = _of_speed(upper, FABRIC_ZONE, speed)
        space = upper.lanes(zones)
        blocked = Counter({i: space.load(i) for i in range(1, space.highest + 1)})
        blocked.update(_position(e, upper) for e in left_over if e.b.physical and space.has(e.b.physical))
        of_speed = [(s, [z for z in uplink_zones(s.switch_class) if z.breakout.speed == speed]) for s in lowers]
        found = tuple(Lower(s, lanes) for s, zones_up in of_speed if (lanes := s.lanes(zones_up).capacity))
        if found:
            rows.append(Tier(kind, speed, upper, found, units, pods, space.capacity, blocked, kept))
    return rows


def uplink_rule(
    plan: Plan, upper: SizedClass, sized: Mapping[str, SizedClass], ledger: Ledger, prune: bool
) -> UplinkRule | None:
    """What the uplinks that end on a class allow, None where there are none."""
    found = tiers(plan, upper, sized, ledger, prune)
    if not found:
        return None
    leaves = {
        key: s.count for key, s in sized.items()
        if s.count and uplink_zones(s.switch_class) and s.switch_class.fabric == upper.switch_class.fabric
        and s.switch_class.role != SPINE
    }
    rule = UplinkRule(found[0].units, leaves, gcd(*(lower.uplinks for tier in found for lower in tier.even)))
    redundancy = upper.switch_class.redundancy
    rule.groups = redundancy.type if redundancy else ""
    # The number does not shrink while links are kept there.
    highest = max((split_device_key(far)[1] for tier in found for _near, far in tier.kept), default=0)
    rule.least = max(1, -(-highest // rule.units))
    for tier in found:
        if not tier.lanes:
            rule.missing_speed = (
                f"{tier.lowers[0].key} has uplinks of {tier.speed}G, and {upper.switch_class.key} has no fabric lanes"
                f" of {tier.speed}G."
            )
            return rule
        rule.sums.append(tier.sum())
        rule.least = max(rule.least, -(-tier.total() // tier.lanes))
    rule.numbers = [
        rule.units * k for k in _reaches(rule, found)
        if upper.makes_groups(rule.units * k) and all(tier.deal(k) is not None for tier in found)
    ]
    return rule


def _reaches(rule: UplinkRule, found: list[Tier]) -> Iterator[int]:
    """The numbers of upper switches that a lower one may reach, as far as its uplinks decide it."""
    uneven = [lower for tier in found for lower in tier.uneven]
    full = [lower for lower in uneven if not lower.sized.switch_class.partial]
    most = min((lower.uplinks for lower in full), default=rule.divisor or sum(tier.total() for tier in found))
    if full:
        fewest = min(full, key=lambda lower: lower.uplinks)
        rule.most = f"a {fewest.key} has {fewest.uplinks} uplinks, so it reaches no more spines than that"
    for k in range(rule.least, most + 1):
        if not rule.divisor or rule.divisor % k == 0:
            yield k


def pods_of(leaf: SizedClass) -> int:
    """How many pods the leaves of a class fill."""
    per_pod = leaf.switch_class.fabric.leaves_per_pod
    return -(-leaf.count // per_pod[leaf.switch_class.key]) if per_pod else 1


def _pods_below(plan: Plan, spines: list[SizedClass], sized: Mapping[str, SizedClass]) -> int:
    """How many pods the spines below a core class stand in."""
    keys = {spine.switch_class.key for spine in spines}
    leaves = [s for s in sized.values() if s.count and (one := above(plan, s.switch_class)) and one.key in keys]
    return max((pods_of(leaf) for leaf in leaves), default=1)


def is_uplink(near: End, lanes: Mapping[str, tuple[int, Space]]) -> bool:
    """Whether the lane at the near end of a link is still an uplink: then the link is wanted, else it is left over."""
    class_key, index = split_device_key(near.device)
    count, space = lanes.get(class_key, (0, None))
    return space is not None and index <= count and near.physical is not None and space.has(near.physical)


def _position(entry: Entry, upper: SizedClass) -> int:
    """The upper switch on which a link ends, 0 where that is of another class."""
    class_key, position = split_device_key(entry.b.device)
    return position if class_key == upper.switch_class.key else 0


def _of_speed(sized: SizedClass, zone_type: str, speed: int) -> list[Zone]:
    return [z for z in sized.switch_class.zones.values() if z.type == zone_type and z.breakout.speed == speed]
