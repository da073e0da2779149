# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hardware of the first DIET: what is built in, what a document adds, what it overrides."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import convert

from .origins import Document, codes, found_in, row, zone


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
