# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes back what a run did, from its journal and from what NetBox has now.

What it made is deleted, what it changed gets the values back that it had, what it deleted is made again. An object is
taken back only from a state in which that run may have left it: what somebody has changed since is reported, and then
nothing is taken back at all, because the objects of a fabric hang together. Shared objects stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..diagnostics import Diagnostics
from ..model.state import CABLE, INTERFACE, OWNED_KINDS, Owned, Row, Value
from .changeset import CREATE, DELETE, MOVE, UPDATE, Change, ChangeSet
from .compare import change_set, removals
from .journal import REFUSED, Step
from .normalize import same

Place = tuple[str, str]  # kind and key
WAY_OUT = "Nothing is taken back. Put that right in NetBox first, or change the plan."


@dataclass(slots=True)
class _Track:
    """What a run did to one object: `first` are the values it had, `left` all that the run may have left in a field.

    `new` is one that the run made, whatever it did with it then: a rollback deletes it again.
    """

    last: Change
    new: bool
    deleted: Change | None = None
    first: dict[str, Value] = field(default_factory=dict)
    left: dict[str, list[Value]] = field(default_factory=dict)

    def take(self, change: Change) -> None:
        self.last = change
        if change.action == DELETE:
            self.deleted = change
            return
        for name, value in change.after.items():
            if name == "ends":  # while ports are exchanged, a cable has one end, and none at the other side
                value = tuple(end for end in value if end)
            self.first.setdefault(name, change.before.get(name))
            had = [] if change.action == CREATE else [change.before.get(name)]
            self.left.setdefault(name, had).append(value)


def undo(
    steps: Iterable[Step], owned: Owned, plan_id: str, known: Callable[[str], bool], found: Diagnostics
) -> ChangeSet:
    """The change set that takes the steps of a run back; what cannot be taken back is an error in `found`.

    Args:
        owned: what the plan has now.
        known: whether there is an interface of somebody else by this key.
    """
    tracks: dict[Place, _Track] = {}
    for step in steps:
        for change in step.changes if step.outcome != REFUSED else ():
            if change.kind in OWNED_KINDS:
                new = change.action == CREATE
                tracks.setdefault((change.kind, change.key), _Track(change, new)).take(change)
    going: dict[str, list[str]] = {}
    changes: list[Change] = []
    for (kind, key), track in tracks.items():
        row = owned.of(kind).get(key)
        if track.deleted is not None and not track.new:
            if track.last.action != CREATE:  # else a rollback has made it again
                changes += _made_again(kind, key, track.deleted, row, found)
        elif row is None:
            if not track.new:  # what it made is gone already, or was never made
                told = f"{kind} {track.last.label} ({key}), which that run changed, is gone."
                found.error("gone-since", (), told, WAY_OUT)
        elif _as_left(kind, key, track, row, plan_id, found):
            if track.new:
                going.setdefault(kind, []).append(key)
            else:
                changes += _given_back(kind, key, track, row, plan_id)
    changes += removals(owned, {kind: tuple(keys) for kind, keys in going.items()})
    _lost_ends(changes, owned, known, found)
    return change_set(changes, {})


def _as_left(
    kind: str, key: str, track: _Track, row: Row, plan_id: str, found: Diagnostics
) -> bool:
    """Whether an object is in a state in which the run may have left it."""
    name = f"{kind} {track.last.label} ({key})"
    if track.last.id is not None and row.id != track.last.id:
        found.error("made-anew", (), f"{name} was made anew since that run: its id is {row.id} now.", WAY_OUT)
        return False
    changed = [
        (field_, now) for field_, values in track.left.items()
        if not any(same(field_, now := _now(row, field_, plan_id, key), value) for value in values)
    ]
    if changed:
        told = "; ".join(f"{one} is {_text(now)}, that run left {_text(track.left[one][-1])}" for one, now in changed)
        found.error("changed-since", (), f"{name} was changed since that run: {told}.", WAY_OUT)
    return not changed


def _given_back(kind: str, key: str, track: _Track, row: Row, plan_id: str) -> list[Change]:
    """The update that gives an object the values back that it had."""
    before, after = {}, {}
    for name, was in track.first.items():
        now = _now(row, name, plan_id, key)
        wanted = _tags(now, was, track.left[name][-1]) if name == "tags" else was
        if not (now == wanted or (name != "tags" and same(name, now, wanted))):
            before[name], after[name] = now, wanted
    if not after:
        return []
    return [Change(kind, MOVE if "ends" in after else UPDATE, key, track.last.label, before, after, row.id)]


def _tags(now: Value, was: Value, left: Value) -> Value:
    """The tags that an object has now, without those that the run gave it and with those that it took away."""
    present, first, last = (set(one) if isinstance(one, tuple) else set() for one in (now, was, left))
    return tuple(sorted((present | (first - last)) - (last - first)))


def _made_again(
    kind: str, key: str, gone: Change, row: Row | None, found: Diagnostics
) -> list[Change]:
    values = {name: value for name, value in {**gone.before, **gone.aside}.items() if _said(name, value)}
    if row is None:
        return [Change(kind, CREATE, key, gone.label, {}, values)]
    # With its former id, the request that was to delete it was not carried out. With the values that it had, an undo
    # that broke off has made it again.
    if row.id != gone.id and not all(same(name, row.values.get(name), value) for name, value in values.items()):
        told = f"{kind} {gone.label} ({key}), which that run deleted, was made anew: its id is {row.id} now."
        found.error("made-anew", (), told, WAY_OUT)
    return []


def _said(name: str, value: Value) -> bool:
    return value not in (None, "", ()) and not name.startswith("former ")


def _lost_ends(
    changes: Sequence[Change], owned: Owned, known: Callable[[str], bool], found: Diagnostics
) -> None:
    """A cable that is made again, or moved back, needs both of its interfaces."""
    made = {c.key for c in changes if c.kind == INTERFACE and c.action == CREATE}
    gone = {c.key for c in changes if c.kind == INTERFACE and c.action == DELETE}
    for change in changes:
        if change.kind != CABLE or "ends" not in change.after:
            continue
        ends = change.after["ends"]
        there = (made | owned.interfaces.keys()) - gone
        lost = [end for end in ends if end not in there and not known(end)]
        if lost or len(ends) != 2:
            which = ", ".join(lost) or "one that is not on an interface"
            told = f"the cable {change.key} cannot be put back: its end {which} is gone."
            found.error("gone-since", (), told, WAY_OUT)


def _now(row: Row, name: str, plan_id: str, key: str) -> Value:
    """What an object has now; of the marks that is what is stored, be it a former one."""
    present = {"plan_id": plan_id, "key": key}.get(name, row.values.get(name))
    return row.values.get(f"former {name}", present)


def _text(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return " -- ".join(str(one) for one in value) or "nothing"
    return "nothing" if value in (None, "") else repr(value)
