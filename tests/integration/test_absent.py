# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teardown removes exactly what a plan owns, and nothing beside it is touched, not even its time of change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from .support.core import Core
from .support.plans import named_after_plan, tiny
from .support.playbook import run_module
from .support.rest import NetBox, Place, Row, built, differences
from .support.sandbox import Sandbox

GPU = named_after_plan(tiny(plan_id="gpu"))
GPU_2 = named_after_plan(tiny(plan_id="gpu-2"))


@pytest.fixture(autouse=True)
def scene(sandbox: Sandbox, netbox: NetBox, core: Core) -> None:
    sandbox.scene("beside", lambda: build(netbox, core))


def build(netbox: NetBox, core: Core) -> None:
    """The plan gpu, beside it a plan whose id begins with the same letters, and things that are nobody's plan's."""
    core.apply(GPU)
    core.apply(GPU_2)
    site, role = netbox.one("dcim/sites")["id"], netbox.one("dcim/device-roles", slug="server")["id"]
    kind = netbox.one("dcim/device-types", slug="gpu-server")["id"]
    tag = netbox.create("extras/tags", name="mine", slug="mine")
    ports = []
    for name in ("foreign-1", "foreign-2"):
        device = netbox.create(
            "dcim/devices", name=name, site=site, role=role, device_type=kind, tags=[tag["id"]],
            custom_fields={"hedgehog_class": "gpu", "hedgehog_fabric": "frontend"},
        )
        ports.append(netbox.create("dcim/interfaces", device=device["id"], name="eth0", type="other"))
    netbox.connect(*ports, label="foreign", tags=[tag["id"]])
    almost = netbox.create(
        "dcim/devices", name="almost", site=site, role=role, device_type=kind,
        custom_fields={"hedgehog_plan_id": "gpu-", "hedgehog_key": "gpu/1"},
    )
    netbox.create(
        "dcim/interfaces", device=almost["id"], name="eth0", type="other",
        custom_fields={"hedgehog_plan_id": "GPU", "hedgehog_key": "gpu/1:fe/0"},
    )


def own(snapshot: Mapping[Place, Row], plan_id: str) -> set[Place]:
    """What carries a plan's id, and the cable ends and interfaces that go with it."""
    marked = {
        place for place, row in snapshot.items() if row.get("custom_fields", {}).get("hedgehog_plan_id") == plan_id
    }
    cables = {row_id for endpoint, row_id in marked if endpoint == "dcim/cables"}
    return marked | {
        place for place, row in snapshot.items()
        if place[0] == "dcim/cable-terminations" and row["cable"] in cables
    }


def owned_port(netbox: NetBox, name: str, endpoint: str = "dcim/interfaces") -> Row:
    """A port of our own device that somebody added."""
    device = netbox.device("gpu-gpu-1")
    fields = {"type": "other"} if endpoint == "dcim/interfaces" else {}
    return netbox.create(endpoint, device=device["id"], name=name, **fields)


def foreign_port(netbox: NetBox, name: str, endpoint: str = "dcim/interfaces") -> Row:
    device = netbox.device("foreign-1")
    fields = {"type": "other"} if endpoint == "dcim/interfaces" else {}
    return netbox.create(endpoint, device=device["id"], name=name, **fields)


def refused(core: Core, netbox: NetBox) -> str:
    """The text of a refusal that wrote nothing."""
    logged = netbox.changes_logged()
    with pytest.raises(PlanError) as error:
        core.teardown("gpu")
    assert not core.recorder.writes
    assert netbox.changes_logged() == logged
    return str(error.value)


def test_exactly_what_the_plan_owns_goes(core: Core, netbox: NetBox) -> None:
    before = netbox.snapshot()
    shown = core.teardown("gpu", write=False)
    assert not shown.writes
    assert shown.counts == {"device": {"delete": 5}, "interface": {"delete": 12}, "cable": {"delete": 6}}
    done = core.teardown("gpu")
    assert done.digest == shown.digest
    after = netbox.snapshot()
    assert differences(before, after) == dict.fromkeys(own(before, "gpu"), "gone")
    assert {endpoint for endpoint, _id in set(after) - set(before)} == {"extras/journal-entries"}
    assert not core.apply(GPU_2).changes


def test_removed_twice_is_no_change(core: Core, netbox: NetBox) -> None:
    core.teardown("gpu")
    logged = netbox.changes_logged()
    again = core.teardown("gpu")
    assert not again.changes and not again.writes
    assert netbox.changes_logged() == logged


def test_removed_and_built_again_is_the_same(core: Core, netbox: NetBox) -> None:
    before = built(netbox, "gpu")
    core.teardown("gpu")
    core.apply(GPU)
    assert built(netbox, "gpu") == before


def test_without_the_tag_it_goes_through_unrecorded(core: Core, netbox: NetBox) -> None:
    """Somebody deleted the tag that the run record carries."""
    netbox.delete("extras/tags", netbox.one("extras/tags", slug="diet-gpu")["id"])
    records = netbox.count("extras/journal-entries")
    assert core.teardown("gpu").codes == ["no-run-record"]
    assert netbox.count("extras/journal-entries") == records
    assert not core.teardown("gpu").changes


def test_interfaces_that_others_added_go_with_their_device(core: Core, netbox: NetBox) -> None:
    added = owned_port(netbox, "added-by-hand")
    core.teardown("gpu")
    assert netbox.count("dcim/interfaces", id=added["id"]) == 0


@pytest.mark.parametrize("kind", ["interface", "console", "power"])
def test_a_foreign_cable_on_an_owned_device_stops_it(kind: str, core: Core, netbox: NetBox) -> None:
    if kind == "interface":
        cable = netbox.connect(owned_port(netbox, "extra"), foreign_port(netbox, "extra"), label="keep me")
    elif kind == "console":
        cable = netbox.connect(
            owned_port(netbox, "con0", "dcim/console-ports"), foreign_port(netbox, "con", "dcim/console-server-ports"),
            "dcim.consoleport", "dcim.consoleserverport", label="keep me",
        )
    else:
        cable = netbox.connect(
            owned_port(netbox, "psu0", "dcim/power-ports"), foreign_port(netbox, "out", "dcim/power-outlets"),
            "dcim.powerport", "dcim.poweroutlet", label="keep me",
        )
    text = refused(core, netbox)
    assert f"cable {cable['id']} (keep me)" in text
    assert text.count("foreign-cable") == 1
    netbox.delete("dcim/cables", cable["id"])
    core.teardown("gpu")
    assert netbox.count("dcim/devices", cf_hedgehog_plan_id="gpu") == 0


def test_a_foreign_cable_on_an_owned_interface_stops_it(core: Core, netbox: NetBox) -> None:
    """Somebody replaced our cable by one of theirs."""
    ours = netbox.one("dcim/cables", cf_hedgehog_key="server gpu/1/fe/0", cf_hedgehog_plan_id="gpu")
    port = netbox.interface("gpu-gpu-1", "fe-p0")
    netbox.delete("dcim/cables", ours["id"])
    theirs = netbox.connect(port, foreign_port(netbox, "extra"))
    assert f"cable {theirs['id']} " in refused(core, netbox)


def test_a_foreign_cable_stops_the_pruning_of_its_device_too(core: Core, netbox: NetBox) -> None:
    smaller = named_after_plan(tiny(1, plan_id="gpu"))
    device = netbox.device("gpu-gpu-2")
    port = netbox.create("dcim/console-ports", device=device["id"], name="con0")
    server = foreign_port(netbox, "con", "dcim/console-server-ports")
    cable = netbox.connect(port, server, "dcim.consoleport", "dcim.consoleserverport")
    with pytest.raises(PlanError, match=f"cable {cable['id']} "):
        core.apply(smaller, prune=True)
    assert not core.recorder.writes
    assert not core.apply(smaller).writes  # without prune it stays, and is in nobody's way


def test_by_the_id_alone_through_ansible(
    netbox: NetBox, connection: Mapping[str, str], tmp_path: Path
) -> None:
    before = netbox.snapshot()
    options = {"state": "absent", "plan_id": "gpu", "report_dir": str(tmp_path)}
    checked = run_module(tmp_path, connection, "--check", "--diff", **options)
    assert checked.status == 0, checked.text
    assert checked.result["changed"] is True
    assert checked.result["requests"]["writes"] == 0
    assert "devices: 5 to delete" in checked.text
    assert "- cable gpu-gpu-1 bmc-bmc0 -- gpu-oob-1 E1/1" in checked.text
    assert netbox.snapshot() == before
    done = run_module(tmp_path, connection, **options)
    assert done.status == 0, done.text
    assert done.result["changes"] == {"device": {"delete": 5}, "interface": {"delete": 12}, "cable": {"delete": 6}}
    assert done.result["digest"] == checked.result["digest"]
    assert done.result["stays"] == {
        "device_types": ["celestica-ds5000", "gpu-server", "mgmt-48"], "device_roles": ["leaf", "oob", "server"],
        "sites": ["dc1"],
    }
    assert differences(before, netbox.snapshot()) == dict.fromkeys(own(before, "gpu"), "gone")
    again = run_module(tmp_path, connection, **options)
    assert (again.result["changed"], again.result["requests"]["writes"]) == (False, 0)
