# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs against the double that leave drift alone, or make cables' ledger entries follow it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, JOURNAL
from ..plans import Document, document, servers, switches, zone
from ..runs import bring, conflicts, see
from .scene import built, row_of, small

LINK = "server gpu/1/c0/0"


def codes(plan: Document, netbox: FakeNetBox, **options: Any) -> list[str]:
    return [d.code for d in see(plan, netbox, **options).warnings if d.code.startswith("drift")]


# -- fields ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["keep", "report"])
def test_a_run_that_leaves_drift_alone_writes_nothing(word: str) -> None:
    netbox = built()
    row_of(netbox, DEVICES, "gpu/1")["name"] = "by-hand"
    row_of(netbox, INTERFACES, "gpu/1:c0/0")["type"] = "other"
    before = netbox.state()
    netbox.log.clear()
    done = bring(small(), netbox, drift=word)
    assert not done.changes and netbox.writes() == [] and netbox.state() == before
    assert done.changes.left_alone(word) == {"device.name": 1, "interface.type": 1}
    assert codes(small(), netbox, drift=word) == (["drift-reported"] * 2 if word == "report" else [])
    assert bring(small(), netbox).changes.counts() == {"device": {"update": 1}, "interface": {"update": 1}}


def test_what_the_plan_changes_beside_it_is_written() -> None:
    netbox = built()
    row_of(netbox, DEVICES, "gpu/1")["name"] = "by-hand"
    row_of(netbox, DEVICES, "leaf/1")["name"] = "by-hand-too"
    plan = small(4, naming={"leaf": "l-{index}"})
    bring(plan, netbox, drift="keep")
    assert row_of(netbox, DEVICES, "gpu/1")["name"] == "by-hand"
    assert row_of(netbox, DEVICES, "leaf/1")["name"] == "l-1"  # both
    done = see(plan, netbox, drift="keep")
    assert not done.changes and done.changes.left_alone("keep") == {"device.name": 1}


def test_the_policy_is_part_of_the_digest() -> None:
    netbox = built()
    options: list[Any] = [None, "keep", "report", {"device": "keep"}, {"device.name": "keep"}]
    digests = [see(small(), netbox, drift=one).digest for one in options]
    assert len(set(digests)) == len(options)
    assert see(small(), netbox, drift={"default": "restore"}).digest == digests[0]


def test_without_a_record_every_difference_is_taken_for_drift_and_that_is_said() -> None:
    netbox = built()
    netbox.tables[JOURNAL].clear()
    plan = small(naming={"leaf": "l-{index}"})
    done = see(plan, netbox, drift="keep")
    assert not done.changes and done.changes.left_alone("keep") == {"device.name": 2, "device.boot_mac": 2}
    assert codes(plan, netbox, drift="keep") == ["drift-unproven"]
    bring(plan, netbox)
    row_of(netbox, DEVICES, "leaf/1")["name"] = "x"
    assert codes(plan, netbox, drift="keep") == []


def test_what_is_missing_is_made_all_the_same() -> None:
    netbox = built()
    port = row_of(netbox, INTERFACES, "gpu/1:c0/0")["id"]
    netbox.send("DELETE", f"/api/{INTERFACES}/", body=[{"id": port}])
    done = see(small(), netbox, drift="keep")
    assert done.changes.counts() == {"interface": {"create": 1}}
    assert done.changes.left_alone("keep") == {"cable.ends": 1}


def test_a_device_name_that_is_left_where_the_plan_wants_it_for_another() -> None:
    netbox = built()
    row_of(netbox, DEVICES, "gpu/1")["name"] = "gpu-004"
    assert conflicts(small(4), netbox, drift="keep") == ["drift-in-the-way"]
    assert conflicts(small(4), netbox) == []


def test_an_interface_name_that_is_left_where_the_plan_wants_it_for_another() -> None:
    netbox = built()
    row_of(netbox, INTERFACES, "gpu/1:c0/0")["name"] = "new-p0"
    plan = small()
    plan["server_classes"]["gpu"] = copy.deepcopy(plan["server_classes"]["gpu"])
    nics = plan["server_classes"]["gpu"]["nics"]
    nics["new"] = nics.pop("c0") | {"formerly": ["c0"]}
    plan["server_classes"]["gpu"]["connections"]["c0"]["nic"] = "new"
    assert conflicts(plan, netbox, drift="keep") == []  # it is what the plan wants by now
    row_of(netbox, INTERFACES, "gpu/1:c0/0")["name"] = row_of(netbox, INTERFACES, "gpu/1:c0/1")["name"]
    row_of(netbox, INTERFACES, "gpu/1:c0/1")["name"] = "x"
    netbox.send("DELETE", f"/api/{INTERFACES}/", body=[{"id": row_of(netbox, INTERFACES, "gpu/1:c0/1")["id"]}])
    assert conflicts(small(), netbox, drift="keep") == ["drift-in-the-way"]
    assert conflicts(small(), netbox) == []


# -- ends of cables --------------------------------------------------------------------------------------------------


def plan_of(number: int = 3, ports: str = "1-8", **more: Any) -> Document:
    return document(
        {"leaf": switches(servers=zone(ports, "2x100g"), quantity=2, ports="all", **more)},
        {"gpu": servers(number, {"ports": 2, "distribution": "alternating"})}, catalog=small()["catalog"],
    )


def moved(netbox: FakeNetBox, link: str, port: str) -> None:
    end = {"object_type": "dcim.interface", "object_id": row_of(netbox, INTERFACES, port)["id"]}
    row_of(netbox, CABLES, link)["b_terminations"] = [end]


def test_the_ledger_follows_a_cable_that_stays_where_somebody_put_it() -> None:
    netbox = built(plan_of())
    cable = row_of(netbox, CABLES, LINK)
    moved(netbox, LINK, "leaf/1:5/2")
    seen = see(plan_of(), netbox, drift={"cable.ends": "keep"})
    (change,) = (c for c in seen.changes.changes if c.kind == "cable")
    assert (change.action, change.reason, list(change.after)) == ("update", "drift", ["ports"])
    bring(plan_of(), netbox, drift={"cable.ends": "keep"})
    assert cable["custom_fields"]["hedgehog_ports"] == "a=gpu/1:c0/0 b=leaf/1:5/2@2x100g"
    assert cable["b_terminations"][0]["object_id"] == row_of(netbox, INTERFACES, "leaf/1:5/2")["id"]
    # From then on it is where it was placed, whatever the policy, and nothing is dealt its port.
    assert not see(plan_of(), netbox).changes
    grown = bring(plan_of(8), netbox)
    assert "move" not in grown.changes.counts()["cable"]
    assert not see(plan_of(8), netbox).changes


def test_two_cables_that_somebody_exchanged_stay_exchanged() -> None:
    netbox = built(plan_of())
    rows = [row_of(netbox, CABLES, f"server gpu/{n}/c0/0") for n in (1, 2)]
    rows[0]["b_terminations"], rows[1]["b_terminations"] = (row["b_terminations"] for row in reversed(rows))
    ends = [copy.deepcopy(row["b_terminations"]) for row in rows]
    done = bring(plan_of(), netbox, drift="keep")
    assert (done.changes.counts(), done.changes.reasons()) == ({"cable": {"update": 2}}, {"drift": 2})
    assert [row["b_terminations"] for row in rows] == ends
    assert not see(plan_of(), netbox).changes


def test_a_port_whose_interface_carries_no_mark_is_followed_and_taken_over() -> None:
    plan = plan_of()
    del plan["switch_classes"]["leaf"]["ports"]
    netbox = built(plan)
    leaf = row_of(netbox, DEVICES, "leaf/1")["id"]
    port = netbox.make(INTERFACES, device=leaf, name="E1/7/1", type="other")
    row_of(netbox, CABLES, LINK)["b_terminations"] = [{"object_type": "dcim.interface", "object_id": port}]
    done = bring(plan, netbox, drift={"cable.ends": "keep"})
    assert done.changes.of("interface", "update")[0].reason == "adopted"
    assert done.changes.counts()["cable"] == {"update": 1}
    assert row_of(netbox, INTERFACES, "leaf/1:7/1")["id"] == port
    # The interface that it was on is no longer wanted, as after any move.
    assert see(plan, netbox).changes.leftovers == {"interface": ("leaf/1:1/1",)}


def test_a_port_outside_the_zone_makes_it_a_move_that_needs_leave() -> None:
    """The plan cannot place the link there, so it is placed anew."""
    more = {"others": zone("9-10", "2x100g")}
    netbox = built(plan_of(**more))
    moved(netbox, LINK, "leaf/1:9/1")
    keep = {"cable.ends": "keep"}
    found = see(plan_of(**more), netbox, drift=keep, max_moves=1).changes
    assert [(c.action, c.reason) for c in found.changes if c.kind == "cable"] == [("move", "both")]
    assert conflicts(plan_of(**more), netbox, drift=keep) == ["too-many-moves"]
    assert see(plan_of(**more), netbox).changes.counts() == {"cable": {"move": 1}}  # back, which needs none


@pytest.mark.parametrize("side", ["a_terminations", "b_terminations"])
def test_a_cable_that_lost_an_end_is_left_alone(side: str) -> None:
    netbox = built(plan_of())
    row_of(netbox, CABLES, LINK)[side] = []
    done = see(plan_of(), netbox, drift={"cable": "keep"})
    assert not done.changes and done.changes.left_alone("keep") == {"cable.ends": 1}
    assert see(plan_of(), netbox, drift={"cable": "restore"}).changes.counts() == {"cable": {"move": 1}}


def test_report_leaves_cable_and_ledger_and_says_where_it_is() -> None:
    netbox = built(plan_of())
    moved(netbox, LINK, "leaf/1:5/2")
    before = netbox.state()
    done = bring(plan_of(), netbox, drift={"cable.ends": "report"})
    assert not done.changes and netbox.state() == before
    (warning,) = (d for d in done.warnings if d.code == "drift-reported")
    assert "ends gpu/1:c0/0 leaf/1:5/2 (plan: gpu/1:c0/0 leaf/1:1/1)" in warning.message


def test_a_port_that_a_moved_cable_is_left_on_is_not_free() -> None:
    netbox = built(plan_of())
    free = see(plan_of(4), netbox).topology
    wanted = next(c.b for c in free.cables if c.key == "server gpu/4/c0/0")
    moved(netbox, LINK, wanted)
    assert conflicts(plan_of(4), netbox, drift="report") == ["drift-in-the-way"]
    assert conflicts(plan_of(4), netbox, drift="keep") == []
    assert conflicts(plan_of(4), netbox) == []
