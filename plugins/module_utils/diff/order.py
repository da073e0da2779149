# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which changes are carried out, as phases.

Shared objects first, because everything refers to them; then deletions from the outside in (cables, interfaces,
devices), so that nothing is stripped and ports and names come free; then creates and updates from the inside out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..model.keys import split_interface_key
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS
from .changeset import BY_TEMPLATE, CREATE, DELETE, MOVE, UPDATE, WITH_DEVICE, Change, ChangeSet


@dataclass(frozen=True, slots=True)
class Phase:
    """Changes that travel together: one kind, one request method."""

    title: str
    kind: str
    method: str
    changes: tuple[Change, ...]


# How phases are carried out. FREE takes cables off the ports, and names off the objects, that others are waiting for; a
# cable keeps one end at each side that its `after["ends"]` names, and none where that is None.
SETUP, REMOVE, ADD, AMEND, FREE = "setup", "remove", "add", "amend", "free"


def phases(changes: ChangeSet) -> list[Phase]:
    """All phases that have something to do, in order."""
    shared = [c for c in changes.changes if c.kind not in OWNED_KINDS]
    moves = changes.of(CABLE, MOVE)
    rows = [
        Phase("Setup", "shared", SETUP, tuple(shared)),
        Phase("Deleting cables", CABLE, REMOVE, _sent(changes.of(CABLE, DELETE))),
        Phase("Deleting interfaces", INTERFACE, REMOVE, _sent(changes.of(INTERFACE, DELETE))),
        Phase("Deleting devices", DEVICE, REMOVE, _sent(changes.of(DEVICE, DELETE))),
        Phase("Freeing names", DEVICE, FREE, _names_in_the_way(changes.of(DEVICE, UPDATE))),
        Phase("Freeing rack units", DEVICE, FREE, _units_in_the_way(changes.of(DEVICE, UPDATE))),
        Phase("Updating devices", DEVICE, AMEND, tuple(changes.of(DEVICE, UPDATE))),
        Phase("Creating devices", DEVICE, ADD, tuple(changes.of(DEVICE, CREATE))),
        Phase("Freeing names", INTERFACE, FREE, _names_in_the_way(changes.of(INTERFACE, UPDATE))),
        Phase(
            "Updating interfaces", INTERFACE, AMEND,
            (*changes.of(INTERFACE, UPDATE), *(c for c in changes.of(INTERFACE, CREATE) if c.via == BY_TEMPLATE)),
        ),
        Phase(
            "Creating interfaces", INTERFACE, ADD,
            tuple(c for c in changes.of(INTERFACE, CREATE) if c.via != BY_TEMPLATE),
        ),
        # Now that all ports are there to go to.
        *(Phase("Detaching cables", CABLE, FREE, changes) for changes in _detachments(moves)),
        Phase("Updating cables", CABLE, AMEND, (*changes.of(CABLE, UPDATE), *moves)),
        Phase("Creating cables", CABLE, ADD, tuple(changes.of(CABLE, CREATE))),
    ]
    return [phase for phase in rows if phase.changes]


def _sent(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(c for c in changes if c.via != WITH_DEVICE)


def _detachments(moves: list[Change]) -> Iterator[tuple[Change, ...]]:
    """Moving cables whose present ports other moving cables are to get, with what they hold until all are free to move.

    NetBox works through a list in its own order, so an exchange of ports in one request passes or fails by luck. And up
    to 4.6 it takes off one side of a cable only if it is told the other (a request with no end at all is answered as if
    it had been carried out, and is not). So a cable lets go by holding one of the ports that it is to get, as soon as
    that is free, and until then one of those that it has. Together they then hold as many ports as there are cables,
    and are to get twice as many, so one of them can go on, and at last they all do.
    """
    wanted = {end: c.key for c in moves for end in c.after["ends"]}
    waiting = {c.key: c for c in moves if any(wanted.get(end, c.key) != c.key for end in c.before.get("ends") or ())}
    held = {end: key for key, change in waiting.items() for end in change.before["ends"] if end in wanted}
    both = {key for key, count in Counter(held.values()).items() if count > 1}
    while waiting:
        kept: dict[str, tuple[str | None, str | None]] = {key: (end, None) for end, key in held.items() if key in both}
        going = {key: ends for key, change in waiting.items() if any(ends := _ends_free(change, held))}
        kept |= going
        yield tuple(replace(waiting[key], after={"ends": ends}) for key, ends in kept.items())
        held = {end: key for end, key in held.items() if key not in kept}
        held |= {end: key for key, ends in kept.items() for end in ends if end}
        waiting = {key: change for key, change in waiting.items() if key not in going}
        both = set()


def _ends_free(change: Change, held: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The first of a cable's new ends that no other cable holds, at its side."""
    a, b = (end if held.get(end, change.key) == change.key else None for end in change.after["ends"])
    return (a, None) if a else (None, b)


def _names_in_the_way(updates: list[Change]) -> tuple[Change, ...]:
    """Objects whose present name another of them is to get; what such an exchange needs is said at `_detachments`.

    `after` is the name to let go with: a device can do without one, an interface gets one for the time being.
    """
    wanted = {(_scope(c), str(c.after["name"]).lower()): c.key for c in updates if "name" in c.after}
    return tuple(
        replace(c, after={"name": None if c.kind == DEVICE else f"diet-{c.id}"}) for c in updates
        if "name" in c.after and wanted.get((_scope(c), str(c.before["name"]).lower()), c.key) != c.key
    )


def _units_in_the_way(updates: list[Change]) -> tuple[Change, ...]:
    """Devices that leave their rack units while others move too: nobody here knows how many each of them takes."""
    moving = [c for c in updates if "position" in c.after]
    leaving = [c for c in moving if c.before.get("position") is not None] if len(moving) > 1 else []
    return tuple(replace(c, after={"position": None}) for c in leaving)


def _scope(change: Change) -> str:
    """Within what names differ: the interfaces of a device, or all devices, which is more than it takes."""
    return split_interface_key(change.key)[0] if change.kind == INTERFACE else ""
