# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan document as plain values, and the place of each in the user's file; where no plan can be read, why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Path

# Far above any plan (10,000 lines make about 30,000 values), far below what an alias bomb expands to.
MAX_VALUES = 200_000
MAX_DEPTH = 100
# A plan of 10,000 lines has 300 KB.
MAX_BYTES = 16 * 1024 * 1024
# Of a key: the longest there is names all 1,024 ports of a switch, one by one.
MAX_KEY = 5_000
# Far above any number that a plan can hold, and below what Python refuses to write (4,300 digits).
MAX_NUMBER = 10 ** 18


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; line and column count from 1, 0 where they are not known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class PlanSource:
    """A plan document as plain Python values, and the place of each: of the key in a mapping, of the item in a list."""

    document: dict[str, Any]
    locations: Mapping[Path, Location] = field(default_factory=dict)
    name: str = "plan"


class PlanSourceError(Exception):
    """The plan cannot be read. `problems` is (place, message) each; the text names them all."""

    def __init__(self, problems: Iterable[tuple[Location, str]]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(f"{place}: {message}" for place, message in self.problems))


def locate(path: Path, locations: Mapping[Path, Location]) -> Location | None:
    """The place of a value, or of the nearest value around it that has one."""
    for length in range(len(path), -1, -1):
        if path[:length] in locations:
            return locations[path[:length]]
    return None


def holds(value: object) -> bool:
    """Whether a plan can hold a value, where it is a number: finite, and within what anybody counts."""
    return not isinstance(value, (int, float)) or -MAX_NUMBER <= value <= MAX_NUMBER


def shown(value: object) -> str:
    """A value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."


def describe(value: Any) -> str:
    """What a value is, for a message."""
    return "a list" if isinstance(value, list) else "empty" if value is None else f"the value {value!r}"[:60]
