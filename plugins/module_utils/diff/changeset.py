# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change set: everything a run would do, as a value.

Preview and check mode stop at it, apply acts from it alone, so what was shown is what is done. Labels and reasons are
for people: how a change is carried out does not depend on them. Whether it is made at all may: `max_moves` does not
count drift, and a policy may leave drift alone (`policy.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.state import OWNED_KINDS

CREATE, UPDATE, MOVE, DELETE = "create", "update", "move", "delete"
ACTIONS = (CREATE, UPDATE, MOVE, DELETE)

# Why something differs. CANNOT_SAY goes with the cause in words, `Change.because`; UNKNOWN where nobody asked.
PLAN, DRIFT, BOTH, ADOPTED, CANNOT_SAY, UNKNOWN = "plan changed", "drift", "both", "adopted", "cannot say", ""
REASONS = (PLAN, DRIFT, BOTH, ADOPTED, CANNOT_SAY)

# How a change is carried out when it is not a request of its own: by the device type's template, by its device's end.
BY_TEMPLATE, WITH_DEVICE = "template", "device"


@dataclass(frozen=True, slots=True)
class Change:
    """One object: `before` and `after` hold the fields that differ; `after` of a create holds all managed fields.

    `reason` is that of the whole change; `field_reasons` has those of its fields where they are not all the same.
    `aside` has what else is known of an object that is deleted, so that it can be made again.
    """

    kind: str
    action: str
    key: str
    label: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None
    reason: str = UNKNOWN
    via: str = ""
    field_reasons: Mapping[str, str] = field(default_factory=dict)
    because: str = ""
    aside: Mapping[str, Any] = field(default_factory=dict)

    def reason_of(self, name: str) -> str:
        """Why a field differs."""
        return self.field_reasons.get(name, self.reason)

    def as_row(self) -> dict[str, Any]:
        """The change as plain data: what digests and reports are made of."""
        return {
            "action": self.action,
            "kind": self.kind,
            "key": self.key,
            "name": self.label,
            "id": self.id,
            "before": dict(self.before),
            "after": dict(self.after),
            "reason": self.reason,
            "reasons": dict(self.field_reasons),
            "because": self.because,
            "via": self.via,
        }

    @staticmethod
    def of(row: Mapping[str, Any]) -> Change:
        """The change that `as_row` was made of."""
        return Change(
            row["kind"], row["action"], row["key"], str(row.get("name")), row["before"], row["after"], row["id"],
            str(row.get("reason")), row["via"], row.get("reasons") or {}, str(row.get("because")),
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A field that differs and is left alone, because `policy` says so of drift."""

    policy: str
    kind: str
    key: str
    label: str
    id: int | None
    name: str
    has: Any
    wants: Any
    reason: str
    because: str = ""

    def as_row(self) -> dict[str, Any]:
        """As plain data, for reports."""
        return {
            "policy": self.policy, "kind": self.kind, "key": self.key, "name": self.label, "id": self.id,
            "field": self.name, "has": self.has, "wants": self.wants, "reason": self.reason, "because": self.because,
        }


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All changes of a run, in the order in which they are shown.

    `leftovers` are owned, unwanted and not pruned; `grace` is the status that they get instead. `held` is drift that is
    left alone.
    """

    changes: tuple[Change, ...] = ()
    leftovers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    digest: str = ""
    held: tuple[Held, ...] = ()
    grace: str = ""

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, kind: str, action: str) -> list[Change]:
        return [c for c in self.changes if c.kind == kind and c.action == action]

    def counts(self) -> dict[str, dict[str, int]]:
        """Changes per kind and action; kinds and actions without any are left out."""
        numbers = Counter((c.kind, c.action) for c in self.changes)
        kinds = sorted({kind for kind, _action in numbers})
        return {kind: {a: numbers[kind, a] for a in ACTIONS if numbers[kind, a]} for kind in kinds}

    def left_alone(self, policy: str) -> dict[str, int]:
        """How often each field is left alone by a policy, by `kind.field`."""
        return dict(Counter(f"{one.kind}.{one.name}" for one in self.held if one.policy == policy))

    def reasons(self) -> dict[str, int]:
        """Updates and moves of owned objects by their reasons; reasons without any are left out."""
        numbers = Counter(c.reason for c in self.changes if c.action in (UPDATE, MOVE) and c.kind in OWNED_KINDS)
        return {reason: numbers[reason] for reason in REASONS if numbers[reason]}


# What of a row is no part of what is done.
FOR_PEOPLE = ("name", "reason", "reasons", "because")


def digest(*parts: Any) -> str:
    """SHA-256 over the canonical JSON of some values; the same on every machine."""
    return hashlib.sha256(_canonical(parts).encode()).hexdigest()


def digest_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """The digest of a list of what changes do, a row at a time: 140,000 of them are 60 MB of JSON."""
    whole = hashlib.sha256(b"[[")
    for number, row in enumerate(rows):
        whole.update((("," if number else "") + deed(row)).encode())
    whole.update(b"]]")
    return whole.hexdigest()


def deed(row: Mapping[str, Any]) -> str:
    """What of a change, as plain data, is done; the same text on every machine."""
    return _canonical({name: value for name, value in row.items() if name not in FOR_PEOPLE})


# As json.dumps does it, which makes a new encoder for each call that wants more than the defaults.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=list).encode
