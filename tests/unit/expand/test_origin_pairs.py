# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What first-DIET documents say of pairs, bonds, optics, GPUs and for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path as FilePath

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import convert
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout

from .origins import Document, errors, found_in, plan_of

Change = Callable[[Document], object]

FILE = FilePath(__file__).parent / "origin_documents" / "pairs.yaml"


@pytest.fixture
def pairs() -> Document:
    document: Document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


def row(document: Document, block: str, field: str, value: str, owner: str = "leaf") -> Document:
    rows = document.get(block) or document["reference_data"][block]
    return next(r for r in rows if r[field] == value and r.get("switch_class", owner) == owner)


def leaf(document: Document) -> Document:
    return row(document, "switch_classes", "switch_class_id", "leaf")


def zone(document: Document, name: str, owner: str = "leaf") -> Document:
    return row(document, "switch_port_zones", "zone_name", name, owner)


def link(document: Document, name: str) -> Document:
    return row(document, "server_connections", "connection_id", name)


def found(document: Document, code: str) -> list[Diagnostic]:
    return [d for d in found_in(document) if d.code == code]


# -- the document -----------------------------------------------------------------------------------------------------


def test_it_expands(pairs: Document) -> None:
    topology, _warnings = expand(plan_of(pairs))
    assert Counter(c.kind for c in topology.cables) == {
        "server": 15, "fabric": 8, "mesh": 6, "oob": 4, "peer": 2, "session": 2
    }
    assert Counter(d.class_key for d in topology.devices) == {"box": 3, "leaf": 2, "spine": 1, "ring": 3, "mgmt": 1}


def test_its_warnings(pairs: Document) -> None:
    assert Counter(d.code for d in convert(pairs).diagnostics) == {
        "legacy-value": 2, "role-not-listed": 1, "left-out": 2, "zone-left-out": 1, "breakout-id": 1
    }
    assert errors(pairs) == []


def test_switches(pairs: Document) -> None:
    plan = plan_of(pairs)
    assert plan.id == "x-2-pairs"
    one = plan.switch_classes["leaf"]
    assert (one.quantity, one.redundancy and one.redundancy.type) == (2, "mclag")
    assert {key: zone.type for key, zone in one.zones.items()} == {
        "arriving": "oob", "peer": "peer", "servers": "server", "session": "session", "up": "uplink"
    }
    assert one.zones["servers"].ports == (4, 3, 2, 1)
    assert one.zones["servers"].breakout == Breakout(4, 25)
    assert one.zones["up"].priority == 10
    assert plan.switch_classes["idle"].quantity == 0
    assert plan.switch_classes["mgmt"].zones["up"].peer == ("leaf", "arriving")
    assert plan.switch_classes["mgmt"].zones["servers"].ports == (1, 3, 5, 7, 2, 4, 6, 8)
    assert plan.fabrics["back"].mode == "mesh"
    assert {key: fabric.fabric_class for key, fabric in plan.fabrics.items()} == {
        "back": "managed", "front": "managed", "oob": "unmanaged"
    }


def test_servers(pairs: Document) -> None:
    plan = plan_of(pairs)
    box = plan.server_classes["box"]
    assert (box.quantity, box.gpus) == (3, 4)
    assert {key: c.bond for key, c in box.connections.items()} == {"bmc": "none", "bundle": "bundled", "pair": "mclag"}
    assert box.nics["front"].ports == ("p0", "p1", "p2", "p3")
    assert box.nics["front"].interface_type == "25gbase-x-sfp28"
    assert plan.server_classes["spare"].quantity == 0


def test_optics(pairs: Document) -> None:
    plan = plan_of(pairs)
    optic = plan.zone("leaf", "servers").optic
    assert optic is not None
    assert (optic.slug, optic.manufacturer, optic.model) == ("fan-out-100g", "other-optics", "Fan-out 100G")
    assert (optic.medium, optic.cage_type, optic.connector, optic.reach_class) == ("DAC", "QSFP28", "Direct", "DAC")
    assert (optic.assembly, optic.far_end_medium, optic.far_end_cage_type) == ("DAC", "DAC", "SFP28")
    other = plan.server_classes["box"].connections["pair"].optic
    assert other is not None
    assert (other.slug, other.assembly) == ("25g-copper", "none")


def test_hardware(pairs: Document) -> None:
    plan = plan_of(pairs)
    hardware = plan.switch_classes["leaf"].device_type
    assert hardware.redundancy == {"mclag", "eslag"}
    assert plan.switch_classes["mgmt"].device_type.redundancy == frozenset()
    (group,) = hardware.groups
    assert (group.speed, group.breakouts) == (100, {Breakout(1, 100), Breakout(4, 25)})
    assert plan.server_classes["box"].device_type.u_height == 1.5


def test_what_is_written_for_people_is_kept(pairs: Document) -> None:
    plan = convert(pairs).document
    assert plan["_meta"] == {"description": "What a small site would have.", "tags": ["small", "pairs"]}
    assert plan["_plan"]["customer_name"] == "Somebody"
    assert plan["catalog"]["_notes"] == {"acme-leaf-16": "Has fans."}
    assert plan["catalog"]["optics"]["fan-out-100g"]["_lane_count"] == 4
    assert plan["switch_classes"]["leaf"]["_notes"] == "In racks 1 and 2."
    assert plan["switch_classes"]["leaf"]["zones"]["servers"]["_notes"] == "From the right."
    box = plan["server_classes"]["box"]
    assert (box["_description"], box["_category"]) == ("A box.", "compute")
    assert box["nics"]["front"]["_description"] == "Riser 1."
    assert box["connections"]["pair"]["_connection_name"] == "Pair of links"


# -- bonds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "bond"),
    [("unbundled", "none"), (None, "none"), ("mclag", "mclag"), ("fabric", "none"), ("vpc_loopback", "none"),
     ("external", "none"), ("eslag", "none"), ("bundled", "none")],
)
def test_connection_types(pairs: Document, kind: str | None, bond: str) -> None:
    link(pairs, "pair")["hedgehog_conn_type"] = kind
    assert errors(pairs) == []
    assert plan_of(pairs).server_classes["box"].connections["pair"].bond == bond
    told = [d for d in found_in(pairs) if d.path == ("server_connections", "0", "hedgehog_conn_type")]
    assert bool(told) == (bond == "none" and kind not in ("unbundled", None))


@pytest.mark.parametrize("distribution", ["same-switch", None, "rail-optimized"])
def test_a_bond_on_one_switch_is_left_out(pairs: Document, distribution: str | None) -> None:
    link(pairs, "pair").update(distribution=distribution, rail=0 if distribution == "rail-optimized" else None)
    zone(pairs, "peer").update(zone_type="mclag")
    zone(pairs, "session").update(zone_type="mclag")
    assert errors(pairs) == []
    assert [d.path for d in found(pairs, "bond-left-out")] == [("server_connections", "0", "hedgehog_conn_type")]


@pytest.mark.parametrize("kind", ["bundled", "mclag", "eslag"])
def test_alternating_bonds_without_redundancy_are_errors_there_too(pairs: Document, kind: str) -> None:
    leaf(pairs).update(redundancy_type=None, redundancy_group=None, groups=[])
    link(pairs, "pair")["hedgehog_conn_type"] = kind
    assert errors(pairs) == [("bond-without-groups", ("server_connections", "0", "hedgehog_conn_type"))]


def test_bonds_to_groups_that_rails_took_away_are_left_out(pairs: Document) -> None:
    pairs["server_connections"].append(
        link(pairs, "bundle") | {"connection_id": "rail", "nic": "front", "target_zone": "leaf/servers",
                                 "distribution": "rail-optimized", "rail": 0, "hedgehog_conn_type": "unbundled"}
    )
    assert errors(pairs) == []
    assert len(found(pairs, "redundancy-dropped")) == 1
    assert len(found(pairs, "bond-left-out")) == 1
    assert len(found(pairs, "zone-left-out")) == 3  # the peer and session zones with it


# -- pairs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{"redundancy_type": None, "redundancy_group": None}, {"redundancy_type": "eslag"}])
def test_pair_zones_without_pairs_are_left_out(pairs: Document, fields: Document) -> None:
    leaf(pairs).update(fields)
    link(pairs, "pair")["hedgehog_conn_type"] = "unbundled"
    assert errors(pairs) == []
    assert {"peer", "session"}.isdisjoint(plan_of(pairs).switch_classes["leaf"].zones)
    assert len(found(pairs, "zone-left-out")) == 3


def test_ports_of_zones_that_are_left_out_are_not_added_to_the_hardware(pairs: Document) -> None:
    leaf(pairs)["redundancy_type"] = "eslag"
    zone(pairs, "peer")["port_spec"] = "40"
    assert found(pairs, "hardware-extended") == []
    leaf(pairs)["redundancy_type"] = "mclag"
    assert len(found(pairs, "hardware-extended")) == 1


def test_a_class_of_none_needs_no_uplinks(pairs: Document) -> None:
    pairs["switch_port_zones"] = [z for z in pairs["switch_port_zones"] if z["switch_class"] != "idle"]
    assert errors(pairs) == []
    row(pairs, "switch_classes", "switch_class_id", "idle")["override_quantity"] = 1
    assert errors(pairs) == [("no-uplinks", ("switch_classes", "3"))]


def test_the_old_flag_makes_pairs(pairs: Document) -> None:
    leaf(pairs).update(redundancy_type=None, redundancy_group=None, groups=None, mclag_pair=True)
    assert errors(pairs) == []
    assert "peer" in plan_of(pairs).switch_classes["leaf"].zones


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"redundancy_group": None, "groups": None}, "no-group", "redundancy_type"),
        ({"groups": ["x"]}, "group-ignored", "groups"),
        ({"groups": None}, "left-out", "redundancy_group"),
    ],
)
def test_groups_of_the_document(pairs: Document, fields: Document, code: str, field: str) -> None:
    leaf(pairs).update(fields)
    assert ("switch_classes", "0", field) in [d.path for d in found(pairs, code)]
    assert errors(pairs) == []


def test_a_group_without_a_type_is_ignored(pairs: Document) -> None:
    row(pairs, "switch_classes", "switch_class_id", "spine")["redundancy_group"] = "x"
    assert [d.path for d in found(pairs, "group-ignored")] == [("switch_classes", "1", "redundancy_group")]


# -- optics -----------------------------------------------------------------------------------------------------------


def test_optics_that_do_not_match_are_errors_in_the_document(pairs: Document) -> None:
    link(pairs, "pair")["transceiver_module_type"] = "short"
    assert errors(pairs) == [("optics-do-not-match", ("server_connections", "0", "transceiver_module_type"))]


def test_a_reach_class_of_another_medium(pairs: Document) -> None:
    row(pairs, "module_types", "id", "short")["attribute_data"]["medium"] = "DAC"
    at = ("reference_data", "module_types", "2", "attribute_data")
    assert ("reach-does-not-fit-medium", at) in errors(pairs)


@pytest.mark.parametrize("profile", [None, "Network Card"])
def test_a_card_is_no_optic(pairs: Document, profile: str | None) -> None:
    row(pairs, "module_types", "id", "card")["profile"] = profile
    zone(pairs, "up")["transceiver_module_type"] = "card"
    assert errors(pairs) == [("not-an-optic", ("switch_port_zones", "1", "transceiver_module_type"))]


def test_a_card_with_the_profile_of_optics_is_both(pairs: Document) -> None:
    row(pairs, "module_types", "id", "card")["profile"] = "Network Transceiver"
    catalog = convert(pairs).document["catalog"]
    assert "card-4x25" in catalog["module_types"] and "card-4x25" in catalog["optics"]
    assert errors(pairs) == []


def test_optics_of_two_makers_with_one_name_stay_apart(pairs: Document) -> None:
    row(pairs, "module_types", "id", "short").update(manufacturer="acme")
    pairs["reference_data"]["module_types"].append({"id": "other_short", "manufacturer": "other", "model": "SR4"})
    assert {"short", "other_short"} < set(convert(pairs).document["catalog"]["optics"])
    assert errors(pairs) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda m: m.update(attribute_data=[1]), ("attribute_data",)),
        (lambda m: m["attribute_data"].update(cable_assembly_type="rope"), ("attribute_data", "cable_assembly_type")),
        (lambda m: m["attribute_data"].update(medium=[1]), ("attribute_data", "medium")),
    ],
)
def test_wrong_attributes(pairs: Document, change: Change, path: tuple[str, ...]) -> None:
    change(row(pairs, "module_types", "id", "short"))
    assert [d[1] for d in errors(pairs)] == [("reference_data", "module_types", "2", *path)]


# -- what is left out -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda d: leaf(d).update(calculated_quantity=2), ("switch_classes", "0", "calculated_quantity")),
        (lambda d: leaf(d).update(uplink_ports_per_switch=3), ("switch_classes", "0", "uplink_ports_per_switch")),
        (lambda d: d["reference_data"]["breakout_options"][0].update(optic_type="x"),
         ("reference_data", "breakout_options", "0", "optic_type")),
        (lambda d: d["reference_data"]["device_type_extensions"][1].update(uplink_ports=2),
         ("reference_data", "device_type_extensions", "1", "uplink_ports")),
        (lambda d: d["reference_data"]["device_type_extensions"][1].update(hedgehog_profile_name="x"),
         ("reference_data", "device_type_extensions", "1", "hedgehog_profile_name")),
        (lambda d: link(d, "bundle").update(target_switch_class="leaf"), ("server_connections", "1",
                                                                          "target_switch_class")),
        (lambda d: link(d, "bundle").update(medium="MMF"), ("server_connections", "1", "medium")),
    ],
)  # fmt: skip
def test_what_a_plan_has_no_place_for_is_said(pairs: Document, change: Change, path: tuple[str, ...]) -> None:
    change(pairs)
    assert path in [d.path for d in found(pairs, "left-out")]
    assert errors(pairs) == []


@pytest.mark.parametrize("number", [4, None])
def test_a_number_of_uplinks_that_is_right_needs_no_word(pairs: Document, number: int | None) -> None:
    leaf(pairs)["uplink_ports_per_switch"] = number
    assert "uplink_ports_per_switch" not in {d.path[-1] for d in found_in(pairs)}


def test_uplinks_to_a_peer_count_as_uplinks(pairs: Document) -> None:
    row(pairs, "switch_classes", "switch_class_id", "mgmt")["uplink_ports_per_switch"] = 1
    assert "uplink_ports_per_switch" not in {d.path[-1] for d in found_in(pairs)}


@pytest.mark.parametrize(("block", "key"), [("meta", "managed_by"), ("plan", "status")])
def test_odd_labels(pairs: Document, block: str, key: str) -> None:
    pairs[block][key] = "x"
    assert [d.path for d in found(pairs, "odd-value")] == [(block, key)]


def test_two_device_types_of_one_slug(pairs: Document) -> None:
    row(pairs, "device_types", "id", "mgmt")["slug"] = "acme-leaf-16"
    assert [d.path for d in found(pairs, "duplicate-slug")] == [("reference_data", "device_types", "1")]


def test_ports_of_a_type_that_says_no_speed_have_the_native_one(pairs: Document) -> None:
    for template in row(pairs, "device_types", "id", "mgmt")["interface_templates"]:
        template["type"] = "other"
    (group,) = plan_of(pairs).switch_classes["mgmt"].device_type.groups
    assert (group.speed, group.interface_type, len(group.ports)) == (100, "", 16)


def test_a_builtin_type_that_is_extended_keeps_the_names_of_its_ports(pairs: Document) -> None:
    row(pairs, "device_types", "id", "mgmt")["slug"] = "celestica-es1000"
    zone(pairs, "servers", "mgmt")["port_spec"] = "1-8,53"
    zone(pairs, "up", "mgmt").update(port_spec="50-51")
    link(pairs, "bmc")["speed"] = None
    hardware = plan_of(pairs).switch_classes["mgmt"].device_type
    names = [hardware.interface_name(port, 1, Breakout(1, 1)) for port in (1, 48, 49, 50, 51, 52, 53)]
    assert names == ["eth1", "eth48", "uplink1", "uplink2", "uplink3", "uplink4", "E1/53"]
