# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""First-DIET documents of version 2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path as FilePath

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import convert, is_origin
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand

from .origins import Document, errors, plan_of

Change = Callable[[Document], object]

FILE = FilePath(__file__).parent / "origin_documents" / "lab_v2.yaml"


@pytest.fixture
def lab() -> Document:
    document: Document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


def test_it_is_recognised_and_expands(lab: Document) -> None:
    assert is_origin(lab)
    topology, _warnings = expand(plan_of(lab))
    assert Counter(d.class_key for d in topology.devices) == {"gpu": 2, "leaf": 2, "seeded": 1, "mgmt": 1}
    assert Counter(c.kind for c in topology.cables) == {"server": 8}


def test_what_netbox_has_is_named_by_its_slug(lab: Document) -> None:
    plan = plan_of(lab)
    assert plan.switch_classes["leaf"].device_type.groups
    assert plan.switch_classes["seeded"].device_type.slug == "seeded-switch"
    assert plan.server_classes["gpu"].device_type.slug == "gpu-server-fe"
    assert set(convert(lab).document["catalog"]["device_types"]) == {"acme-mgmt-8"}


def test_cards_are_found_by_slug_by_model_and_among_ours(lab: Document) -> None:
    nics = plan_of(lab).server_classes["gpu"].nics
    assert {key: nic.ports for key, nic in nics.items()} == {
        "bmc": ("bmc0",), "fast": ("p0", "p1"), "slow": ("port0", "port1")
    }
    lab["spec"]["server_nics"][0]["module_type"] = "quad-400g"
    lab["spec"]["server_nics"][1]["module_type"] = {"manufacturer": "NVIDIA", "model": "ConnectX-7 (Dual-Port)"}
    assert plan_of(lab).server_classes["gpu"].nics == nics


def test_optics_are_read_which_the_first_diet_forgot(lab: Document) -> None:
    plan = plan_of(lab)
    optic = plan.zone("leaf", "servers").optic
    assert optic is not None and optic.medium == "MMF"
    assert plan.server_classes["gpu"].connections["data"].optic == optic


def test_warnings_point_into_the_document(lab: Document) -> None:
    paths = {d.code: d.path for d in read_plan(lab).warnings}
    assert paths["breakout-id"] == ("test_fixtures", "breakout_options")
    assert paths["unchecked-hardware"] == ("spec", "switch_classes", "2", "device_type")


MISTAKES: list[tuple[str, Change, str, tuple[str, ...]]] = [
    ("no kind", lambda d: d.pop("kind"), "missing-key", ()),
    ("another kind", lambda d: d.update(kind="Plan"), "invalid-value", ("kind",)),
    ("another version", lambda d: d["metadata"].update(version=1), "invalid-value", ("metadata", "version")),
    ("reference data", lambda d: d.update(reference_data={}), "forbidden-key", ("reference_data",)),
    ("no metadata", lambda d: d.pop("metadata"), "missing-key", ()),
    ("no spec", lambda d: d.pop("spec"), "missing-key", ()),
    ("a spec of a wrong type", lambda d: d.update(spec=[]), "wrong-type", ("spec",)),
    ("no plan", lambda d: d["spec"].pop("plan"), "missing-key", ("spec",)),
    ("no classes", lambda d: d["spec"].pop("switch_classes"), "missing-key", ("spec",)),
    ("classes of a wrong type", lambda d: d["spec"].update(switch_classes={"a": 1}), "wrong-type",
     ("spec", "switch_classes")),
    ("a row of a wrong type", lambda d: d["spec"]["server_nics"].insert(0, 1), "wrong-type",
     ("spec", "server_nics", "0")),
    ("no case id", lambda d: d["metadata"].pop("case_id"), "missing-key", ("metadata",)),
    ("no device type", lambda d: d["spec"]["switch_classes"][0].pop("device_type"), "missing-key",
     ("spec", "switch_classes", "0")),
    ("a device type that is no switch", lambda d: d["test_fixtures"]["device_types"][0].pop("device_type_extension"),
     "unknown-device-type-extension", ("spec", "switch_classes", "1", "device_type")),
    ("an unknown card", lambda d: d["spec"]["server_nics"][0].update(module_type="x"), "unknown-module-type",
     ("spec", "server_nics", "0", "module_type")),
    ("an unknown card by model", lambda d: d["spec"]["server_nics"][0].update(module_type={"model": "x"}),
     "unknown-module-type", ("spec", "server_nics", "0", "module_type")),
    ("a card without ports", lambda d: d["test_fixtures"]["module_types"][0].pop("interface_templates"), "no-ports",
     ("spec", "server_nics", "0", "module_type")),
    ("an unknown optic", lambda d: d["spec"]["switch_port_zones"][0].update(transceiver_module_type="x"),
     "unknown-module-type", ("spec", "switch_port_zones", "0", "transceiver_module_type")),
    ("an unknown breakout", lambda d: d["spec"]["switch_port_zones"][0].update(breakout_option="x"),
     "unknown-breakout", ("spec", "switch_port_zones", "0", "breakout_option")),
    ("a fixture without a model", lambda d: d["test_fixtures"]["device_types"][0].pop("model"), "missing-key",
     ("test_fixtures", "device_types", "0")),
    ("a wrong extension", lambda d: d["test_fixtures"]["device_types"][0]["device_type_extension"].update(
        native_speed="x"), "wrong-type",
     ("test_fixtures", "device_types", "0", "device_type_extension", "native_speed")),
    ("found after the conversion", lambda d: d["spec"]["server_classes"][0].update(quantity=-1), "out-of-range",
     ("spec", "server_classes", "0", "quantity")),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "path"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes_are_reported_where_they_stand(
    lab: Document, change: Change, code: str, path: tuple[str, ...]
) -> None:
    change(lab)
    assert (code, path) in errors(lab)
