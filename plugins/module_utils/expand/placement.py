# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which switch each link goes to: every choice goes to the least loaded candidate, ties to the lowest index.

`place` deals everything that lands in one zone over n switches, or refuses with the one bundle that does not fit.
Sizing calls it with rising n and placement with the n found, so that whatever sizes also places.

A bundle is what must be dealt together: the links of one server (or of one arriving switch) in one distribution.
Links that the ledger keeps are not dealt again; a bundle only remembers on which switches they are (`kept`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..model.ledger import Domain
from .space import Lane, Space


@dataclass(frozen=True, slots=True)
class Bundle:
    """`links` are still to be dealt, `kept` are the switches of those that are not."""

    owner: str
    links: tuple[str, ...]
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RailBundle:
    """Links by rail. `domain` is the number of the domain that the server's kept links are in."""

    owner: str
    links: tuple[tuple[int, str], ...]
    domain: int | None = None


@dataclass(frozen=True, slots=True)
class RailDomain:
    """A domain the ledger knows: its leaves, and which leaf each rail has."""

    domain: Domain
    leaf_of: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything that lands in one zone, in the order it is dealt."""

    rails: tuple[RailBundle, ...] = ()
    same_switch: tuple[Bundle, ...] = ()
    undistributed: tuple[Bundle, ...] = ()
    alternating: tuple[Bundle, ...] = ()
    arriving: tuple[Bundle, ...] = ()
    rail_numbers: tuple[int, ...] = ()
    domains: tuple[RailDomain, ...] = ()
    same_switch_kept: bool = False  # some same-switch link of the zone is kept: newcomers do not form blocks

    @property
    def new_links(self) -> int:
        bundles = (*self.same_switch, *self.undistributed, *self.alternating, *self.arriving)
        return sum(len(b.links) for b in bundles) + sum(len(r.links) for r in self.rails)


@dataclass(frozen=True, slots=True)
class Placement:
    """Lane of each new link, and the domain of each new rail link."""

    lanes: dict[str, tuple[int, Lane]] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)


class Refused(Exception):
    """The demand does not fit on that many switches; says which bundle was in the way."""

    def __init__(self, owner: str, reason: str) -> None:
        super().__init__(f"{owner} {reason}")
        self.owner = owner
        self.reason = reason


class _Deal:
    """Loads and rooms of n switches while links are dealt; index 0 is switch 1."""

    def __init__(self, space: Space, n: int) -> None:
        self.load = [space.load(i + 1) for i in range(n)]
        self.room = [space.capacity - load for load in self.load]
        self.choices: list[tuple[str, int]] = []
        self.domains: dict[str, Domain] = {}

    def give(self, switch: int, links: Sequence[str]) -> None:
        self.load[switch] += len(links)
        self.room[switch] -= len(links)
        self.choices.extend((link, switch) for link in links)


def place(space: Space, n: int, demand: Demand, group_size: int | None) -> Placement:
    """Deal a demand over n switches, which form redundancy groups of `group_size` where that is given.

    Raises:
        Refused: it does not fit.
    """
    deal = _Deal(space, n)
    _place_rails(deal, demand)
    if demand.same_switch_kept:
        _place_least_loaded(deal, demand.same_switch)
    else:
        _place_blocks(deal, demand.same_switch)
    _place_least_loaded(deal, demand.undistributed)
    groups = _groups(n, group_size)
    _place_alternating(deal, demand.alternating, groups)
    _place_alternating(deal, demand.arriving, groups)
    return _draw(space, deal)


def _draw(space: Space, deal: _Deal) -> Placement:
    """Give the dealt links their lanes, in the order in which they were dealt."""
    free = [space.free(i + 1) for i in range(len(deal.load))]
    lanes = {link: (switch + 1, next(free[switch])) for link, switch in deal.choices}
    return Placement(lanes, deal.domains)


def _groups(n: int, group_size: int | None) -> list[range]:
    size = group_size or n
    return [range(first, min(first + size, n)) for first in range(0, n, size)] if n else []


# -- rail-optimized ----------------------------------------------------------------------------------------------


def rail_domains(n: int, rails: Sequence[int], first_leaf: int = 1, first_number: int = 1) -> list[RailDomain]:
    """The domains that leaves `first_leaf` to n form: R leaves each, one per rail, but the last, which has the rest.

    The leaves of the last domain carry contiguous runs of rails, run lengths differing by at most one, longer first.
    """
    domains: list[RailDomain] = []
    leaf = first_leaf
    while leaf <= n and rails:
        count = min(len(rails), n - leaf + 1)
        base, longer = divmod(len(rails), count)
        leaf_of: list[tuple[int, int]] = []
        position = 0
        for number in range(count):
            run = base + (number < longer)
            leaf_of.extend((rail, leaf + number) for rail in rails[position:position + run])
            position += run
        domains.append(RailDomain(Domain(first_number + len(domains), leaf, leaf + count - 1), tuple(leaf_of)))
        leaf += count
    return domains


def _place_rails(deal: _Deal, demand: Demand) -> None:
    if not demand.rails:
        return
    n = len(deal.load)
    domains = [_clipped(d, n) for d in demand.domains if d.domain.first <= n]
    last_leaf = max((d.domain.last for d in domains), default=0)
    last_number = max((d.domain.number for d in domains), default=0)
    domains += rail_domains(n, demand.rail_numbers, last_leaf + 1, last_number + 1)
    for position, domain in enumerate(domains):
        domains[position] = _with_all_rails(deal, domain, demand.rail_numbers)
    leaves = [dict(d.leaf_of) for d in domains]
    for bundle in demand.rails:
        for domain, leaf_of in zip(domains, leaves, strict=True):
            if bundle.domain not in (None, domain.domain.number):
                continue
            wanted: dict[int, int] = {}
            for rail, _link in bundle.links:
                wanted[leaf_of[rail]] = wanted.get(leaf_of[rail], 0) + 1
            if all(deal.room[leaf - 1] >= count for leaf, count in wanted.items()):
                for rail, link in bundle.links:
                    deal.give(leaf_of[rail] - 1, (link,))
                    deal.domains[link] = domain.domain
                break
        else:
            raise Refused(bundle.owner, f"finds no rail domain with room for its {len(bundle.links)} links")


def _clipped(domain: RailDomain, n: int) -> RailDomain:
    """A domain whose last leaves a smaller given quantity took away."""
    number, first, last = domain.domain.number, domain.domain.first, min(domain.domain.last, n)
    return RailDomain(Domain(number, first, last), tuple(pair for pair in domain.leaf_of if pair[1] <= n))


def _with_all_rails(deal: _Deal, domain: RailDomain, rails: Sequence[int]) -> RailDomain:
    """A rail that is new to a domain of the ledger takes its least loaded leaf."""
    known = dict(domain.leaf_of)
    carried = {leaf: sum(1 for other in known.values() if other == leaf) for leaf in _leaves(domain)}
    for rail in rails:
        if rail not in known:
            leaf = min(_leaves(domain), key=lambda i: (deal.load[i - 1], carried[i], i))
            known[rail] = leaf
            carried[leaf] += 1
    return replace(domain, leaf_of=tuple(known.items()))


def _leaves(domain: RailDomain) -> range:
    return range(domain.domain.first, domain.domain.last + 1)


# -- same-switch and no distribution -----------------------------------------------------------------------------


def _place_blocks(deal: _Deal, bundles: Sequence[Bundle]) -> None:
    """Cut the servers, as one sequence, into contiguous blocks so that the fullest switch is as empty as possible.

    Among such cuts, from the left each block takes servers until it holds its share: what is left divided by the
    blocks left, rounded up.
    """
    if not bundles:
        return
    sizes = [len(b.links) for b in bundles]
    n = len(deal.load)
    low, high = max(deal.load, default=0), max((a + b for a, b in zip(deal.load, deal.room, strict=True)), default=0)
    if _block_starts(deal, sizes, high)[0] > 0:
        raise Refused(bundles[-1].owner, "is the server that finds no room: servers keep all their links on one switch")
    while low < high:
        middle = (low + high) // 2
        if _block_starts(deal, sizes, middle)[0] == 0:
            high = middle
        else:
            low = middle + 1
    starts = _block_starts(deal, sizes, high)
    position, left = 0, sum(sizes)
    for switch in range(n):
        share = -(-left // (n - switch))
        limit = min(high - deal.load[switch], deal.room[switch])
        held = 0
        while position < len(sizes) and held + sizes[position] <= limit:
            if held >= share and position >= starts[switch + 1]:
                break
            held += sizes[position]
            deal.give(switch, bundles[position].links)
            position += 1
        left -= held


def _block_starts(deal: _Deal, sizes: Sequence[int], fullest: int) -> list[int]:
    """For each switch, the first server from which on all fit on it and the switches after it, none above `fullest`."""
    starts = [len(sizes)] * (len(deal.load) + 1)
    position = len(sizes)
    for switch in reversed(range(len(deal.load))):
        room = min(fullest - deal.load[switch], deal.room[switch])
        while position and sizes[position - 1] <= room:
            room -= sizes[position - 1]
            position -= 1
        starts[switch] = position
    return starts


def _place_least_loaded(deal: _Deal, bundles: Sequence[Bundle]) -> None:
    """Each server, with all its links, on the least loaded switch with room; on the one it has links on already."""
    for bundle in bundles:
        candidates = [bundle.kept[0] - 1] if bundle.kept else range(len(deal.load))
        fitting = [i for i in candidates if i < len(deal.room) and deal.room[i] >= len(bundle.links)]
        if not fitting:
            raise Refused(bundle.owner, f"finds no switch with room for all its {len(bundle.links)} links")
        deal.give(min(fitting, key=lambda i: (deal.load[i], i)), bundle.links)


# -- alternating -------------------------------------------------------------------------------------------------


def _place_alternating(deal: _Deal, bundles: Sequence[Bundle], groups: Sequence[range]) -> None:
    """Each link of a bundle on another switch, the least loaded first; a second round when there are more links.

    With redundancy groups, all of them inside one group: the one with the least load that has room.
    """
    for bundle in bundles:
        if not bundle.links:
            continue
        allowed = [g for g in groups if not bundle.kept or bundle.kept[0] - 1 in g]
        for group in sorted(allowed, key=lambda g: (sum(deal.load[i] for i in g) / len(g), g.start)):
            switches = _alternate(deal, bundle, group)
            if switches is not None:
                for link, switch in zip(bundle.links, switches, strict=True):
                    deal.give(switch, (link,))
                break
        else:
            raise Refused(bundle.owner, f"finds no room for its {len(bundle.links)} links on different switches")


def _alternate(deal: _Deal, bundle: Bundle, group: range) -> list[int] | None:
    own = dict.fromkeys(group, 0)
    for switch in bundle.kept:
        if switch - 1 in own:
            own[switch - 1] += 1
    given = dict.fromkeys(group, 0)
    switches: list[int] = []
    for _link in bundle.links:
        # A kept server stays as even as it is, within one, or the next run would not keep it: a switch that is new to
        # it is left alone once the others have three.
        fewest = min(own.values()) if max(own.values()) <= 2 else min(count for count in own.values() if count)
        candidates = [i for i in group if own[i] == fewest and deal.room[i] > given[i]]
        if not candidates:
            return None
        chosen = min(candidates, key=lambda i: (deal.load[i] + given[i], i))
        own[chosen] += 1
        given[chosen] += 1
        switches.append(chosen)
    return switches
