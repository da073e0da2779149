# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a field differs, from what NetBox has, what was wanted when the plan was last applied, and what is wanted now."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    CREATE,
    DELETE,
    MOVE,
    UPDATE,
    Change,
    ChangeSet,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import change_set
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.reasons import (
    NOT_IN_PLAN,
    Evidence,
    explain,
    in_question,
    wanted_then,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.render import line, render
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames

from ..plans import document, expanded, servers, switches, zone

ENTRY = "a=gpu/1:c0/0 b=leaf/1:1/1@2x100g"
OTHER = "a=gpu/1:c0/0 b=leaf/1:2/1@2x100g"
UNCHANGED = Evidence(unchanged=True)


def update(before: dict[str, Any], after: dict[str, Any], kind: str = "device", reason: str = "") -> Change:
    return Change(kind, MOVE if "ends" in after else UPDATE, "gpu/1", "gpu-001", before, after, 7, reason)


def explained(change: Change, evidence: Evidence) -> Change:
    (found,) = explain(ChangeSet((change,)), evidence).changes
    return found


def then(kind: str = "device", **values: Any) -> Evidence:
    return Evidence({(kind, "gpu/1"): values})


@pytest.mark.parametrize(
    ("name", "has", "was", "wants", "reason"),
    [
        ("status", "active", "planned", "planned", "drift"),
        ("status", "planned", "planned", "active", "plan changed"),
        ("status", "failed", "planned", "active", "both"),
        # Empty is nothing, for what was as for what is.
        ("fabric", None, "", "fab", "plan changed"),
        ("fabric", "x", None, "", "drift"),
        ("lane", None, None, 1, "plan changed"),
        ("lane", 0, None, 1, "both"),
        ("position", 10, 10.0, 11.5, "plan changed"),
        ("position", 10, 11.5, 11.5, "drift"),
        ("length", 3.5, 3.5, 4, "plan changed"),
        # Of tags, those that are wanted and missing: taken away, or new to the plan.
        ("tags", ("mine",), ("a",), ("a", "mine"), "drift"),
        ("tags", ("a", "mine"), ("a",), ("a", "b", "mine"), "plan changed"),
        ("tags", ("mine",), ("a",), ("a", "b", "mine"), "both"),
        ("tags", (), ("gone",), ("a",), "plan changed"),
    ],
)
def test_three_values_say_why(name: str, has: Any, was: Any, wants: Any, reason: str) -> None:
    found = explained(update({name: has}, {name: wants}), then(**{name: was}))
    assert (found.reason, dict(found.field_reasons), found.because) == (reason, {}, "")


def test_what_the_plan_did_not_state_was_anybodys_to_set() -> None:
    """Whatever NetBox has of it: nobody has changed what was not ours."""
    assert explained(update({"status": "failed"}, {"status": "active"}), then(name="x")).reason == "plan changed"


def test_where_the_plan_is_the_same_all_is_drift() -> None:
    found = explained(update({"name": "x", "role": "y"}, {"name": "gpu-001", "role": "z"}), UNCHANGED)
    assert (found.reason, dict(found.field_reasons)) == ("drift", {})


@pytest.mark.parametrize(
    ("evidence", "because"), [(Evidence(missing="nobody knows"), "nobody knows"), (Evidence(), NOT_IN_PLAN)]
)
def test_what_nobody_knows_is_said_with_its_cause(evidence: Evidence, because: str) -> None:
    found = explained(update({"name": "x"}, {"name": "gpu-001"}), evidence)
    assert (found.reason, found.because) == ("cannot say", because)


def test_fields_with_different_reasons_are_both_and_shown_apart() -> None:
    change = update({"name": "x", "role": "old"}, {"name": "gpu-001", "role": "new"})
    found = explained(change, then(name="gpu-001", role="old"))
    assert (found.reason, found.reason_of("name"), found.reason_of("role")) == ("both", "drift", "plan changed")
    assert line(found) == "~ device gpu-001: name x -> gpu-001 [drift], role old -> new [plan changed]"
    assert found.as_row()["reasons"] == {"name": "drift", "role": "plan changed"}


def test_fields_that_are_only_sent_along_have_no_reason() -> None:
    change = update({"rack": "r1", "position": 4}, {"rack": "r2", "position": 4})
    found = explained(change, then(rack="r1", position=9))
    assert (found.reason, dict(found.field_reasons)) == ("plan changed", {})


# -- what needs no evidence ------------------------------------------------------------------------------------------


def test_the_ledger_entry_of_a_cable_says_more_than_a_record() -> None:
    nobody = Evidence(missing="nobody knows")
    moved = update({"ends": ("a", "c")}, {"ends": ("a", "b")}, "cable", "drift")
    assert explained(moved, nobody).reason == "drift"
    placed = update({"ends": ("a", "c"), "ports": ENTRY}, {"ends": ("a", "b"), "ports": OTHER}, "cable", "plan changed")
    assert explained(placed, nobody).reason == "plan changed"
    assert explained(placed, UNCHANGED).reason == "plan changed"  # `rebalance`: not a hand, but an option
    damaged = update({"ports": "?"}, {"ports": ENTRY}, "cable")
    assert explained(damaged, nobody).reason == "drift"


def test_a_moved_cable_whose_zone_changed_is_both_and_its_ends_are_drift() -> None:
    change = update({"ends": ("a", "c"), "zone": "old"}, {"ends": ("a", "b"), "zone": "new"}, "cable", "drift")
    found = explained(change, then("cable", zone="old"))
    assert (found.reason, found.reason_of("ends"), found.reason_of("zone")) == ("both", "drift", "plan changed")
    unknown = explained(change, Evidence(missing="nobody knows"))
    assert (unknown.reason, unknown.reason_of("ends"), unknown.because) == ("cannot say", "drift", "nobody knows")


def test_former_marks_are_the_plans_doing() -> None:
    before = {"plan_id": "old", "key": "node/1", "tags": ("diet-old",)}
    after = {"plan_id": "test", "key": "gpu/1", "tags": ("diet-test",)}
    assert explained(update(before, after), Evidence(missing="nobody knows")).reason == "plan changed"


def test_only_updates_and_moves_of_what_is_ours_are_asked_about() -> None:
    others = (
        Change("device", CREATE, "gpu/1", "x", {}, {"name": "x"}, None, "plan changed"),
        Change("device", DELETE, "gpu/2", "x", {"name": "x"}, {}, 1, "plan changed"),
        Change("custom_field", UPDATE, "f", "f", {}, {"object_types": []}, 2, "plan changed"),
        Change("interface", UPDATE, "gpu/1:a", "x", {"zone": None}, {"zone": "x"}, 3, "adopted"),
    )
    assert explain(ChangeSet(others), Evidence(missing="nobody knows")).changes == others
    assert not in_question(ChangeSet(others))
    # A cable that somebody moved says so itself.
    moved = update({"ends": ("a", "c")}, {"ends": ("a", "b")}, "cable", "drift")
    assert not in_question(ChangeSet((moved,)))
    assert in_question(ChangeSet((update({"name": "x"}, {"name": "y"}),))) == {("device", "gpu/1")}


# -- the change set --------------------------------------------------------------------------------------------------


def test_reasons_are_counted_and_no_part_of_the_digest() -> None:
    rows = [update({"name": "x"}, {"name": "y"}), update({"role": "x"}, {"role": "y"})]
    plain = change_set(rows, {})
    found = explain(plain, then(name="y", role="x"))
    assert found.reasons() == {"plan changed": 1, "drift": 1}
    assert found.digest == plain.digest == change_set(found.changes, {}).digest
    assert plain.reasons() == {}


def test_the_diff_counts_reasons_and_says_why_some_cannot_be_said() -> None:
    found = explain(ChangeSet((update({"name": "x"}, {"name": "y"}),)), Evidence(missing="nobody knows"))
    assert render(found, 10).splitlines() == [
        "devices: 1 to update", "reasons: 1 cannot say", "cannot say of 1 because nobody knows",
        "~ device gpu-001: name x -> y [cannot say]",
    ]


def test_what_a_former_plan_wanted_comes_by_present_keys() -> None:
    plan = document({"old": switches(servers=zone("1-8", "2x100g"))}, {"node": servers(2, {"zone": "old/servers"})})
    renames = Renames(classes={"old": "leaf", "node": "gpu"}, connections={"gpu/c0": "fe"})
    places = [("device", "gpu/1"), ("interface", "leaf/1:1/1"), ("cable", "server gpu/2/fe/0"), ("device", "gpu/9")]
    found = wanted_then(expanded(plan), renames, places)
    assert set(found) == set(places[:3])
    assert found["device", "gpu/1"]["class_key"] == "node"
    assert found["interface", "leaf/1:1/1"]["device"] == "leaf/1"


def test_an_entry_that_follows_a_moved_cable_is_drift_and_a_move_all_the_same_is_both() -> None:
    follows = update({"ports": ENTRY}, {"ports": OTHER}, "cable")
    (found,) = explain(ChangeSet((follows,)), Evidence(missing="nobody knows"), {"gpu/1"}).changes
    assert found.reason == "drift"
    moves = update({"ends": ("a", "c"), "ports": ENTRY}, {"ends": ("a", "b"), "ports": OTHER}, "cable", "plan changed")
    (found,) = explain(ChangeSet((moves,)), Evidence(missing="nobody knows"), {"gpu/1"}).changes
    assert (found.reason, found.reason_of("ends")) == ("both", "both")
