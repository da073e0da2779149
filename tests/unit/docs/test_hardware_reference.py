# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about hardware says what the built-in rows say, and its examples work."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.catalog import device_type
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.library import read_document
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout
from ansible_collections.hedgehog.diet.plugins.module_utils.model.schema import PLAN
from ansible_collections.hedgehog.diet.plugins.module_utils.model.switches import BUILTIN_DEVICE_TYPES

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "hardware.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hardware_reference", ROOT / "tools" / "hardware_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_in_step_with_the_built_in_hardware(tool: ModuleType) -> None:
    for path, text in tool.outputs().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of step: run tools/hardware_reference.py"


def test_every_switch_is_in_every_table_that_it_belongs_to(tool: ModuleType) -> None:
    tables = tool.tables()
    for slug, row in BUILTIN_DEVICE_TYPES.items():
        assert f"`{slug}`" in tables["switches"]
        assert f"`{slug}`" in tables["ports"]
        limited = row.limits.lanes or row.limits.pipelines or row.limits.same_speed
        assert (f"`{slug}`" in tables["limits"]) == bool(limited)


def test_the_catalog_of_the_page_is_one() -> None:
    text = PAGE.split("### From the plan\n\n```yaml\n")[1].split("```")[0]
    catalog = yaml.safe_load(text)["catalog"]
    jsonschema.Draft202012Validator(PLAN["properties"]["catalog"]).validate(catalog)
    found = Diagnostics()
    for slug, row in catalog["device_types"].items():
        device_type(slug, row, (), found)
    assert [finding.text() for finding in found] == []


def names(*spans: tuple[str, int, int]) -> list[dict[str, Any]]:
    return [
        {"name": pattern.format(number), "type": f"{10 * (place + 1)}gbase-t"}
        for place, (pattern, first, last) in enumerate(spans) for number in range(first, last + 1)
    ]


@pytest.mark.parametrize(
    ("cells", "interfaces"),
    [
        ("| 1-48 | `Ethernet1/{port}` |", names(("Ethernet1/{}", 1, 48))),
        ("| 1-32 | `Ethernet{port}/1` |", names(("Ethernet{}/1", 1, 32))),
        ("| 1-32 | `et-0/0/{port}`, 0 |", names(("et-0/0/{}", 0, 31))),
        ("| 1-48, 49-52 | `ge{port}`; `xe{port}` |", names(("ge{}", 1, 48), ("xe{}", 49, 52))),
        ("| 1-48, 49-52 | `eth{port}`; `uplink{port}`, 1 |", names(("eth{}", 1, 48), ("uplink{}", 1, 4))),
    ],
)
def test_interface_names_become_the_ports_that_the_page_says(cells: str, interfaces: list[dict[str, Any]]) -> None:
    assert cells in PAGE
    row = read_document({"manufacturer": "Acme", "model": "A", "slug": "a", "interfaces": interfaces}).row
    patterns = []
    for group in row["ports"].values():
        first = f", {group['first_number']}" if "first_number" in group else ""
        patterns.append(f"`{group.get('port_name', row['port_name'])}`{first}")
    assert f"| {', '.join(row['ports'])} | {'; '.join(patterns)} |" == cells
    hardware = device_type("a", row, (), Diagnostics())
    called = [hardware.interface_name(port, 1, Breakout(1, 10)) for port in hardware.ports]
    assert called == [interface["name"] for interface in interfaces]
