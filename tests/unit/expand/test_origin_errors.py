# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in documents of the first DIET are reported where they stand, and nothing makes a traceback."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import convert
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import locate, read_plan_file

from .origins import LAB, Document, codes, found_in, leaf, link, row, zone

Change = Callable[[Document], object]


# -- values that mean something else here ------------------------------------------------------------------------------


def set_(target: Callable[[Document], Document], **values: Any) -> Change:
    return lambda document: target(document).update(values)


# -- errors ------------------------------------------------------------------------------------------------------------


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


# -- anything at all ---------------------------------------------------------------------------------------------------


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
