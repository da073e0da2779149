# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the first DIET: recognised, converted, and expanded to the same counts."""

from __future__ import annotations

import copy
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, Diagnostic, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load, read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import (
    convert,
    in_our_language,
    is_origin,
    plan_id,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.rows import tidy_key
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import locate, read_plan_file

Document = dict[str, Any]
Change = Callable[[Document], object]

LAB = FilePath(__file__).parent / "origin_documents" / "lab.yaml"


@pytest.fixture
def lab() -> Document:
    document: Document = yaml.safe_load(LAB.read_text(encoding="utf-8"))
    return document


def row(document: Document, block: str, field: str, value: str) -> Document:
    """The row of a block, also one of the reference data, whose field has this value."""
    rows = document.get(block) or document["reference_data"][block]
    return next(r for r in rows if r[field] == value)


def leaf(document: Document) -> Document:
    return row(document, "switch_classes", "switch_class_id", "leaf")


def zone(document: Document, name: str) -> Document:
    return row(document, "switch_port_zones", "zone_name", name)


def link(document: Document, name: str) -> Document:
    return row(document, "server_connections", "connection_id", name)


def found_in(document: Document) -> list[Diagnostic]:
    """All that conversion and loading find, at places of the document."""
    try:
        return list(read_plan(document).warnings)
    except PlanError as error:
        return error.diagnostics


def codes(found: list[Diagnostic], severity: str | None = None) -> list[str]:
    return [d.code for d in found if severity in (None, d.severity)]


# -- recognising ------------------------------------------------------------------------------------------------------


def test_a_document_of_the_first_diet_is_recognised(lab: Document) -> None:
    assert is_origin(lab)


@pytest.mark.parametrize("block", ["meta", "plan", "reference_data", "server_nics", "switch_classes"])
def test_a_broken_document_is_still_recognised(lab: Document, block: str) -> None:
    del lab[block]
    assert is_origin(lab)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"schema": 1, "id": "a", "site": "b", "fabrics": {}, "switch_classes": {}, "server_classes": {}},
        {"id": "a", "site": "b", "fabrics": {}, "switch_classes": {}, "server_classes": {}, "meta": {}},
        {"schema": 1, "meta": {}, "reference_data": {}, "switch_classes": []},
        {"apiVersion": "v1", "kind": "List"},
    ],
)
def test_other_documents_are_not(document: Document) -> None:
    assert not is_origin(document)
    assert in_our_language(document).document == document


def test_later_versions_are_recognised_and_refused() -> None:
    document = {"apiVersion": "diet/v3", "kind": "TopologyPlan", "spec": {}}
    assert is_origin(document)
    with pytest.raises(PlanError) as caught:
        convert(document)
    assert "unsupported-version" in codes(caught.value.diagnostics)


# -- the lab, converted -----------------------------------------------------------------------------------------------


def test_the_lab_in_our_language(lab: Document) -> None:
    document = in_our_language(lab).document
    catalog = document.pop("catalog")
    assert document == {
        "schema": 1,
        "id": "lab-one",
        "name": "The lab",
        "site": "hedgehog",
        "overlap": "warn",
        "fabrics": {"compute": {"fabric_class": "managed"}, "oob": {"fabric_class": "unmanaged"}},
        "switch_classes": {
            "leaf": {
                "fabric": "compute",
                "role": "server-leaf",
                "device_type": "celestica-ds5000",
                "zones": {
                    "servers": {
                        "type": "server", "ports": "1-8", "breakout": "2x400g", "allocation": "spaced", "priority": 10,
                        "optic": "osfp-400g",
                    },
                    "uplinks": {"type": "uplink", "ports": "33-36", "breakout": "1x800g", "priority": 20},
                },
            },
            "spine": {
                "fabric": "compute",
                "role": "spine",
                "device_type": "celestica-ds5000",
                "quantity": 2,
                "zones": {"down": {"type": "fabric", "ports": "1-64", "breakout": "1x800g"}},
            },
            "mgmt": {
                "fabric": "oob",
                "role": "server-leaf",
                "device_type": "acme-mgmt-8",
                "zones": {"bmc": {"type": "oob", "ports": "1-4", "breakout": "1x1g"}},
            },
        },
        "server_classes": {
            "gpu": {
                "quantity": 4,
                "device_type": "acme-gpu-box",
                "nics": {"fast": {"module_type": "quad-port-400g"}, "bmc": {"module_type": "bmc"}},
                "connections": {
                    "data": {
                        "nic": "fast", "zone": "leaf/servers", "ports": 2, "first_port": 1,
                        "distribution": "alternating", "speed": 400, "_port_type": "data",
                    },
                    "bmc": {"nic": "bmc", "zone": "mgmt/bmc", "ports": 1, "speed": 1, "_port_type": "ipmi"},
                },
                "gpus": 8,
                "_category": "gpu",
            }
        },
        "_meta": {"tags": ["lab"]},
        "_plan": {"status": "draft"},
    }
    cards = catalog.pop("module_types")
    assert {slug: card["ports"] for slug, card in cards.items()} == {
        "quad-port-400g": ["port1", "port2", "port9", "port10"],
        "bmc": ["bmc0"],
    }
    assert catalog == {
        "manufacturers": {"acme-networks": {"name": "Acme"}, "celestica": {"name": "Celestica"}},
        "device_types": {
            "acme-mgmt-8": {
                "manufacturer": "acme-networks",
                "model": "Mgmt 8",
                "u_height": 1,
                "is_full_depth": False,
                "ports": {
                    "1-4": {"speed": 1, "breakouts": ["1x1g"], "interface_type": "1000base-t"},
                    "5": {"speed": 25, "breakouts": ["1x1g", "1x25g"], "interface_type": "25gbase-x-sfp28"},
                },
            },
            "acme-gpu-box": {"manufacturer": "acme-networks", "model": "GPU Box", "u_height": 4},
        },
        "optics": {"osfp-400g": {"manufacturer": "acme-networks", "model": "OSFP-400G"}},
        "sites": {"hedgehog": {"name": "Hedgehog"}},
    }


def test_the_lab_needs_no_warning_of_the_importer(lab: Document) -> None:
    assert convert(lab).diagnostics == []


def test_the_lab_expands(lab: Document) -> None:
    topology, _warnings = expand(load(convert(lab).document)[0])
    assert Counter(c.kind for c in topology.cables) == {"server": 12, "fabric": 8}
    assert Counter(d.class_key for d in topology.devices) == {"gpu": 4, "leaf": 2, "spine": 2, "mgmt": 1}


def test_converting_leaves_the_document_alone(lab: Document) -> None:
    before = copy.deepcopy(lab)
    convert(lab)
    assert lab == before


@pytest.mark.parametrize(
    ("case_id", "expected"),
    [
        ("ux_case_small", "ux-case-small"),
        ("128_gpu", "x-128-gpu"),
        ("_a", "x--a"),
        ("a" * 50, "a" * 50),
        ("a" * 51, "a" * 41 + "-bfc5fe0e"),
        ("1" * 49, "x-" + "1" * 39 + "-1c823edd"),
    ],
)
def test_plan_ids(case_id: str, expected: str) -> None:
    made = plan_id(case_id)
    assert len(made) <= 50
    assert made == expected


def test_long_case_ids_that_begin_alike_stay_apart() -> None:
    assert plan_id("a" * 60 + "_1") != plan_id("a" * 60 + "_2")


@pytest.mark.parametrize(
    ("text", "key"),
    [("fe-leaf", "fe-leaf"), ("a b!", "a-b"), ("_x", "x"), ("größe 1", "gr-e-1"), ("a-", "a-"), ("!", "")],
)
def test_ids_as_keys(text: str, key: str) -> None:
    assert tidy_key(text) == key


# -- values that mean something else here -----------------------------------------------------------------------------


def set_(target: Callable[[Document], Document], **values: Any) -> Change:
    return lambda document: target(document).update(values)


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


# -- hardware ---------------------------------------------------------------------------------------------------------


def test_missing_ports_are_added(lab: Document) -> None:
    zone(lab, "bmc")["port_spec"] = "1-4,7-8"
    found = found_in(lab)
    assert codes(found, ERROR) == []
    (warning,) = [d for d in found if d.code == "hardware-extended"]
    assert warning.path == ("switch_port_zones", "3", "port_spec")
    assert "ports 7-8 of 'acme-mgmt-8'" in warning.message
    ports = convert(lab).document["catalog"]["device_types"]["acme-mgmt-8"]["ports"]
    assert ports["7-8"] == {"speed": 1, "breakouts": ["1x1g"]}


def test_missing_breakouts_are_added(lab: Document) -> None:
    row(lab, "device_type_extensions", "id", "mgmt_ext")["supported_breakouts"] = ["1x25g"]
    zone(lab, "bmc").update(port_spec="5")
    found = found_in(lab)
    assert codes(found, ERROR) == []
    assert "1x1g on ports 5" in next(d.message for d in found if d.code == "hardware-extended")
    ports = convert(lab).document["catalog"]["device_types"]["acme-mgmt-8"]["ports"]
    assert ports["5"]["breakouts"] == ["1x1g", "1x25g"]


def test_a_builtin_type_wins_over_the_document(lab: Document) -> None:
    row(lab, "device_types", "id", "ds5000")["interface_templates"] = [{"name": "E1/1", "type": "800gbase-x-qsfpdd"}]
    assert "celestica-ds5000" not in convert(lab).document["catalog"]["device_types"]
    assert "hardware-extended" not in codes(found_in(lab))


def test_a_builtin_type_that_does_not_do_it_is_overridden(lab: Document) -> None:
    zone(lab, "servers").update(port_spec="65-66,70", breakout_option="2x400g")
    found = found_in(lab)
    assert codes(found, ERROR) == []
    message = next(d.message for d in found if d.code == "hardware-extended")
    assert "ports 70 and 2x400g on ports 65-66" in message and "the built-in type" in message
    entry = convert(lab).document["catalog"]["device_types"]["celestica-ds5000"]
    assert (entry["model"], entry["u_height"]) == ("DS5000", 2)
    assert set(entry["ports"]) == {"1-64", "65-66", "70"}
    assert "2x400g" in entry["ports"]["65-66"]["breakouts"]


def test_a_builtin_type_that_lacks_a_breakout_only_is_overridden_too(lab: Document) -> None:
    zone(lab, "servers").update(port_spec="65-66", breakout_option="2x400g")
    assert codes(found_in(lab), ERROR) == []
    entry = convert(lab).document["catalog"]["device_types"]["celestica-ds5000"]
    assert "2x400g" in entry["ports"]["65-66"]["breakouts"]


def test_added_ports_have_the_native_speed_or_more(lab: Document) -> None:
    row(lab, "device_type_extensions", "id", "mgmt_ext")["native_speed"] = 10
    lab["switch_port_zones"].append(
        {"switch_class": "mgmt", "zone_name": "more", "zone_type": "oob", "port_spec": "9", "breakout_option": "1x25g"}
    )
    zone(lab, "bmc")["port_spec"] = "1-4,7-8"
    ports = convert(lab).document["catalog"]["device_types"]["acme-mgmt-8"]["ports"]
    assert (ports["7-8"]["speed"], ports["9"]["speed"]) == (10, 25)


def test_an_allow_list_that_is_empty_allows_all(lab: Document) -> None:
    row(lab, "device_type_extensions", "id", "mgmt_ext")["supported_breakouts"] = []
    assert "hardware-extended" not in codes(found_in(lab))


# -- errors -----------------------------------------------------------------------------------------------------------


def drop(block: str) -> Change:
    return lambda document: document.pop(block)


def twice(block: str) -> Change:
    return lambda document: document[block].append(copy.deepcopy(document[block][0]))


MISTAKES: list[tuple[str, Change, str, tuple[str, ...]]] = [
    ("no meta", drop("meta"), "missing-key", ()),
    ("empty meta", lambda d: d["meta"].clear(), "missing-key", ("meta",)),
    ("no plan", drop("plan"), "missing-key", ()),
    ("no classes", drop("switch_classes"), "missing-key", ()),
    ("no servers", drop("server_classes"), "missing-key", ()),
    ("no connections", drop("server_connections"), "missing-key", ()),
    ("a block of a wrong type", lambda d: d.update(server_nics={"fast": 1}), "wrong-type", ("server_nics",)),
    ("a row of a wrong type", lambda d: d["server_nics"].insert(0, "x"), "wrong-type", ("server_nics", "0")),
    ("reference data of a wrong type", lambda d: d.update(reference_data=[]), "wrong-type", ("reference_data",)),
    ("an id of a wrong type", set_(leaf, switch_class_id=[1]), "wrong-type",
     ("switch_classes", "0", "switch_class_id")),
    ("a number of a wrong type", set_(leaf, override_quantity="two"), "wrong-type",
     ("switch_classes", "0", "override_quantity")),
    ("a flag of a wrong type", set_(leaf, mclag_pair="no"), "wrong-type", ("switch_classes", "0", "mclag_pair")),
    ("a bad case id", lambda d: d["meta"].update(case_id="Lab-1"), "invalid-value", ("meta", "case_id")),
    ("no class id", lambda d: leaf(d).pop("switch_class_id"), "missing-key", ("switch_classes", "0")),
    ("an id without letters", set_(leaf, switch_class_id="--"), "invalid-key",
     ("switch_classes", "0", "switch_class_id")),
    ("a class twice", twice("switch_classes"), "duplicate-id", ("switch_classes", "3", "switch_class_id")),
    ("a zone twice", twice("switch_port_zones"), "duplicate-id", ("switch_port_zones", "4", "zone_name")),
    ("a server class twice", twice("server_classes"), "duplicate-id", ("server_classes", "1", "server_class_id")),
    ("a NIC twice", twice("server_nics"), "duplicate-id", ("server_nics", "2", "nic_id")),
    ("a connection twice", twice("server_connections"), "duplicate-id", ("server_connections", "2", "connection_id")),
    ("a reference twice", lambda d: d["reference_data"]["breakout_options"].append({"id": "b1"}), "duplicate-id",
     ("reference_data", "breakout_options", "3", "id")),
    ("an unknown extension", set_(leaf, device_type_extension="x"), "unknown-device-type-extension",
     ("switch_classes", "0", "device_type_extension")),
    ("an unknown device type", lambda d: d["server_classes"][0].update(server_device_type="x"), "unknown-device-type",
     ("server_classes", "0", "server_device_type")),
    ("an unknown maker", lambda d: d["reference_data"]["device_types"][1].update(manufacturer="x"),
     "unknown-manufacturer", ("reference_data", "device_types", "1", "manufacturer")),
    ("an unknown class of a zone", lambda d: zone(d, "servers").update(switch_class="x"), "unknown-switch-class",
     ("switch_port_zones", "0", "switch_class")),
    ("an unknown breakout", lambda d: zone(d, "servers").update(breakout_option="x"), "unknown-breakout",
     ("switch_port_zones", "0", "breakout_option")),
    ("no breakout", lambda d: zone(d, "servers").update(breakout_option=None), "missing-key",
     ("switch_port_zones", "0")),
    ("an unknown peer", lambda d: zone(d, "uplinks").update(peer_zone="x/y"), "unknown-zone",
     ("switch_port_zones", "1", "peer_zone")),
    ("an unknown optic", lambda d: zone(d, "servers").update(transceiver_module_type="x"), "unknown-module-type",
     ("switch_port_zones", "0", "transceiver_module_type")),
    ("an unknown server class", lambda d: link(d, "data").update(server_class="x"), "unknown-server-class",
     ("server_connections", "0", "server_class")),
    ("an unknown NIC", lambda d: link(d, "data").update(nic="x"), "unknown-nic", ("server_connections", "0", "nic")),
    ("an unknown zone", lambda d: link(d, "data").update(target_zone="leaf/x"), "unknown-zone",
     ("server_connections", "0", "target_zone")),
    ("an unknown module type", lambda d: d["server_nics"][0].update(module_type="x"), "unknown-module-type",
     ("server_nics", "0", "module_type")),
    ("a NIC without ports", lambda d: d["server_nics"][0].update(module_type="optic"), "no-ports",
     ("server_nics", "0", "module_type")),
    ("servers on uplinks", lambda d: link(d, "data").update(target_zone="leaf/uplinks"), "zone-cannot-take-servers",
     ("server_connections", "0", "target_zone")),
    ("servers on a zone left out", lambda d: zone(d, "servers").update(zone_type="mclag"), "unusable-zone",
     ("server_connections", "0", "target_zone")),
    ("a bad role", set_(leaf, hedgehog_role="leaf"), "invalid-value", ("switch_classes", "0", "hedgehog_role")),
    ("a bad mode", set_(leaf, topology_mode="prefer-mesh"), "invalid-value", ("switch_classes", "0", "topology_mode")),
    ("a bad redundancy", set_(leaf, redundancy_type="vpc"), "invalid-value",
     ("switch_classes", "0", "redundancy_type")),
    ("a bad zone type", lambda d: zone(d, "servers").update(zone_type="servers"), "invalid-value",
     ("switch_port_zones", "0", "zone_type")),
    ("a bad allocation", lambda d: zone(d, "servers").update(allocation_strategy="random"), "invalid-value",
     ("switch_port_zones", "0", "allocation_strategy")),
    ("a bad distribution", lambda d: link(d, "data").update(distribution="spread"), "invalid-value",
     ("server_connections", "0", "distribution")),
    ("a bad connection type", lambda d: link(d, "data").update(hedgehog_conn_type="lacp"), "invalid-value",
     ("server_connections", "0", "hedgehog_conn_type")),
    ("rails without a number", lambda d: link(d, "data").update(distribution="rail-optimized"), "rail-without-number",
     ("server_connections", "0")),
    ("a bad port range", lambda d: zone(d, "servers").update(port_spec="8-1"), "invalid-ports",
     ("switch_port_zones", "0", "port_spec")),
    ("a bad order", lambda d: zone(d, "servers").update(allocation_strategy="custom", allocation_order=["1"]),
     "wrong-type", ("switch_port_zones", "0", "allocation_order")),
    ("an order of other ports", lambda d: zone(d, "servers").update(allocation_strategy="custom", allocation_order=[1]),
     "invalid-value", ("switch_port_zones", "0", "allocation_order")),
    ("a fabric of two kinds", set_(leaf, topology_mode="mesh"), "mixed-fabric", ("switch_classes", "1", "fabric_name")),
    ("two names of a fabric", set_(leaf, fabric="other"), "invalid-value", ("switch_classes", "0", "fabric")),
    # Found after the conversion, in our language, and located in the document all the same:
    ("a negative quantity", lambda d: d["server_classes"][0].update(quantity=-1), "out-of-range",
     ("server_classes", "0", "quantity")),
    ("more ports than the NIC has", lambda d: link(d, "data").update(ports_per_connection=4), "no-such-nic-port",
     ("server_connections", "0", "ports_per_connection")),
    ("a NIC port twice", lambda d: d["server_connections"].append(link(d, "data") | {"connection_id": "more"}),
     "nic-port-twice", ("server_connections", "2")),
]


@pytest.mark.parametrize(("change", "code", "path"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes_are_reported_where_they_stand(
    lab: Document, change: Change, code: str, path: tuple[str, ...]
) -> None:
    change(lab)
    errors = [(d.code, d.path) for d in found_in(lab) if d.severity == ERROR]
    assert (code, path) in errors


def test_all_mistakes_are_reported_at_once(lab: Document) -> None:
    leaf(lab)["hedgehog_role"] = "leaf"
    zone(lab, "servers")["breakout_option"] = "x"
    link(lab, "data")["nic"] = "x"
    lab["meta"]["case_id"] = "!"
    with pytest.raises(PlanError) as caught:
        convert(lab)
    assert len(caught.value.diagnostics) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (twice("switch_classes"), "duplicate-id"),
        (lambda d: row(d, "device_types", "id", "ds5000").pop("model"), "missing-key"),
        (lambda d: row(d, "device_types", "id", "box").update(manufacturer="x"), "unknown-manufacturer"),
        (lambda d: row(d, "breakout_options", "id", "b400").update(logical_ports=0), "out-of-range"),
        (lambda d: row(d, "module_types", "id", "quad").pop("model"), "missing-key"),
    ],
)
def test_what_refers_to_a_mistake_is_not_one(lab: Document, change: Change, code: str) -> None:
    change(lab)
    with pytest.raises(PlanError) as caught:
        convert(lab)
    assert codes(caught.value.diagnostics) == [code]


def test_mistakes_have_lines() -> None:
    source = read_plan_file(LAB)
    place = locate(("switch_port_zones", "2", "port_spec"), source.locations)
    assert place is not None
    assert "zone_name: down" in LAB.read_text(encoding="utf-8").splitlines()[place.line - 1]


# -- anything at all --------------------------------------------------------------------------------------------------

ODD_VALUES: list[Any] = [None, "", "x", "!", 0, -1, 10**9, 1.5, True, [], [None], {}, {"a": 1}, "1-3", "leaf/servers"]


def containers(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


@pytest.mark.parametrize("name", ["lab", "pairs", "lab_v2"])
@pytest.mark.parametrize("seed", range(100))
def test_no_document_makes_a_traceback(name: str, seed: int) -> None:
    """One to three values of the document become odd or go; whatever is wrong is said, not thrown."""
    document = yaml.safe_load((LAB.parent / f"{name}.yaml").read_text(encoding="utf-8"))
    dice = random.Random(f"{name} {seed}")
    for _time in range(dice.randint(1, 3)):
        target = dice.choice([c for c in containers(document) if c])
        key = dice.choice(list(target) if isinstance(target, dict) else range(len(target)))
        if dice.random() < 0.25:
            del target[key]
        else:
            target[key] = copy.deepcopy(dice.choice(ODD_VALUES))
    found = found_in(document)
    assert all(d.message and d.code for d in found)


# -- real documents ---------------------------------------------------------------------------------------------------

CASES = FilePath(
    os.environ.get("HEDGEHOG_DIET_CASES", "") or FilePath(__file__).resolve().parents[3].parent / "shared" / "cases"
)
REAL = sorted((CASES / "origin").glob("*.yaml"))
# What their counts call a link, and what we call it.
KINDS = {"server": "server", "fabric": "fabric", "mesh": "mesh", "surrogate": "oob", "peer_uplink": "border"}


@pytest.mark.skipif(not REAL, reason="the documents of the first DIET are not here (HEDGEHOG_DIET_CASES)")
@pytest.mark.parametrize("file", REAL, ids=[file.stem for file in REAL])
def test_real_documents_expand_to_their_counts(file: FilePath) -> None:
    expected = yaml.safe_load((CASES / "expected.yaml").read_text(encoding="utf-8"))[file.stem]
    document = read_plan_file(file).document
    assert is_origin(document)
    assert codes(found_in(document), ERROR) == []
    plan, _warnings = load(convert(document).document)
    topology, _more = expand(plan)
    classes = Counter(d.class_key for d in topology.devices if d.fabric)
    kinds = Counter(c.kind for c in topology.cables)
    cables = expected["cables"]
    switches = expected["switches"]
    assert {
        "devices": len(topology.devices),
        "servers": sum(not d.fabric for d in topology.devices),
        "switches": dict(classes) | {"total": classes.total()},
        "cables": {name: kinds[kind] for name, kind in KINDS.items() if kinds[kind]} | {"total": len(topology.cables)},
        "both_ends": len(topology.interfaces),
        "nic_modules": sum(
            len({connection.nic.key for connection in c.connections.values()}) * (c.quantity - len(c.absent))
            for c in plan.server_classes.values()
        ),
    } == {
        "devices": expected["devices"],
        "servers": expected["servers"],
        "switches": switches,
        "cables": cables,
        "both_ends": expected["cabled_interfaces"]["both_ends"],
        "nic_modules": expected["nic_modules"],
    }
