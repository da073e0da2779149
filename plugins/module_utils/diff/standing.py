# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How every owned object stands against the plan: a change set, read as findings rather than as work to do.

in step     is what the plan says
drifted     somebody changed fields of it
moved       somebody moved a cable: its ends are not where its ledger entry says
missing     was there before, and is gone
leftover    is owned, and the plan no longer wants it
foreign     something that is not ours, or cannot be told from ours, is in the way
planned     the plan changed and was not applied since
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..diagnostics import ERROR, WARNING, Diagnostic
from ..model.keys import interface_key
from ..model.ledger import Ledger
from ..model.objects import Topology
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS, Owned
from .changeset import ADOPTED, CREATE, DELETE, MOVE, PLAN, UPDATE, Change, ChangeSet
from .normalize import same

IN_STEP = "in step"
DRIFTED, MOVED, MISSING, LEFTOVER, FOREIGN, PLANNED = "drifted", "moved", "missing", "leftover", "foreign", "planned"
# All but in step, in the order in which they are told.
STATES = (DRIFTED, MOVED, MISSING, LEFTOVER, FOREIGN, PLANNED)

# Conflicts that are findings here, by the kind of what they keep from being there. Damaged marks are among the strays.
_IN_THE_WAY: Mapping[str, str] = {
    "name-taken": DEVICE, "unit-taken": DEVICE, "port-taken": CABLE, "foreign-cable": CABLE,
    "marked-connected": CABLE, "damaged-mark": "", "foreign-dependant": DEVICE,
}
# Conflicts with what is a finding already, and those that matter to nobody before something is applied.
_TOLD = ("leftover-in-the-way", "required-field")


@dataclass(frozen=True, slots=True)
class Origin:
    """Since when something is as it is, and by whom: where that is not known, `unknown` says why.

    `since` is the time of the first of these edits, in ISO 8601 as NetBox writes it; `by` are names of users.
    """

    since: str = ""
    by: tuple[str, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One object that is not in step: fields that differ in `has` and `wants`, what else there is to say in `text`."""

    state: str
    kind: str
    key: str
    name: str
    id: int | None = None
    has: Mapping[str, Any] = field(default_factory=dict)
    wants: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    origin: Origin = Origin()

    def as_row(self) -> dict[str, Any]:
        """Plain data, without what says nothing."""
        names = ("state", "kind", "key", "name", "id")
        row: dict[str, Any] = {name: getattr(self, name) for name in names}
        if self.wants:
            row["fields"] = {name: {"has": self.has.get(name), "wants": self.wants[name]} for name in self.wants}
        if self.text:
            row["text"] = self.text
        if self.origin != Origin():
            row |= {"since": self.origin.since, "by": list(self.origin.by), "unknown": self.origin.unknown}
        return row


Key = tuple[str, str]  # kind and key


def standings(
    changes: ChangeSet, owned: Owned, applied: Iterable[Key], conflicts: Iterable[Diagnostic]
) -> list[Standing]:
    """Everything that is not in step, in the order of `STATES`.

    Args:
        applied: what a run has made before, of what is not there.
        conflicts: what stands in the way of the changes.
    """
    before = set(applied)
    left = {(kind, key) for kind, keys in changes.leftovers.items() for key in keys}
    found = [_standing(change, owned, before) for change in changes.changes if (change.kind, change.key) not in left]
    for kind, keys in changes.leftovers.items():
        found += [Standing(LEFTOVER, kind, key, _name(owned, kind, key), owned.of(kind)[key].id) for key in keys]
    found += [Standing(FOREIGN, text.partition(" ")[0], "", "", text=f"{text}.") for text in owned.strays]
    for one in conflicts:
        of = _IN_THE_WAY.get(one.code)
        if of and one.severity == ERROR:
            found.append(Standing(FOREIGN, of, "", "", text=f"{one.message} {one.hint}".strip()))
    order = {state: number for number, state in enumerate(STATES)}
    return sorted(found, key=lambda one: order[one.state])


def _standing(change: Change, owned: Owned, applied: set[Key]) -> Standing:
    astray = [name for name in change.after if _astray(change, name)] if change.action in (UPDATE, MOVE) else []
    state = _state(change, astray, applied)
    shown = [] if change.action in (CREATE, DELETE) else astray or list(change.after)
    has, wants = ({name: values.get(name) for name in shown} for values in (change.before, change.after))
    text = _ends(owned, has["ends"]) if state == MOVED else ""
    return Standing(state, change.kind, change.key, change.label, change.id, has, wants, text)


def _astray(change: Change, name: str) -> bool:
    """Whether somebody changed a field, as far as anybody can say; what is sent along with others does not differ."""
    same_value = same(name, change.before.get(name), change.after[name])
    return not same_value and name not in ("plan_id", "key") and change.reason_of(name) != PLAN


def _state(change: Change, astray: Collection[str], applied: set[Key]) -> str:
    if change.action == DELETE:
        return LEFTOVER
    if change.kind not in OWNED_KINDS:
        return PLANNED  # they are nobody's, so nobody can say that they were taken away from us
    known = (change.kind, change.key) in applied
    if change.action == CREATE:
        return MISSING if known else PLANNED
    if change.reason == ADOPTED:
        # It has a name that we want and none of our marks: it is ours, with its marks gone, if we have made it before.
        return DRIFTED if known else PLANNED
    if not astray:
        return PLANNED
    return MOVED if "ends" in astray else DRIFTED


def _ends(owned: Owned, ends: Any) -> str:
    """Where a cable is now, in words."""
    names = [
        f"interface {end.removeprefix('#')}" if end.startswith("#")
        else _name(owned, INTERFACE, end) if end in owned.interfaces else end
        for end in ends or ()
    ]
    return "on " + " and ".join(names) if names else "without ends"


def _name(owned: Owned, kind: str, key: str) -> str:
    row = owned.of(kind)[key]
    if kind != INTERFACE:
        return row.name
    device = owned.devices.get(str(row.values["device"]))
    return f"{device.name if device else row.values['device']} {row.name}"


def in_the_way(found: Iterable[Diagnostic]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Conflicts, and all else. One about what is told already becomes a warning; what is neither stays an error."""
    conflicts: list[Diagnostic] = []
    others: list[Diagnostic] = []
    for one in found:
        if one.code in _IN_THE_WAY and one.severity == ERROR:
            conflicts.append(one)
        else:
            others.append(replace(one, severity=WARNING) if one.code in _TOLD else one)
    return conflicts, others


def placed(ledger: Ledger) -> set[Key]:
    """What a ledger says has been made: links, and the devices and ports at both ends of them."""
    found: set[Key] = set()
    for key, entry in ledger.items():
        found.add((CABLE, key))
        for end in (entry.a, entry.b):
            found.add((DEVICE, end.device))
            found.add((INTERFACE, interface_key(end.device, end.port)))
    return found


def counts(topology: Topology, found: Iterable[Standing]) -> dict[str, dict[str, int]]:
    """Objects per kind and state; states without any are left out, and so are kinds."""
    numbers = Counter((one.kind or "object", one.state) for one in found)
    wanted = {DEVICE: len(topology.devices), INTERFACE: len(topology.interfaces), CABLE: len(topology.cables)}
    for kind, number in wanted.items():
        astray = sum(numbers[kind, state] for state in (DRIFTED, MOVED, MISSING, PLANNED))
        numbers[kind, IN_STEP] = number - astray
    kinds = [*OWNED_KINDS, *sorted({kind for kind, _state in numbers} - set(OWNED_KINDS))]
    told = {kind: {s: numbers[kind, s] for s in (IN_STEP, *STATES) if numbers[kind, s]} for kind in kinds}
    return {kind: states for kind, states in told.items() if states}
