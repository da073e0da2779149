# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which switch each link goes to: every choice goes to the least loaded candidate, ties to the lowest index.

`place` deals everything that lands in one zone over n switches, or refuses with the one bundle that does not fit.
Sizing calls it with rising n and placement with the n found, so that whatever sizes also places. How each distribution
is dealt is in `rails.py`, `same_switch.py` and `alternating.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.ledger import Domain
from .alternating import place_alternating
from .deal import Deal
from .demand import Demand
from .rails import place_rails
from .same_switch import place_blocks, place_least_loaded
from .space import Lane, Space


@dataclass(frozen=True, slots=True)
class Placement:
    """Lane of each new link, and the domain of each new rail link."""

    lanes: dict[str, tuple[int, Lane]] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)


def place(space: Space, n: int, demand: Demand, group_size: int | None) -> Placement:
    """Deal a demand over n switches, which form redundancy groups of `group_size` where that is given.

    Raises:
        Refused: it does not fit.
    """
    deal = Deal(space, n)
    place_rails(deal, demand)
    if demand.same_switch_kept:
        place_least_loaded(deal, demand.same_switch)
    else:
        place_blocks(deal, demand.same_switch)
    place_least_loaded(deal, demand.undistributed)
    groups = _groups(n, group_size)
    place_alternating(deal, demand.alternating, groups)
    place_alternating(deal, demand.arriving, groups)
    return _draw(space, deal)


def _draw(space: Space, deal: Deal) -> Placement:
    """Give the dealt links their lanes, in the order in which they were dealt."""
    free = [space.free(i + 1) for i in range(len(deal.load))]
    lanes = {link: (switch + 1, next(free[switch])) for link, switch in deal.choices}
    return Placement(lanes, deal.domains)


def _groups(n: int, group_size: int | None) -> list[range]:
    size = group_size or n
    return [range(first, min(first + size, n)) for first in range(0, n, size)] if n else []
