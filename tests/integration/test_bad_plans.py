# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and options that are wrong, through ansible-playbook: where the mistake is, what to do, nothing written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .support.http import closed_port
from .support.plans import tiny
from .support.playbook import Ran, run_tasks
from .support.rest import NetBox

PLAN = """\
schema: 1
id: wrong
site: dc1
fabrics:
  frontend: {}
switch_classes:
  leaf:
    fabric: frontend
    role: server-leaf
    device_type: celestica-ds5000
    zones:
      servers: {type: server, ports: "1", breakout: 1x400g}
server_classes:
  gpu:
    quantity: 2
    device_type: gpu-server
    nics:
      fe: {ports: [p0, p1]}
    connections:
      fe: {nic: fe, zone: leaf/servers, ports: 2, distribution: alternating}
catalog:
  device_types:
    gpu-server: {manufacturer: celestica, model: GPU server}
"""

# name: what is replaced in the plan, by what; where the error is, and its text
MISTAKES = {
    "unknown-key": ("    quantity: 2\n", "    quantity: 2\n    quantty: 3\n", "16:5", "quantty.*quantity"),
    "wrong-type": ("quantity: 2", "quantity: two", "15:5", "quantity"),
    "unknown-zone": ("leaf/servers, ports", "leaf/server, ports", "20:21", "no zone 'server'. Did you mean 'servers'"),
    "unknown-fabric": ("fabric: frontend", "fabric: backend", "8:5", "there is no fabric 'backend'"),
    "no-such-port": ('ports: "1"', 'ports: "1-99"', "12:31", "ports 1-66, not 67-99"),
    "breakout": ("breakout: 1x400g", "breakout: 3x400g", "12:43", "cannot be 3x400g"),
    "duplicate": ("site: dc1\n", "site: dc1\nsite: dc2\n", "4:1", "'site' stands here again; the first is at .*:3:1"),
    "syntax": ("fabrics:\n", "fabrics: [\n", "", "not valid YAML"),
    # 4 links and 1 lane per switch: with 2 switches given, only 2 of them fit.
    "over-capacity": ("    role: server-leaf\n", "    role: server-leaf\n    quantity: 2\n", "", r"4\b.*\b2\b"),
}


@pytest.fixture(scope="module")
def answers(
    sandbox: object, connection: Mapping[str, str], netbox: NetBox, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """All mistakes in one playbook; results by name, and the number of changes that NetBox logged meanwhile."""
    directory = tmp_path_factory.mktemp("mistakes")
    logged = netbox.changes_logged()
    plans = {}
    for name, (good, bad, _where, _text) in MISTAKES.items():
        assert PLAN.count(good) == 1, name
        plans[name] = {"plan_file": f"{name}.yml"}
        (directory / f"{name}.yml").write_text(PLAN.replace(good, bad))
    (directory / "good.yml").write_text(PLAN)
    options: dict[str, dict[str, Any]] = {
        **plans,
        "no-file": {"plan_file": "nowhere.yml"},
        "both": {"plan_file": "good.yml", "plan": tiny()},
        "none": {},
        "text": {"plan": "good.yml"},
        "unreachable": {"plan_file": "good.yml", "netbox_url": closed_port()},
        "wrong-token": {"plan_file": "good.yml", "netbox_token": "nbt_abcdefabcdef.wrong"},
        "unknown-option": {"plan_file": "good.yml", "prun": True},
    }
    ran = run_many(directory, options, connection)
    results: dict[str, dict[str, Any]] = ran.result
    assert netbox.changes_logged() == logged
    return results


def run_many(directory: Path, options: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]) -> Ran:
    """Run the module once for each set of options, whatever comes of it; results by name."""
    tasks: list[dict[str, Any]] = []
    for number, given in enumerate(options.values()):
        tasks.append({
            "name": "Try", "hedgehog.diet.diet_topology": dict(given), "register": f"result_{number}",
            "ignore_errors": True,
        })
    names = ", ".join(f"{name!r}: result_{number}" for number, name in enumerate(options))
    tasks.append({"name": "Collect", "ansible.builtin.set_fact": {"result": f"{{{{ {{ {names} }} }}}}"}})
    return run_tasks(directory, tasks, environment=environment)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place(name: str, answers: dict[str, dict[str, Any]]) -> None:
    _good, _bad, where, text = MISTAKES[name]
    answer = answers[name]
    assert answer["failed"] is True
    place = where or "[0-9]+"
    assert re.search(rf"{name}\.yml:{place}", answer["msg"]), answer["msg"]
    assert re.search(text, answer["msg"], re.DOTALL), answer["msg"]
    assert "Traceback" not in answer["msg"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no-file", "There is no (plan )?file 'nowhere.yml'"),
        ("both", "plan and plan_file exclude each other"),
        ("none", "plan"),
        ("text", "plan is a mapping; give the path of a plan file as plan_file"),
        ("unreachable", "cannot be reached: .*refused"),
        ("wrong-token", "NetBox does not accept the token"),
        ("unknown-option", "Unsupported parameters.*prun"),
    ],
)
def test_a_wrong_option_is_named(name: str, text: str, answers: dict[str, dict[str, Any]]) -> None:
    answer = answers[name]
    assert answer["failed"] is True
    assert re.search(text, answer["msg"], re.DOTALL), answer["msg"]
