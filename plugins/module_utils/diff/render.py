# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change set as text for people: counts first, then one line per change, whole classes folded when there are many.

Lines stay under 1,000 bytes because AWX shows no more of an event; and the text is made here rather than by Ansible's
own before/after diff, which takes minutes on large texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..model.keys import link_kind, natural
from ..model.state import CABLE, DEVICE, INTERFACE
from .changeset import CREATE, DELETE, MOVE, UPDATE, Change, ChangeSet
from .held import summary_of_held
from .reasons import told

MAX_LINE = 999
# AWX replaces a result of more than 700,000 characters by nothing at all; this much of it is for the diff.
MAX_TEXT = 400_000
_MAX_GROUPS = 500  # classes with a line each, whatever the limit; with more there is a line for each kind of object

_SIGNS = {CREATE: "+", UPDATE: "~", MOVE: ">", DELETE: "-"}
# What a person does not need to read: it is in the name, or the same for all.
_QUIET = {
    DEVICE: ("name", "class_key", "index"),
    INTERFACE: ("name", "device"),
    CABLE: ("ends", "ports"),
    "device_type": ("slug", "is_full_depth"),
    "device_role": ("slug", "color"),
    "location": ("name", "slug"),
    "custom_field": ("name", "label", "group_name", "filter_logic", "ui_editable", "required"),
    "tag": ("name", "slug", "color"),
}
_WORD = {"class_key": "class", "device_type": "type", "object_types": "on", "plan_id": "plan"}
_OWNED_FIRST = (DEVICE, INTERFACE, CABLE)

_WORDS = {CREATE: "to create", UPDATE: "to update", MOVE: "to move", DELETE: "to delete"}
_PAST = {CREATE: "created", UPDATE: "updated", MOVE: "moved", DELETE: "deleted"}


def render(changes: ChangeSet, limit: int, full_text_at: str = "") -> str:
    """The change set in at most about `limit` lines; `full_text_at` is the file with all of them."""
    lines = list(summary(changes))
    count = len(changes.changes)
    if count > limit:
        body = _fold(changes.changes, limit)
        where = f"all {count} are in {full_text_at}" if full_text_at else "raise `diff_lines` to see all"
        lines.append(f"({count} changes; whole classes are folded, {where})")
    else:
        body = [line(change) for change in changes.changes]
    return "\n".join(_within(MAX_TEXT, [*lines, *body])) + "\n"


def summary(changes: ChangeSet, done: bool = False) -> Iterable[str]:
    """One line per kind: how many objects are to be, or were, created, updated, moved, deleted."""
    words = _PAST if done else _WORDS
    counts = changes.counts()
    for kind in [*(k for k in _OWNED_FIRST if k in counts), *(k for k in counts if k not in _OWNED_FIRST)]:
        actions = counts[kind]
        yield f"{plural(kind)}: " + ", ".join(f"{count} {words[action]}" for action, count in actions.items())
    if not done:
        yield from _why(changes)
    yield from summary_of_held(changes)
    for kind, keys in changes.leftovers.items():
        yield f"{plural(kind)}: {len(keys)} left over, kept ({way_out_of_leftovers(changes)})"


def way_out_of_leftovers(changes: ChangeSet) -> str:
    """What deletes the leftovers of a change set, in words."""
    return "`grace` keeps them, a run without it deletes them" if changes.grace else "`prune: true` deletes them"


def _why(changes: ChangeSet) -> Iterable[str]:
    """Reasons of updates and moves, counted; and why nobody can say some of them."""
    numbers = changes.reasons()
    if numbers:
        yield "reasons: " + ", ".join(f"{count} {reason}" for reason, count in numbers.items())
    yield from (f"cannot say of {text}" for text in told(changes))


def line(change: Change) -> str:
    """One change: sign, kind, name, and the fields that matter."""
    text = f"{_SIGNS[change.action]} {change.kind.replace('_', ' ')} {change.label}"
    if change.action == CREATE:
        text += _fields(change)
    elif change.action in (UPDATE, MOVE):
        pairs = [
            f"{word(name)} {show(name, change.before.get(name))} -> {show(name, change.after[name])}"
            + (f" [{change.field_reasons[name]}]" if name in change.field_reasons else "")
            for name in change.after
            if (name != "ports" or "ends" not in change.after) and change.before.get(name) != change.after[name]
        ]
        text += f": {', '.join(pairs) or 'marked as ours'}"
    if change.reason and change.action in (UPDATE, MOVE) and not change.field_reasons:
        text += f" [{change.reason}]"
    return cut(text, MAX_LINE)


def _within(size: int, lines: Sequence[str]) -> Iterator[str]:
    """As many lines as have room in `size` characters, and how many others there are."""
    for number, one in enumerate(lines):
        size -= len(one) + 2  # a line break is two characters where AWX counts them
        if size < 0:
            yield f"(and {len(lines) - number} lines more)"
            return
        yield one


def cut(text: str, size: int) -> str:
    """A text of at most `size` bytes."""
    return text if len(text.encode()) <= size else text.encode()[: size - 3].decode(errors="ignore") + "..."


def plural(kind: str) -> str:
    """`devices`, `device types`, `cables`."""
    return kind.replace("_", " ") + "s"


def _fields(change: Change) -> str:
    quiet = _QUIET.get(change.kind, ("name", "slug"))
    shown = [
        f"{word(name)} {show(name, value)}"
        for name, value in change.after.items()
        if name not in quiet and value not in ("", None, [], {})
    ]
    return f" ({', '.join(shown)})" if shown else ""


def word(name: str) -> str:
    """What a field is called."""
    return _WORD.get(name, name.replace("_", " "))


def show(name: str, value: Any) -> str:
    """The value of a field."""
    if isinstance(value, (list, tuple)):
        return (" -- " if name == "ends" else " ").join(str(v) for v in value) or "nothing"
    if value in ("", None):
        return "nothing"
    return f"{value}G" if name == "speed" else str(value)


def _fold(changes: Iterable[Change], limit: int) -> list[str]:
    """Small groups line by line while there is room, large ones as one line each."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.action, change.kind, _group(change)), []).append(change)
    if len(groups) > max(limit, _MAX_GROUPS):
        together: dict[tuple[str, str, str], list[Change]] = {}
        for (action, kind, _name), members in groups.items():
            together.setdefault((action, kind, ""), []).extend(members)
        groups = together
    room = max(limit - len(groups), 0)
    spelled_out = set()
    for group, members in sorted(groups.items(), key=lambda item: len(item[1])):
        if len(members) - 1 > room:
            break
        room -= len(members) - 1
        spelled_out.add(group)
    lines: list[str] = []
    for group, members in groups.items():
        lines += [line(c) for c in members] if group in spelled_out else [_folded(group, members)]
    return lines


def _group(change: Change) -> str:
    """What folds together: the devices of a class, their interfaces, the cables of one kind that begin there."""
    if change.kind == CABLE:
        return f"{link_kind(change.key)} {change.key.partition(' ')[2].partition('/')[0]}"
    return change.key.partition("/")[0] if change.kind in (DEVICE, INTERFACE) else change.kind


def _folded(group: tuple[str, str, str], members: list[Change]) -> str:
    action, kind, name = group
    # Both ends in one pass: taking a key apart is most of the work, and there may be 90,000.
    ranked = [(natural(c.key), n) for n, c in enumerate(members)]
    first, last = members[min(ranked)[1]].label, members[max(ranked)[1]].label
    of = f" of {name}" if kind in (INTERFACE, CABLE) and name else ""
    count = f" ({len(members)})"
    return cut(f"{_SIGNS[action]} {plural(kind)}{of} {first} .. {last}", MAX_LINE - len(count)) + count
