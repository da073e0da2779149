# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read when a plan is wrong or odd: one small plan per case in `errors/`, with the expected text beside it.

A case may have a ledger file, as any plan, and files of the device type library in `errors/library`.
`pytest tests/unit/expand/test_errors.py --regenerate` rewrites the texts; read the difference before you commit it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.codes import CODES, NETBOX_CODES
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import read as read_ledger
from ansible_collections.hedgehog.diet.plugins.plugin_utils.findings import render
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_library import with_library_files
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import read_plan_text
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import read_checked

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(FOLDER.glob("*.yml"))
PLUGINS = Path(__file__).parents[3] / "plugins"
CODE = re.compile(r"[a-z0-9*]+(-[a-z0-9*]+)+")  # `*` for what is put in


def findings(path: Path) -> str:
    """All that is found, as a user of this file would read it."""
    found = Diagnostics()
    source = with_library_files(read_plan_text(path.read_text(encoding="utf-8"), path.name), str(FOLDER), found)
    try:
        read = read_checked(source, found)
    except PlanError as error:
        return _shown(render(error.diagnostics, source))
    try:
        _topology, warnings = expand(read.plan, ledger_beside(path, read.plan.id))
    except PlanError as error:
        return _shown(render([*read.warnings, *read.locate(error.diagnostics)], source))
    return _shown(render([*read.warnings, *read.locate(warnings)], source))


def ledger_beside(path: Path, plan_id: str) -> Ledger:
    file = path.with_name(f"{path.name}.ledger.json")
    return read_ledger(file.read_text(encoding="utf-8"), file.name, plan_id) if file.exists() else Ledger()


def _shown(text: str) -> str:
    return text.replace(f"{FOLDER}", "<folder of the plan>") + "\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_text_of_findings(path: Path, request: pytest.FixtureRequest) -> None:
    found = findings(path)
    expected = path.with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        expected.write_text(found, encoding="utf-8")
    assert not found.startswith("no findings")
    assert found == expected.read_text(encoding="utf-8")


def test_no_text_is_left_without_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in CASES}


# -- codes ------------------------------------------------------------------------------------------------------------


def codes_in(source: Path) -> Iterator[str]:
    """The codes of findings that a file reports; what an f-string puts in is `*`."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value
        for node in tree.body if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("error", "warn", "report"):
                first = node.args[0]
                value = constants.get(first.id, first) if isinstance(first, ast.Name) else first
                yield from (text for text in _texts(value) if CODE.fullmatch(text))


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)]
    return []


def used_codes() -> set[str]:
    return {code for path in PLUGINS.rglob("*.py") for code in codes_in(path)}


def _stands_for(used: str, code: str) -> bool:
    return re.fullmatch(re.escape(used).replace(r"\*", ".+"), code) is not None


def test_every_code_that_is_used_is_in_the_table() -> None:
    used = used_codes()
    assert len(used) > 100
    assert {code for code in used if not any(_stands_for(code, known) for known in CODES)} == set()


def test_every_code_of_the_table_is_used() -> None:
    used = used_codes() | {"unknown-manufacturer"}  # `Reference.find` puts the word in
    assert {known for known in CODES if not any(_stands_for(code, known) for code in used)} == set()


def test_every_code_says_what_it_means_and_how_to_get_out() -> None:
    for code, (meaning, way_out) in CODES.items():
        assert meaning.endswith(".") and way_out.endswith("."), code
        assert meaning[0] in "`mN" or meaning[0].isupper(), code


def test_every_code_has_a_case() -> None:
    """All but those that need a NetBox: their texts are under test with the workflows that give them."""
    told = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt"))
    assert {code for code in CODES.keys() - NETBOX_CODES.keys() if f"[{code}]" not in told} == set()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_error_has_a_place(path: Path) -> None:
    """A person must be able to click on it; only what is missing altogether has the first line."""
    for line in findings(path).splitlines()[1:]:
        assert re.match(r"(warning: )?[a-z0-9-]+\.yml:\d+:\d+: ", line), line
