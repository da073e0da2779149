# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rail-optimized links: leaves form domains that carry all rails once, and a server has all its links in one domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...model.ledger import Domain
from .deal import Deal, Refused
from .demand import Demand, RailDomain


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


def place_rails(deal: Deal, demand: Demand) -> None:
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
    # Domains only fill up: where one server with these rails found no room, the next one need not ask again.
    first_to_ask: dict[tuple[int, ...], int] = {}
    for bundle in demand.rails:
        rails = tuple(rail for rail, _link in bundle.links)
        for position in range(first_to_ask.get(rails, 0), len(domains)):
            found, leaf_of = domains[position].domain, leaves[position]
            if bundle.domain not in (None, found.number):
                continue
            wanted = [leaf_of[rail] for rail in rails]
            if all(deal.room[leaf - 1] >= wanted.count(leaf) for leaf in wanted):
                for rail, link in bundle.links:
                    deal.give(leaf_of[rail] - 1, (link,))
                    deal.domains[link] = found
                break
        else:
            reason = f"finds no rail domain with room for its {len(bundle.links)} links"
            raise Refused(bundle.owner, reason, bundle.domain is not None)
        if bundle.domain is None:
            first_to_ask[rails] = position


def _clipped(domain: RailDomain, n: int) -> RailDomain:
    """A domain whose last leaves a smaller given quantity took away."""
    number, first, last = domain.domain.number, domain.domain.first, min(domain.domain.last, n)
    return RailDomain(Domain(number, first, last), tuple(pair for pair in domain.leaf_of if pair[1] <= n))


def _with_all_rails(deal: Deal, domain: RailDomain, rails: Sequence[int]) -> RailDomain:
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
