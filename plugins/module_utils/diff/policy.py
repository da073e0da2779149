# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of drift, for each kind and field: it is put right (restore), or left alone (keep, report).

Only drift is: what the plan changed is always carried out, also where somebody changed it as well. Where nobody can say
whether the plan changed, `keep` and `report` take it for drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..diagnostics import nearest
from ..model.objects import Cable, Device, Interface
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS
from .changeset import ADOPTED, BOTH, CANNOT_SAY, MOVE, PLAN, UPDATE, Change, ChangeSet, Held
from .compare import change_set
from .normalize import TOGETHER
from .reasons import differing, whole

RESTORE, KEEP, REPORT = "restore", "keep", "report"
POLICIES = (RESTORE, KEEP, REPORT)
DEFAULT = "default"

# Of an interface, the device is what it is; the ledger entry of a cable follows its ends.
FIELDS: Mapping[str, tuple[str, ...]] = {
    DEVICE: Device.MANAGED,
    INTERFACE: tuple(name for name in Interface.MANAGED if name != "device"),
    CABLE: tuple(name for name in Cable.MANAGED if name != "ports"),
}
_WORDS = {"class_key": "class"}  # where lookups call a field otherwise
ENDS = (CABLE, "ends")


class PolicyError(ValueError):
    """A value of the option `drift` that cannot be used; the message has everything that is wrong with it."""


@dataclass(frozen=True, slots=True)
class DriftPolicy:
    """The rules as they were given: by `default`, by kind, by `kind.field`. The most exact one counts."""

    rules: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str, name: str) -> str:
        word = _WORDS.get(name, name)
        if name not in FIELDS[kind]:
            return RESTORE
        found = (self.rules.get(key) for key in (f"{kind}.{word}", kind, DEFAULT))
        return next((policy for policy in found if policy), RESTORE)

    def as_row(self) -> dict[str, str]:
        """What is not put right, by `kind.field`: the same for all ways to say it."""
        every = ((kind, name) for kind in OWNED_KINDS for name in FIELDS[kind])
        return {f"{kind}.{name}": self.of(kind, name) for kind, name in every if self.of(kind, name) != RESTORE}


def drift_policy(value: Any) -> DriftPolicy:
    """The policy that the option `drift` says: a word for everything, or a mapping.

    Raises:
        PolicyError: unknown kinds, fields or words, all of them.
    """
    if value in (None, ""):
        return DriftPolicy()
    rules = value if isinstance(value, Mapping) else {DEFAULT: value}
    wrong = [text for key, word in rules.items() for text in (*_wrong_key(str(key)), *_wrong_word(str(key), word))]
    if wrong:
        raise PolicyError("\n".join(wrong))
    return DriftPolicy({str(key): str(word) for key, word in rules.items()})


def _wrong_key(key: str) -> list[str]:
    kind, dot, name = key.partition(".")
    if not dot:
        if key in (DEFAULT, *OWNED_KINDS):
            return []
        near = _near(key, (DEFAULT, *OWNED_KINDS))
        return [
            f"drift: {key!r} is no kind of object.{near} A key is {DEFAULT!r}, one of {_list(OWNED_KINDS)}, or one of"
            " these with a field, such as 'device.name'."
        ]
    if kind not in OWNED_KINDS:
        near = _near(kind, OWNED_KINDS)
        return [f"drift: {key!r}: {kind!r} is no kind of object.{near} Kinds are {_list(OWNED_KINDS)}."]
    words = [_WORDS.get(one, one) for one in FIELDS[kind]]
    if name in words:
        return []
    return [f"drift: {key!r}: a {kind} has no field {name!r}.{_near(name, words)} Its fields are {_list(words)}."]


def _wrong_word(key: str, word: Any) -> list[str]:
    if word in POLICIES:
        return []
    return [f"drift: {key}: {word!r} is no policy.{_near(str(word), POLICIES)} Policies are {_list(POLICIES)}."]


def _near(word: str, known: Iterable[str]) -> str:
    found = nearest(word, known)
    return f" {found}" if found.startswith("Did") else ""


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


# -- applied to a change set -----------------------------------------------------------------------------------------


def hold(changes: ChangeSet, policy: DriftPolicy) -> ChangeSet:
    """The change set without the drift that is left alone, which is in its `held`."""
    if not policy.as_row():
        return changes
    kept: list[Change] = []
    held: list[Held] = []
    for change in changes.changes:
        left = _left_alone(change, policy)
        held += [
            Held(policy_of, change.kind, change.key, change.label, change.id, name, change.before.get(name),
                 change.after[name], change.reason_of(name), change.because)
            for name, policy_of in left.items()
        ]
        rest = _without(change, left) if left else change
        if rest is not None:
            kept.append(rest)
    return replace(change_set(kept, changes.leftovers), held=tuple(held))


def _left_alone(change: Change, policy: DriftPolicy) -> dict[str, str]:
    """The fields of a change that are not written, with the policy that says so."""
    if change.kind not in OWNED_KINDS or change.action not in (UPDATE, MOVE) or change.reason == ADOPTED:
        return {}
    left: dict[str, str] = {}
    for group in _groups(differing(change)):
        word = _of_group(change, group, policy)
        if word != RESTORE:
            left |= dict.fromkeys(group, word)
    return left


def _groups(names: Iterable[str]) -> list[list[str]]:
    """Fields that NetBox checks together stay together; each begins with the one that the others depend on."""
    rest, groups = list(names), []
    for head, others in TOGETHER.items():
        group = [name for name in (head, *others) if name in rest]
        if group:
            groups.append(group)
            rest = [name for name in rest if name not in group]
    return [*groups, *([name] for name in rest)]


def _of_group(change: Change, group: list[str], policy: DriftPolicy) -> str:
    """A device in another rack has another unit and location too: what is said of the rack counts for all of them."""
    if any(change.reason_of(name) in (PLAN, BOTH) for name in group):
        return RESTORE
    words = [policy.of(change.kind, name) for name in group]
    if group[0] in TOGETHER:
        return words[0]
    return RESTORE if RESTORE in words else REPORT if REPORT in words else KEEP


def _without(change: Change, left: Mapping[str, str]) -> Change | None:
    """The change without some fields and what was sent along with them; None where nothing is left of it."""
    gone = {*left, *(other for name in left for other in _along(change, name))}
    after = {name: value for name, value in change.after.items() if name not in gone}
    before = {name: value for name, value in change.before.items() if name not in gone}
    rest = replace(change, before=before, after=after)
    reasons = {name: change.reason_of(name) for name in differing(rest)}
    if not reasons:
        return None
    return replace(
        rest,
        action=MOVE if "ends" in after else UPDATE,
        reason=whole(reasons.values()),
        field_reasons=reasons if len(set(reasons.values())) > 1 else {},
        because=change.because if CANNOT_SAY in reasons.values() else "",
    )


def _along(change: Change, name: str) -> Iterable[str]:
    """Fields that are in a change only because this one is."""
    return (other for other in TOGETHER.get(name, ()) if other not in differing(change))
