# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch classes with absent indices: everything between here and here counts switches 1 to n without gaps.

`inward` turns the indices of a ledger into positions, `outward` turns the positions of placed links into indices; at
no other place does the expansion know that an index may be absent.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ...model.keys import device_key, split_device_key
from ...model.ledger import Domain, End, Entry, Ledger
from ...model.plan import Plan
from .links import SERVER, PlacedLink

# No key of a plan begins so: a class of switches that are not there any more, as far as a ledger still names them.
_GONE = "-"


def index_at(position: int, absent: Iterable[int]) -> int:
    """The position-th of the indices that are not absent."""
    for one in sorted(absent):
        if one > position:
            break
        position += 1
    return position


class Numbering:
    """Indices and positions of the switches of a plan. Positions count the switches that are there, from 1."""

    def __init__(self, plan: Plan) -> None:
        self._absent: Mapping[str, tuple[int, ...]] = {
            key: tuple(sorted(one.absent)) for key, one in plan.switch_classes.items() if one.absent
        }
        # Of every absent index the first position that comes after it.
        self._before = {
            key: tuple(one - lower for lower, one in enumerate(absent)) for key, absent in self._absent.items()
        }

    def index(self, class_key: str, position: int) -> int:
        """The index of the switch at a position: the position-th of the indices that are not absent."""
        return position + bisect_right(self._before.get(class_key, ()), position)

    def position(self, class_key: str, index: int) -> int | None:
        """The position of a switch, None where it is absent."""
        absent = self._absent.get(class_key, ())
        lower = bisect_left(absent, index)
        return None if absent[lower:lower + 1] == (index,) else index - lower

    # -- inward --------------------------------------------------------------------------------------------------

    def inward(self, ledger: Ledger) -> Ledger:
        """A ledger with positions for indices, without what was on switches that are absent now.

        A link whose near switch is absent stays, under a class that is not in the plan: as long as its cable is there,
        it holds its far port.
        """
        if not self._absent:
            return ledger
        entries = {}
        for key, entry in ledger.items():
            if self._at(entry.b.device) is not None:
                entries[self._key(key, self._positioned)] = self._entry(entry)
        taken = {
            device: ports for former, ports in ledger.taken.items() if (device := self._at(former)) is not None
        }
        return Ledger(entries, taken)

    def _at(self, device: str) -> str | None:
        class_key, index = split_device_key(device)
        position = self.position(class_key, index)
        return None if position is None else device_key(class_key, position)

    def _positioned(self, device: str) -> str:
        return self._at(device) or f"{_GONE}{device}"

    def _entry(self, entry: Entry) -> Entry:
        class_key, _index = split_device_key(entry.b.device)
        return replace(
            entry,
            a=replace(entry.a, device=self._positioned(entry.a.device)),
            b=replace(entry.b, device=self._positioned(entry.b.device)),
            domain=self._domain_inward(class_key, entry.domain) if entry.domain else None,
        )

    def _domain_inward(self, class_key: str, domain: Domain) -> Domain | None:
        """The positions of the leaves of a domain that are there, None where there is none."""
        absent = self._absent.get(class_key, ())
        first, last = domain.first, domain.last
        while first in absent:
            first += 1
        while last in absent:
            last -= 1
        if first > last:
            return None
        return Domain(domain.number, self.position(class_key, first) or 1, self.position(class_key, last) or 1)

    # -- outward -------------------------------------------------------------------------------------------------

    def outward(self, links: Iterable[PlacedLink]) -> list[PlacedLink]:
        """Placed links with indices for positions."""
        return [self._link(link) for link in links] if self._absent else list(links)

    def _link(self, link: PlacedLink) -> PlacedLink:
        class_key, _position = split_device_key(link.b.device)
        domain = link.domain
        if domain:
            first, last = self.index(class_key, domain.first), self.index(class_key, domain.last)
            domain = Domain(domain.number, first, last)
        return replace(
            link, key=self._key(link.key, self.device), a=self._end(link.a), b=self._end(link.b), domain=domain
        )

    def device(self, at: str) -> str:
        """Device key of what is at a position."""
        class_key, position = split_device_key(at)
        return device_key(class_key, self.index(class_key, position))

    def _end(self, end: End) -> End:
        return replace(end, device=self.device(end.device))

    @staticmethod
    def _key(key: str, renumbered: Callable[[str], str]) -> str:
        """A link key with its near device renumbered; servers have no positions."""
        kind, space, near = key.partition(" ")
        class_key, _slash, inner = near.partition("/")
        index, slash, rest = inner.partition("/")
        if kind == SERVER or not slash or not (index.isascii() and index.isdigit()):
            return key  # no key of ours, where somebody edited it
        return f"{kind}{space}{renumbered(device_key(class_key, int(index)))}{slash}{rest}"
