# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change sets carried out in memory: what NetBox would have afterwards, without one."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import CREATE, DELETE, ChangeSet
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.order import ADD, AMEND, FREE, REMOVE, phases
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import CABLE, DEVICE, INTERFACE, Owned, Row


def applied(owned: Owned, changes: ChangeSet, plan_id: str = "test") -> Owned:
    """What is owned after a change set, carried out phase by phase; refuses what NetBox would."""
    after = copy.deepcopy(owned)
    next_id = 1 + max((row.id for kind in (DEVICE, INTERFACE, CABLE) for row in after.of(kind).values()), default=0)
    for phase in phases(changes):
        for change in phase.changes:
            if phase.method == REMOVE:
                _remove(after, change.kind, change.key)
            elif phase.method == FREE and change.kind == CABLE:
                kept = tuple(end for end in change.after["ends"] if end)
                assert len(kept) == 1
                taken = {e for k, row in after.cables.items() if k != change.key for e in row.values["ends"] or ()}  # type: ignore[union-attr]
                assert not taken & set(kept)
                after.cables[change.key] = _with(after.cables[change.key], {"ends": kept})
            elif phase.method in (ADD, AMEND) and change.action == CREATE:
                assert change.key not in after.of(change.kind)
                values: Mapping[str, Any] = dict(change.after)
                name = str(values.get("name", change.key))
                after.of(change.kind)[change.key] = Row(next_id, name, values, plan_id)
                next_id += 1
            elif phase.method == AMEND:
                rows = after.of(change.kind)
                rows[change.key] = _with(rows[change.key], change.after)
        _check(after, phase.kind)
    assert not any(c.action == DELETE and c.key in after.of(c.kind) for c in changes.changes)
    return after


def _remove(owned: Owned, kind: str, key: str) -> None:
    del owned.of(kind)[key]
    if kind == DEVICE:
        for one in [k for k, row in owned.interfaces.items() if row.values["device"] == key]:
            del owned.interfaces[one]


def _with(row: Row, values: Mapping[str, Any]) -> Row:
    merged = {**row.values, **values}
    for name in values:
        merged.pop(f"former {name}", None)
    return Row(row.id, str(merged.get("name", row.name)), merged, row.plan_id)


def _check(owned: Owned, kind: str) -> None:
    """After every phase: names are unique, ports hold one cable, cables end on interfaces that exist."""
    names = [str(row.values["name"]).lower() for row in owned.devices.values()]
    assert len(set(names)) == len(names)
    ports = [(row.values["device"], row.values["name"]) for row in owned.interfaces.values()]
    assert len(set(ports)) == len(ports)
    if kind == CABLE:
        ends = [end for row in owned.cables.values() for end in row.values["ends"] or ()]  # type: ignore[union-attr]
        assert len(set(ends)) == len(ends)
        # Others are on switches that the plan does not own.
        assert {end for end in ends if end.partition(":")[0] in owned.devices} <= set(owned.interfaces)
