# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phase has to send, taken from the front in portions that a pace allows."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..diff.changeset import CREATE, DELETE, Change, ChangeSet
from ..model.state import DEVICE, INTERFACE
from .pace import Pace

_BETWEEN = 2  # bytes that JSON puts between two rows


@dataclass(frozen=True, slots=True)
class Load:
    """One row of a request: the change it carries out, how heavy it is, and its size in bytes.

    `along` are changes that NetBox makes with it: the interfaces of a device that goes.
    """

    change: Change
    row: Mapping[str, Any]
    weight: int
    size: int
    along: Sequence[Change] = ()


def load(change: Change, row: Mapping[str, Any], weight: int = 1, along: Sequence[Change] = ()) -> Load:
    return Load(change, row, weight, len(json.dumps(row)) + _BETWEEN, along)


class Queue:
    """Loads in their order. They are made as they are taken, so that a phase never holds all its rows at once."""

    def __init__(self, loads: Iterable[Load]) -> None:
        self._more: Iterator[Load] = iter(loads)
        self._front: deque[Load] = deque()

    def take(self, pace: Pace) -> list[Load]:
        """The next portion, empty at the end."""
        taken: list[Load] = []
        weight, size = 0, _BETWEEN
        while (one := self._next()) is not None:
            weight, size = weight + one.weight, size + one.size
            if not pace.takes(len(taken) + 1, weight, size):
                self._front.appendleft(one)
                break
            taken.append(one)
        return taken

    def put_back(self, loads: Sequence[Load]) -> None:
        """What was taken and certainly not carried out."""
        self._front.extendleft(reversed(loads))

    def _next(self) -> Load | None:
        return self._front.popleft() if self._front else next(self._more, None)


def device_weights(changes: ChangeSet) -> dict[str, int]:
    """Weights, by key, of devices that are made or deleted together with interfaces: one, and one for each of these.

    Deleting a device takes NetBox some 54 ms for each of its interfaces, making one by template 15 ms.
    """
    weights: dict[str, int] = {}
    for change in changes.changes:
        if change.kind == INTERFACE and change.via and change.action in (CREATE, DELETE):
            device = str((change.after or change.before)["device"])
            weights[device] = weights.get(device, 1) + 1
    for change in changes.changes:
        if change.kind == DEVICE:
            weights.setdefault(change.key, 1)
    return weights
