# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated pages of the plan language say what the schema says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_reference_and_schema_file_are_in_step_with_the_schema() -> None:
    spec = importlib.util.spec_from_file_location("plan_reference", ROOT / "tools/plan_reference.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for path, text in tool.outputs().items():
        assert path.read_text() == text, f"{path.name} is out of step: run tools/plan_reference.py"


def test_readme_plan_loads_and_expands() -> None:
    import yaml

    from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
    from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand

    text = (ROOT / "README.md").read_text().split("## A plan\n\n```yaml\n")[1].split("```")[0]
    plan, _warnings = load(yaml.safe_load(text))
    topology, _found = expand(plan)
    assert {q.switch_class: q.count for q in topology.quantities} == {"be-leaf": 1, "be-spine": 1}
    assert len(topology.cables) == 64 + 32
