# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many switches each class needs: the smallest number on which everything that lands on it can be placed.

Sizing and placement are one rule: a number is tried by placing on it, so the placement that succeeds is the result.
Classes are sized feeders first, because the uplinks of a class are demand for the class they end on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ..diagnostics import Diagnostics, Path
from ..model.keys import lane_link_key, link_kind, natural, switch_port_key
from ..model.ledger import Ledger
from ..model.plan import (
    ALTERNATING,
    FABRIC_ZONE,
    MESH,
    MESH_ZONE,
    RAIL_OPTIMIZED,
    SAME_SWITCH,
    SPINE,
    UNDISTRIBUTED,
    UNMANAGED,
    UPLINK_ZONE,
    Plan,
    SwitchClass,
    Zone,
)
from .deal import Refused
from .demand import Bundle, Demand, RailBundle
from .keep import Kept, Spot, keep_server_links, spot_of
from .links import BORDER, OOB, SERVER, WantedLink, server_links
from .placement import Placement, place
from .sized import MAX_ONE_GROUP, SizedClass, ranked, spine_of, uplink_zones
from .space import Lane, Space, unclaimed_ports
from .spines import SpineRule, report_spines, spine_rule

MESH_SIZES = (2, 3)


@dataclass(frozen=True, slots=True)
class Arrival:
    """The links with which one switch of a peered zone arrives in the far zone."""

    owner: str
    links: tuple[str, ...]
    lanes: tuple[Lane, ...]


def far_classes(plan: Plan, switch_class: SwitchClass) -> set[str]:
    """The classes on which links of a class end."""
    ends = {zone.peer[0] for zone in switch_class.zones.values() if zone.peer}
    spine = spine_of(plan, switch_class)
    if spine is not None and uplink_zones(switch_class):
        ends.add(spine.key)
    return ends


def feeders_first(plan: Plan, found: Diagnostics) -> list[SwitchClass]:
    """Switch classes so that each comes after all whose links end on it; a circle is an error."""
    waiting = {key: far_classes(plan, c) & set(plan.switch_classes) for key, c in plan.switch_classes.items()}
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


class Sizer:
    """Sizes the classes of one plan, one after the other."""

    def __init__(self, plan: Plan, ledger: Ledger, prune: bool, found: Diagnostics) -> None:
        self.plan = plan
        self.ledger = ledger
        self.prune = prune
        self.found = found
        self.sized: dict[str, SizedClass] = {}
        self.wanted: dict[tuple[str, str], list[WantedLink]] = {}
        self.arrivals: dict[tuple[str, str], list[Arrival]] = {}
        for link in server_links(plan, with_absent=not ledger):
            target = (link.connection.switch_class, link.connection.zone)
            self.wanted.setdefault(target, []).append(link)

    def run(self) -> dict[str, SizedClass]:
        for switch_class in feeders_first(self.plan, self.found):
            sized = self._size(switch_class)
            self.sized[switch_class.key] = sized
            self._send_uplinks(sized)
        self._check_meshes()
        return self.sized

    # -- one class -----------------------------------------------------------------------------------------------

    def _size(self, switch_class: SwitchClass) -> SizedClass:
        sized = SizedClass(switch_class, self._claim(switch_class))
        demands: dict[str, Demand] = {}
        group_size = switch_class.redundancy.size if switch_class.redundancy else None
        for zone in ranked(list(switch_class.zones.values())):
            target = (switch_class.key, zone.key)
            if target in self.wanted or target in self.arrivals:
                demands[zone.key] = self._demand(sized, zone, group_size)
        refusals: dict[int, tuple[str, Refused]] = {}
        path: Path = ("switch_classes", switch_class.key)
        if not self._fits_at_all(sized, demands):
            return sized
        errors_before = len(self.found.errors)
        for n in self._candidates(sized, demands, path):
            try:
                sized.placements = self._place_all(sized, demands, n, group_size)
            except _ZoneRefused as refused:
                refusals[n] = (refused.zone, refused.why)
                continue
            sized.count = n
            sized.reason = self._arithmetic(sized, demands)
            return sized
        if refusals:
            self._report(sized, demands, refusals, path)
        elif len(self.found.errors) == errors_before:
            self.found.error(
                "over-capacity", path,
                f"{self._arithmetic(sized, demands)}: that takes at least {self._lower_bound(sized, demands)} switches,"
                " which is more than the class can have here.",
                "Use more ports or a wider breakout, or another `redundancy` or fabric `mode`.",
            )
        return sized

    def _claim(self, switch_class: SwitchClass) -> dict[str, tuple[int, ...]]:
        full: set[str] = set()
        in_use: set[str] = set()
        for zone in switch_class.zones.values():
            if (
                zone.peer is not None
                or (zone.type == UPLINK_ZONE and spine_of(self.plan, switch_class) is not None)
                or (zone.type == MESH_ZONE and switch_class.fabric.mode == MESH)
            ):
                full.add(zone.key)
            elif zone.type == FABRIC_ZONE or {(switch_class.key, zone.key)} & (
                self.wanted.keys() | self.arrivals.keys()
            ):
                in_use.add(zone.key)
        return unclaimed_ports(switch_class.zones.values(), full, full | in_use)

    def _demand(self, sized: SizedClass, zone: Zone, group_size: int | None) -> Demand:
        """What lands in a zone, less what the ledger keeps there; the lanes of kept links and leftovers are held."""
        class_key = sized.switch_class.key
        space = Space([(zone, sized.ports.get(zone.key, ()))])
        wanted = self.wanted.get((class_key, zone.key), [])
        arrivals = self.arrivals.get((class_key, zone.key), [])
        limit = sized.switch_class.quantity
        kept = keep_server_links(wanted, class_key, space, self.ledger, limit, group_size)
        for arrival in arrivals:
            for key in arrival.links:
                spot = spot_of(key, class_key, self.ledger)
                if spot is not None and (limit is None or spot[0] <= limit) and space.hold(*spot):
                    kept.spots[key] = spot
        if not self.prune:
            for spot in self._leftovers(class_key):
                space.hold(*spot)
        sized.spaces[zone.key] = space
        sized.kept[zone.key] = kept
        return _demand(wanted, arrivals, kept)

    def _leftovers(self, class_key: str) -> Iterator[Spot]:
        """Spots of cables that nobody wants any more and that are not pruned: they stay, and so do their lanes."""
        wanted = {link.key for links in self.wanted.values() for link in links}
        wanted |= {key for arrivals in self.arrivals.values() for a in arrivals for key in a.links}
        for key, entry in self.ledger.items():
            if entry.cabled and key not in wanted and link_kind(key) in (SERVER, BORDER, OOB):
                spot = spot_of(key, class_key, self.ledger)
                if spot is not None:
                    yield spot

    def _place_all(
        self, sized: SizedClass, demands: Mapping[str, Demand], n: int, group_size: int | None
    ) -> dict[str, Placement]:
        placements = {}
        for zone, demand in demands.items():
            try:
                placements[zone] = place(sized.spaces[zone], n, demand, group_size)
            except Refused as refused:
                raise _ZoneRefused(zone, refused) from None
        return placements

    # -- which numbers to try ------------------------------------------------------------------------------------

    def _candidates(self, sized: SizedClass, demands: Mapping[str, Demand], path: Path) -> Sequence[int]:
        switch_class = sized.switch_class
        if switch_class.quantity is not None:
            return [switch_class.quantity] if self._given_is_valid(sized, demands, path) else []
        if switch_class.role == SPINE:
            rule = self._spine_rule(sized)
            if rule is not None:
                sized.reason = "; ".join(rule.sums)
                if not rule.numbers:
                    report_spines(rule, path, None, self.found)
                return [n for n in rule.numbers if n >= self._lower_bound(sized, demands)]
        return self._range(sized, demands)

    def _range(self, sized: SizedClass, demands: Mapping[str, Demand]) -> Sequence[int]:
        """All numbers from the capacity bound to the one after which no number helps."""
        low = self._lower_bound(sized, demands)
        redundancy = sized.switch_class.redundancy
        step = (redundancy.size or 1) if redundancy else 1
        # What is held stays where it is; at worst nothing new fits beside it.
        held = max((sized.spaces[zone].highest for zone in demands), default=0)
        high = max(low, held + self._upper_bound(demands, step)) if low else 0
        if redundancy and redundancy.size is None:
            high = min(high, MAX_ONE_GROUP)
        if sized.switch_class.fabric.mode == MESH:
            high = max(MESH_SIZES) if low else 0
        return range(-(-low // step) * step, -(-high // step) * step + 1, step) if low else [0]

    def _lower_bound(self, sized: SizedClass, demands: Mapping[str, Demand]) -> int:
        low = 0
        for zone, demand in demands.items():
            space, kept = sized.spaces[zone], sized.kept[zone]
            links = demand.new_links + len(kept.spots)
            if links and space.capacity:
                low = max(low, -(-links // space.capacity), space.highest)
            low = max(low, *(domain.last for domain in kept.domains.values()), 0)
            if demand.alternating or _alternates(self.wanted.get((sized.switch_class.key, zone), [])):
                low = max(low, 2)
        if low and sized.switch_class.redundancy:
            low = max(low, 2)
        if low and sized.switch_class.fabric.mode == MESH and self._only_mesh_class(sized.switch_class):
            low = max(low, min(MESH_SIZES))
        return low

    @staticmethod
    def _upper_bound(demands: Mapping[str, Demand], group_size: int) -> int:
        """Switches on which every link has one for itself, every server its rails and its group."""
        links = sum(demand.new_links for demand in demands.values())
        rails = max((len(d.rail_numbers) * len(d.rails) for d in demands.values()), default=0)
        groups = max((group_size * len(d.alternating) for d in demands.values()), default=0)
        return max(links, rails, groups, 2)

    def _only_mesh_class(self, switch_class: SwitchClass) -> bool:
        return all(c is switch_class or c.fabric != switch_class.fabric for c in self.plan.switch_classes.values())

    def _given_is_valid(self, sized: SizedClass, demands: Mapping[str, Demand], path: Path) -> bool:
        switch_class = sized.switch_class
        given = switch_class.quantity or 0
        if switch_class.redundancy and given:
            size = switch_class.redundancy.size
            if (size and given % size) or (size is None and not 2 <= given <= MAX_ONE_GROUP):
                wanted = f"a multiple of {size}" if size else "2 to 4, one group"
                self.found.error(
                    "quantity-against-groups", (*path, "quantity"),
                    f"{given} switches cannot form {switch_class.redundancy.type} groups; the number must be {wanted}.",
                )
                return False
        needs_two = any(
            _alternates(self.wanted.get((switch_class.key, zone), [])) for zone in demands
        )
        if needs_two and given < 2:
            self.found.error(
                "alternating-needs-two", (*path, "quantity"),
                f"alternating links need two switches; the quantity is {given}.",
            )
            return False
        if switch_class.role == SPINE:
            rule = self._spine_rule(sized)
            if rule is not None and given not in rule.numbers:
                report_spines(rule, path, given, self.found)
                return False
            sized.reason = "; ".join(rule.sums) if rule else ""
        return True

    def _spine_rule(self, sized: SizedClass) -> SpineRule | None:
        return spine_rule(self.plan, sized, self.sized, self.ledger, self.prune)

    # -- uplinks to explicit far ends, meshes --------------------------------------------------------------------

    def _send_uplinks(self, sized: SizedClass) -> None:
        kind = OOB if sized.switch_class.fabric.fabric_class == UNMANAGED else BORDER
        for zone in ranked([z for z in sized.switch_class.zones.values() if z.peer is not None]):
            lanes = Space([(zone, sized.ports[zone.key])]).lanes
            for owner in sized.devices():
                links = tuple(lane_link_key(kind, owner, zone.key, switch_port_key(x.port, x.lane)) for x in lanes)
                if zone.peer is not None:
                    self.arrivals.setdefault(zone.peer, []).append(Arrival(owner, links, lanes))

    def _check_meshes(self) -> None:
        for fabric in self.plan.fabrics.values():
            members = [s for s in self.sized.values() if s.switch_class.fabric == fabric and s.count]
            total = sum(s.count for s in members)
            if fabric.mode == MESH and members and total not in MESH_SIZES and not self.found.errors:
                names = " + ".join(f"{s.count} {s.switch_class.key}" for s in members)
                self.found.error(
                    "mesh-size", ("fabrics", fabric.key, "mode"),
                    f"a mesh has two or three switches; this one has {total} ({names}).", "Use a spine-leaf fabric.",
                )

    # -- errors --------------------------------------------------------------------------------------------------

    def _fits_at_all(self, sized: SizedClass, demands: Mapping[str, Demand]) -> bool:
        """Report what no number of switches can hold: no free port, or one server with more links than a switch."""
        class_key = sized.switch_class.key
        before = len(self.found.errors)
        for zone, demand in demands.items():
            capacity = sized.spaces[zone].capacity
            path: Path = ("switch_classes", class_key, "zones", zone)
            if not capacity:
                self.found.error(
                    "over-capacity", (*path, "ports"), "every port of the zone is claimed by another zone."
                )
                continue
            owner, links, where = _largest(demand, sized.switch_class)
            if links > capacity:
                self.found.error(
                    "over-capacity", (*path, "ports"),
                    f"{owner} has {links} links that must be on one switch{where}, and a switch has {capacity} lanes in"
                    " the zone.", "Use more ports, a wider breakout, or `alternating`.",
                )
        return len(self.found.errors) == before

    def _arithmetic(self, sized: SizedClass, demands: Mapping[str, Demand]) -> str:
        parts = [self._zone_sum(sized, zone, demand) for zone, demand in demands.items()]
        if sized.reason:
            parts.append(sized.reason)
        given = ["given"] if sized.switch_class.quantity is not None else []
        return "; ".join(given + parts)

    @staticmethod
    def _zone_sum(sized: SizedClass, zone: str, demand: Demand) -> str:
        links = demand.new_links + len(sized.kept[zone].spots)
        rails = f", {len(demand.rail_numbers)} rails" if demand.rail_numbers else ""
        return f"{zone}: {links} links / {sized.spaces[zone].capacity} lanes{rails}"

    def _report(
        self, sized: SizedClass, demands: Mapping[str, Demand], refusals: Mapping[int, tuple[str, Refused]], path: Path
    ) -> None:
        given = sized.switch_class.quantity
        n = given if given is not None else max(refusals)
        zone, why = refusals[n]
        space, demand = sized.spaces[zone], demands[zone]
        links = demand.new_links + len(sized.kept[zone].spots)
        total = n * space.capacity
        compare = f"{links - total} too many" if links > total else f"which would do, but {why.owner} {why.reason}"
        message = (
            f"zone {zone!r}: {links} links on {n} {_plural(n, 'switch', 'switches')} x {space.capacity} lanes"
            f" = {total}, {compare}."
        )
        if given is None:
            hint = "Change the distribution, or use more ports."
            self.found.error("over-capacity", (*path, "zones", zone), message, hint)
            return
        nearest = [str(x) for x in self._nearest(sized, demands, given)]
        hint = f"Quantities that do: {', '.join(nearest)}." if nearest else "No quantity does: use more ports."
        self.found.error("over-capacity", (*path, "quantity"), message, hint)

    def _nearest(self, sized: SizedClass, demands: Mapping[str, Demand], given: int) -> list[int]:
        """The nearest smaller and the nearest larger number that places."""
        redundancy = sized.switch_class.redundancy
        group_size = redundancy.size if redundancy else None
        rule = self._spine_rule(sized) if sized.switch_class.role == SPINE else None
        numbers = rule.numbers if rule else self._range(sized, demands)

        def places(n: int) -> bool:
            try:
                self._place_all(sized, demands, n, group_size)
            except _ZoneRefused:
                return False
            return True

        below = (n for n in sorted(numbers, reverse=True) if n < given and places(n))
        above = (n for n in numbers if n > given and places(n))
        return [*islice(below, 1), *islice(above, 1)]


class _ZoneRefused(Exception):
    def __init__(self, zone: str, why: Refused) -> None:
        super().__init__(zone)
        self.zone = zone
        self.why = why


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _largest(demand: Demand, switch_class: SwitchClass) -> tuple[str, int, str]:
    """The server that needs most of a single switch: how many links, and why there. No number of switches helps it."""
    needs = [(len(b.links), b.owner, "") for b in (*demand.same_switch, *demand.undistributed)]
    for rails in demand.rails:
        rail, links = Counter(number for number, _link in rails.links).most_common(1)[0]
        needs.append((links, rails.owner, f", the leaf of rail {rail}"))
    if switch_class.redundancy and switch_class.redundancy.size:
        size = switch_class.redundancy.size
        needs += [(-(-len(b.links) // size), b.owner, f" of its group of {size}") for b in demand.alternating]
    links, owner, where = max(needs, key=lambda need: need[0], default=(0, "", ""))
    return owner, links, where


def _alternates(wanted: Sequence[WantedLink]) -> bool:
    return any(link.connection.distribution == ALTERNATING for link in wanted)


def _demand(wanted: Sequence[WantedLink], arrivals: Sequence[Arrival], kept: Kept) -> Demand:
    """Bundles of the links that are still to be dealt, by distribution."""
    by_server: dict[str, dict[str, list[WantedLink]]] = {}
    for link in wanted:
        by_server.setdefault(link.connection.distribution, {}).setdefault(link.device, []).append(link)

    def bundles(distribution: str) -> tuple[Bundle, ...]:
        rows = []
        for device, links in by_server.get(distribution, {}).items():
            new = tuple(link.key for link in links if link.key not in kept.spots)
            if new:
                rows.append(Bundle(device, new, tuple(kept.spots[x.key][0] for x in links if x.key in kept.spots)))
        return tuple(rows)

    rails = []
    for device, links in by_server.get(RAIL_OPTIMIZED, {}).items():
        new_rails = tuple((x.connection.rail or 0, x.key) for x in links if x.key not in kept.spots)
        if new_rails:
            rails.append(RailBundle(device, new_rails, kept.domain_of.get(device)))
    same_switch = by_server.get(SAME_SWITCH, {})
    arriving = []
    for arrival in arrivals:
        new = tuple(key for key in arrival.links if key not in kept.spots)
        if new:
            held = tuple(kept.spots[key][0] for key in arrival.links if key in kept.spots)
            arriving.append(Bundle(arrival.owner, new, held))
    return Demand(
        rails=tuple(rails),
        same_switch=bundles(SAME_SWITCH),
        undistributed=bundles(UNDISTRIBUTED),
        alternating=bundles(ALTERNATING),
        arriving=tuple(arriving),
        rail_numbers=tuple(
            sorted({x.connection.rail or 0 for x in wanted if x.connection.distribution == RAIL_OPTIMIZED})
        ),
        domains=kept.rail_domains(),
        same_switch_kept=any(x.key in kept.spots for links in same_switch.values() for x in links),
    )
