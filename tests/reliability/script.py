# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to happen in one trial, in a line that can be read back: which scene, and what to which of its runs.

    grow: body cut @ write 3, row lost @ read 4 / reset before @ write 1; pages of 6; reports thrown away
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from .faults import CHANGE, KILLED_AFTER, KILLED_BEFORE, KINDS, ON_THE_WIRE, READ, WRITE, Fault
from .scenes import SCENES

_SMALL_PAGE = 6  # fewer than the plan has of any kind
_IN_A_ROW = 4  # runs that something happens to, if each of them ends with an error
_MORE = 4  # faults at most that a run has beside the first; all at reads, because a write mostly ends it
_THROWN_AWAY = "reports thrown away"
_PAGES = "pages of "
_AGAIN = "and so on"
_OF_READS = tuple(name for name in ON_THE_WIRE if READ in KINDS[name].on and name != "others write")
_MOST = 60


@dataclass(frozen=True)
class Script:
    """`runs` are the faults of each run, one run after the other; as soon as one ends well, no more are tried.

    `page` is the largest page of NetBox in these runs, 0 for its own. Without `reports` the directory of reports is
    thrown away after them. With `again` they begin anew after the last, until a run ends well.
    """

    scene: str
    runs: tuple[tuple[Fault, ...], ...]
    page: int = 0
    reports: bool = True
    again: bool = False

    def __str__(self) -> str:
        runs = " / ".join(", ".join(map(str, faults)) for faults in self.runs)
        more = [f"{_PAGES}{self.page}"] * bool(self.page) + [_THROWN_AWAY] * (not self.reports) + [_AGAIN] * self.again
        return "; ".join((f"{self.scene}: {runs}", *more))

    @staticmethod
    def parse(text: str) -> Script:
        """Raises: ValueError."""
        first, *more = text.split("; ")
        scene, _colon, runs = first.partition(": ")
        if scene not in SCENES:
            raise ValueError(f"no scene is called {scene!r}")
        faults = tuple(tuple(Fault.parse(one) for one in run.split(", ")) for run in runs.split(" / "))
        page = next((int(one.removeprefix(_PAGES)) for one in more if one.startswith(_PAGES)), 0)
        return Script(scene, faults, page, _THROWN_AWAY not in more, _AGAIN in more)

    def struck(self) -> Iterator[tuple[Fault, ...]]:
        """The faults of one run after the other."""
        return islice(cycle(self.runs), _MOST) if self.again else iter(self.runs)


Size = Callable[[str], tuple[int, int]]  # reads and writes of a scene to which nothing happens


def kills(size: Size) -> Iterator[Script]:
    """SIGKILL at every write of every scene, before it and after it.

    First one after the other: each run is killed when it has made one change, until there is none left to make. Then
    each alone; of every third, the next run has nothing to go by but NetBox.
    """
    for scene in SCENES:
        yield Script(scene, ((Fault(KILLED_AFTER, CHANGE, 1),), (Fault(KILLED_BEFORE, CHANGE, 2),)), again=True)
    alone = (
        (nth, Script(scene, ((Fault(kind, WRITE, nth),),), reports=(2 * nth + number) % 3 != 0))
        for scene in SCENES for nth in range(1, size(scene)[1] + 1)
        for number, kind in enumerate((KILLED_BEFORE, KILLED_AFTER))
    )
    # Scenes in turn, so that a soak that is broken off has seen something of each.
    yield from (one for _nth, one in sorted(alone, key=lambda pair: pair[0]))


def of_seed(seed: int, size: Size) -> Script:
    """Faults of the wire. The kind of the first and the scene go in turn through all; where it happens is chance."""
    chance = random.Random(seed)
    scene = [*SCENES][(seed // len(ON_THE_WIRE) + seed) % len(SCENES)]
    reads, writes = size(scene)

    def fault(name: str, first: bool) -> Fault:
        side = chance.choice(KINDS[name].on)
        # What is left to write after an interruption is not known, but that there is a first.
        most = reads if side == READ else writes if first else 5
        return Fault(name, side, chance.randint(1, most))

    runs = []
    for run in range(_IN_A_ROW):
        name = ON_THE_WIRE[seed % len(ON_THE_WIRE)] if run == 0 else chance.choice(ON_THE_WIRE)
        more = chance.sample(_OF_READS, chance.randint(0, _MORE))
        places = chance.sample(range(1, reads + 1), len(more))
        beside = (Fault(one, READ, nth) for one, nth in zip(more, places, strict=True))
        runs.append((fault(name, run == 0), *beside))
    by_pages = any(KINDS[one.kind].on == (READ,) or KINDS[one.kind].others_write for one in runs[0])
    return Script(scene, tuple(runs), _SMALL_PAGE if by_pages and chance.random() < 0.3 else 0)
