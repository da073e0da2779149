# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which links of a zone stay where the ledger has them.

A link is kept when its switch and its lane are still in the zone and what is kept of its server still obeys the
distribution. What is kept never moves; everything else is dealt by `placement.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ...model.keys import link_kind, split_device_key
from ...model.ledger import Domain, Entry, Ledger
from ...model.plan import ALTERNATING, RAIL_OPTIMIZED
from .demand import RailDomain
from .links import WantedLink
from .space import Space

Spot = tuple[int, tuple[int, int]]  # switch, (port, lane)


@dataclass(slots=True)
class Kept:
    """Kept links of a zone: their spots, and for rail links the domain of each server and the domains themselves."""

    spots: dict[str, Spot] = field(default_factory=dict)
    domain_of: dict[str, int] = field(default_factory=dict)
    domains: dict[int, Domain] = field(default_factory=dict)
    leaf_of: dict[int, dict[int, int]] = field(default_factory=dict)

    def rail_domains(self) -> tuple[RailDomain, ...]:
        return tuple(
            RailDomain(self.domains[number], tuple(sorted(self.leaf_of[number].items())))
            for number in sorted(self.domains)
        )


def spot_of(link: str, switch_class: str, ledger: Ledger) -> Spot | None:
    """Where the ledger has the far end of a link, None where that is not on a switch of the class."""
    entry = ledger.get(link)
    class_key, spot = _far_end(entry) if entry is not None else ("", None)
    return spot if class_key == switch_class else None


def cabled_spots(ledger: Ledger, kinds: Collection[str]) -> dict[str, list[tuple[str, Spot]]]:
    """Links of some kinds that have cables, and the spots of their far ends, by switch class."""
    spots: dict[str, list[tuple[str, Spot]]] = {}
    for key, entry in ledger.items():
        if entry.cabled and link_kind(key) in kinds:
            class_key, spot = _far_end(entry)
            if spot is not None:
                spots.setdefault(class_key, []).append((key, spot))
    return spots


def _far_end(entry: Entry) -> tuple[str, Spot | None]:
    """The class that a link ends on, and the spot; None where it ends on no switch."""
    class_key, index = split_device_key(entry.b.device)
    lane = entry.b.physical
    return class_key, None if lane is None else (index, lane)


def keep_server_links(
    wanted: Iterable[WantedLink], switch_class: str, space: Space, ledger: Ledger, limit: int | None,
    group_size: int | None,
) -> Kept:
    """Find the kept links of a zone and hold their lanes. `limit` is a given quantity of switches."""
    kept = Kept()
    if not ledger:
        return kept
    by_server: dict[tuple[str, str], list[WantedLink]] = {}
    for link in wanted:
        by_server.setdefault((link.device, link.connection.distribution), []).append(link)
    for (device, distribution), links in by_server.items():
        spots = {}
        for link in links:
            spot = spot_of(link.key, switch_class, ledger)
            if spot is not None and space.has(spot[1]) and (limit is None or spot[0] <= limit):
                spots[link.key] = spot
        if not spots or not _obeys([s[0] for s in spots.values()], distribution, group_size):
            continue
        if distribution == RAIL_OPTIMIZED and not _in_domain(device, links, spots, ledger, kept):
            continue
        for key, (switch, lane) in spots.items():
            if space.hold(switch, lane):
                kept.spots[key] = (switch, lane)
    return kept


def _obeys(switches: Sequence[int], distribution: str, group_size: int | None) -> bool:
    """Whether the kept links of one server, on these switches, still obey its distribution."""
    if distribution == RAIL_OPTIMIZED:
        return True
    if distribution != ALTERNATING:
        return len(set(switches)) == 1
    counts = Counter(switches)
    even = max(counts.values()) - min(counts.values()) <= 1 and len(counts) >= min(len(switches), 2)
    return even and (group_size is None or len({(s - 1) // group_size for s in switches}) == 1)


def _in_domain(
    device: str, links: Sequence[WantedLink], spots: dict[str, Spot], ledger: Ledger, kept: Kept
) -> bool:
    """Whether the kept rail links of a server fit the domains found so far; then the domain is remembered."""
    recorded = {ledger[key].domain for key in spots}
    domain = recorded.pop() if len(recorded) == 1 else None
    if domain is None:
        return False
    known = kept.domains.get(domain.number, domain)
    overlaps = any(
        other.number != domain.number and other.first <= domain.last and domain.first <= other.last
        for other in kept.domains.values()
    )
    if known != domain or overlaps:
        return False
    leaf_of = dict(kept.leaf_of.get(domain.number, {}))
    for link in links:
        if link.key in spots and link.connection.rail is not None:
            leaf = spots[link.key][0]
            if leaf_of.setdefault(link.connection.rail, leaf) != leaf or not domain.first <= leaf <= domain.last:
                return False
    kept.domains[domain.number] = domain
    kept.leaf_of[domain.number] = leaf_of
    kept.domain_of[device] = domain.number
    return True
