# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""With `grace`, what would be deleted is marked once, and is a leftover like any other until it is deleted."""

from __future__ import annotations

import copy

import pytest

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..runs import bring, conflicts, see, tear_down
from .scene import built, owned, row_of, small

GRACE = "decommissioning"


def statuses(netbox: FakeNetBox, endpoint: str) -> dict[str, str]:
    return {
        row["custom_fields"]["hedgehog_key"]: row["status"] for row in netbox.tables[endpoint].values()
        if row["custom_fields"].get("hedgehog_key")
    }


def marked(netbox: FakeNetBox) -> set[str]:
    return {
        key for endpoint in (DEVICES, CABLES) for key, status in statuses(netbox, endpoint).items() if status == GRACE
    }


def test_prune_marks_devices_and_cables_and_nothing_else_changes() -> None:
    netbox = built()
    before = copy.deepcopy(netbox.tables)
    shown = see(small(2), netbox, prune=True, grace=GRACE)
    done = bring(small(2), netbox, prune=True, grace=GRACE)
    assert shown.digest == done.digest
    gone = see(small(2), netbox, prune=True).changes
    deleted = {c.key for c in gone.changes if c.action == "delete" and c.kind != "interface"}
    assert marked(netbox) == deleted == {c.key for c in done.changes.changes}
    assert {(c.action, c.reason) for c in done.changes.changes} == {("update", "plan changed")}
    for endpoint in (DEVICES, CABLES, INTERFACES):
        for row_id, row in netbox.tables[endpoint].items():
            assert {**row, "status": ""} == {**before[endpoint][row_id], "status": ""}
    assert {kind: len(keys) for kind, keys in done.changes.leftovers.items()}["device"] == 1


@pytest.mark.parametrize("graphql", [True, False])
def test_a_second_run_writes_nothing(graphql: bool) -> None:
    netbox = built()
    netbox.graphql_enabled = graphql
    bring(small(2), netbox, prune=True, grace=GRACE)
    netbox.log.clear()
    again = bring(small(2), netbox, prune=True, grace=GRACE)
    assert not again.changes and again.changes.leftovers and not netbox.writes()
    # Somebody brought one of them back; the plan still does not want it.
    row_of(netbox, DEVICES, "gpu/3")["status"] = "active"
    assert [c.key for c in bring(small(2), netbox, prune=True, grace=GRACE).changes.changes] == ["gpu/3"]


def test_what_is_marked_holds_its_ports_as_leftovers_do() -> None:
    netbox = built()
    bring(small(2), netbox, prune=True, grace=GRACE)
    plain, spared = (see(small(5), netbox, prune=True, grace=grace).changes for grace in ("", GRACE))
    assert plain.changes == spared.changes
    less = {"server_classes": {"gpu": {**small(3)["server_classes"]["gpu"], "absent": [3], "quantity": 4}}}
    plan = small(3) | less
    assert see(plan, netbox).topology == see(plan, netbox, prune=True, grace=GRACE).topology


def test_a_later_run_without_it_deletes_them() -> None:
    netbox = built()
    bring(small(2), netbox, prune=True, grace=GRACE)
    bring(small(2), netbox, prune=True)
    at_once = built()
    bring(small(2), at_once, prune=True)
    assert owned(netbox) == owned(at_once) and not marked(netbox)


def test_what_is_wanted_again_is_told_and_left_alone() -> None:
    netbox = built()
    bring(small(2), netbox, prune=True, grace=GRACE)
    for options in ({}, {"prune": True}, {"prune": True, "grace": GRACE}):
        back = see(small(), netbox, **options)  # type: ignore[arg-type]
        assert not back.changes
        texts = [w.message for w in back.warnings if w.code == "wanted-decommissioning"]
        assert "1 devices that have the status decommissioning (gpu-003)" in texts[0]
        assert "4 cables that have the status decommissioning (server gpu/3/" in texts[1]
    stated = small()
    stated["server_classes"]["gpu"]["status"] = "active"
    back = bring(stated, netbox)
    assert [w.message.split(" that")[0] for w in back.warnings if w.code == "wanted-decommissioning"] == [
        "the plan wants 4 cables"
    ]
    assert statuses(netbox, DEVICES)["gpu/3"] == "active"


def test_teardown_marks_everything_and_then_deletes_it() -> None:
    netbox = built()
    before = owned(netbox)
    done = tear_down("test", netbox, grace=GRACE)
    assert marked(netbox) == {*before[DEVICES], *before[CABLES]}
    assert {c.kind for c in done.changes.changes} == {"device", "cable"}
    netbox.log.clear()
    assert not tear_down("test", netbox, grace=GRACE).changes and not netbox.writes()
    tear_down("test", netbox)
    assert not any(owned(netbox).values())


def test_a_leftover_that_follows_a_rename_is_one_change() -> None:
    netbox = built()
    plan = small(2) | {"id": "next", "formerly": ["test"]}
    done = bring(plan, netbox, prune=True, grace=GRACE)
    (one,) = (c for c in done.changes.changes if c.key == "gpu/3")
    assert {"plan_id", "status"} <= one.after.keys()
    assert not see(plan, netbox, prune=True, grace=GRACE).changes


def test_it_is_part_of_the_digest_and_the_limit_is_not() -> None:
    netbox = built()
    plain, spared = (see(small(), netbox, prune=True, grace=grace) for grace in ("", GRACE))
    assert not plain.changes and not spared.changes and plain.digest != spared.digest
    assert see(small(), netbox, prune=True, max_deletions=3).digest == plain.digest


def test_neither_dependants_nor_the_limit_stand_in_its_way() -> None:
    netbox = built()
    device = row_of(netbox, DEVICES, "gpu/3")["id"]
    netbox.make("dcim/modules", name="card", device=device)
    assert conflicts(small(2), netbox, prune=True, max_deletions=1) == ["too-many-deletions", "foreign-dependant"]
    assert bring(small(2), netbox, prune=True, grace=GRACE, max_deletions=0).changes
