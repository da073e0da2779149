# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical plan, from nothing to grown: the numbers of objects and requests that the design promises.

One story in one order, because building it takes minutes.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from .support.core import Core
from .support.playbook import ROOT
from .support.rest import NetBox, differences

PLAN: dict[str, Any] = yaml.safe_load((ROOT / "playbooks" / "plans" / "gpu-128.yml").read_text())
# What shows that an object was touched; all fields of all objects would take NetBox half a minute.
FIELDS = "id,last_updated,cable,cable_end,termination_id"
OBJECTS = {"device": {"create": 175}, "interface": {"create": 2034}, "cable": {"create": 1017}}


def owned(counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {kind: actions for kind, actions in counts.items() if kind in OBJECTS}


@pytest.fixture(scope="module", autouse=True)
def applied(_database: None, core: Core, netbox: NetBox) -> None:
    shown = core.preview(PLAN)
    assert owned(shown.counts) == OBJECTS
    done = core.apply(PLAN)
    assert done.counts == shown.counts and done.digest == shown.digest
    assert len(done.requests) < 150
    assert netbox.count("dcim/devices") == 175
    assert netbox.count("dcim/interfaces") == 2034
    assert netbox.count("dcim/cables") == 1017


def test_every_cable_has_two_ends_and_every_interface_a_cable(netbox: NetBox) -> None:
    terminations = netbox.all("dcim/cable-terminations", fields="cable,cable_end,termination_id")
    assert len({(row["cable"], row["cable_end"]) for row in terminations}) == 2 * 1017
    assert len({row["termination_id"] for row in terminations}) == 2034
    assert netbox.count("dcim/interfaces", cabled=True) == 2034


def test_the_second_run_only_reads(core: Core, netbox: NetBox) -> None:
    logged = netbox.changes_logged()
    again = core.apply(PLAN)
    assert not again.changes and not again.writes
    assert len(again.requests) < 60
    assert netbox.changes_logged() == logged


def test_growing_by_two_servers_touches_nothing_else(core: Core, netbox: NetBox) -> None:
    before = netbox.snapshot(fields=FIELDS)
    storage = PLAN["server_classes"]["storage"]
    grown = PLAN | {
        "server_classes": {**PLAN["server_classes"], "storage": {**storage, "quantity": storage["quantity"] + 2}}
    }
    outcome = core.apply(grown)
    assert outcome.counts == {"device": {"create": 2}, "interface": {"create": 12}, "cable": {"create": 6}}
    assert [write.method for write in outcome.writes] == ["POST"] * 4
    after = netbox.snapshot(fields=FIELDS)
    assert differences(before, after) == {}
    new = [place for place in after if place not in before]
    assert {endpoint: [place[0] for place in new].count(endpoint) for endpoint, _id in new} == {
        "dcim/devices": 2, "dcim/interfaces": 12, "dcim/cables": 6, "dcim/cable-terminations": 12,
        "extras/journal-entries": 1,
    }
    assert not core.apply(grown).writes
