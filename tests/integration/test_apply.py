# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apply leaves in NetBox, read back by plain REST and compared with values written down here."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .support.core import Core, Outcome
from .support.plans import rails
from .support.rest import NetBox, ends

PLAN = "rails"

DEVICE, INTERFACE, CABLE = "dcim.device", "dcim.interface", "dcim.cable"
CUSTOM_FIELDS = {
    "hedgehog_plan_id": ("text", {DEVICE, INTERFACE, CABLE}),
    "hedgehog_key": ("text", {DEVICE, INTERFACE, CABLE}),
    "hedgehog_class": ("text", {DEVICE}),
    "hedgehog_instance_index": ("integer", {DEVICE}),
    "hedgehog_role": ("text", {DEVICE}),
    "hedgehog_fabric": ("text", {DEVICE, CABLE}),
    "hedgehog_fabric_class": ("text", {DEVICE}),
    "boot_mac": ("text", {DEVICE}),
    "hedgehog_zone": ("text", {INTERFACE, CABLE}),
    "hedgehog_physical_port": ("integer", {INTERFACE}),
    "hedgehog_breakout_index": ("integer", {INTERFACE}),
    "hedgehog_ports": ("text", {CABLE}),
}

# name: role, type, class, index, role in the fabric, fabric, class of the fabric
DEVICES = {
    "gpu-001": ("server", "gpu-server", "gpu", 1, None, None, None),
    "gpu-002": ("server", "gpu-server", "gpu", 2, None, None, None),
    "leaf-01": ("leaf", "celestica-ds5000", "leaf", 1, "server-leaf", "frontend", "managed"),
    "leaf-02": ("leaf", "celestica-ds5000", "leaf", 2, "server-leaf", "frontend", "managed"),
    "oob-01": ("oob", "mgmt-48", "oob", 1, "oob", "oob", "unmanaged"),
    "rail-leaf-01": ("leaf", "celestica-ds5000", "rail-leaf", 1, "server-leaf", "backend", "managed"),
    "rail-leaf-02": ("leaf", "celestica-ds5000", "rail-leaf", 2, "server-leaf", "backend", "managed"),
    "spine-01": ("spine", "celestica-ds5000", "spine", 1, "spine", "backend", "managed"),
}

# device and name: type, speed in Gb/s, zone, physical port, lane, key
INTERFACES = {
    ("gpu-001", "fe-p0"): ("200gbase-x-qsfp56", 200, None, None, None, "gpu/1:fe/0"),
    ("gpu-001", "fe-p1"): ("200gbase-x-qsfp56", 200, None, None, None, "gpu/1:fe/1"),
    ("gpu-001", "be-rail0"): ("400gbase-x-qsfpdd", 400, None, None, None, "gpu/1:be/0"),
    ("gpu-001", "bmc-bmc0"): ("1000base-t", 1, None, None, None, "gpu/1:bmc/0"),
    ("leaf-01", "E1/1/1"): ("200gbase-x-qsfp56", 200, "servers", 1, 1, "leaf/1:1/1"),
    ("leaf-02", "E1/1/2"): ("200gbase-x-qsfp56", 200, "servers", 1, 2, "leaf/2:1/2"),
    ("oob-01", "E1/2"): ("1000base-t", 1, "servers", 2, None, "oob/1:2/1"),
    ("rail-leaf-02", "E1/1/1"): ("400gbase-x-qsfpdd", 400, "servers", 1, 1, "rail-leaf/2:1/1"),
    ("rail-leaf-01", "E1/33"): ("800gbase-x-osfp", 800, "uplinks", 33, None, "rail-leaf/1:33/1"),
    ("spine-01", "E1/4"): ("800gbase-x-osfp", 800, "leaves", 4, None, "spine/1:4/1"),
}

# key: both ends, fabric, zone, ledger entry
CABLES = {
    "server gpu/1/fe/0": (
        ("gpu-001", "fe-p0"), ("leaf-01", "E1/1/1"), "frontend", "servers", "a=gpu/1:fe/0 b=leaf/1:1/1@4x200g",
    ),
    "server gpu/1/fe/1": (
        ("gpu-001", "fe-p1"), ("leaf-02", "E1/1/1"), "frontend", "servers", "a=gpu/1:fe/1 b=leaf/2:1/1@4x200g",
    ),
    "server gpu/2/fe/0": (
        ("gpu-002", "fe-p0"), ("leaf-01", "E1/1/2"), "frontend", "servers", "a=gpu/2:fe/0 b=leaf/1:1/2@4x200g",
    ),
    "server gpu/2/fe/1": (
        ("gpu-002", "fe-p1"), ("leaf-02", "E1/1/2"), "frontend", "servers", "a=gpu/2:fe/1 b=leaf/2:1/2@4x200g",
    ),
    "server gpu/1/bmc/0": (
        ("gpu-001", "bmc-bmc0"), ("oob-01", "E1/1"), "oob", "servers", "a=gpu/1:bmc/0 b=oob/1:1/1@1x1g",
    ),
    "server gpu/2/bmc/0": (
        ("gpu-002", "bmc-bmc0"), ("oob-01", "E1/2"), "oob", "servers", "a=gpu/2:bmc/0 b=oob/1:2/1@1x1g",
    ),
    "server gpu/1/rail-0/0": (
        ("gpu-001", "be-rail0"), ("rail-leaf-01", "E1/1/1"), "backend", "servers",
        "a=gpu/1:be/0 b=rail-leaf/1:1/1@2x400g domain=1:1-2",
    ),
    "server gpu/1/rail-1/0": (
        ("gpu-001", "be-rail1"), ("rail-leaf-02", "E1/1/1"), "backend", "servers",
        "a=gpu/1:be/1 b=rail-leaf/2:1/1@2x400g domain=1:1-2",
    ),
    "server gpu/2/rail-0/0": (
        ("gpu-002", "be-rail0"), ("rail-leaf-01", "E1/1/2"), "backend", "servers",
        "a=gpu/2:be/0 b=rail-leaf/1:1/2@2x400g domain=1:1-2",
    ),
    "server gpu/2/rail-1/0": (
        ("gpu-002", "be-rail1"), ("rail-leaf-02", "E1/1/2"), "backend", "servers",
        "a=gpu/2:be/1 b=rail-leaf/2:1/2@2x400g domain=1:1-2",
    ),
    "fabric rail-leaf/1/uplinks/33/1": (
        ("rail-leaf-01", "E1/33"), ("spine-01", "E1/1"), "backend", "uplinks",
        "a=rail-leaf/1:33/1@1x800g b=spine/1:1/1@1x800g",
    ),
    "fabric rail-leaf/1/uplinks/34/1": (
        ("rail-leaf-01", "E1/34"), ("spine-01", "E1/2"), "backend", "uplinks",
        "a=rail-leaf/1:34/1@1x800g b=spine/1:2/1@1x800g",
    ),
    "fabric rail-leaf/2/uplinks/33/1": (
        ("rail-leaf-02", "E1/33"), ("spine-01", "E1/3"), "backend", "uplinks",
        "a=rail-leaf/2:33/1@1x800g b=spine/1:3/1@1x800g",
    ),
    "fabric rail-leaf/2/uplinks/34/1": (
        ("rail-leaf-02", "E1/34"), ("spine-01", "E1/4"), "backend", "uplinks",
        "a=rail-leaf/2:34/1@1x800g b=spine/1:4/1@1x800g",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def applied(_database: None, core: Core) -> Outcome:
    return core.apply(rails())


def test_devices(netbox: NetBox) -> None:
    rows = {row["name"]: row for row in netbox.all("dcim/devices")}
    assert rows.keys() == DEVICES.keys()
    for name, (role, device_type, class_key, index, in_fabric, fabric, fabric_class) in DEVICES.items():
        row = rows[name]
        assert (row["role"]["slug"], row["device_type"]["slug"], row["site"]["slug"]) == (role, device_type, "dc1")
        assert row["status"]["value"] == "planned"
        assert [tag["slug"] for tag in row["tags"]] == ["diet-rails"]
        marks = dict(row["custom_fields"])
        boot_mac = marks.pop("boot_mac")
        assert (boot_mac is None) if role == "server" else re.fullmatch(r"02(:[0-9a-f]{2}){5}", boot_mac)
        assert marks == {
            "hedgehog_plan_id": PLAN,
            "hedgehog_key": f"{class_key}/{index}",
            "hedgehog_class": class_key,
            "hedgehog_instance_index": index,
            "hedgehog_role": in_fabric,
            "hedgehog_fabric": fabric,
            "hedgehog_fabric_class": fabric_class,
        }


def test_interfaces(netbox: NetBox) -> None:
    rows = {(row["device"]["name"], row["name"]): row for row in netbox.all("dcim/interfaces")}
    assert len(rows) == 28
    for place, (kind, speed, zone, port, lane, key) in INTERFACES.items():
        row = rows[place]
        assert (row["type"]["value"], row["speed"]) == (kind, speed * 1_000_000), place
        assert row["custom_fields"] == {
            "hedgehog_plan_id": PLAN,
            "hedgehog_key": key,
            "hedgehog_zone": zone,
            "hedgehog_physical_port": port,
            "hedgehog_breakout_index": lane,
        }
    assert all(row["cable"] for row in rows.values())
    assert all(row["custom_fields"]["hedgehog_plan_id"] == PLAN for row in rows.values())


def test_cables(netbox: NetBox) -> None:
    rows = netbox.cables()
    assert rows.keys() == CABLES.keys()
    assert netbox.count("dcim/cables") == len(CABLES)
    for key, (a, b, fabric, zone, ports) in CABLES.items():
        row = rows[key]
        assert ends(row) == {a, b}
        assert (len(row["a_terminations"]), len(row["b_terminations"])) == (1, 1)
        assert row["status"]["value"] == "planned"
        assert row["custom_fields"] == {
            "hedgehog_plan_id": PLAN,
            "hedgehog_key": key,
            "hedgehog_fabric": fabric,
            "hedgehog_zone": zone,
            "hedgehog_ports": ports,
        }


def test_both_ends_of_a_cable_see_each_other(netbox: NetBox) -> None:
    near, far = netbox.interface("gpu-002", "be-rail1"), netbox.interface("rail-leaf-02", "E1/1/2")
    assert near["cable"]["id"] == far["cable"]["id"]
    assert [peer["id"] for peer in near["link_peers"]] == [far["id"]]
    assert [peer["id"] for peer in far["link_peers"]] == [near["id"]]


def test_custom_fields_are_registered(netbox: NetBox) -> None:
    rows = {row["name"]: row for row in netbox.all("extras/custom-fields")}
    assert rows.keys() == CUSTOM_FIELDS.keys()
    for name, (kind, object_types) in CUSTOM_FIELDS.items():
        row = rows[name]
        assert row["type"]["value"] == kind
        assert set(row["object_types"]) == object_types
        assert row["filter_logic"]["value"] == "exact"
        assert row["ui_editable"]["value"] == "no"
        assert row["required"] is False


def test_a_plan_is_found_by_its_exact_id(netbox: NetBox) -> None:
    assert netbox.count("dcim/devices", cf_hedgehog_plan_id=PLAN) == len(DEVICES)
    assert netbox.count("dcim/devices", cf_hedgehog_plan_id="rail") == 0
    assert netbox.count("dcim/devices", tag="diet-rails") == len(DEVICES)


def test_shared_objects(netbox: NetBox) -> None:
    assert {row["slug"]: row["name"] for row in netbox.all("dcim/manufacturers")} == {
        "celestica": "Celestica", "generic": "Generic",
    }
    types = {row["slug"]: row for row in netbox.all("dcim/device-types")}
    assert {slug: (row["manufacturer"]["slug"], row["model"], row["u_height"]) for slug, row in types.items()} == {
        "celestica-ds5000": ("celestica", "DS5000", 2),
        "gpu-server": ("generic", "GPU server", 4),
        "mgmt-48": ("generic", "Management switch", 1),
    }
    assert netbox.count("dcim/interface-templates") == 0
    assert {row["slug"] for row in netbox.all("dcim/device-roles")} == {"leaf", "oob", "server", "spine"}
    assert [row["slug"] for row in netbox.all("dcim/sites")] == ["dc1"]
    assert [row["slug"] for row in netbox.all("extras/tags")] == ["diet-rails"]


def test_the_run_is_recorded_on_the_site(netbox: NetBox, applied: Outcome) -> None:
    entry = netbox.one("extras/journal-entries", tag="diet-rails")
    assert (entry["assigned_object_type"], entry["assigned_object"]["slug"]) == ("dcim.site", "dc1")
    assert [tag["slug"] for tag in entry["tags"]] == ["diet-rails"]
    found = re.search(r"```json\n(.*)\n```", entry["comments"], re.DOTALL)
    assert found
    record: dict[str, Any] = json.loads(found[1])
    assert (record["plan"], record["digest"]) == (PLAN, applied.digest)
    assert record["changes"]["cable"] == {"create": 14}


def test_few_requests_build_it(applied: Outcome) -> None:
    writes = [(request.method, request.path) for request in applied.writes]
    assert len(writes) == 10
    assert all(method == "POST" for method, _path in writes)
    assert len(applied.requests) < 36


def test_a_second_run_writes_nothing(core: Core, netbox: NetBox) -> None:
    before, logged = netbox.snapshot(), netbox.changes_logged()
    outcome = core.apply(rails())
    assert not outcome.changes and not outcome.writes
    assert netbox.changes_logged() == logged
    assert netbox.snapshot() == before
