# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of a server on as many switches as there are, inside one redundancy group where there are groups."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from .deal import Deal, LeastLoaded, Refused
from .demand import Bundle


class _Group:
    """A redundancy group, or all switches where there are none."""

    def __init__(self, deal: Deal, switches: range) -> None:
        self.switches = switches
        self._deal = deal
        self._links = sum(deal.load[i] for i in switches)
        self._least_loaded = LeastLoaded(deal, switches)

    @property
    def load(self) -> float:
        """Links per switch."""
        return self._links / len(self.switches)

    def give(self, bundle: Bundle) -> bool:
        """Deal a bundle inside the group; False where it finds no room."""
        if bundle.kept or len(bundle.links) > len(self.switches):
            chosen = _rounds(self._deal, bundle, self.switches)
        else:
            chosen = self._least_loaded.take(len(bundle.links))
        if not chosen:
            return False
        for link, switch in zip(bundle.links, chosen, strict=True):
            self._deal.give(switch, (link,))
        self._links += len(chosen)
        self._least_loaded.put(dict.fromkeys(chosen))
        return True


def place_alternating(deal: Deal, bundles: Sequence[Bundle], switches: Sequence[range]) -> None:
    """Each link of a bundle on another switch, the least loaded first; a second round when there are more links.

    With redundancy groups, all of them inside one group: the one with the least load that has room.
    """
    groups = [_Group(deal, of_group) for of_group in switches]
    by_load = [(group.load, number) for number, group in enumerate(groups)]
    heapify(by_load)
    for bundle in bundles:
        if not bundle.links:
            continue
        if bundle.kept:
            at_home = (n for n, group in enumerate(groups) if bundle.kept[0] - 1 in group.switches)
            number = next((n for n in at_home if groups[n].give(bundle)), None)
        else:
            number = _give_to_first(by_load, groups, bundle)
        if number is None:
            reason = f"finds no room for its {len(bundle.links)} links on different switches"
            raise Refused(bundle.owner, reason, bool(bundle.kept))
        heappush(by_load, (groups[number].load, number))


def _give_to_first(by_load: list[tuple[float, int]], groups: Sequence[_Group], bundle: Bundle) -> int | None:
    """The number of the first group of a heap that takes a bundle; it is not in the heap any more."""
    found = None
    passed: list[tuple[float, int]] = []
    while by_load and found is None:
        load, number = heappop(by_load)
        if load == groups[number].load:  # else the entry is void
            if groups[number].give(bundle):
                found = number
            else:
                passed.append((load, number))
    for entry in passed:
        heappush(by_load, entry)
    return found


def _rounds(deal: Deal, bundle: Bundle, group: range) -> list[int]:
    """The switches for a bundle that goes round its group more than once or has links there; none if it has no room."""
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
            return []
        chosen = min(candidates, key=lambda i: (deal.load[i] + given[i], i))
        own[chosen] += 1
        given[chosen] += 1
        switches.append(chosen)
    return switches
