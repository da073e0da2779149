# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan that docs/plan.md grows: every step is a plan without findings, and comes to what the page says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.schema import PLAN

PAGE = (Path(__file__).resolve().parents[3] / "docs/plan.md").read_text(encoding="utf-8")
STEPS = re.findall(r"```yaml\n(.*?)```\n\nSwitches: (.*?)\.\n", PAGE, flags=re.DOTALL)
FRAGMENTS = re.findall(r"```yml\n(.*?)```", PAGE, flags=re.DOTALL)


def merged(plan: Any, step: Any) -> Any:
    if isinstance(plan, Mapping) and isinstance(step, Mapping):
        return {**plan, **{key: merged(plan.get(key), value) for key, value in step.items()}}
    return step


def grown(steps: int) -> Any:
    plan: Any = {}
    for text, _switches in STEPS[:steps]:
        plan = merged(plan, yaml.safe_load(text))
    return plan


def test_every_block_of_the_example_says_what_it_comes_to() -> None:
    assert len(STEPS) == PAGE.count("```yaml\n") > 8


@pytest.mark.parametrize("steps", range(1, len(STEPS) + 1))
def test_a_step(steps: int) -> None:
    plan, warnings = load(grown(steps))
    topology, found = expand(plan)
    expected = dict(part.split(" ") for part in STEPS[steps - 1][1].split(", "))
    assert {row.switch_class: str(row.count) for row in topology.quantities} == expected
    assert [*warnings, *found] == []


@pytest.mark.parametrize("text", FRAGMENTS)
def test_other_fragments_hold_keys_that_there_are(text: str) -> None:
    assert yaml.safe_load(text).keys() <= PLAN["properties"].keys()


def test_every_key_of_the_language_is_mentioned() -> None:
    """Of plan, fabrics, classes, zones, NICs, connections and attributes; the catalog's are in hardware.md."""
    inner = [PLAN, PLAN["properties"]["defaults"]]
    for section in ("fabrics", "switch_classes", "server_classes"):
        inner += [rule for key, rule in PLAN["properties"][section]["patternProperties"].items() if key != "^_"]
    for one in list(inner):
        for key in ("zones", "nics", "connections"):
            rows = one["properties"].get(key, {}).get("patternProperties", {})
            inner += [rule for pattern, rule in rows.items() if pattern != "^_"]
    keys = {key for one in inner for key in one["properties"]}
    missing = {key for key in keys if not re.search(rf"\b{key}\b", PAGE)}
    assert missing <= {"name", "interface_type", "overlap", "speed"}
