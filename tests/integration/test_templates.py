# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared objects that exist already are used as they are; interfaces that NetBox makes of templates become ours."""

from __future__ import annotations

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import NetBoxError

from .support.core import Core
from .support.plans import LEAF, named_after_plan, tiny
from .support.rest import NetBox, Place, Row, built, differences
from .support.sandbox import Sandbox

TEMPLATES = {"gpu-server": ("fe-p0", "lom1"), LEAF: ("E1/1/1", "E1/1/2", "E1/64", "M1")}


@pytest.fixture
def library(sandbox: Sandbox, netbox: NetBox) -> dict[Place, Row]:
    sandbox.scene("library", lambda: build(netbox))
    return netbox.snapshot()


def build(netbox: NetBox) -> None:
    """What somebody set up before: makers, types with templates, a role, a site, each with values of their own."""
    maker = netbox.create("dcim/manufacturers", name="Somebody else", slug="celestica", description="theirs")["id"]
    for slug, names in TEMPLATES.items():
        kind = netbox.create(
            "dcim/device-types", manufacturer=maker, model=f"Their {slug}", slug=slug, u_height=7, part_number="P1"
        )["id"]
        for name in names:
            netbox.create("dcim/interface-templates", device_type=kind, name=name, type="other")
    netbox.create("dcim/device-roles", name="Their leaf", slug="leaf", color="ff0000", vm_role=False)
    netbox.create("dcim/sites", name="Their site", slug="dc1", status="staging", description="theirs")


def test_shared_objects_are_never_changed(core: Core, netbox: NetBox, library: dict[Place, Row]) -> None:
    outcome = core.apply(tiny())
    assert outcome.counts["device_type"] == {"create": 1}
    assert outcome.counts["device_role"] == {"create": 2}
    assert outcome.counts["manufacturer"] == {"create": 1}  # generic, for the type that is missing
    assert "site" not in outcome.counts
    assert differences(library, netbox.snapshot()) == {}
    core.teardown("tiny")
    assert differences(library, netbox.snapshot()) == {}


def test_interfaces_of_templates_are_shown_as_creates_and_become_ours(
    core: Core, netbox: NetBox, library: dict[Place, Row]
) -> None:
    shown = core.preview(tiny())
    assert shown.counts["interface"] == {"create": 12}
    done = core.apply(tiny())
    assert done.lines == shown.lines
    sent = [(w.method, len(w.body)) for w in done.writes if w.path == "/api/dcim/interfaces/"]
    # Two servers have fe-p0 of a template, two leaves E1/1/1 and E1/1/2.
    assert sent == [("PATCH", 6), ("POST", 6)]
    port = netbox.interface("leaf-01", "E1/1/1")
    assert (port["type"]["value"], port["speed"]) == ("200gbase-x-qsfp56", 200_000_000)
    assert port["custom_fields"]["hedgehog_key"] == "leaf/1:1/1"
    spare = netbox.interface("leaf-01", "E1/64")
    assert (spare["type"]["value"], spare["custom_fields"]["hedgehog_plan_id"]) == ("other", None)
    again = core.apply(tiny())
    assert not again.changes and not again.writes


def test_the_result_is_that_without_templates(
    core: Core, netbox: NetBox, library: dict[Place, Row], sandbox: Sandbox
) -> None:
    core.apply(tiny())
    with_templates = built(netbox, "tiny")
    sandbox.reset()
    core.apply(tiny())
    assert built(netbox, "tiny") == with_templates


def test_a_device_that_exists_gets_no_interfaces_of_templates(
    core: Core, netbox: NetBox, library: dict[Place, Row]
) -> None:
    """A template's interface deleted by hand is not made by NetBox again."""
    core.apply(tiny())
    netbox.delete("dcim/interfaces", netbox.interface("leaf-01", "E1/1/1")["id"])
    outcome = core.apply(tiny())
    assert [(w.method, w.path) for w in outcome.writes][:2] == [
        ("POST", "/api/dcim/interfaces/"), ("PATCH", "/api/dcim/cables/"),
    ]
    assert not core.apply(tiny()).writes


def test_a_custom_field_gets_the_object_types_it_lacks(fresh: None, core: Core, netbox: NetBox) -> None:
    there = netbox.create(
        "extras/custom-fields", name="hedgehog_plan_id", type="text", object_types=["dcim.device", "dcim.rack"],
        filter_logic="loose", ui_editable="yes", label="Theirs", weight=7,
    )
    shown = core.preview(tiny())
    assert shown.counts["custom_field"] == {"create": 11, "update": 1}
    core.apply(tiny())
    after = netbox.get("extras/custom-fields", there["id"])
    assert set(after.pop("object_types")) == {"dcim.device", "dcim.rack", "dcim.interface", "dcim.cable"}
    there.pop("object_types")
    assert {**after, "last_updated": ""} == {**there, "last_updated": ""}
    assert not core.apply(tiny()).writes


def test_with_loose_filters_a_plan_still_finds_only_its_own(fresh: None, core: Core, netbox: NetBox) -> None:
    everywhere = ["dcim.device", "dcim.interface", "dcim.cable"]
    netbox.create("extras/custom-fields", name="hedgehog_plan_id", type="text", object_types=everywhere)
    core.apply(named_after_plan(tiny(plan_id="gpu-2")))
    core.apply(named_after_plan(tiny(plan_id="gpu")))
    before = built(netbox, "gpu-2")
    assert core.teardown("gpu").counts == {"device": {"delete": 5}, "interface": {"delete": 12}, "cable": {"delete": 6}}
    assert built(netbox, "gpu-2") == before


@pytest.mark.parametrize(("name", "kind"), [("hedgehog_plan_id", "longtext"), ("hedgehog_physical_port", "text")])
def test_a_custom_field_of_another_type_is_an_error(
    name: str, kind: str, fresh: None, core: Core, netbox: NetBox
) -> None:
    netbox.create("extras/custom-fields", name=name, type=kind, object_types=["dcim.device"])
    logged = netbox.changes_logged()
    with pytest.raises(NetBoxError, match=rf"'{name}' exists with the type {kind}"):
        core.apply(tiny())
    assert not core.recorder.writes
    assert netbox.changes_logged() == logged


def test_a_device_type_that_only_netbox_has(fresh: None, core: Core, netbox: NetBox) -> None:
    document = tiny()
    del document["catalog"]["device_types"]["gpu-server"]
    with pytest.raises(PlanError, match=r"NetBox has no device type 'gpu-server'.*\[unknown-device-type\]"):
        core.apply(document)
    assert not core.recorder.writes
    maker = netbox.create("dcim/manufacturers", name="Their", slug="their")["id"]
    netbox.create("dcim/device-types", manufacturer=maker, model="Their server", slug="gpu-server")
    assert core.apply(document).counts["device"] == {"create": 5}
