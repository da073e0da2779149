# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change set as text for people: counts first, then one line per change, whole classes folded when there are many.

Lines stay under 1,000 bytes because AWX shows no more of an event; and the text is made here rather than by Ansible's
own before/after diff, which takes minutes on large texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..model.keys import link_kind, natural
from ..model.state import CABLE, DEVICE, INTERFACE
from .changeset import CREATE, DELETE, MOVE, UPDATE, Change, ChangeSet

MAX_LINE = 999

_SIGNS = {CREATE: "+", UPDATE: "~", MOVE: ">", DELETE: "-"}
_WORDS = {CREATE: "to create", UPDATE: "to update", MOVE: "to move", DELETE: "to delete"}


def render(changes: ChangeSet, limit: int, full_text_at: str = "") -> str:
    """The change set in at most about `limit` lines; `full_text_at` is the file with all of them."""
    lines = list(summary(changes))
    body = [line(change) for change in changes.changes]
    if len(body) > limit:
        folded = _fold(changes.changes, limit)
        where = f"all {len(body)} are in {full_text_at}" if full_text_at else "raise `diff_lines` to see all"
        lines.append(f"({len(body)} changes; whole classes are folded, {where})")
        body = folded
    return "\n".join([*lines, *body]) + "\n"


def summary(changes: ChangeSet) -> Iterable[str]:
    """One line per kind: how many objects are created, updated, moved, deleted."""
    for kind, actions in changes.counts().items():
        yield f"{plural(kind)}: " + ", ".join(f"{count} {_WORDS[action]}" for action, count in actions.items())
    for kind, keys in changes.leftovers.items():
        yield f"{plural(kind)}: {len(keys)} left over, kept (`prune: true` deletes them)"


def line(change: Change) -> str:
    """One change: sign, kind, name, and the fields that matter."""
    text = f"{_SIGNS[change.action]} {change.kind.replace('_', ' ')} {change.label}"
    if change.action == CREATE:
        text += _fields(change.after)
    elif change.action in (UPDATE, MOVE):
        pairs = [
            f"{_word(name)} {_show(change.before.get(name))} -> {_show(change.after[name])}" for name in change.after
        ]
        text += f": {', '.join(pairs) or 'marked as ours'}"
    if change.reason and change.action in (UPDATE, MOVE):
        text += f" [{change.reason}]"
    return text if len(text.encode()) <= MAX_LINE else text.encode()[: MAX_LINE - 3].decode(errors="ignore") + "..."


def plural(kind: str) -> str:
    """`devices`, `device types`, `cables`."""
    return kind.replace("_", " ") + "s"


def _fields(values: Mapping[str, Any]) -> str:
    shown = [
        f"{_word(name)} {_show(value)}"
        for name, value in values.items()
        if name not in ("name", "ends", "slug") and value not in ("", None, [], {})
    ]
    return f" ({', '.join(shown)})" if shown else ""


def _word(name: str) -> str:
    return {"class_key": "class", "device_role": "device role", "device_type": "type"}.get(name, name.replace("_", " "))


def _show(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " -- ".join(str(v) for v in value) or "nothing"
    if isinstance(value, dict):
        return " ".join(str(v) for v in value.values())
    return "nothing" if value in ("", None) else str(value)


def _fold(changes: Iterable[Change], limit: int) -> list[str]:
    """Small groups line by line while there is room, large ones as one line each."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.action, change.kind, _group(change)), []).append(change)
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
    ordered = sorted(members, key=lambda c: natural(c.key))
    first, last = ordered[0].label, ordered[-1].label
    of = f" of {name}" if kind in (INTERFACE, CABLE) else ""
    return f"{_SIGNS[action]} {plural(kind)}{of} {first} .. {last} ({len(members)})"[:MAX_LINE]
