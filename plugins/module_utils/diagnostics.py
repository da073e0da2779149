# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a plan, as values.

A user's mistake is a `Diagnostic`, collected and reported with all others of the same stage.
A mistake of this code is an `InvariantError`. What a server answers is `netbox.errors`.

Diagnostics carry the path of the value inside the plan (a tuple of keys), never a line number:
only the controller knows the file, and adds file, line and column when it prints (`plugin_utils/plan_source.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

Path = tuple[str, ...]

ERROR = "error"
WARNING = "warning"

_NAME = 64  # characters that are shown of a name, which may be anything at all


class InvariantError(Exception):
    """A promise this code makes to itself is broken: a bug, to be reported as one."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what, where in the plan, what was found, and the way out."""

    severity: str
    code: str
    path: Path
    message: str
    hint: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "severity": self.severity,
            "code": self.code,
            "path": list(self.path),
            "message": self.message,
            "hint": self.hint,
        }

    @staticmethod
    def from_dict(row: Mapping[str, Any]) -> Diagnostic:
        return Diagnostic(
            row["severity"], row["code"], tuple(str(p) for p in row["path"]), row["message"], row["hint"]
        )

    def text(self, where: str = "") -> str:
        """The finding as a person reads it; `where` is `file:line:column` when that is known."""
        place = ": ".join(part for part in (where, ".".join(self.path)) if part)
        hint = f" {self.hint}" if self.hint else ""
        return f"{place or 'plan'}: {self.message}{hint} [{self.code}]"


class Diagnostics:
    """Collects findings, so that one pass reports all of them."""

    def __init__(self, found: Iterable[Diagnostic] = (), most: int | None = None) -> None:
        """`most` errors are collected, and the next one ends it: nobody reads so many."""
        self._most = most
        self._found = list(found)
        self._errors = [d for d in self._found if d.severity == ERROR]

    def error(self, code: str, path: Path, message: str, hint: str = "") -> None:
        self.extend([Diagnostic(ERROR, code, path, message, hint)])

    def warn(self, code: str, path: Path, message: str, hint: str = "") -> None:
        self._found.append(Diagnostic(WARNING, code, path, message, hint))

    def extend(self, more: Iterable[Diagnostic]) -> None:
        rows = list(more)
        self._found.extend(rows)
        self._errors.extend(d for d in rows if d.severity == ERROR)
        if self._most is not None and len(self._errors) > self._most:
            told = f"there are more errors than these {self._most:,}; they are not looked for."
            raise PlanError([*self._found, Diagnostic(ERROR, "more-findings", (), told)])

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found)

    @property
    def errors(self) -> list[Diagnostic]:
        return list(self._errors)

    @property
    def warnings(self) -> list[Diagnostic]:
        return [d for d in self._found if d.severity == WARNING]

    def stop_on_errors(self) -> None:
        """A checkpoint between stages.

        Raises:
            PlanError: when an error was collected; it carries every finding so far.
        """
        if self._errors:
            raise PlanError(self._found)


class PlanError(Exception):
    """The plan cannot be used. `diagnostics` says why, all of it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        errors = [d for d in self.diagnostics if d.severity == ERROR]
        super().__init__("\n".join(d.text() for d in errors))


def few(found: Iterable[Diagnostic], most: int = 100) -> Diagnostics:
    """The same findings, of each code so many and one that counts the others: a plan may meet 10,000 of one kind."""
    shown: dict[str, list[Diagnostic]] = {}
    for one in found:
        shown.setdefault(one.code, []).append(one)
    left = Diagnostics()
    for code, alike in shown.items():
        left.extend(alike[:most])
        if len(alike) > most:
            told = f"{len(alike) - most} more of this kind are not shown."
            left.extend([Diagnostic(alike[0].severity, code, (), told)])
    return left


def nearest(word: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?`, or the valid names where none is near, or nothing where there are none."""
    names = sorted(known)
    # Each of them is compared letter by letter, for each mistake.
    close = get_close_matches(word, names, n=1, cutoff=0.6) if len(names) <= 500 and len(word) <= 200 else []
    if close:
        return f"Did you mean {close[0]!r}?"
    if not names:
        return ""
    first = ", ".join(name if len(name) <= _NAME else f"{name[:_NAME]}..." for name in names[:12])
    shown = first + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    return f"Known: {shown}."


def counted(number: int, noun: str) -> str:
    """`1 lane`, `2 lanes`, `3 switches`."""
    plural = "es" if noun.endswith("ch") else "s"
    return f"{number} {noun}{'' if number == 1 else plural}"
