# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress as values: workflows emit events, whoever wants to show them listens.

Nothing here prints, and no workflow knows who listens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a run: `done` of `total` objects of a phase, or a phase just entered."""

    phase: str
    done: int = 0
    total: int = 0
    text: str = ""


class Sink(Protocol):
    """Takes events as they happen. Must not raise and must not block for long."""

    def __call__(self, event: Event) -> None: ...


def silent(event: Event) -> None:
    """The listener of those who do not listen."""
