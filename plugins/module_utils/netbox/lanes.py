# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests of one verb to one endpoint are under way at once, by what measures faster. Pure.

Most of a request is spent in NetBox and its database, and where many requests want the same rows they wait for each
other: two at once may take longer than one after the other. So it is tried: some rounds with one, some with two, and
two stay only where they are clearly faster. As servers have other things to do as well, it is tried again now and then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_ROUNDS = 2  # of each, to compare
_CLEARLY = 1.15  # times the objects a second; what measurements of one and the same thing differ by is less
_AGAIN = 40  # rounds until it is tried again


@dataclass(frozen=True, slots=True)
class Lanes:
    """`at_once` requests make the next round; `most` is how many that may be at all.

    `weight` and `seconds` are those of the `rounds` being compared. Fewer than no rounds are rounds to let pass: after
    a decision, and at the very beginning, when the server still warms up.
    """

    most: int = 1
    at_once: int = 1
    trying: bool = False
    rounds: int = 0
    weight: float = 0.0
    seconds: float = 0.0
    rate: float = 0.0  # weight a second with one at a time, to beat

    def after(self, weight: float, seconds: float) -> Lanes:
        """After a round that carried some weight and was answered, all of it, in some seconds."""
        if self.most == 1 or seconds <= 0:
            return self
        now = replace(self, rounds=self.rounds + 1, weight=self.weight + weight, seconds=self.seconds + seconds)
        if self.trying:
            if now.rounds < _ROUNDS:
                return now
            faster = now.weight / now.seconds >= self.rate * _CLEARLY
            return Lanes(self.most, self.most if faster else 1, rounds=-_AGAIN)
        if now.rounds <= 0:  # what was decided holds
            return replace(now, weight=0.0, seconds=0.0) if now.rounds else Lanes(self.most)
        if now.rounds < _ROUNDS:
            return now
        return Lanes(self.most, self.most, trying=True, rate=now.weight / now.seconds)
