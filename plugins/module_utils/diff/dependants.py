# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hangs on what would be deleted, and is not ours.

NetBox deletes it too or takes it off without a word; where it refuses instead, it does so in the middle of a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..diagnostics import Diagnostics
from ..model.state import CABLE, DEVICE, INTERFACE, Owned
from .changeset import DELETE, WITH_DEVICE, ChangeSet

SHOWN = 20

Place = tuple[str, int]  # kind and id


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would be deleted: names of devices and interfaces, those that others put on our devices among them.

    `devices` are ids of devices that go as a whole, `touched` of those and of devices that lose an interface.
    """

    names: Mapping[Place, str] = field(default_factory=dict)
    devices: frozenset[int] = frozenset()
    touched: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Dependant:
    """An object of others: `word` is what it is, `text` says which, and on what that goes."""

    word: str
    text: str


def leaving(changes: ChangeSet, owned: Owned) -> Leaving:
    """The devices and interfaces that a change set deletes."""
    names: dict[Place, str] = {}
    whole: dict[str, int] = {}
    touched: set[int] = set()
    for change in changes.of(DEVICE, DELETE):
        if change.id is not None:
            whole[change.key] = change.id
            names[DEVICE, change.id] = change.label
    for change in changes.of(INTERFACE, DELETE):
        if change.id is not None:
            names[INTERFACE, change.id] = change.label
            if change.via != WITH_DEVICE:
                touched.add(owned.devices[str(change.before["device"])].id)
    for (device, name), row in owned.nameless.items():
        if device in whole:
            names[INTERFACE, row.id] = f"{owned.devices[device].name} {name}"
    devices = frozenset(whole.values())
    return Leaving(names, devices, devices | touched)


def report_dependants(hanging: Sequence[Dependant], unseen: Sequence[str], found: Diagnostics) -> None:
    """Collect what stands in the way of deleting.

    Args:
        unseen: what the token may not look for: words with the permissions they need.
    """
    for one in hanging[:SHOWN]:
        text = f"{one.text}, which would be deleted."
        if one.word == CABLE:
            found.error("foreign-cable", (), text, "NetBox would silently strip it. Move or delete it first.")
        else:
            found.error(
                "foreign-dependant", (), text,
                "NetBox would silently delete it too or take it off, or refuse half way. Move or delete it first.",
            )
    if len(hanging) > SHOWN:
        numbers = Counter(one.word for one in hanging[SHOWN:])
        told = ", ".join(f"{count} of the kind {word}" for word, count in numbers.items())
        found.error(
            "foreign-dependant", (), f"{len(hanging) - SHOWN} more objects are on what would be deleted: {told}.",
            "Move or delete them first.",
        )
    if unseen:
        found.warn(
            "dependants-unseen", (),
            f"the token may not view {', '.join(unseen)}, so nobody knows whether some of these are on what would be"
            " deleted. NetBox would delete them too.", "Give the token the right to view them.",
        )
