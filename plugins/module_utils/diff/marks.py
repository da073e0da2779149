# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks that were written when the plan, or something in it, was called otherwise, and what becomes of them.

Objects are known by the keys that the plan has now. Where NetBox still has a former plan id, key or ledger entry, that
stands beside the present values as `former <mark>`, and is rewritten with whatever else differs.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..model.state import Value

MARKS = ("plan_id", "key", "ports")


def plan_tag(plan_id: str) -> str:
    """The tag of a plan's devices and run records."""
    return f"diet-{plan_id}"


def with_former(values: Mapping[str, Value], stored: Mapping[str, Value]) -> Mapping[str, Value]:
    """Values of an object, with the marks that NetBox has of it where they are not those of today."""
    if not stored:
        return values
    return {**values, **{f"former {name}": value for name, value in stored.items()}}


def former(values: Mapping[str, Value]) -> dict[str, Value]:
    """The marks of an object that have to be rewritten, as NetBox has them."""
    return {name: values[f"former {name}"] for name in MARKS if f"former {name}" in values}


def present_tags(have: Value, former_id: Value, plan_id: str, stated: Value = ()) -> tuple[str, ...]:
    """What the tags of a device have to be: those it has and those the plan states, with the plan's own of today."""
    tags = {*_texts(have), *_texts(stated)}
    if former_id is not None:
        tags = tags - {plan_tag(str(former_id))} | {plan_tag(plan_id)}
    return tuple(sorted(tags))


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
