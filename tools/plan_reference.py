#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/plan-reference.md and docs/plan.schema.json from the schema in plugins/module_utils/model/schema.py.

Run it after a change of the schema; a unit test fails while they are out of step.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Keys of a plan

Made from the schema by `tools/plan_reference.py`. [plan.md](plan.md) explains what they do together.
"""


def schema() -> dict[str, Any]:
    """The schema, loaded from its package as one of its own: that imports nothing, so no collection path is needed."""
    package = ModuleType("plan_language")
    package.__path__ = [str(ROOT / "plugins/module_utils/model")]
    sys.modules[package.__name__] = package
    plan: dict[str, Any] = importlib.import_module(f"{package.__name__}.schema").PLAN
    return plan


def reference(plan: dict[str, Any]) -> str:
    return HEAD + "".join(_section("plan", plan, plan["properties"]["defaults"]["properties"], {}))


def _section(
    path: str, node: dict[str, Any], attributes: dict[str, Any], told: dict[str, str]
) -> Iterator[str]:
    """A heading and a table for a mapping with known keys, then the sections below it.

    `attributes` are said once, where they are all there is, and `told` has the place of each mapping that was shown.
    """
    yield f"\n## {path}\n\n{node['description']}"
    text = json.dumps(node["properties"], sort_keys=True)
    if told.setdefault(text, path) != path and len(node["properties"]) > 1:
        yield f" Its keys are those of [{told[text]}](#{_anchor(told[text])}).\n"
        return
    more = {name for name in node["properties"] if node["properties"][name] == attributes.get(name)}
    if more == set(attributes) != set(node["properties"]):
        yield " It also takes the keys of [defaults](#defaults).\n"
    else:
        more = set()
        yield "\n"
    own = {name: rule for name, rule in node["properties"].items() if name not in more}
    if own:
        yield "\n| Key | Type | Default | Meaning |\n| --- | --- | --- | --- |\n"
    inner: list[tuple[str, dict[str, Any]]] = []
    for name, rule in own.items():
        item = _item(rule)
        default = "**required**" if name in node["required"] else _default(rule)
        yield f"| `{name}` | {_type(rule, item)} | {default} | {rule.get('description', '')} |\n"
        below = f"{path}.{name}" if path != "plan" else name
        if item is not None:
            inner.append((f"{below}.&lt;key&gt;", item))
        elif "properties" in rule:
            inner.append((below, rule))
    for below, rule in inner:
        if "properties" in rule:
            yield from _section(below, rule, attributes, told)


def _anchor(path: str) -> str:
    """What a heading is called in links: letters, digits and hyphens of it."""
    return re.sub(r"[^a-z0-9_-]", "", path.replace("&lt;", "").replace("&gt;", "").lower())


def _item(rule: dict[str, Any]) -> dict[str, Any] | None:
    """What the values of a keyed mapping look like, None for anything else."""
    if rule.get("type") != "object" or "properties" in rule:
        return None
    if isinstance(rule.get("additionalProperties"), dict):
        return dict(rule["additionalProperties"])
    return next((item for pattern, item in rule["patternProperties"].items() if pattern != "^_"), None)


def _type(rule: dict[str, Any], item: dict[str, Any] | None) -> str:
    if "enum" in rule:
        return " · ".join(f"`{value}`" for value in rule["enum"])
    if "const" in rule:
        return f"`{rule['const']}`"
    if item is not None:
        return "mapping by key"
    names = {"object": "mapping", "array": "list", "string": "text", "integer": "integer", "boolean": "true, false"}
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    text = " or ".join(names.get(kind, kind) for kind in kinds)
    if "integer" in kinds and "string" not in kinds:
        text += f", {rule['minimum']} to {rule['maximum']}"
    return text


def _default(rule: dict[str, Any]) -> str:
    value = rule.get("default")
    return "" if value in (None, [], {}) else f"`{json.dumps(value).strip(chr(34))}`"


def outputs() -> dict[Path, str]:
    """What the files should say, by path."""
    plan = schema()
    return {
        ROOT / "docs/plan-reference.md": reference(plan),
        ROOT / "docs/plan.schema.json": json.dumps(plan, indent=1) + "\n",
    }


if __name__ == "__main__":
    for target, text in outputs().items():
        target.write_text(text)
        print(f"wrote {target.relative_to(ROOT)}")
