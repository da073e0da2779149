# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiers: the uplinks of leaves end on spines, those of spines on cores. How many of the upper ones there may be.

Every leaf of a class has the same number of links to every spine of its pod, and every spine to every core of its
plane, so the number of upper switches that a lower one reaches divides its uplinks (`balance: uneven` does without).
`fits` tries a number; `deal` gives every pair its quota, for `pairs.py` to make the links.

Spines are numbered pod by pod. Spine j of every pod belongs to plane j; core (k-1)*s+j is the k-th of plane j, s being
the spines of a pod, so that more cores per plane are appended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import gcd

from ...diagnostics import counted
from ...model.keys import device_key, split_device_key
from ...model.ledger import End, Ledger
from ...model.plan import SPINE, Plan
from .links import CORE, FABRIC
from .numbering import index_at
from .sized import SizedClass, above, fabric_zones, uplink_zones
from .space import Space

Quotas = dict[tuple[str, str], int]  # near device, far device: links between them

_SHOWN = 4  # upper switches of which a sum says what others take


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
        return f"{parts} = {self.total()} uplinks / {counted(self.lanes, 'lane')}{unit}{self._sum_of_blocked()}"

    def _sum_of_blocked(self) -> str:
        upper = self.upper.switch_class
        rows = [
            f"{count} on {device_key(upper.key, index_at(position, upper.absent))}"
            for position, count in sorted(self.blocked.items()) if count
        ]
        more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
        return f", of which others take {', '.join(rows[:_SHOWN])}{more}" if rows else ""

    def fits(self, k: int) -> bool:
        """Whether the upper switches have the lanes when a lower one reaches k of them."""
        if not self.blocked and not (self.uneven and self.kept):
            # What is even divides, and one rotation differs by one link: no switch has more than its share.
            return k * self.lanes >= self.total()
        load, _more = self._loads(k)
        return all(count <= self.lanes for count in load.values())

    def deal(self, k: int) -> Quotas:
        """The links of every pair when a lower switch reaches k upper ones, which `fits`."""
        _load, more = self._loads(k)
        return {
            (near, self._upper(far)): lower.uplinks // k + (far in more.get(near, ()))
            for lower in (*self.even, *self.uneven)
            for near, reached in self._near(lower, k)
            for far in reached
        }

    def _near(self, lower: Lower, k: int) -> Iterator[tuple[str, range]]:
        """The switches of a lower class, with the k upper ones that each reaches."""
        for position in range(1, lower.sized.count + 1):
            yield device_key(lower.key, position), self.reach(lower, position, k)

    def _loads(self, k: int) -> tuple[Counter[int], dict[str, set[int]]]:
        """The links of every upper switch, and where an uneven lower one has one link more than elsewhere.

        That is where it has one more already; what is left goes to the least loaded, once all that stays is counted.
        """
        load = Counter(self.blocked)
        more: dict[str, set[int]] = {}
        for lower in self.lowers:
            for near, reached in self._near(lower, k):
                for far in reached:
                    load[far] += lower.uplinks // k
                if lower.uplinks % k:
                    had = [f for f in reached if self.kept.get((near, self._upper(f)), 0) > lower.uplinks // k]
                    more[near] = set(had[:lower.uplinks % k])
                    load.update(more[near])
        for lower in self.uneven:
            for near, reached in self._near(lower, k):
                chosen = more.get(near, set())
                rest = sorted((far for far in reached if far not in chosen), key=lambda far: (load[far], far))
                added = rest[:lower.uplinks % k - len(chosen)]
                chosen.update(added)
                load.update(added)
        return load, more

    def _upper(self, position: int) -> str:
        return device_key(self.upper.switch_class.key, position)


@dataclass(slots=True)
class UplinkRule:
    """The numbers of upper switches that work, with the arithmetic: `sums` per speed, `least` by lanes, `divisor`.

    `divisor` is 0 where nothing has to be divided.
    """

    units: int
    leaves: dict[str, int]  # leaves of each class in the fabric that are in use
    upper: SizedClass
    tiers: list[Tier]
    divisor: int = 0
    least: int = 1
    sums: list[str] = field(default_factory=list)
    missing_speed: str = ""
    most: str = ""  # which leaf has too few uplinks for more upper switches
    held: str = ""  # the last upper switch that links are kept on, where it is what makes them so many
    groups: str = ""  # type of the redundancy groups that the upper switches must make

    def numbers(self) -> Iterator[int]:
        """The numbers that work, smallest first; each is tried when it is asked for."""
        return (self.units * k for k in self._reaches() if self._works(k))

    def allows(self, n: int) -> bool:
        k, rest = divmod(n, self.units)
        return not rest and k in self._reaches() and self._works(k)

    @property
    def largest(self) -> int:
        """The most upper switches that a lower one may reach, whatever lanes they have; 0 for none."""
        return next((k for k in range(self._most, 0, -1) if self._divides(k)), 0)

    def _works(self, k: int) -> bool:
        return self._divides(k) and all(tier.fits(k) for tier in self.tiers)

    def _divides(self, k: int) -> bool:
        return (not self.divisor or self.divisor % k == 0) and self.upper.makes_groups(self.units * k)

    def _reaches(self) -> range:
        """How many upper switches a lower one may reach, divisors aside."""
        return range(0) if self.missing_speed else range(self.least, self._most + 1)

    @property
    def _most(self) -> int:
        uneven = [lower for tier in self.tiers for lower in tier.uneven]
        full = [lower.uplinks for lower in uneven if not lower.sized.switch_class.partial]
        return min(full, default=self.divisor or sum(tier.total() for tier in self.tiers))


def tiers(
    plan: Plan, upper: SizedClass, sized: Mapping[str, SizedClass], ledger: Ledger, prune: bool
) -> list[Tier]:
    """The tiers that end on a class, one per speed of uplinks. Lower classes are sized already."""
    kind = FABRIC if upper.switch_class.role == SPINE else CORE
    lowers = [s for s in sized.values() if s.count and above(plan, s.switch_class) is upper.switch_class]
    near = {key: (s.count, s.lanes(uplink_zones(s.switch_class))) for key, s in sized.items()}
    here = {s.switch_class.key: near[s.switch_class.key] for s in lowers}
    arriving = [e for of in (FABRIC, CORE) for e in ledger.ending_on(of, upper.switch_class.key).values()]
    left_over = [e for e in arriving if e.cabled and not prune and not is_uplink(e.a, near)]
    kept = Counter((e.a.device, e.b.device) for e in arriving if is_uplink(e.a, here))
    pods = max((pods_of(s) for s in lowers), default=1) if kind == FABRIC else _pods_below(plan, lowers, sized)
    units = pods if kind == FABRIC else max(1, sum(s.count for s in lowers) // pods)
    rows: list[Tier] = []
    for speed in sorted({z.breakout.speed for s in lowers for z in uplink_zones(s.switch_class)}):
        space = upper.lanes(fabric_zones(upper.switch_class, speed))
        blocked = Counter({i: space.load(i) for i in range(1, space.highest + 1)})
        here_left = [e for e in left_over if e.b.physical and space.has(e.b.physical)]
        blocked.update(split_device_key(e.b.device)[1] for e in here_left)
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
    divisor = gcd(*(lower.uplinks for tier in found for lower in tier.even))
    rule = UplinkRule(found[0].units, leaves, upper, found, divisor)
    redundancy = upper.switch_class.redundancy
    rule.groups = redundancy.type if redundancy else ""
    for tier in found:
        if not tier.lanes:
            rule.missing_speed = (
                f"{tier.lowers[0].key} has uplinks of {tier.speed}G, and {upper.switch_class.key} has no fabric lanes"
                f" of {tier.speed}G."
            )
            return rule
        rule.sums.append(tier.sum())
        rule.least = max(rule.least, -(-tier.total() // tier.lanes))
    full = [lower for tier in found for lower in tier.uneven if not lower.sized.switch_class.partial]
    if full:
        fewest = min(full, key=lambda lower: lower.uplinks)
        rule.most = f"a {fewest.key} has {fewest.uplinks} uplinks, so it reaches no more spines than that"
    _hold(rule)
    return rule


def _hold(rule: UplinkRule) -> None:
    """A number that is computed does not shrink while links are kept on the switches; one that is given is taken."""
    upper = rule.upper.switch_class
    highest = max((split_device_key(far)[1] for tier in rule.tiers for _near, far in tier.kept), default=0)
    if upper.quantity is None and highest > rule.units * rule.least:
        rule.least = -(-highest // rule.units)
        rule.held = device_key(upper.key, index_at(highest, upper.absent))


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
