# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin that fills a database leaves in it what apply leaves: every table, row for row, ids too."""

from __future__ import annotations

import json

import pytest

from .support.core import Core
from .support.database import Tables, changes_of, differences, load, tables
from .support.plans import rails, stated
from .support.rest import NetBox
from .support.sandbox import Sandbox

# Everything that a plan can state of devices and cables, and uplinks.
DOCUMENT = stated(rails())

# Apply leaves a record of the run: a journal entry on the site, with the tag of the plan.
RECORD = "extras_journalentry"


def without_record(found: Tables) -> Tables:
    types = {row["model"]: row["id"] for row in found["django_content_type"].values()}
    kept = {name: rows for name, rows in found.items() if name != RECORD}
    for name, column in (("extras_taggeditem", "content_type_id"), ("extras_cachedvalue", "object_type_id")):
        kept[name] = {key: row for key, row in found[name].items() if row[column] != types["journalentry"]}
    return kept


@pytest.fixture(scope="module")
def changes() -> str:
    return changes_of(DOCUMENT)


@pytest.fixture(scope="module")
def applied(sandbox: Sandbox, core: Core, changes: str, _database: None) -> Tables:
    """What apply leaves, of the very change set that is then loaded."""
    outcome = core.apply(DOCUMENT)
    assert outcome.changes.digest == json.loads(changes.partition("\n")[0])["digest"]
    return tables(sandbox)


@pytest.fixture(scope="module")
def loaded(sandbox: Sandbox, applied: Tables, changes: str) -> Tables:
    """What loading leaves; the tests that follow work with it."""
    sandbox.reset()
    done = load(sandbox, changes)
    assert done.status == 0, done.error
    return tables(sandbox)


def test_every_table_is_as_apply_leaves_it(applied: Tables, loaded: Tables) -> None:
    assert differences(without_record(applied), loaded) == []
    # Not because nothing was looked at.
    assert len(loaded["dcim_cabletermination"]) == len(loaded["dcim_cablepath"]) == 28
    assert len(loaded["extras_cachedvalue"]) > 200


@pytest.mark.usefixtures("loaded")
def test_the_plan_is_then_unchanged(core: Core) -> None:
    outcome = core.apply(DOCUMENT)
    assert outcome.lines == []
    assert outcome.writes == []


def test_it_is_not_loaded_twice(sandbox: Sandbox, loaded: Tables, changes: str) -> None:
    done = load(sandbox, changes)
    assert done.status == 1
    assert "NetBox has objects of the plan 'rails' already (8 devices, 28 interfaces, 14 cables)" in done.error
    assert tables(sandbox) == loaded


@pytest.mark.usefixtures("loaded")
def test_what_was_loaded_can_be_worked_with(netbox: NetBox, core: Core) -> None:
    port = netbox.interface("gpu-001", "fe-p0")
    far = port["connected_endpoints"][0]
    assert port["connected_endpoints_reachable"] is False  # the cable is planned
    netbox.update("dcim/cables", port["cable"]["id"], status="connected")
    assert netbox.interface("gpu-001", "fe-p0")["connected_endpoints_reachable"] is True
    netbox.update("dcim/interfaces", far["id"], description="edited")

    before = netbox.device("gpu-001")["interface_count"]
    netbox.create("dcim/interfaces", device=port["device"]["id"], name="more", type="virtual")
    assert netbox.device("gpu-001")["interface_count"] == before + 1

    netbox.delete("dcim/cables", port["cable"]["id"])
    assert netbox.get("dcim/interfaces", far["id"])["connected_endpoints"] is None
    netbox.delete("dcim/devices", port["device"]["id"])
    gone = port["device"]["id"]
    assert gone not in {row["device"]["id"] for row in netbox.all("dcim/interfaces")}
    assert gone not in {row["termination"]["device"]["id"] for row in netbox.all("dcim/cable-terminations")}

    core.teardown("rails")
    for kind in ("devices", "interfaces", "cables", "cable-terminations"):
        assert netbox.count(f"dcim/{kind}") == 0, kind


def test_a_dry_run_leaves_nothing(sandbox: Sandbox, netbox: NetBox, changes: str) -> None:
    sandbox.reset()
    before = tables(sandbox)
    done = load(sandbox, changes, "--dry-run", "--changelog")
    assert done.status == 0, done.error
    assert done.report["created"] | {"shared": 0} == {"shared": 0, "device": 8, "interface": 28, "cable": 14}
    assert tables(sandbox) == before
    assert netbox.changes_logged() == 0


def test_change_records_on_request(sandbox: Sandbox, netbox: NetBox, changes: str) -> None:
    sandbox.reset()
    done = load(sandbox, changes, "--changelog", "--no-index")
    assert done.status == 0, done.error
    records = netbox.all("core/object-changes", changed_object_type="dcim.device")
    assert {record["postchange_data"]["name"] for record in records} == {
        row["name"] for row in netbox.all("dcim/devices")
    }
    leaf = next(record for record in records if record["postchange_data"]["name"] == "leaf-01")
    assert leaf["action"]["value"] == "create" and leaf["user_name"] == "diet_load"
    assert leaf["postchange_data"]["tags"] == ["GPU", "diet-rails"]
    assert netbox.count("core/object-changes") == 8 + 28 + 14
    assert not any(row["field"] == "cf_hedgehog_key" for row in tables(sandbox)["extras_cachedvalue"].values())
