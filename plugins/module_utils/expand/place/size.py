# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many switches each class needs: the smallest number on which everything that lands on it can be placed.

Sizing and placement are one rule: a number is tried by placing on it, so the placement that succeeds is the result.
Which numbers are tried is in `candidates.py`, what is said when none does in `refusals.py`.
"""

from __future__ import annotations

from ...diagnostics import Diagnostics, Path
from ...model.keys import lane_link_key, switch_port_key
from ...model.ledger import Ledger
from ...model.plan import (
    FABRIC_ZONE,
    MESH,
    MESH_ZONE,
    PAIR_ZONES,
    UNMANAGED,
    UPLINK_ZONE,
    UPPER_ROLES,
    Plan,
    SwitchClass,
    Zone,
)
from .amount import Budget
from .bundles import demand_of
from .candidates import MESH_SIZES, candidates
from .demand import Demand
from .feeders import feeders_first
from .keep import cabled_spots, keep_server_links, spot_of
from .links import BORDER, OOB, SERVER, Arrival, WantedLink, server_links
from .pods import joins_pods
from .refusals import fits_at_all, report_no_numbers, report_refusals
from .sized import SizedClass, above, ranked
from .space import unclaimed_ports
from .tiers import uplink_rule
from .trial import Trial, ZoneRefused


class Sizer:
    """Sizes the classes of one plan, one after the other."""

    def __init__(
        self, plan: Plan, ledger: Ledger, prune: bool, found: Diagnostics, with_absent: bool = False
    ) -> None:
        """`with_absent`: whether absent servers are dealt ports like present ones."""
        self.plan = plan
        self.ledger = ledger
        self.prune = prune
        self.found = found
        self.sized: dict[str, SizedClass] = {}
        self.wanted: dict[tuple[str, str], list[WantedLink]] = {}
        self.arrivals: dict[tuple[str, str], list[Arrival]] = {}
        self._wanted_keys: set[str] = set()
        self._cabled = {} if prune else cabled_spots(ledger, (SERVER, BORDER, OOB))
        for link in server_links(plan, with_absent):
            target = (link.connection.switch_class, link.connection.zone)
            self.wanted.setdefault(target, []).append(link)
            self._wanted_keys.add(link.key)

    def run(self) -> dict[str, SizedClass]:
        budget = Budget(self.plan)
        for switch_class in feeders_first(self.plan, self.found):
            sized = self._size(switch_class)
            self.sized[switch_class.key] = sized
            budget.add(switch_class, sized.count)
            if not budget.allows(self.found):
                return self.sized
            self._send_uplinks(sized)
        self._check_meshes()
        return self.sized

    def _size(self, switch_class: SwitchClass) -> SizedClass:
        sized = SizedClass(switch_class, self._claim(switch_class), self.ledger.taken)
        demands = sized.demands = {
            zone.key: self._demand(sized, zone)
            for zone in ranked(list(switch_class.zones.values()))
            if (switch_class.key, zone.key) in self.wanted or (switch_class.key, zone.key) in self.arrivals
        }
        path: Path = ("switch_classes", switch_class.key)
        if not fits_at_all(sized, demands, path, self.found):
            return sized
        takes_uplinks = switch_class.role in UPPER_ROLES
        rule = uplink_rule(self.plan, sized, self.sized, self.ledger, self.prune) if takes_uplinks else None
        if rule is not None and not joins_pods(self.plan, sized, rule, self.found):
            return sized
        trial = Trial(sized, demands, rule)
        refusals: dict[int, ZoneRefused] = {}
        errors_before = len(self.found.errors)
        for n in candidates(self.plan, trial, path, self.found):
            try:
                sized.placements = trial.place(n)
            except ZoneRefused as refused:
                refusals[n] = refused
                continue
            sized.count = n
            sized.reason = trial.arithmetic()
            return sized
        if refusals:
            report_refusals(self.plan, trial, refusals, path, self.found)
        elif len(self.found.errors) == errors_before:
            report_no_numbers(self.plan, trial, path, self.found)
        return sized

    def _claim(self, switch_class: SwitchClass) -> dict[str, tuple[int, ...]]:
        full: set[str] = set()
        in_use: set[str] = set()
        for zone in switch_class.zones.values():
            if (
                zone.peer is not None
                or (zone.type == UPLINK_ZONE and above(self.plan, switch_class) is not None)
                or zone.type in PAIR_ZONES
                or (zone.type == MESH_ZONE and switch_class.fabric.mode == MESH)
            ):
                full.add(zone.key)
            elif zone.type == FABRIC_ZONE or {(switch_class.key, zone.key)} & (
                self.wanted.keys() | self.arrivals.keys()
            ):
                in_use.add(zone.key)
        kept = self._kept_ports(switch_class, in_use)
        return unclaimed_ports(switch_class.zones.values(), full, full | in_use, kept)

    def _kept_ports(self, switch_class: SwitchClass, in_use: set[str]) -> dict[int, str]:
        """The zone of every port on which the ledger has a link, where zones overlap and so might claim it."""
        zones = ranked([zone for key, zone in switch_class.zones.items() if key in in_use])
        if not self.ledger or sum(len(zone.ports) for zone in zones) == len({p for z in zones for p in z.ports}):
            return {}
        kept: dict[int, str] = {}
        for zone in zones:
            target = switch_class.key, zone.key
            arriving = [key for arrival in self.arrivals.get(target, ()) for key in arrival.links]
            for key in (*(link.key for link in self.wanted.get(target, ())), *arriving):
                spot = spot_of(key, switch_class.key, self.ledger)
                if spot is not None and spot[1][0] in zone.ports and spot[1][1] <= zone.breakout.lanes:
                    kept.setdefault(spot[1][0], zone.key)
        return kept

    def _demand(self, sized: SizedClass, zone: Zone) -> Demand:
        """What lands in a zone, less what the ledger keeps there; the lanes of kept links and leftovers are held."""
        switch_class = sized.switch_class
        space = sized.lanes([zone])
        wanted = self.wanted.get((switch_class.key, zone.key), [])
        arrivals = self.arrivals.get((switch_class.key, zone.key), [])
        limit = switch_class.quantity
        group_size = switch_class.redundancy.size if switch_class.redundancy else None
        kept = keep_server_links(wanted, switch_class.key, space, self.ledger, limit, group_size)
        for arrival in arrivals:
            for key in arrival.links:
                spot = spot_of(key, switch_class.key, self.ledger)
                if spot is not None and (limit is None or spot[0] <= limit) and space.hold(*spot):
                    kept.spots[key] = spot
        # Cables that nobody wants any more and that are not pruned stay, and so do their lanes.
        for key, spot in self._cabled.get(switch_class.key, ()):
            if key not in self._wanted_keys:
                space.hold(*spot)
        sized.spaces[zone.key] = space
        sized.kept[zone.key] = kept
        return demand_of(wanted, arrivals, kept)

    def _send_uplinks(self, sized: SizedClass) -> None:
        kind = OOB if sized.switch_class.fabric.fabric_class == UNMANAGED else BORDER
        for zone in ranked([z for z in sized.switch_class.zones.values() if z.peer is not None]):
            lanes = sized.lanes([zone]).lanes
            for owner in sized.devices():
                links = tuple(lane_link_key(kind, owner, zone.key, switch_port_key(x.port, x.lane)) for x in lanes)
                if zone.peer is not None:
                    self.arrivals.setdefault(zone.peer, []).append(Arrival(owner, links, lanes))
                    self._wanted_keys.update(links)

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
