# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NetBox would refuse is found before the first write, and named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic, Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.refusals import Demands, check_demands, check_refusals
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned, SharedRow

from ..plans import document, expanded, servers, switches, zone
from .test_compare import built, changes_of


def topology(**stated: Any) -> Topology:
    plan = document({"leaf": switches(servers=zone("1-8", "2x100g"))}, {"gpu": servers(2, {})})
    plain = expanded(plan)
    return replace(plain, devices=tuple(
        replace(d, **stated) if d.class_key == "gpu" else d for d in plain.devices
    ))


def refused(wanted: Topology, *rows: SharedRow, owned: Owned | None = None) -> list[Diagnostic]:
    found = Diagnostics()
    check_refusals(wanted, changes_of(wanted, owned or Owned()), rows, found)
    return list(found)


def rack(**payload: Any) -> SharedRow:
    return SharedRow("rack", "r1", {"u_height": 42, "location": None, **payload}, 5)


def kind(**payload: Any) -> SharedRow:
    return SharedRow("device_type", "some-server", {"u_height": 4.0, "manufacturer": {"slug": "acme"}, **payload}, 6)


IN = {"rack": "r1", "position": 1, "face": "front"}


@pytest.mark.parametrize(
    ("stated", "rows", "code"),
    [
        ({**IN, "position": 39}, [rack(), kind()], None),
        ({**IN, "position": 39.5}, [rack(), kind()], "unit-beyond-rack"),
        ({**IN, "position": 40}, [rack(), kind()], "unit-beyond-rack"),
        ({**IN, "position": 40}, [rack(starting_unit=2), kind()], None),
        ({**IN, "position": 41}, [rack(starting_unit=2), kind()], "unit-beyond-rack"),
        ({**IN, "position": 1}, [rack(starting_unit=2), kind()], "unit-beyond-rack"),
        ({**IN, "position": 42.5}, [rack(), kind(u_height=0.5)], None),
        ({**IN, "position": 40}, [], None),  # a type and a rack that nobody has described are errors of their own
        (IN, [rack(), kind(u_height=0)], "unit-without-height"),
        ({"rack": "r1"}, [rack(), kind(u_height=0)], None),
        (IN, [rack(), kind(subdevice_role={"value": "child", "label": "Child"})], "child-device"),
        (IN, [rack(), kind(subdevice_role={"value": "parent", "label": "Parent"})], None),
        ({"rack": "r1", "location": "row-1"}, [rack()], "rack-elsewhere"),
        ({"rack": "r1", "location": "row-1"}, [rack(location={"slug": "row-2"})], "rack-elsewhere"),
        ({"rack": "r1", "location": "row-1"}, [rack(location={"slug": "row-1"})], None),
        ({"rack": "r1", "location": "row-1"}, [rack(location="row-1")], None),  # one that is still to be made
        ({"rack": "r1"}, [rack(location={"slug": "row-2"})], None),
        ({"platform": "sonic"}, [kind(), SharedRow("platform", "sonic", {"manufacturer": {"slug": "acme"}}, 7)], None),
        ({"platform": "sonic"}, [kind(), SharedRow("platform", "sonic", {"manufacturer": None}, 7)], None),
        ({"platform": "sonic"}, [kind(), SharedRow("platform", "sonic", {"manufacturer": {"slug": "other"}}, 7)],
         "platform-not-for-type"),
        ({"tags": ("prod",)}, [SharedRow("tag", "prod", {"object_types": []}, 8)], None),
        ({"tags": ("prod",)}, [SharedRow("tag", "prod", {"object_types": ["dcim.device", "dcim.cable"]}, 8)], None),
        ({"tags": ("prod",)}, [SharedRow("tag", "prod", {"object_types": ["dcim.cable"]}, 8)], "tag-not-for-devices"),
    ],
)
def test_a_device_and_what_it_refers_to(stated: dict[str, Any], rows: list[SharedRow], code: str | None) -> None:
    found = refused(topology(**stated), *rows)
    assert [d.code for d in found] == ([code] if code else [])
    # Of two servers of the class, the first is named.
    assert all(d.message.startswith("gpu-001 ") and d.message.endswith(" 1 more of its class.") for d in found)


def test_the_message_has_the_arithmetic_and_the_place() -> None:
    (found,) = refused(topology(**{**IN, "position": 40}), rack(), kind())
    assert found.message.startswith("gpu-001 would take the units 40 to 43 of the rack 'r1', which has 1 to 42.")
    assert found.path == ("server_classes", "gpu", "instances", "1", "position")


def test_what_is_there_and_stays_is_not_checked() -> None:
    wanted = topology(**{**IN, "position": 40})
    assert refused(wanted, rack(), kind(), owned=built(wanted)) == []


# -- what this NetBox demands ----------------------------------------------------------------------------------------


def demanded(wanted: Topology, demands: Demands, owned: Owned | None = None) -> list[Diagnostic]:
    found = Diagnostics()
    check_demands(wanted, changes_of(wanted, owned or Owned()), owned or Owned(), demands, found)
    return list(found)


def test_a_required_custom_field_of_somebody() -> None:
    demands = Demands({"asset": ["device", "cable"], "x": []}, (), ())
    (found,) = demanded(topology(), demands)
    assert found.code == "required-field" and "'asset' of every new device and cable, " in found.message
    assert demanded(topology(), demands, built(topology())) == []  # nothing is made


def test_an_interface_type_that_netbox_does_not_know() -> None:
    (found,) = demanded(topology(), Demands({}, ["100gbase-x-qsfp28"], ()))
    assert found.code == "unknown-interface-type" and "'100gbase-x-qsfp28', which " in found.message


@pytest.mark.parametrize(("type_", "refused_"), [("virtual", True), ("ieee802.11ax", True), ("other", False)])
def test_a_cable_on_an_interface_without_a_socket(type_: str, refused_: bool) -> None:
    plain = topology()
    wanted = replace(plain, interfaces=tuple(
        replace(i, type=type_) if i.device.startswith("gpu/") else i for i in plain.interfaces
    ))
    found = demanded(wanted, Demands({}, (), ()))
    assert [d.code for d in found] == ["no-socket"] * refused_
    assert all("2 cables" in d.message and "gpu/1:c0/0" in d.message for d in found)


def test_an_interface_that_is_marked_as_connected() -> None:
    owned = built(topology())
    row = owned.interfaces["gpu/1:c0/0"]
    demands = Demands({}, (), {row.id})
    assert demanded(topology(), demands, owned) == []  # its cable is there
    del owned.cables["server gpu/1/c0/0"]
    (found,) = demanded(topology(), demands, owned)
    assert found.code == "marked-connected" and "gpu/1:c0/0" in found.message
