# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a run may delete: a number of objects, or a share of what the plan owns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..diagnostics import Diagnostics
from ..model.keys import link_kind
from ..model.state import CABLE, OWNED_KINDS, Owned
from .changeset import DELETE, Change, ChangeSet

SHARE, LEAST = Fraction(5), 50  # per cent, and what is always allowed
_CLASSES = 10

_NUMBER = re.compile(r"\d{1,12}")
_PER_CENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?%")


class LimitError(ValueError):
    """A value of the option `max_deletions` that cannot be used."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `number` objects, or `share` per cent of what the plan owns; where both are there, whichever is more.

    Without either there is no limit.
    """

    number: int | None = None
    share: Fraction | None = None

    def of(self, owned: int) -> int | None:
        """How many of so many objects may be deleted, None for all of them."""
        allowed = [self.number] if self.number is not None else []
        if self.share is not None:
            allowed.append(int(owned * self.share / 100))
        return max(allowed, default=None)

    def words(self, owned: int) -> str:
        """How the limit comes about."""
        share = f"{_plain(self.share)} % of {owned:,}" if self.share is not None else ""
        if self.number is not None and share:
            return f"{share}, or {self.number} where that is more"
        return share or f"max_deletions: {self.number}"


NO_LIMIT = Limit()
DEFAULT = Limit(LEAST, SHARE)


def limit_of(value: Any, default: Limit = NO_LIMIT) -> Limit:
    """The limit that the option says; the default where it says none.

    Raises:
        LimitError: it is neither a number nor a per cent.
    """
    if value is None:
        return default
    text = str(value).strip()
    if not isinstance(value, bool) and _NUMBER.fullmatch(text):
        return Limit(int(text))
    share = _PER_CENT.fullmatch(text)
    if share is not None and Fraction(share[1]) <= 100:
        return Limit(share=Fraction(share[1]))
    raise LimitError(
        f"max_deletions: {value!r} is no limit. It is a number of objects, such as 200, or a share of what the plan"
        " owns from 0% to 100%, such as 10%."
    )


def check_deletions(changes: ChangeSet, owned: Owned, limit: Limit, found: Diagnostics) -> None:
    """Report more deletions than are allowed, interfaces that go with their devices counted."""
    gone = [c for c in changes.changes if c.action == DELETE and c.kind in OWNED_KINDS]
    total = sum(len(owned.of(kind)) for kind in OWNED_KINDS)
    allowed = limit.of(total)
    if allowed is None or len(gone) <= allowed:
        return
    kinds = Counter(c.kind for c in gone)
    told = ", ".join(f"{kinds[kind]:,} {kind}s" for kind in OWNED_KINDS if kinds[kind])
    found.error(
        "too-many-deletions", (),
        f"{len(gone):,} of the {total:,} objects that the plan owns would be deleted ({told}; {_classes(gone)}), and"
        f" {allowed:,} may be ({limit.words(total)}).",
        f"Look at the preview; set `max_deletions: {len(gone)}` if that is what you want.",
    )


def _classes(gone: list[Change]) -> str:
    numbers = Counter(_class(change) for change in gone)
    shown = ", ".join(f"{count:,} of {name}" for name, count in numbers.most_common(_CLASSES))
    return shown + (f", and of {len(numbers) - _CLASSES} more classes" if len(numbers) > _CLASSES else "")


def _class(change: Change) -> str:
    """The class of a device, of that of an interface, or of the near end of a cable."""
    key = change.key.removeprefix(link_kind(change.key)).strip() if change.kind == CABLE else change.key
    return key.partition("/")[0]


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"
