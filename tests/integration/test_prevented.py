# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preview says NetBox would refuse, the real one does refuse; a preview says it before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from .support.core import Core
from .support.plans import tiny
from .support.rest import NetBox, end

LINK = "server gpu/1/fe/0"


@pytest.fixture(autouse=True)
def as_built(begin_with: Callable[[str], None]) -> None:
    begin_with("tiny")


def refused(core: Core, plan: dict[str, Any]) -> list[str]:
    """The codes of a preview that stops, which sends nothing but reads."""
    with pytest.raises(PlanError) as error:
        core.apply(plan)
    assert not core.recorder.writes
    return [d.code for d in error.value.diagnostics if d.severity == "error"]


def instance(**values: Any) -> dict[str, Any]:
    plan = tiny()
    plan["server_classes"]["gpu"]["instances"] = {"1": values}
    return plan


def says_no(netbox: NetBox, method: str, endpoint: str, body: dict[str, Any], words: str) -> None:
    answer = netbox.send(method, endpoint, body)
    assert answer.status_code == 400 and words in answer.text, answer.text


def test_units_beyond_the_rack(core: Core, netbox: NetBox) -> None:
    site, device = netbox.one("dcim/sites"), netbox.device("gpu-001")
    rack = netbox.create("dcim/racks", name="R1", site=site["id"], u_height=42)
    assert refused(core, instance(rack="R1", position=40, face="front")) == ["unit-beyond-rack"]
    place = {"rack": rack["id"], "position": 40, "face": "front"}
    says_no(netbox, "PATCH", f"dcim/devices/{device['id']}", place, "sufficient space")
    netbox.update("dcim/racks", rack["id"], starting_unit=3)
    assert refused(core, instance(rack="R1", position=1, face="front")) == ["unit-beyond-rack"]
    says_no(netbox, "PATCH", f"dcim/devices/{device['id']}", {**place, "position": 1}, "sufficient space")
    assert core.apply(instance(rack="R1", position=41, face="front")).counts == {"device": {"update": 1}}


def test_a_type_without_height_has_no_unit(core: Core, netbox: NetBox) -> None:
    rack = netbox.create("dcim/racks", name="R1", site=netbox.one("dcim/sites")["id"])
    device = netbox.device("gpu-001")
    netbox.update("dcim/device-types", device["device_type"]["id"], u_height=0)
    assert refused(core, instance(rack="R1", position=4, face="front")) == ["unit-without-height"]
    place = {"rack": rack["id"], "position": 4, "face": "front"}
    says_no(netbox, "PATCH", f"dcim/devices/{device['id']}", place, "0U")


def test_a_rack_at_another_location(core: Core, netbox: NetBox) -> None:
    site = netbox.one("dcim/sites")["id"]
    rows = [netbox.create("dcim/locations", name=name, slug=name, site=site) for name in ("row-1", "row-2")]
    rack = netbox.create("dcim/racks", name="R1", site=site, location=rows[0]["id"])
    assert refused(core, instance(rack="R1", location="row-2")) == ["rack-elsewhere"]
    place = {"rack": rack["id"], "location": rows[1]["id"]}
    says_no(netbox, "PATCH", f"dcim/devices/{netbox.device('gpu-001')['id']}", place, "does not belong")


def test_a_platform_of_another_manufacturer(core: Core, netbox: NetBox) -> None:
    maker = netbox.create("dcim/manufacturers", name="Other", slug="other")
    platform = netbox.create("dcim/platforms", name="x", slug="x", manufacturer=maker["id"])
    assert refused(core, instance(platform="x")) == ["platform-not-for-type"]
    where = f"dcim/devices/{netbox.device('gpu-001')['id']}"
    says_no(netbox, "PATCH", where, {"platform": platform["id"]}, "limited to")


def test_a_tag_for_other_objects(core: Core, netbox: NetBox) -> None:
    netbox.create("extras/tags", name="x", slug="x", object_types=["dcim.cable"])
    assert refused(core, instance(tags=["x"])) == ["tag-not-for-devices"]
    answer = netbox.send("PATCH", f"dcim/devices/{netbox.device('gpu-001')['id']}", {"tags": [{"slug": "x"}]})
    assert answer.status_code >= 400, answer.text


def test_a_required_custom_field(core: Core, netbox: NetBox) -> None:
    field = netbox.create(
        "extras/custom-fields", name="asset", type="text", required=True, object_types=["dcim.interface"]
    )
    assert refused(core, tiny(3)) == ["required-field"]
    port = {"device": netbox.device("gpu-001")["id"], "name": "x", "type": "other"}
    says_no(netbox, "POST", "dcim/interfaces", port, "asset")
    # A default is for objects without any custom field; and what is there already is left alone.
    netbox.update("extras/custom-fields", field["id"], default="unknown")
    says_no(netbox, "POST", "dcim/interfaces", port | {"custom_fields": {"hedgehog_zone": "x"}}, "asset")
    assert refused(core, tiny(3)) == ["required-field"]
    assert not core.preview(tiny()).changes
    netbox.update("extras/custom-fields", field["id"], required=False)
    assert core.apply(tiny(3)).counts["interface"] == {"create": 6}


@pytest.mark.parametrize(
    ("interface_type", "code", "words"),
    [("100gbase-x-typo", "unknown-interface-type", "not a valid choice"), ("virtual", "no-socket", "")],
)
def test_an_interface_type_that_cannot_be(
    interface_type: str, code: str, words: str, core: Core, netbox: NetBox
) -> None:
    plan = tiny(3)
    plan["server_classes"]["gpu"]["nics"]["fe"]["interface_type"] = interface_type
    assert refused(core, plan) == [code]
    port = {"device": netbox.device("gpu-001")["id"], "name": "x", "type": interface_type}
    if words:
        says_no(netbox, "POST", "dcim/interfaces", port, words)
        return
    ends = [netbox.create("dcim/interfaces", **port), netbox.create("dcim/interfaces", **port | {"name": "y"})]
    body = {"a_terminations": [end(ends[0])], "b_terminations": [end(ends[1])]}
    says_no(netbox, "POST", "dcim/cables", body, "cannot be terminated")


def test_an_interface_that_is_marked_as_connected(core: Core, netbox: NetBox) -> None:
    cable, port = netbox.cable(LINK), netbox.interface_by_key("gpu/1:fe/0")
    far = cable["b_terminations"]
    netbox.delete("dcim/cables", cable["id"])
    netbox.update("dcim/interfaces", port["id"], mark_connected=True)
    assert refused(core, tiny()) == ["marked-connected"]
    body = {"a_terminations": [end(port)], "b_terminations": [end({"id": far[0]["object_id"]})]}
    says_no(netbox, "POST", "dcim/cables", body, "marked as connected")
    netbox.update("dcim/interfaces", port["id"], mark_connected=False)
    assert core.apply(tiny()).counts["cable"] == {"create": 1}
