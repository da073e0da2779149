# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read when a plan is wrong: one small plan per case in `errors/`, with the expected text beside it.

`pytest tests/unit/expand/test_errors.py --regenerate` rewrites the texts; read the difference before you commit it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.plugin_utils.findings import render
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import read_plan_text

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(FOLDER.glob("*.yml"))
EXPAND = Path(__file__).parents[3] / "plugins" / "module_utils" / "expand"


def findings(path: Path) -> str:
    """All that is found, as a user of this file would read it."""
    source = read_plan_text(path.read_text(encoding="utf-8"), path.name)
    try:
        read = read_plan(source.document)
    except PlanError as error:
        return render(error.diagnostics, source) + "\n"
    try:
        expand(read.plan)
    except PlanError as error:
        return render([*read.warnings, *read.locate(error.diagnostics)], source) + "\n"
    raise AssertionError(f"{path.name} has no errors")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_text_of_errors(path: Path, request: pytest.FixtureRequest) -> None:
    found = findings(path)
    expected = path.with_suffix(".txt")
    if request.config.getoption("--regenerate"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_no_text_is_left_without_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in CASES}


def test_every_code_has_a_case() -> None:
    """Codes of the importer of first-DIET documents have their own tests."""
    sources = [path for path in EXPAND.glob("*.py") if not path.name.startswith("origin")]
    codes = {
        code for path in sources
        for code in re.findall(r'(?:error|warn|report)\(\s*"([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 40
    told = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt"))
    assert {code for code in codes if f"[{code}]" not in told} == set()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_error_has_a_place(path: Path) -> None:
    """A person must be able to click on it; only what is missing altogether has the first line."""
    for line in findings(path).splitlines()[1:]:
        assert re.match(r"(warning: )?[a-z0-9-]+\.yml:\d+:\d+: ", line), line
