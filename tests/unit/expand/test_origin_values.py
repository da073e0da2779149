# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the first DIET that mean something else here."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import convert
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand

from .origins import Document, codes, found_in, leaf, link, row, zone


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ("spine", "spine"), ("border-leaf", "border-leaf"), ("virtual", "oob"), ("", "server-leaf"),
        (None, "server-leaf"),
    ],
)
def test_roles(lab: Document, given: str | None, role: str) -> None:
    row(lab, "switch_classes", "switch_class_id", "mgmt")["hedgehog_role"] = given
    assert convert(lab).document["switch_classes"]["mgmt"]["role"] == role


@pytest.mark.parametrize(
    ("given", "fabric_class", "warned"),
    [
        (None, "managed", False), ("managed", "managed", False), ("unmanaged", "unmanaged", False),
        ("frontend", "managed", True), ("backend", "managed", True), ("oob-mgmt", "unmanaged", True),
    ],
)
def test_fabric_classes(lab: Document, given: str | None, fabric_class: str, warned: bool) -> None:
    row(lab, "switch_classes", "switch_class_id", "mgmt")["fabric_class"] = given
    converted = convert(lab)
    assert converted.document["fabrics"]["oob"]["fabric_class"] == fabric_class
    assert ("legacy-value" in codes(converted.diagnostics)) == warned


@pytest.mark.parametrize(
    ("fields", "redundancy"),
    [
        ({}, None),
        ({"redundancy_type": "mclag", "redundancy_group": "g"}, "mclag"),
        ({"redundancy_type": "eslag"}, "eslag"),
        ({"mclag_pair": True}, "mclag"),
        ({"mclag_pair": True, "redundancy_type": "eslag"}, "eslag"),
    ],
)
def test_redundancy(lab: Document, fields: Document, redundancy: str | None) -> None:
    leaf(lab).update(fields)
    entry = convert(lab).document["switch_classes"]["leaf"]
    assert entry.get("redundancy") == ({"type": redundancy} if redundancy else None)


def test_rails_win_over_redundancy(lab: Document) -> None:
    leaf(lab)["redundancy_type"] = "mclag"
    link(lab, "data").update(distribution="rail-optimized", rail=0)
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert "redundancy-dropped" in codes(found)
    converted = convert(lab).document
    assert "redundancy" not in converted["switch_classes"]["leaf"]
    assert converted["server_classes"]["gpu"]["connections"]["data"]["rail"] == 0


def test_a_mesh_is_a_mode_of_the_fabric(lab: Document) -> None:
    lab["switch_classes"] = [c for c in lab["switch_classes"] if c["switch_class_id"] != "spine"]
    lab["switch_port_zones"] = [z for z in lab["switch_port_zones"] if z["switch_class"] != "spine"]
    leaf(lab).update(topology_mode="mesh", override_quantity=2)
    zone(lab, "uplinks")["zone_type"] = "mesh"
    document = convert(lab).document
    assert document["fabrics"]["compute"] == {"fabric_class": "managed", "mode": "mesh"}
    topology, _warnings = expand(load(document)[0])
    assert Counter(c.kind for c in topology.cables)["mesh"] == 4


def test_breakouts_are_what_they_are_not_what_they_are_called(lab: Document) -> None:
    for breakout in lab["reference_data"]["breakout_options"]:
        breakout["breakout_id"] = "lab-" + breakout["breakout_id"]
    converted = convert(lab)
    assert converted.document["switch_classes"]["leaf"]["zones"]["servers"]["breakout"] == "2x400g"
    warnings = [d for d in converted.diagnostics if d.code == "breakout-id"]
    assert len(warnings) == 1
    assert "lab-2x400g is 2x400g" in warnings[0].message and "lab-1x1g is 1x1g" in warnings[0].message


def test_a_breakout_that_says_itself_what_it_is_needs_no_row(lab: Document) -> None:
    zone(lab, "servers")["breakout_option"] = "4x200g"
    del link(lab, "data")["speed"]
    assert convert(lab).document["switch_classes"]["leaf"]["zones"]["servers"]["breakout"] == "4x200g"


def test_a_speed_that_is_not_the_lane_speed_is_dropped(lab: Document) -> None:
    link(lab, "data")["speed"] = 200
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert [d.path for d in found if d.code == "speed-differs"] == [("server_connections", "0", "speed")]
    assert "speed" not in convert(lab).document["server_classes"]["gpu"]["connections"]["data"]


def test_a_rail_without_rails_is_dropped(lab: Document) -> None:
    link(lab, "data")["rail"] = 3
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert "rail-ignored" in codes(found)


def test_uplinks_without_a_peer_go_when_the_class_has_none(lab: Document) -> None:
    leaf(lab)["uplink_ports_per_switch"] = 0
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert [d.path for d in found if d.code == "zone-left-out"] == [("switch_port_zones", "1")]
    assert list(convert(lab).document["switch_classes"]["leaf"]["zones"]) == ["servers"]


def test_uplinks_with_a_peer_stay(lab: Document) -> None:
    zone(lab, "down").update(zone_type="server")
    leaf(lab)["uplink_ports_per_switch"] = 0
    zone(lab, "uplinks")["peer_zone"] = "spine/down"
    assert "zone-left-out" not in codes(found_in(lab))
    assert convert(lab).document["switch_classes"]["leaf"]["zones"]["uplinks"]["peer"] == "spine/down"


@pytest.mark.parametrize("kind", ["peer", "session", "mclag", "mesh", "fabric"])
def test_zones_of_no_use_here_are_left_out(lab: Document, kind: str) -> None:
    lab["switch_port_zones"].append(
        {"switch_class": "leaf", "zone_name": "extra", "zone_type": kind, "port_spec": "40", "breakout_option": "b800"}
    )
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert codes(found).count("zone-left-out") == 1
    assert "extra" not in convert(lab).document["switch_classes"]["leaf"]["zones"]


def test_a_peer_of_a_server_zone_is_ignored(lab: Document) -> None:
    zone(lab, "servers")["peer_zone"] = "spine/down"
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert "peer-ignored" in codes(found)


def test_custom_without_an_order_is_sequential(lab: Document) -> None:
    zone(lab, "servers")["allocation_strategy"] = "custom"
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert "no-order" in codes(found)


def test_custom_with_an_order(lab: Document) -> None:
    zone(lab, "servers").update(allocation_strategy="custom", allocation_order=[8, 7, 6, 5, 4, 3, 2, 1])
    plan, _warnings = load(convert(lab).document)
    assert plan.zone("leaf", "servers").ports == (8, 7, 6, 5, 4, 3, 2, 1)


def test_port_ranges_that_only_the_first_diet_reads(lab: Document) -> None:
    zone(lab, "servers")["port_spec"] = "1-4,,6-8:2,"
    assert convert(lab).document["switch_classes"]["leaf"]["zones"]["servers"]["ports"] == "1-4,6,8"
    assert codes(found_in(lab), ERROR) == []


def test_a_port_range_may_be_a_number(lab: Document) -> None:
    zone(lab, "servers")["port_spec"] = 7
    assert load(convert(lab).document)[0].zone("leaf", "servers").ports == (7,)


def test_ids_that_cannot_be_keys_are_changed_everywhere(lab: Document) -> None:
    leaf(lab)["switch_class_id"] = "leaf (new)"
    for name in ("servers", "uplinks"):
        zone(lab, name)["switch_class"] = "leaf (new)"
    link(lab, "data")["target_zone"] = "leaf (new)/servers"
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert codes(found).count("renamed-key") == 1
    assert convert(lab).document["server_classes"]["gpu"]["connections"]["data"]["zone"] == "leaf-new/servers"


def test_the_short_name_of_class_ids(lab: Document) -> None:
    entry = leaf(lab)
    entry["id"] = entry.pop("switch_class_id")
    assert codes(found_in(lab), ERROR) == []


def test_overlaps_are_warnings(lab: Document) -> None:
    zone(lab, "servers")["port_spec"] = "1-33"
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert [d.path for d in found if d.code == "overlapping-zones"] == [("switch_port_zones", "1", "port_spec")]


def test_an_unknown_key_is_said_once(lab: Document) -> None:
    for connection in lab["server_connections"]:
        connection["transciever_module_type"] = "optic"
    unknown = [d for d in found_in(lab) if d.code == "unknown-key"]
    assert len(unknown) == 1
    assert "here and in 1 more" in unknown[0].message
    assert unknown[0].hint == "Did you mean 'transceiver_module_type'?"
