# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One form of every value on both sides, so that equal means equal and an unchanged plan changes nothing."""

from __future__ import annotations

from ..model.objects import Wanted
from ..model.state import Value


def wanted_values(wanted: Wanted) -> dict[str, Value]:
    """The managed fields of a desired object."""
    return {name: getattr(wanted, name) for name in wanted.MANAGED}


def same(name: str, left: Value, right: Value) -> bool:
    """Whether two values of a field mean the same: empty text is no text, swapped cable ends are the same cable."""
    if name == "ends" and isinstance(left, tuple) and isinstance(right, tuple):
        return sorted(left) == sorted(right)
    return left == right or (left in ("", None) and right in ("", None))
