# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a deal: how many links each switch has got, how much room is left, and who is least loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

from ...model.ledger import Domain
from .space import Space


class Refused(Exception):
    """The demand does not fit on that many switches; says which bundle was in the way."""

    def __init__(self, owner: str, reason: str, kept: bool = False) -> None:
        """`kept`: what is kept of it is in the way, so placing all links anew may help."""
        super().__init__(f"{owner} {reason}")
        self.owner = owner
        self.reason = reason
        self.kept = kept


class Deal:
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


class LeastLoaded:
    """Some switches of a deal, the least loaded first, ties to the lowest index.

    A heap of loads; an entry that is no longer the load of its switch is void. So after links were given to a switch,
    however it was chosen, it is put back.
    """

    def __init__(self, deal: Deal, switches: range) -> None:
        self._deal = deal
        self._heap = [(deal.load[i], i) for i in switches]
        heapify(self._heap)

    def take(self, count: int, room: int = 1) -> list[int]:
        """The first `count` switches with room, to be put back once they have their links; none if there are fewer."""
        taken: list[int] = []
        passed: list[int] = []
        while len(taken) < count and self._heap:
            load, switch = heappop(self._heap)
            if load == self._deal.load[switch]:
                (taken if self._deal.room[switch] >= room else passed).append(switch)
        self.put(passed)
        if len(taken) < count:
            self.put(taken)
            return []
        return taken

    def put(self, switches: Iterable[int]) -> None:
        for switch in switches:
            if self._deal.room[switch]:
                heappush(self._heap, (self._deal.load[switch], switch))
