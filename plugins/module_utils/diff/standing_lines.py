# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects stand against the plan, in plain words, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .render import MAX_LINE, cut, plural, show, word
from .standing import DRIFTED, FOREIGN, MISSING, MOVED, STATES, Standing

_USERS = 3  # names in a line; one has at most 150 characters

Counts = Mapping[str, Mapping[str, int]]


def line(one: Standing) -> str:
    """One object: `drifted device gpu-001: name is bob, wanted gpu-001 (alice, 2026-11-21 21:25:16)`."""
    if one.state == FOREIGN:
        return cut(f"{FOREIGN}: {one.text}", MAX_LINE)
    said = ", ".join((*([one.text] if one.text else ()), *_fields(one)))
    text = f"{one.state} {one.kind.replace('_', ' ')} {one.name}" + (f": {said}" if said else "")
    origin = _origin(one)
    return cut(text, MAX_LINE - len(origin.encode())) + origin


def per_kind(counts: Counts) -> Iterator[str]:
    """`devices: 4 in step, 1 drifted`, a line for each kind."""
    for kind, states in counts.items():
        yield f"{plural(kind)}: " + ", ".join(f"{number} {state}" for state, number in states.items())


def per_state(counts: Counts, states: Sequence[str] = STATES) -> str:
    """`1 drifted, 2 missing`, of all kinds together."""
    numbers = {state: sum(of.get(state, 0) for of in counts.values()) for state in states}
    return ", ".join(f"{number} {state}" for state, number in numbers.items() if number)


def lines(found: Sequence[Standing], most: int, where: str = "") -> Iterator[str]:
    """The first objects, a line each, and where the others are."""
    yield from map(line, found[:most])
    if len(found) > most:
        yield f"and {len(found) - most} more" + (f", all in {where}" if where else "")


def _fields(one: Standing) -> Iterator[str]:
    for name, wants in one.wants.items():
        if name not in ("ends", "ports"):  # where the cable is, is told in words
            yield f"{word(name)} is {show(name, one.has.get(name))}, wanted {show(name, wants)}"


def _origin(one: Standing) -> str:
    if one.state not in (DRIFTED, MOVED, MISSING):
        return ""
    if not one.origin.since:
        return " (nobody knows by whom)" if one.origin.unknown else ""
    more = ["..."] if len(one.origin.by) > _USERS else []
    when = one.origin.since.partition(".")[0].replace("T", " ")
    return f" ({', '.join([*one.origin.by[:_USERS], *more])}, {when})"
