# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs against the double: what a run says of why things differ, by the record of the run before it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import Change
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.reasons import NOT_IN_PLAN
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.run_record import carried, comments

from ..fakes.interrupted import Interrupted
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, JOURNAL
from ..plans import Document
from ..runs import bring, see, tear_down
from .scene import built, row_of, small
from .test_renames import RENAMES, renamed

READ_RECORD = ("GET", f"/api/{JOURNAL}/", 1)


def changed(edit: Callable[[Document], Any], number: int = 3) -> Document:
    plan = copy.deepcopy(small(number))
    edit(plan)
    return plan


def reasons(plan: Document, netbox: FakeNetBox, **options: Any) -> dict[str, int]:
    return see(plan, netbox, max_moves=99, **options).changes.reasons()


def one(plan: Document, netbox: FakeNetBox, key: str) -> Change:
    (found,) = (c for c in see(plan, netbox, max_moves=99).changes.changes if c.key == key)
    return found


def test_a_run_without_changes_asks_for_no_record() -> None:
    netbox = built()
    netbox.log.clear()
    assert not bring(small(), netbox).changes
    assert READ_RECORD not in netbox.log
    assert not see(small(2), netbox).changes  # leftovers are no change
    see(small(4), netbox)  # creates neither
    assert READ_RECORD not in netbox.log


def test_what_somebody_changed_is_drift() -> None:
    netbox = built()
    row_of(netbox, DEVICES, "gpu/1")["name"] = "x"
    row_of(netbox, INTERFACES, "gpu/1:c0/0")["type"] = "other"
    row_of(netbox, CABLES, "server gpu/1/c0/0")["custom_fields"]["hedgehog_zone"] = None
    netbox.log.clear()
    assert reasons(small(), netbox) == {"drift": 3}
    assert netbox.log.count(READ_RECORD) == 1
    # Also beside a plan that changed elsewhere.
    assert reasons(small(4), netbox) == {"drift": 3}


def test_a_moved_cable_needs_no_record() -> None:
    netbox = built()
    rows = [row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2)]
    rows[0]["b_terminations"], rows[1]["b_terminations"] = (row["b_terminations"] for row in reversed(rows))
    netbox.log.clear()
    assert reasons(small(), netbox) == {"drift": 2}
    assert READ_RECORD not in netbox.log


def test_what_the_plan_changed_is_not_and_both_are_both() -> None:
    netbox = built()
    plan = small(naming={"server": "node-{index}"})
    assert reasons(plan, netbox) == {"plan changed": 3}
    row_of(netbox, DEVICES, "gpu/1")["name"] = "x"
    row_of(netbox, DEVICES, "gpu/2")["custom_fields"]["hedgehog_role"] = "x"
    assert reasons(plan, netbox) == {"plan changed": 1, "both": 2}
    assert one(plan, netbox, "gpu/1").field_reasons == {}
    assert one(plan, netbox, "gpu/2").field_reasons == {"name": "plan changed", "role": "drift"}


def test_what_is_newly_stated_is_the_plans_doing() -> None:
    netbox = built()
    row_of(netbox, DEVICES, "gpu/1")["status"] = "failed"
    plan = changed(lambda plan: plan["server_classes"]["gpu"].update(status="active"))
    assert reasons(plan, netbox) == {"plan changed": 3}


def test_reasons_are_of_the_last_run_and_not_of_the_first() -> None:
    netbox = built()
    plan = small(naming={"server": "node-{index}"})
    bring(plan, netbox)
    assert reasons(small(), netbox) == {"plan changed": 3}
    row_of(netbox, DEVICES, "gpu/1")["name"] = "gpu-001"
    assert reasons(plan, netbox) == {"drift": 1}


# -- renames, hardware, breakouts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rename", RENAMES, ids=lambda one: one.__name__)
def test_renames_are_the_plans_doing_and_drift_beside_them_is_drift(rename: Callable[[Document], None]) -> None:
    netbox = built()
    plan = renamed(rename)
    assert set(reasons(plan, netbox)) == {"plan changed"}
    row_of(netbox, DEVICES, "leaf/2")["custom_fields"]["hedgehog_fabric"] = "x"
    row_of(netbox, CABLES, "server gpu/3/rail-1/0")["custom_fields"]["hedgehog_fabric"] = "x"
    found = [c for c in see(plan, netbox).changes.changes if "fabric" in c.after]
    assert [(c.kind, c.reason_of("fabric"), c.action) for c in found] == [
        ("device", "drift", "update"), ("cable", "drift", "update"),
    ]
    assert not {c.reason for c in see(plan, netbox).changes.changes} - {"plan changed", "drift", "both"}


def hardware(plan: Document) -> None:
    plan["catalog"]["device_types"]["new-server"] = {"manufacturer": "acme", "model": "New server"}
    plan["server_classes"]["gpu"]["device_type"] = "new-server"


def test_changed_hardware_updates_the_same_devices() -> None:
    netbox = built()
    found = see(changed(hardware), netbox).changes
    assert found.counts() == {"device": {"update": 3}, "device_type": {"create": 1}}
    assert found.reasons() == {"plan changed": 3}
    row_of(netbox, DEVICES, "gpu/1")["device_type"] = row_of(netbox, DEVICES, "leaf/1")["device_type"]
    assert one(changed(hardware), netbox, "gpu/1").reason == "both"


def breakout(plan: Document) -> None:
    plan["switch_classes"]["leaf"]["zones"]["servers"]["breakout"] = "4x100g"


def test_a_changed_breakout_updates_what_stays_and_moves_nothing_that_has_its_lane() -> None:
    netbox = built()
    found = see(changed(breakout), netbox, max_moves=99).changes
    actions = {(c.kind, c.action) for c in found.changes}
    assert ("cable", "update") in actions and not actions & {("device", "update"), ("cable", "create")}
    assert set(found.reasons()) == {"plan changed"}


def test_a_breakout_that_leaves_no_lane_moves_cables() -> None:
    netbox = built()

    def whole(plan: Document) -> None:
        plan["switch_classes"]["leaf"]["zones"]["servers"] |= {"breakout": "1x100g", "ports": "1-8"}

    found = see(changed(whole), netbox, max_moves=99).changes
    assert found.counts()["cable"]["move"] and set(found.reasons()) == {"plan changed"}


def test_links_that_move_to_new_spines_are_the_plans_doing() -> None:
    netbox = built()
    larger = small()
    larger["switch_classes"]["spine"]["quantity"] = 2
    row_of(netbox, CABLES, "server gpu/1/c0/0")["b_terminations"] = []
    found = see(larger, netbox, max_moves=4).changes  # what somebody unplugged does not count
    assert (found.counts()["cable"], found.reasons()) == ({"move": 5}, {"plan changed": 4, "drift": 1})
    # Nor does it where the same cable differs in something that the plan changed.
    larger["server_classes"]["gpu"]["connections"]["c0"]["cable"] = {"color": "ff0000"}
    found = see(larger, netbox, max_moves=4).changes
    assert {c.reason_of("ends") for c in found.changes if c.key == "server gpu/1/c0/0"} == {"drift"}


# -- no evidence -----------------------------------------------------------------------------------------------------


def because(netbox: FakeNetBox, plan: Document | None = None) -> str:
    row_of(netbox, DEVICES, "gpu/1")["name"] = "x"
    found = one(plan or small(), netbox, "gpu/1")
    assert found.reason == "cannot say"
    return found.because


def entry(netbox: FakeNetBox) -> dict[str, Any]:
    return list(netbox.tables[JOURNAL].values())[-1]


def test_without_a_record_nobody_can_say() -> None:
    netbox = built()
    netbox.tables[JOURNAL].clear()
    assert because(netbox) == "NetBox has no record of an earlier run of this plan"
    bring(small(), netbox)
    row_of(netbox, DEVICES, "gpu/1")["name"] = "x"
    assert reasons(small(), netbox) == {"drift": 1}


def test_a_token_that_may_not_read_the_journal_says_so() -> None:
    netbox = built()
    netbox.may_not.add(f"view {JOURNAL}")
    assert because(netbox).startswith("the token may not view journal entries")


def test_a_record_that_somebody_edited_is_no_evidence() -> None:
    netbox = built()
    row = entry(netbox)
    row["comments"] = row["comments"].replace('"document": "', '"document": "AA')
    assert because(netbox).endswith("carries a plan that is damaged")


def test_a_record_of_a_plan_that_does_not_expand_any_more() -> None:
    netbox = built()
    row_of(netbox, DEVICES, "gpu/1")["name"] = "x"
    broken = small() | {"site": None}
    row = entry(netbox)
    row["comments"] = comments("test", "", {"plan_digest": "", **carried(broken)})
    assert because(netbox) == "the plan as it was last applied can no longer be expanded"


def test_after_a_teardown_there_is_no_plan_to_compare_with() -> None:
    netbox = built()
    tear_down("test", netbox)
    assert not netbox.tables[DEVICES]
    bring(small(), netbox)
    row_of(netbox, DEVICES, "gpu/1")["name"] = "x"
    assert reasons(small(), netbox) == {"drift": 1}


# -- interrupted runs, which leave no record -------------------------------------------------------------------------


def interrupted(before: Document, after: Document, at: int) -> FakeNetBox:
    netbox = FakeNetBox()
    bring(before, netbox)
    broken = Interrupted(netbox, at, False)
    with suppress(UnreachableError):  # not where it is the record that is lost
        bring(after, broken)
    assert broken.happened
    return netbox


def test_what_an_interrupted_run_has_left_to_do_is_the_plans_doing() -> None:
    """The record is that of the run before it, and so are the values of what it did not come to."""
    plan = small(4, naming={"server": "node-{index}", "leaf": "l-{index}"})
    plan["server_classes"]["gpu"]["connections"]["c0"]["cable"] = {"color": "ff0000"}
    for at in (1, 2, 3, 4):
        netbox = interrupted(small(), plan, at)
        found = reasons(plan, netbox)
        assert set(found) == {"plan changed"}, at


def test_what_an_interrupted_run_had_made_was_never_in_a_plan_that_was_applied() -> None:
    netbox = interrupted(small(), small(4), 3)
    row_of(netbox, DEVICES, "gpu/4")["name"] = "x"
    found = one(small(4), netbox, "gpu/4")
    assert (found.reason, found.because) == ("cannot say", NOT_IN_PLAN)


def test_a_plan_that_is_taken_back_after_an_interruption_takes_the_rest_for_drift() -> None:
    """Nobody recorded that the names came from a plan. It is put right all the same."""
    netbox = interrupted(small(), small(naming={"server": "node-{index}", "spine": "s-{index}"}), 2)
    assert reasons(small(), netbox) == {"drift": 4}
    bring(small(), netbox)
    assert not see(small(), netbox).changes
