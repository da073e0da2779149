# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the first DIET: recognised, converted, and expanded to the same counts."""

from __future__ import annotations

import copy
import os
from collections import Counter
from pathlib import Path as FilePath

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import (
    convert,
    in_our_language,
    is_origin,
    plan_id,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.rows import tidy_key
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import read_plan_file

from .origins import Document, codes, found_in

# -- recognising -------------------------------------------------------------------------------------------------------


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


# -- the lab, converted ------------------------------------------------------------------------------------------------


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


# -- real documents ----------------------------------------------------------------------------------------------------


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
