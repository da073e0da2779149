# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects stand against the plan: which state follows from which change, how many there are, in what words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, WARNING, Diagnostic
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    ADOPTED,
    BOTH,
    CANNOT_SAY,
    CREATE,
    DELETE,
    DRIFT,
    MOVE,
    PLAN,
    UNKNOWN,
    UPDATE,
    Change,
    ChangeSet,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import change_set, compare
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.standing import (
    DRIFTED,
    FOREIGN,
    IN_STEP,
    LEFTOVER,
    MISSING,
    MOVED,
    PLANNED,
    STATES,
    Origin,
    Standing,
    counts,
    in_the_way,
    placed,
    standings,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.standing_lines import line, lines, per_kind, per_state
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned, Row

from ..fakes.state import applied
from ..plans import Document, document, expanded, servers, switches, zone

AWX_LINE = 1024  # bytes of an event that its job page shows
LINK = "server gpu/1/c0/0"


def plan(number: int = 2) -> Document:
    return document({"leaf": switches(servers=zone("1-8", "2x100g"))}, {"gpu": servers(number, {})})


def built(topology: Topology) -> Owned:
    return applied(Owned(), compare(topology, Owned(), (), {}, False))


def stand(*changes: Change, owned: Owned | None = None, known: tuple[tuple[str, str], ...] = ()) -> list[Standing]:
    return standings(change_set(changes, {}), owned or Owned(), known, ())


def update(reason: str = UNKNOWN, **more: Any) -> Change:
    given = {"before": {"name": "bob"}, "after": {"name": "gpu-001"}, "id": 7, "reason": reason, **more}
    return Change("device", UPDATE, "gpu/1", "gpu-001", **given)


# -- one state at a time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "state"),
    [(UNKNOWN, DRIFTED), (DRIFT, DRIFTED), (BOTH, DRIFTED), (CANNOT_SAY, DRIFTED), (PLAN, PLANNED)],
)
def test_an_update_is_drift_unless_the_plan_changed(reason: str, state: str) -> None:
    (one,) = stand(update(reason))
    assert (one.state, one.kind, one.key, one.id) == (state, "device", "gpu/1", 7)
    assert one.as_row()["fields"] == {"name": {"has": "bob", "wants": "gpu-001"}}


def test_only_the_fields_that_somebody_changed_are_drift() -> None:
    (one,) = stand(
        update(
            BOTH, before={"name": "bob", "status": "active", "rack": "R1"},
            after={"name": "gpu-001", "status": "staged", "rack": "R1"}, field_reasons={"name": DRIFT, "status": PLAN},
        )
    )
    assert (one.state, dict(one.wants), dict(one.has)) == (DRIFTED, {"name": "gpu-001"}, {"name": "bob"})


def test_a_new_key_or_plan_id_is_a_change_of_the_plan() -> None:
    (one,) = stand(update(before={"key": "srv/1", "plan_id": "old"}, after={"key": "gpu/1", "plan_id": "new"}))
    assert one.state == PLANNED


def cable(reason: str = DRIFT, **more: Any) -> Change:
    given = {"before": {"ends": ("gpu/1:c0/0", "#13")}, "after": {"ends": ("gpu/1:c0/0", "leaf/1:1/1")}, "id": 9}
    return Change("cable", MOVE, LINK, "gpu-001 p0 -- leaf-01 E1/1", **{**given, "reason": reason, **more})


def test_a_cable_with_other_ends_was_moved() -> None:
    owned = Owned(
        devices={"gpu/1": Row(1, "gpu-001", {})}, interfaces={"gpu/1:c0/0": Row(2, "p0", {"device": "gpu/1"})}
    )
    (one,) = stand(cable(), owned=owned)
    assert (one.state, one.text) == (MOVED, "on gpu-001 p0 and interface 13")
    (bare,) = stand(cable(before={"ends": ()}))
    assert (bare.state, bare.text) == (MOVED, "without ends")
    (half,) = stand(cable(before={"ends": ("oob/1:2/1",)}))
    assert half.text == "on oob/1:2/1"


def test_a_cable_that_the_plan_places_elsewhere_was_not_moved_by_hand() -> None:
    assert stand(cable(PLAN))[0].state == PLANNED
    both = cable(
        BOTH, before={"ends": (), "label": "x"}, after={"ends": ("a", "b"), "label": "y"},
        field_reasons={"ends": PLAN, "label": DRIFT},
    )
    assert stand(both)[0].state == DRIFTED


def test_what_is_not_there_is_missing_if_it_was_made_before() -> None:
    change = Change("interface", CREATE, "gpu/1:c0/0", "gpu-001 p0", {}, {"name": "p0"})
    assert stand(change)[0].state == PLANNED
    (one,) = stand(change, known=(("interface", "gpu/1:c0/0"),))
    assert (one.state, one.id, one.as_row().get("fields")) == (MISSING, None, None)
    assert stand(change, known=(("device", "gpu/1:c0/0"),))[0].state == PLANNED


def test_what_lost_its_marks_is_drift_if_it_was_made_before() -> None:
    change = Change("interface", UPDATE, "gpu/1:c0/0", "gpu-001 p0", {"zone": None}, {"zone": "s"}, 4, ADOPTED)
    assert stand(change)[0].state == PLANNED
    assert stand(change, known=(("interface", "gpu/1:c0/0"),))[0].state == DRIFTED


def test_shared_objects_are_only_ever_planned() -> None:
    (one,) = stand(Change("site", CREATE, "dc1", "dc1", {}, {"slug": "dc1"}), known=(("site", "dc1"),))
    assert one.state == PLANNED


@pytest.mark.parametrize("prune", [False, True])
def test_what_the_plan_no_longer_wants_is_left_over(prune: bool) -> None:
    owned, topology = built(expanded(plan(2))), expanded(plan(1))
    found = standings(compare(topology, owned, (), {}, prune), owned, (), ())
    assert {(one.state, one.kind, one.name) for one in found} >= {
        (LEFTOVER, "device", "gpu-002"), (LEFTOVER, "interface", "gpu-002 c0-p0"),
    }
    assert all(one.state == LEFTOVER and one.id and not one.wants for one in found)


def test_leftovers_that_follow_a_rename_are_told_once() -> None:
    change = update(before={"plan_id": "old"}, after={"plan_id": "new"})
    owned = Owned(devices={"gpu/1": Row(7, "gpu-001", {})})
    found = standings(ChangeSet((change,), {"device": ("gpu/1",)}), owned, (), ())
    assert [one.state for one in found] == [LEFTOVER]


def test_what_is_in_the_way_is_a_finding() -> None:
    taken = Diagnostic(ERROR, "name-taken", (), "the name 'gpu-001' is taken.", "Rename one.")
    conflicts, others = in_the_way([taken, Diagnostic(WARNING, "idle", (), "something.")])
    assert (conflicts, [d.code for d in others]) == ([taken], ["idle"])
    owned = Owned(strays=["device 'x' carries the plan's id 'test' and no key"])
    found = standings(ChangeSet(), owned, (), conflicts)
    assert [(one.state, one.kind, one.text) for one in found] == [
        (FOREIGN, "device", "device 'x' carries the plan's id 'test' and no key."),
        (FOREIGN, "device", "the name 'gpu-001' is taken. Rename one."),
    ]


def test_conflicts_with_leftovers_are_warnings_and_others_stay_errors() -> None:
    leftover = Diagnostic(ERROR, "leftover-in-the-way", (), "held.")
    _conflicts, required = in_the_way([Diagnostic(ERROR, "required-field", (), "demanded.")])
    assert [d.severity for d in required] == [WARNING]
    _conflicts, others = in_the_way([leftover, Diagnostic(ERROR, "unknown-rack", (), "none.")])
    assert [(d.code, d.severity) for d in others] == [("leftover-in-the-way", WARNING), ("unknown-rack", ERROR)]
    closed, _others = in_the_way([Diagnostic(ERROR, "marked-connected", (), "it is.")])
    assert [one.kind for one in standings(ChangeSet(), Owned(), (), closed)] == ["cable"]
    damaged, _others = in_the_way([Diagnostic(ERROR, "damaged-mark", (), "twice.")])
    assert damaged and not standings(ChangeSet(), Owned(), (), damaged)  # told as a stray


# -- all together ----------------------------------------------------------------------------------------------------


def test_states_are_counted_by_kind_and_told_in_their_order() -> None:
    topology = expanded(plan())
    found = stand(
        Change("site", CREATE, "dc1", "dc1"), Change("cable", DELETE, "server old/1/c/0", "x"), update(),
        replace(update(), key="gpu/2"),
    )
    assert [one.state for one in found] == [DRIFTED, DRIFTED, LEFTOVER, PLANNED]
    assert counts(topology, found) == {
        "device": {IN_STEP: len(topology.devices) - 2, DRIFTED: 2},
        "interface": {IN_STEP: len(topology.interfaces)},
        "cable": {IN_STEP: len(topology.cables), LEFTOVER: 1},
        "site": {PLANNED: 1},
    }
    assert counts(topology, ()) == {
        "device": {IN_STEP: 3}, "interface": {IN_STEP: 4}, "cable": {IN_STEP: 2},
    }


def test_a_ledger_knows_links_and_what_they_end_on() -> None:
    topology = expanded(plan(1))
    found = placed(ledger_of(topology))
    assert found == {
        *((one.KIND, one.key) for one in (*topology.devices, *topology.interfaces, *topology.cables))
    }


# -- words -----------------------------------------------------------------------------------------------------------

ALICE = Origin("2026-11-21T21:25:16.323456Z", ("alice",))


def test_lines_say_what_and_by_whom() -> None:
    told = [line(replace(one, origin=ALICE)) for one in stand(update(), cable(before={"ends": ()}))]
    assert told == [
        "drifted device gpu-001: name is bob, wanted gpu-001 (alice, 2026-11-21 21:25:16)",
        "moved cable gpu-001 p0 -- leaf-01 E1/1: without ends (alice, 2026-11-21 21:25:16)",
    ]
    assert line(Standing(MISSING, "device", "gpu/1", "gpu-001", origin=Origin(unknown="why"))) == (
        "missing device gpu-001 (nobody knows by whom)"
    )
    assert line(Standing(LEFTOVER, "device", "gpu/1", "gpu-001")) == "leftover device gpu-001"
    assert line(Standing(FOREIGN, "device", "", "", text="the name is taken.")) == "foreign: the name is taken."


def test_lines_are_short_enough_for_awx() -> None:
    many = Origin(ALICE.since, tuple(f"{'u' * 149}{n}" for n in range(9)))
    one = Standing(DRIFTED, "device", "gpu/1", "gpu-001", 1, {"description": "é" * 900}, {"description": ""}, "", many)
    assert len(line(one).encode()) < AWX_LINE
    assert line(one).endswith("..., 2026-11-21 21:25:16)")


def test_the_first_objects_and_where_the_others_are() -> None:
    found = stand(*(replace(update(), key=f"gpu/{n}", label=f"gpu-{n:03d}") for n in range(1, 6)))
    assert list(lines(found, 2, "/a/file"))[-1] == "and 3 more, all in /a/file"
    assert list(lines(found, 2))[-1] == "and 3 more"
    assert len(list(lines(found, 5))) == 5


def test_counts_in_words() -> None:
    numbers = {"device": {IN_STEP: 4, DRIFTED: 1}, "device_type": {PLANNED: 2}, "cable": {DRIFTED: 2}}
    assert list(per_kind(numbers)) == [
        "devices: 4 in step, 1 drifted", "device types: 2 planned", "cables: 2 drifted",
    ]
    assert per_state(numbers) == "3 drifted, 2 planned"
    assert per_state(numbers, [PLANNED]) == "2 planned"
    assert IN_STEP not in STATES
