# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of errors and warnings says what the table of codes and the tested plans say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ansible_collections.hedgehog.diet.plugins.plugin_utils.findings import CATALOGUE

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("error_catalogue", ROOT / "tools/error_catalogue.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, made)  # where dataclasses look their module up
    spec.loader.exec_module(made)
    return made


def test_it_is_in_step(tool: ModuleType) -> None:
    assert (ROOT / "docs/errors.md").read_text(encoding="utf-8") == tool.page(), "run tools/error_catalogue.py"


def test_every_code_of_a_plan_has_an_example(tool: ModuleType) -> None:
    codes = tool.table()
    assert {*codes.PLAN_CODES, *codes.IMPORT_CODES} - tool.examples().keys() == set()


def test_an_example_marks_the_line_that_its_text_names(tool: ModuleType) -> None:
    for example in tool.examples().values():
        marked = [line for line in example.lines if line.startswith(">")]
        assert len(marked) == 1
        assert int(marked[0].split()[1]) == int(example.text.removeprefix("warning: ").split(":")[1])


def test_errors_name_a_page_that_is_there() -> None:
    page = CATALOGUE.split("docs/")[1].split(" ")[0]
    assert (ROOT / "docs" / page).exists()
