# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired and observed state become changes: matched by key, then field by field.

1. what is wanted and not there is created
2. what is there and differs is updated; a cable whose ends differ is moved
3. what is owned and not wanted is deleted with `prune`, and a leftover without
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..model.keys import natural, split_interface_key
from ..model.objects import Interface, Topology, Wanted
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS, Owned, Row, SharedRow, Value
from .changeset import (
    ADOPTED,
    BY_TEMPLATE,
    CREATE,
    DELETE,
    DRIFT,
    MOVE,
    PLAN,
    UNKNOWN,
    UPDATE,
    WITH_DEVICE,
    Change,
    ChangeSet,
    digest_of,
)
from .marks import former, present_tags, with_former
from .normalize import TOGETHER, lasting, same, wanted_values

Templates = Mapping[str, frozenset[str]]

_WITH_ITS_DEVICE = 100  # interfaces that go in one request


def compare(
    topology: Topology, owned: Owned, shared: Iterable[SharedRow], templates: Templates, prune: bool
) -> ChangeSet:
    """Everything that makes NetBox what the topology says, and what is left over."""
    names, plan_id = _Names(topology, owned), topology.plan_id
    changes = [change for row in shared for change in _shared(row)]
    for device in topology.devices:
        changes += _object(device, owned.devices.get(device.key), names, plan_id)
    types = {device.key: device.device_type for device in topology.devices}
    for interface in topology.interfaces:
        made = templates.get(types[interface.device], frozenset())
        changes += _interface(interface, owned, names, made, plan_id)
    adopted = {f"#{c.id}": c.key for c in changes if c.kind == INTERFACE and c.key not in owned.interfaces}
    for cable in topology.cables:
        changes += _object(cable, _on_adopted(owned.cables.get(cable.key), adopted), names, plan_id)
    leftovers = _leftovers(topology, owned)
    if prune:
        changes += removals(owned, leftovers)
        leftovers = {}
    else:
        changes += _renamed_leftovers(owned, leftovers, names, plan_id)
    return change_set(changes, leftovers)


def removals(owned: Owned, keys: Mapping[str, tuple[str, ...]]) -> list[Change]:
    """Deletions of owned objects. Interfaces of a device that goes are deleted with it, not by themselves.

    But for devices that have many, because a device cannot be deleted in portions: on a busy server it took 0.25 s for
    each interface, and a request of more than 120 s is killed and never comes to an end.
    """
    names = _Names(None, owned)
    numbers = Counter(owned.interfaces[key].values["device"] for key in keys.get(INTERFACE, ()))
    gone = {key for key in keys.get(DEVICE, ()) if numbers[key] <= _WITH_ITS_DEVICE}
    changes = []
    for kind in OWNED_KINDS:
        for key in keys.get(kind, ()):
            row = owned.of(kind)[key]
            via = WITH_DEVICE if kind == INTERFACE and row.values["device"] in gone else ""
            label, before = names.label(kind, key, row.values), lasting(kind, row.values)
            aside = {name: value for name, value in row.values.items() if name not in before}
            changes.append(Change(kind, DELETE, key, label, before, {}, row.id, PLAN, via, aside=aside))
    return changes


def change_set(changes: Iterable[Change], leftovers: Mapping[str, tuple[str, ...]]) -> ChangeSet:
    ordered = tuple(changes)
    return ChangeSet(ordered, leftovers, digest_of(change.as_row() for change in ordered))


def _shared(row: SharedRow) -> list[Change]:
    if row.id is None:
        return [Change(row.kind, CREATE, row.key, row.key, {}, row.payload, None, PLAN)]
    if row.missing:
        return [Change(row.kind, UPDATE, row.key, row.key, {}, row.missing, row.id, PLAN)]
    return []


def _object(wanted: Wanted, row: Row | None, names: _Names, plan_id: str) -> list[Change]:
    values = wanted_values(wanted)
    if row is None:
        label = names.label(wanted.KIND, wanted.key, values)
        return [Change(wanted.KIND, CREATE, wanted.key, label, {}, values, None, PLAN)]
    changed = [name for name, value in values.items() if not same(name, row.values.get(name), value)]
    # Ends that differ from an unchanged ledger entry were moved by hand: the entry says where we placed it. That a
    # rename rewrites its text does not change it.
    reason = UNKNOWN if "ends" not in changed else PLAN if "ports" in changed else DRIFT
    reason = ADOPTED if row.adopted else reason
    sent = {*changed, *(other for name in changed for other in TOGETHER.get(name, ()))}
    before, after = _marks(wanted.KIND, wanted.key, row.values, plan_id)
    for name in (name for name in values if name in sent):
        before.setdefault(name, row.values.get(name))
        after[name] = values[name]
    if "tags" in changed:
        former_id = before["plan_id"] or "" if "plan_id" in before else None
        after["tags"] = present_tags(row.values.get("tags"), former_id, plan_id, values["tags"])
    if not after:
        return []
    action = MOVE if "ends" in changed else UPDATE
    label = names.label(wanted.KIND, wanted.key, values)
    return [Change(wanted.KIND, action, wanted.key, label, before, after, row.id, reason)]


def _marks(
    kind: str, key: str, values: Mapping[str, Value], plan_id: str
) -> tuple[dict[str, Value], dict[str, Value]]:
    """The former marks of an object, and what they become; the plan's own tag goes with its id."""
    before = former(values)
    present: Mapping[str, Value] = {"plan_id": plan_id, "key": key, "ports": values.get("ports")}
    after = {name: present[name] for name in before}
    if kind == DEVICE and "plan_id" in before:
        before["tags"] = values.get("tags")
        after["tags"] = present_tags(values.get("tags"), before["plan_id"] or "", plan_id)
    return before, after


def _renamed_leftovers(
    owned: Owned, leftovers: Mapping[str, tuple[str, ...]], names: _Names, plan_id: str
) -> list[Change]:
    """What is kept though the plan no longer wants it follows a rename, or a later plan would not know it."""
    changes = []
    for kind, keys in leftovers.items():
        for key in keys:
            row = owned.of(kind)[key]
            before, after = _marks(kind, key, row.values, plan_id)
            if after:
                label = names.label(kind, key, row.values)
                changes.append(Change(kind, UPDATE, key, label, before, after, row.id, UNKNOWN))
    return changes


def _on_adopted(row: Row | None, adopted: Mapping[str, str]) -> Row | None:
    """An owned cable whose ends are named by the keys that adopted interfaces get, so that it does not move."""
    ends = row.values.get("ends") if row is not None else None
    if row is None or not isinstance(ends, tuple):
        return row
    return replace(row, values={**row.values, "ends": tuple(adopted.get(end, end) for end in ends)})


def _interface(
    wanted: Interface, owned: Owned, names: _Names, templates: frozenset[str], plan_id: str
) -> list[Change]:
    row = owned.interfaces.get(wanted.key)
    if row is not None:
        return _object(wanted, row, names, plan_id)
    values = wanted_values(wanted)
    label = names.label(INTERFACE, wanted.key, values)
    unmarked = owned.nameless.get((wanted.device, wanted.name))
    if unmarked is not None:
        marks = {"plan_id": unmarked.plan_id or None, "key": unmarked.values.get("former key")}
        before, after = _marks(INTERFACE, wanted.key, with_former({}, marks), plan_id)
        for name in (n for n in values if not same(n, unmarked.values.get(n), values[n])):
            before[name], after[name] = unmarked.values.get(name), values[name]
        return [Change(INTERFACE, UPDATE, wanted.key, label, before, after, unmarked.id, ADOPTED)]
    via = BY_TEMPLATE if wanted.name in templates and wanted.device not in owned.devices else ""
    return [Change(INTERFACE, CREATE, wanted.key, label, {}, values, None, PLAN, via)]


def _leftovers(topology: Topology, owned: Owned) -> dict[str, tuple[str, ...]]:
    wanted: Mapping[str, set[str]] = {
        DEVICE: {d.key for d in topology.devices},
        INTERFACE: {i.key for i in topology.interfaces},
        CABLE: {c.key for c in topology.cables},
    }
    found = {
        kind: tuple(sorted((k for k in owned.of(kind) if k not in wanted[kind]), key=natural)) for kind in OWNED_KINDS
    }
    return {kind: keys for kind, keys in found.items() if keys}


class _Names:
    """What objects are called, for people: desired names first, then those NetBox has."""

    def __init__(self, topology: Topology | None, owned: Owned) -> None:
        self._devices = {key: row.name for key, row in owned.devices.items()}
        self._interfaces = {key: row.name for key, row in owned.interfaces.items()}
        if topology is not None:
            self._devices |= {d.key: d.name for d in (*topology.devices, *topology.external_devices)}
            self._interfaces |= {i.key: i.name for i in (*topology.interfaces, *topology.external_interfaces)}

    def label(self, kind: str, key: str, values: Mapping[str, Value]) -> str:
        if kind == DEVICE:
            return str(values["name"])
        if kind == INTERFACE:
            return f"{self._devices.get(str(values['device']), values['device'])} {values['name']}"
        ends = values["ends"]
        # An end that nobody here knows is `#` and an id: the key says more.
        known = isinstance(ends, tuple) and ends and not any(end.startswith("#") for end in ends)
        return " -- ".join(self.end(end) for end in ends) if known and isinstance(ends, tuple) else key

    def end(self, interface: str) -> str:
        device, port = split_interface_key(interface)
        return f"{self._devices.get(device, device)} {self._interfaces.get(interface, port)}"
