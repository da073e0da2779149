# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops a run before its first write, and how a change set reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic, Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    CREATE,
    DELETE,
    MOVE,
    UPDATE,
    Change,
    ChangeSet,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.external import Port
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.guard import Names, guard
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.render import MAX_LINE, line, render, summary
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned, Row

from ..plans import document, expanded, servers, shipped, switches, zone
from .test_compare import built, changes_of


def guarded(
    changes: list[Change], owned: Owned | None = None, names: Names | None = None, moves: int = 0,
    external: Mapping[str, Port] | None = None,
) -> list[Diagnostic]:
    found = Diagnostics()
    guard(ChangeSet(tuple(changes)), owned or Owned(), names or {}, external or {}, moves, found)
    return list(found)


def device(action: str = CREATE, key: str = "gpu/1", name: str = "gpu-001", row_id: int | None = None) -> Change:
    return Change("device", action, key, name, {}, {"name": name}, row_id)


def cable(
    action: str = CREATE, key: str = "server gpu/1/c0/0", ends: tuple[str, ...] = ("a:1", "b:1"), **more: Any
) -> Change:
    return Change("cable", action, key, key, {}, {"ends": ends}, **more)


# -- names -----------------------------------------------------------------------------------------------------------


def test_a_name_that_another_has_on_the_site() -> None:
    names = {("", "gpu-001"): (7, "")}
    (found,) = guarded([device(name="GPU-001")], names=names)
    assert found.code == "name-taken"
    assert "'GPU-001' for gpu/1" in found.message and "device 7 of nobody's plan" in found.message
    (found,) = guarded([device()], names={("", "gpu-001"): (7, "other")})
    assert "device 7 of the plan 'other'" in found.message
    (found,) = guarded([device(UPDATE, row_id=5)], names=names)
    assert found.code == "name-taken"


def test_a_name_that_is_ones_own_or_becomes_free() -> None:
    names = {("", "gpu-001"): (7, "test"), ("", "gpu-002"): (8, "test")}
    assert guarded([device(UPDATE, row_id=7)], names=names) == []
    assert guarded([device(), Change("device", DELETE, "old/1", "gpu-001", {}, {}, 7)], names=names) == []
    swap = [device(UPDATE, "gpu/1", "gpu-002", 7), device(UPDATE, "gpu/2", "gpu-001", 8)]
    assert guarded(swap, names=names) == []


def test_names_are_unique_per_tenant() -> None:
    """Of an update, the half that does not change is what NetBox has."""
    names = {("ml", "gpu-001"): (7, ""), ("", "gpu-002"): (8, "")}
    assert guarded([device()], names=names) == []
    to_ml = Change("device", CREATE, "gpu/1", "gpu-001", {}, {"name": "gpu-001", "tenant": "ml"})
    assert [d.code for d in guarded([to_ml], names=names)] == ["name-taken"]
    owned = Owned(devices={"gpu/1": Row(5, "gpu-001", {"name": "gpu-001", "tenant": "ml"}, "test")})
    assert guarded([device(UPDATE, name="gpu-002", row_id=5)], owned, names) == []
    owned = Owned(devices={"gpu/1": Row(5, "gpu-001", {"name": "gpu-001", "tenant": None}, "test")})
    change = Change("device", UPDATE, "gpu/1", "gpu-001", {}, {"tenant": "ml"}, 5)
    assert [d.code for d in guarded([change], owned, names)] == ["name-taken"]
    assert guarded([Change("device", UPDATE, "gpu/1", "gpu-001", {}, {"role": "x"}, 5)], owned, names) == []


def test_a_name_that_a_leftover_holds() -> None:
    owned = Owned(devices={"old/1": Row(7, "gpu-001", {"name": "gpu-001"}, "test")})
    (found,) = guarded([device()], owned, {("", "gpu-001"): (7, "test")})
    assert found.code == "leftover-in-the-way"
    assert "old/1" in found.message and "prune: true" in found.hint


# -- ports -----------------------------------------------------------------------------------------------------------


def ports(**cable_on: int) -> Owned:
    """Interfaces a:1 (id 1) and b:1 (id 2), and what is on them."""
    owned = Owned(
        interfaces={
            "a:1": Row(1, "p", {"device": "a", "name": "p"}, "test"),
            "b:1": Row(2, "p", {"device": "b", "name": "p"}, "test"),
        }
    )
    owned.cable_on = {{"a": 1, "b": 2}[key]: number for key, number in cable_on.items()}
    return owned


def test_a_port_that_holds_a_foreign_cable() -> None:
    (found,) = guarded([cable()], ports(b=77))
    assert found.code == "port-taken"
    assert "the port b:1" in found.message and "cable 77" in found.message
    assert [d.code for d in guarded([cable()], ports(a=76, b=77))] == ["port-taken", "port-taken"]


def test_a_port_that_holds_a_leftover_of_ours() -> None:
    owned = ports(b=77)
    owned.cables["server old/1/c0/0"] = Row(77, "x", {}, "test")
    (found,) = guarded([cable()], owned)
    assert found.code == "leftover-in-the-way"
    assert "'server old/1/c0/0'" in found.message
    leaves = Change("cable", DELETE, "server old/1/c0/0", "x", {}, {}, 77)
    assert guarded([cable(), leaves], owned) == []
    moves = cable(MOVE, "server old/1/c0/0", ("c:1", "d:1"), id=77, reason="drift")
    assert guarded([cable(), moves], owned) == []


def test_a_port_that_holds_the_cable_itself() -> None:
    owned = ports(a=5)
    owned.cables["server gpu/1/c0/0"] = Row(5, "x", {}, "test")
    assert guarded([cable(MOVE, id=5, reason="drift")], owned) == []


def test_a_port_of_an_external_switch_that_holds_a_foreign_cable() -> None:
    external = {"b:1": Port(2, 77)}
    (found,) = guarded([cable()], ports(), external=external)
    assert found.code == "port-taken" and "cable 77" in found.message
    owned = ports()
    owned.cables["server gpu/1/c0/0"] = Row(77, "x", {}, "test")
    assert guarded([cable(MOVE, id=77, reason="drift")], owned, external=external) == []
    assert guarded([cable()], ports(), external={"b:1": Port(2, None)}) == []


def test_an_interface_name_that_a_leftover_holds() -> None:
    owned = ports()
    new = Change("interface", CREATE, "a:2", "a p", {}, {"device": "a", "name": "p"})
    (found,) = guarded([new], owned)
    assert found.code == "leftover-in-the-way" and "held by a:1" in found.message
    gone = Change("interface", DELETE, "a:1", "a p", {}, {}, 1)
    assert guarded([new, gone], owned) == []
    marked = Change("interface", UPDATE, "a:1", "a p", {}, {"key": "a:1"}, 1)
    assert [d.code for d in guarded([new, marked], owned)] == ["leftover-in-the-way"]
    renamed = Change("interface", UPDATE, "a:2", "a p", {}, {"name": "p"}, 9)
    assert [d.code for d in guarded([renamed], owned)] == ["leftover-in-the-way"]


# -- moves, marks ----------------------------------------------------------------------------------------------------


def test_moves_count_unless_they_are_drift() -> None:
    moves = [cable(MOVE, f"fabric l/{n}/u/1/1", reason="plan changed") for n in range(3)]
    (found,) = guarded(moves, moves=2)
    assert found.code == "too-many-moves"
    assert "3 cables would move" in found.message and "max_moves: 3" in found.hint
    assert guarded(moves, moves=3) == []
    assert guarded([cable(MOVE, reason="drift")]) == []


def test_damaged_marks_are_reported_and_not_without_end() -> None:
    found = guarded([], Owned(strays=[f"device {n} is odd" for n in range(500)]))
    assert {d.code for d in found} == {"damaged-mark"}
    assert len(found) == 20


# -- text ------------------------------------------------------------------------------------------------------------


def large() -> ChangeSet:
    return changes_of(expanded(shipped("gpu-128")), Owned())


def test_counts_come_first() -> None:
    text = render(large(), 5000).splitlines()
    assert text[:3] == ["devices: 175 to create", "interfaces: 2034 to create", "cables: 1017 to create"]
    assert len(text) == 3 + 175 + 2034 + 1017


def test_large_change_sets_are_folded_by_class() -> None:
    text = render(large(), 100, "/tmp/all").splitlines()
    assert len(text) <= 100 + 10
    assert "all 3226 are in /tmp/all" in text[3]
    assert "+ devices gpu-fe-only-001 .. gpu-fe-only-096 (96)" in text
    assert any(row.startswith("+ interfaces of gpu-with-backend ") and row.endswith("(352)") for row in text)
    assert any(row.startswith("+ cables of fabric be-rail-leaf ") and row.endswith("(128)") for row in text)
    assert "+ device be-spine-01" in "\n".join(text)
    folded = sum(int(row.rpartition("(")[2].rstrip(")")) for row in text[4:] if row.endswith(")") and " .. " in row)
    assert folded + sum(" .. " not in row for row in text[4:]) == 3226


@pytest.mark.parametrize("limit", [0, 1, 10, 50, 200, 1000, 3225, 3226])
def test_about_as_many_lines_as_were_asked_for(limit: int) -> None:
    changes = large()
    groups = 60
    assert len(render(changes, limit).splitlines()) <= max(limit, groups) + 4


@pytest.mark.parametrize("letter", ["x", "ß", "界", "🦔"])
def test_no_line_has_a_thousand_bytes(letter: str) -> None:
    name = letter * 900
    rows = [
        Change("device", CREATE, f"gpu/{n}", name, {}, {"name": name, "site": name}) for n in range(4)
    ] + [Change("device", UPDATE, "gpu/9", name, {"name": name}, {"name": name}, 1, "drift")]
    changes = ChangeSet(tuple(rows))
    for limit in (100, 1):
        for one in render(changes, limit).splitlines():
            assert len(one.encode()) < 1000
            assert "\ufffd" not in one
    assert MAX_LINE < 1000


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("device", UPDATE, "gpu/1", "gpu-001", {"name": "x"}, {"name": "gpu-001"}, 1, "drift"),
         "~ device gpu-001: name x -> gpu-001 [drift]"),
        (Change("interface", UPDATE, "a:1", "a p", {}, {}, 1, "adopted"), "~ interface a p: marked as ours [adopted]"),
        (Change("interface", UPDATE, "a:1", "a p", {"zone": None}, {"zone": "x"}, 1),
         "~ interface a p: zone nothing -> x"),
        (Change("cable", DELETE, "k", "a p -- b q", {"ends": ("a", "b")}, {}, 1), "- cable a p -- b q"),
        (Change("cable", MOVE, "k", "a p -- b q", {"ends": ("a:1", "b:2")}, {"ends": ("a:1", "b:1")}, 1, "drift"),
         "> cable a p -- b q: ends a:1 -- b:2 -> a:1 -- b:1 [drift]"),
    ],
)
def test_lines(change: Change, text: str) -> None:
    assert line(change) == text


def test_leftovers_are_told_with_the_way_to_delete_them() -> None:
    changes = ChangeSet((), {"device": ("gpu/2",), "cable": ("x", "y")})
    assert list(summary(changes)) == [
        "devices: 1 left over, kept (`prune: true` deletes them)",
        "cables: 2 left over, kept (`prune: true` deletes them)",
    ]


def test_folding_keeps_small_groups_line_by_line() -> None:
    plan = document({"leaf": switches(servers=zone("1-64"))}, {"a": servers(2, {}), "b": servers(30, {})})
    topology = expanded(plan)
    text = render(changes_of(topology, Owned()), 20)
    assert "+ device a-001 (" in text and "+ devices b-001 .. b-030 (30)" in text
    assert built(topology).devices
