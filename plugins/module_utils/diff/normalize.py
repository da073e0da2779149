# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One form of every value on both sides, so that equal means equal and an unchanged plan changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.objects import STATED_OF_CABLES, STATED_OF_DEVICES, Wanted
from ..model.state import CABLE, DEVICE, INTERFACE, Value

STATED: Mapping[str, frozenset[str]] = {
    DEVICE: frozenset(STATED_OF_DEVICES), INTERFACE: frozenset(), CABLE: frozenset((*STATED_OF_CABLES, "status")),
}
# Fields that NetBox checks against each other: where one changes, all that the plan states of them are sent.
TOGETHER: Mapping[str, tuple[str, ...]] = {"rack": ("location", "position", "face"), "length": ("length_unit",)}
# Texts of the user that may have spaces at their ends.
_TRIMMED = frozenset({"name", "description", "label"})


def wanted_values(wanted: Wanted) -> dict[str, Value]:
    """The managed fields of a desired object: of those that are managed where the plan states them, the stated ones."""
    stated = STATED[wanted.KIND]
    values = {name: _normal(name, getattr(wanted, name)) for name in wanted.MANAGED}
    return {name: value for name, value in values.items() if name not in stated or value not in (None, ())}


def _normal(name: str, value: Value) -> Value:
    if name == "length" and isinstance(value, float):
        return round(value, 2)  # NetBox: Cable.length has two decimals, and refuses more
    if name in _TRIMMED and isinstance(value, str):
        return value.strip()  # as NetBox does: else a space at an end would differ in every run
    return value


def lasting(kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Observed values without those that are others' to set unless the plan states them."""
    return {n: value for n, value in values.items() if n not in STATED[kind] and not n.startswith("former ")}


def same(name: str, left: Value, right: Value) -> bool:
    """Whether what NetBox has of a field, on the left, is what is wanted of it.

    Empty text is no text, swapped cable ends are the same cable, an end that a cable let go of (None, in a journal) is
    one that NetBox does not have, and tags of others do not matter.
    """
    if left == right:
        return True
    if name == "ends" and isinstance(left, tuple) and isinstance(right, tuple):
        return sorted(filter(None, left)) == sorted(filter(None, right))
    if name == "tags" and isinstance(left, tuple) and isinstance(right, tuple):
        return set(right) <= set(left)
    return left in ("", None) and right in ("", None)
