# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller side: which plan is meant, what the module is given, and where errors are said to be."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError

from ansible_collections.hedgehog.diet.plugins.action.diet_topology import ActionModule, _explain
from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import FoundPlan, find_plan

from ..plans import Document, document, servers, switches, zone


def plan() -> Document:
    return document({"leaf": switches(servers=zone("1-4"))}, {"gpu": servers(1, {})})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yml"
    path.write_text(yaml.safe_dump(plan(), sort_keys=False))
    return path


def action(transport: str = "local") -> ActionModule:
    made = ActionModule.__new__(ActionModule)
    made._connection = SimpleNamespace(transport=transport)
    made._find = str  # type: ignore[method-assign]
    return made


def found_in(file: Path) -> FoundPlan:
    return find_plan(str(file), str)


def row(severity: str = "error", *path: str) -> dict[str, Any]:
    return Diagnostic(severity, "some-code", path, "something is wrong.").as_dict()


# -- which plan ------------------------------------------------------------------------------------------------------


def test_a_mapping_or_a_file_but_not_both(file: Path) -> None:
    assert action()._plan({"plan": plan()}).path == ""  # type: ignore[union-attr]
    assert action()._plan({"plan_file": str(file)}).path == str(file)  # type: ignore[union-attr]
    assert action()._plan({"plan_id": "x"}) is None
    with pytest.raises(AnsibleError, match="exclude each other"):
        action()._plan({"plan": plan(), "plan_file": str(file)})
    with pytest.raises(AnsibleError, match="plan_file"):
        action()._plan({"plan": str(file)})


def test_errors_of_a_plan_file_have_places(file: Path) -> None:
    file.write_text(file.read_text().replace("leaf/servers", "leaf/nowhere"))
    line = 1 + next(n for n, text in enumerate(file.read_text().splitlines()) if "leaf/nowhere" in text)
    with pytest.raises(AnsibleError) as error:
        action()._plan({"plan_file": str(file)})
    assert f"{file}:{line}:" in str(error.value) and "[unknown-zone]" in str(error.value)


def test_a_plan_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match="no such file"):
        action()._plan({"plan_file": str(tmp_path / "nowhere.yml")})


# -- what the module is given ----------------------------------------------------------------------------------------


def test_a_file_becomes_a_mapping_with_the_files_beside_it(file: Path) -> None:
    args: dict[str, Any] = {"plan_file": str(file)}
    action()._fill_in(args, found_in(file))
    assert "plan_file" not in args
    assert args["plan"] == plan()
    assert args["ledger_file"] == f"{file}.ledger.json"
    assert args["report_dir"] == str(file.parent / ".diet" / "test")


def test_what_the_user_says_wins_and_elsewhere_nothing_is_beside_the_file(file: Path) -> None:
    args: dict[str, Any] = {"plan_file": str(file), "ledger_file": "mine", "report_dir": "there"}
    action()._fill_in(args, found_in(file))
    assert (args["ledger_file"], args["report_dir"]) == ("mine", "there")
    args = {"plan_file": str(file)}
    action("ssh")._fill_in(args, found_in(file))
    assert set(args) == {"plan"}
    args = {"plan": plan()}
    action()._fill_in(args, find_plan(plan(), str))
    assert set(args) == {"plan"}


# -- what comes back -------------------------------------------------------------------------------------------------


def test_errors_become_the_message_with_places(file: Path) -> None:
    result = {"failed": True, "msg": "plain", "diagnostics": [row("error", "server_classes", "gpu", "quantity")]}
    shown = _explain(dict(result), found_in(file))
    line = 1 + next(n for n, text in enumerate(file.read_text().splitlines()) if "quantity" in text)
    assert f"{file}:{line}:" in shown["msg"] and "[some-code]" in shown["msg"]
    assert "diagnostics" not in shown
    assert _explain(dict(result), None)["msg"] == "server_classes.gpu.quantity: something is wrong. [some-code]"


def test_warnings_become_warnings(file: Path) -> None:
    result = {"changed": True, "warnings": ["first"], "diagnostics": [row("warning", "site"), row("warning")]}
    shown = _explain(dict(result), found_in(file))
    assert shown["warnings"][0] == "first"
    assert len(shown["warnings"]) == 3
    assert any(f"{file}:" in text for text in shown["warnings"])
    assert all(not text.startswith("warning:") for text in shown["warnings"])
    assert result["warnings"] == ["first"]  # ansible-core 2.21 hands out its own list, in which it expects no text


def test_a_failure_of_another_kind_keeps_its_message(file: Path) -> None:
    result = {"failed": True, "msg": "NetBox said no", "diagnostics": [row("warning")]}
    assert _explain(result, found_in(file))["msg"] == "NetBox said no"
    assert _explain({"changed": False}, None) == {"changed": False}
