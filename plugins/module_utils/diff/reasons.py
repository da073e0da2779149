# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why objects differ: because the plan changed, because somebody changed NetBox, or both; told for every field.

The evidence is what the plan wanted when it was last applied (was), beside what NetBox has and what the plan wants now:

- was is what is wanted now, and NetBox has something else: drift
- was is something else, and NetBox has it: plan changed
- was is something else, and so is what NetBox has: both
- nobody knows what was: cannot say, because

The ends of cables need no such evidence: their ledger entry says where they were placed. A cable whose entry stays was
moved by somebody. Nor do marks with former keys: `formerly` is in the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..model.keys import natural
from ..model.ledger import Entry
from ..model.objects import Topology, Wanted
from ..model.renames import Renames
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS, Value
from .changeset import ADOPTED, BOTH, CANNOT_SAY, DRIFT, MOVE, PLAN, UPDATE, Change, ChangeSet
from .normalize import same, wanted_values

Place = tuple[str, str]  # kind and present key

NOT_IN_PLAN = "it was not in the plan when that was last applied"
_SURE = frozenset({"ends", "ports", "plan_id", "key"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the plan wanted when it was last applied, of the objects in question.

    `unchanged` says that it wants the same now. `missing` says in words why nobody knows what it wanted.
    """

    wanted: Mapping[Place, Mapping[str, Value]] = field(default_factory=dict)
    unchanged: bool = False
    missing: str = ""


def in_question(changes: ChangeSet) -> frozenset[Place]:
    """The objects of which evidence is needed."""
    return frozenset(
        (c.kind, c.key) for c in changes.changes if _asked(c) and not _SURE.issuperset(differing(c))
    )


def wanted_then(former: Topology, renames: Renames, objects: Iterable[Place]) -> dict[Place, dict[str, Value]]:
    """What a former plan wants of some objects, by their present keys; what it does not want is left out."""
    asked = frozenset(objects)
    found: dict[Place, dict[str, Value]] = {}

    def take(kind: str, key: str, wanted: Wanted) -> None:
        if (kind, key) in asked:
            found[kind, key] = wanted_values(wanted)

    for device in former.devices:
        take(DEVICE, renames.device(device.key), device)
    for interface in former.interfaces:
        take(INTERFACE, renames.interface(interface.key), interface)
    for cable in former.cables:
        take(CABLE, renames.link(cable.key), cable)
    for (kind, key), values in found.items():
        if kind == INTERFACE:
            values["device"] = key.partition(":")[0]
    return found


def explain(changes: ChangeSet, evidence: Evidence, followed: Collection[str] = ()) -> ChangeSet:
    """The same changes with their reasons: every update and move of an owned object gets one.

    Args:
        followed: links whose ledger entry was replaced by where somebody moved their cable (`followed.py`).
    """
    return replace(
        changes, changes=tuple(_explained(c, evidence, followed) if _asked(c) else c for c in changes.changes)
    )


def whole(reasons: Iterable[str]) -> str:
    """The reason of a change whose fields have these; one that nobody can say leaves the whole open."""
    found = set(reasons)
    if CANNOT_SAY in found:
        return CANNOT_SAY
    return found.pop() if len(found) == 1 else BOTH


def _asked(change: Change) -> bool:
    return change.kind in OWNED_KINDS and change.action in (UPDATE, MOVE) and change.reason != ADOPTED


def differing(change: Change) -> list[str]:
    """The fields of a change that differ; others are sent along because NetBox checks them together."""
    return [name for name, wants in change.after.items() if not same(name, change.before.get(name), wants)]


def _explained(change: Change, evidence: Evidence, followed: Collection[str]) -> Change:
    then = evidence.wanted.get((change.kind, change.key))
    missing = evidence.missing or ("" if evidence.unchanged or then is not None else NOT_IN_PLAN)
    reasons = {name: _reason(change, name, evidence.unchanged, then) for name in differing(change)}
    if change.key in followed and "ports" in reasons:
        # Where it cannot stay where somebody put it, it is placed anew, which is a move that the plan asks for.
        reasons |= {"ends": BOTH, "ports": BOTH} if "ends" in reasons else {"ports": DRIFT}
    if not reasons:
        return change
    because = missing if CANNOT_SAY in reasons.values() else ""
    apart = reasons if len(set(reasons.values())) > 1 else {}
    return replace(change, reason=whole(reasons.values()), field_reasons=apart, because=because)


def _reason(change: Change, name: str, unchanged: bool, then: Mapping[str, Value] | None) -> str:
    has, wants = change.before.get(name), change.after[name]
    if name == "ends":
        return change.reason  # by the ledger entry, `compare.py`
    if name in ("plan_id", "key") or (name == "tags" and "plan_id" in change.after):
        return PLAN
    if name == "ports":
        # Only we write entries, and what is placed anew is because of the plan or an option; what is none is damaged.
        return PLAN if isinstance(has, str) and Entry.parse(has) else DRIFT
    if unchanged:
        return DRIFT
    if then is None:
        return CANNOT_SAY
    if name not in then:
        return PLAN  # what the plan did not state was anybody's to set
    was = then[name]
    if name == "tags":
        return _tags(has, was, wants)
    if same(name, was, wants):
        return DRIFT
    return PLAN if same(name, has, was) else BOTH


def _tags(has: Value, was: Value, wants: Value) -> str:
    """Of tags only those count that are wanted: the missing ones were taken away, or are new to the plan."""
    missing = _texts(wants) - _texts(has)
    lost = missing & _texts(was)
    return DRIFT if lost == missing else BOTH if lost else PLAN


def _texts(value: Value) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def told(changes: ChangeSet) -> list[str]:
    """Why of some changes nobody can say whether the plan changed, in words, with how many they are."""
    numbers: dict[str, int] = {}
    for change in changes.changes:
        if change.because:
            numbers[change.because] = numbers.get(change.because, 0) + 1
    return [f"{numbers[because]} because {because}" for because in sorted(numbers, key=natural)]
