# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the catalog become hardware, and hardware becomes rows again."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.catalog import (
    device_type,
    device_type_row,
    module_type,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import (
    Breakout,
    DeviceType,
    Limits,
    ModuleType,
    Pipeline,
    PortGroup,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.schema import PLAN
from ansible_collections.hedgehog.diet.plugins.module_utils.model.schema_terms import KEY
from ansible_collections.hedgehog.diet.plugins.module_utils.model.switches import BUILTIN_DEVICE_TYPES

CATALOG = PLAN["properties"]["catalog"]
PATH = ("catalog", "device_types", "own")


def read(**row: Any) -> tuple[DeviceType, list[str]]:
    found = Diagnostics()
    made = device_type("own", {"manufacturer": "acme", "model": "Own", **row}, PATH, found)
    return made, [finding.text() for finding in found]


def test_everything_that_a_row_can_say() -> None:
    made, findings = read(
        u_height=2, is_full_depth=False, port_name="swp{port}", redundancy=["mclag"],
        limits={"lanes": 60, "pipelines": {"1,4": 10, "2-3": 12}, "same_speed": ["5-6"]},
        ports={
            "1-4": {"speed": 400, "breakouts": ["1x400g", "2x200g"], "default_breakout": "2x200g"},
            "5-6": {"speed": 25, "interface_type": "25gbase-x-sfp28", "port_name": "up{port}", "first_number": 1},
        },
    )
    assert findings == []
    assert made == DeviceType(
        "own", "acme", "Own", 2, False,
        (
            PortGroup((1, 2, 3, 4), 400, frozenset({Breakout(1, 400), Breakout(2, 200)}),
                      default_breakout=Breakout(2, 200)),
            PortGroup((5, 6), 25, interface_type="25gbase-x-sfp28", port_name="up{port}", first_number=1),
        ),
        "swp{port}",
        frozenset({"mclag"}),
        Limits(60, (Pipeline((1, 4), 10), Pipeline((2, 3), 12)), ((5, 6),)),
    )
    assert [made.interface_name(port, 1, Breakout(1, 25)) for port in (1, 4, 5, 6)] == ["swp1", "swp4", "up1", "up2"]


def test_a_row_that_says_little() -> None:
    made, findings = read()
    assert findings == []
    assert made == DeviceType("own", "acme", "Own")
    assert made.redundancy is None


def test_no_redundancy_is_not_the_same_as_not_known() -> None:
    assert read(redundancy=[])[0].redundancy == frozenset()


def test_defaults_are_those_of_the_schema() -> None:
    rows = CATALOG["properties"]["device_types"]["patternProperties"][KEY]["properties"]
    made = read()[0]
    assert made.u_height == rows["u_height"]["default"]
    assert made.is_full_depth == rows["is_full_depth"]["default"]
    assert made.port_name == rows["port_name"]["default"]


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ({"ports": {"4-1": {"speed": 1}}}, "catalog.device_types.own.ports.4-1: '4-1' runs backwards. [invalid-ports]"),
        (
            {"ports": {"1-8": {"speed": 1}, "8-9": {"speed": 1}}},
            "catalog.device_types.own.ports: port 8 stands in two of the ranges. [port-twice]",
        ),
        (
            {"ports": {"1-4": {"speed": 1}}, "limits": {"pipelines": {"1-2": 4, "2-3": 4}}},
            "catalog.device_types.own.limits.pipelines: port 2 stands in two of the ranges. [port-twice]",
        ),
        (
            {"ports": {"1-4": {"speed": 1}}, "limits": {"pipelines": {"4-6": 4}}},
            "catalog.device_types.own.limits.pipelines: `ports` has 1-4, not 5-6. [no-such-port]",
        ),
        (
            {"ports": {"1-4": {"speed": 1}}, "limits": {"same_speed": ["1-2", "2,9"]}},
            "catalog.device_types.own.limits.same_speed: port 2 stands in two of the ranges. [port-twice]\n"
            "catalog.device_types.own.limits.same_speed: `ports` has 1-4, not 9. [no-such-port]",
        ),
        (
            {"ports": {"1-4": {"speed": 400, "breakouts": ["1x400g"], "default_breakout": "2x200g"}}},
            "catalog.device_types.own.ports.1-4.default_breakout: 2x200g is not one of the breakouts of these ports,"
            " 1x400g. [breakout-not-supported]",
        ),
        (
            {"ports": {"1-4": {"speed": 1}, "5-6": {"speed": 25, "first_number": 1}}},
            "catalog.device_types.own.ports: ports 1 and 5 would both be called 'E1/1'. Give one of the ranges a"
            " `port_name` of its own. [duplicate-name]",
        ),
    ],
)
def test_mistakes(row: dict[str, Any], finding: str) -> None:
    assert "\n".join(read(**row)[1]) == finding


@pytest.mark.parametrize("hardware", BUILTIN_DEVICE_TYPES.values(), ids=lambda hardware: hardware.slug)
def test_the_plan_language_can_say_all_of_a_built_in_type(hardware: DeviceType) -> None:
    found = Diagnostics()
    row = device_type_row(hardware)
    jsonschema.Draft202012Validator(CATALOG).validate({"device_types": {hardware.slug: row}})
    assert device_type(hardware.slug, row, PATH, found) == hardware
    assert list(found) == []


def test_network_cards() -> None:
    assert module_type("own", {"ports": ["p0", "p1"]}) == ModuleType("own", ("p0", "p1"))
    row = {"ports": ["p0"], "interface_type": "1000base-t", "manufacturer": "acme", "model": "Own"}
    assert module_type("own", row) == ModuleType("own", ("p0",), "1000base-t", "acme", "Own")
