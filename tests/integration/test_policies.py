# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift that the user wants left alone stays in a real NetBox, and ledger entries follow cables that stay moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .support.core import Core
from .support.plans import tiny
from .support.rest import NetBox, Row, end, end_ids

LINK = "server gpu/1/fe/0"


@pytest.fixture(autouse=True)
def as_built(begin_with: Callable[[str], None]) -> None:
    begin_with("tiny")


def moved(netbox: NetBox, device: str, name: str) -> Row:
    port = netbox.create("dcim/interfaces", device=netbox.device(device)["id"], name=name, type="other")
    netbox.update("dcim/cables", netbox.cable(LINK)["id"], b_terminations=[end(port)])
    return port


@pytest.mark.parametrize("word", ["keep", "report"])
def test_what_is_left_alone_is_not_written(word: str, core: Core, netbox: NetBox) -> None:
    netbox.update("dcim/devices", netbox.device("gpu-001")["id"], name="by-hand")
    moved(netbox, "oob-01", "spare")
    before = netbox.snapshot()
    done = core.apply(tiny(), drift={"device": word, "cable.ends": "report"})
    assert not done.changes and not done.writes
    assert netbox.snapshot() == before
    assert done.changes.left_alone(word)["device.name"] == 1
    assert core.apply(tiny()).counts == {"device": {"update": 1}, "cable": {"move": 1}}


def test_what_the_plan_changes_beside_it_is_written(core: Core, netbox: NetBox) -> None:
    netbox.update("dcim/devices", netbox.device("gpu-001")["id"], name="by-hand")
    plan = tiny(naming={"leaf": "top-{index}"})
    assert core.apply(plan, drift="keep").counts == {"device": {"update": 2}}
    assert netbox.device("by-hand") and netbox.device("top-1")
    assert not core.apply(plan, drift="keep").writes


def test_the_ledger_follows_a_cable_that_stays_moved(core: Core, netbox: NetBox) -> None:
    """To a port whose interface somebody made: it is taken over."""
    port = moved(netbox, "leaf-01", "E1/6/3")
    cable = netbox.cable(LINK)
    done = core.apply(tiny(), drift={"cable.ends": "keep"})
    assert done.counts == {"interface": {"update": 1}, "cable": {"update": 1}}
    assert done.changes.reasons() == {"drift": 1, "adopted": 1}
    after = netbox.cable(LINK)
    assert (after["id"], end_ids(after)) == (cable["id"], end_ids(cable))
    assert after["custom_fields"]["hedgehog_ports"] == "a=gpu/1:fe/0 b=leaf/1:6/3@4x200g"
    assert netbox.get("dcim/interfaces", port["id"])["custom_fields"]["hedgehog_key"] == "leaf/1:6/3"
    assert not core.apply(tiny()).changes
    grown = core.apply(tiny(6))
    assert "move" not in grown.counts["cable"] and end_ids(netbox.cable(LINK)) == end_ids(cable)


def test_a_cable_that_cannot_be_placed_where_it_is_stays_until_a_move_is_allowed(core: Core, netbox: NetBox) -> None:
    moved(netbox, "leaf-01", "E1/40")
    done = core.apply(tiny(), drift="keep")
    assert not done.writes and done.changes.left_alone("keep") == {"cable.ends": 1}
