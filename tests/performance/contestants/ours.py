# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""hedgehog.diet: ansible-playbook with one task, as a user runs it; all of its own time counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from integration.support.playbook import PLAYBOOK
from measuring.meter import Measured, measure
from measuring.server import Server

from .plans import PLAN_ID
from .steps import Step

PLAY: Mapping[str, Any] = {
    "name": "Plan",
    "hosts": "localhost",
    "connection": "local",
    "gather_facts": False,
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}


def run(server: Server, directory: Path, step: Step) -> Measured:
    """Bring NetBox to the plan of a step. What the steps before left in the directory is there again."""
    options: dict[str, Any] = {"plan_id": PLAN_ID, "state": "absent"}
    if step.document is not None:
        (directory / "plan.yml").write_text(yaml.safe_dump(step.document, sort_keys=False))
        options = {"plan_file": "plan.yml", "prune": True, "max_deletions": "100%"}
    return play(server, directory, **options)


def prepare(server: Server, directory: Path, step: Step) -> None:
    """Make what the plan refers to: types, roles, site, fields, tag. The same for every contestant."""
    (directory / "plan.yml").write_text(yaml.safe_dump(step.document, sort_keys=False))
    play(server, directory, plan_file="plan.yml", state="prepared")


def play(server: Server, directory: Path, **options: Any) -> Measured:
    tasks = [
        {"name": "Bring NetBox to the plan", "hedgehog.diet.diet_topology": options, "register": "result"},
        # At no cost: a task that runs in ansible-playbook itself.
        {"name": "Tell", "ansible.builtin.debug": {"msg": "observed {{ result.observed.mode | default('') }}"}},
    ]
    playbook = directory / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{**PLAY, "tasks": tasks}], sort_keys=False))
    return measure(server, [PLAYBOOK, playbook], server.environment, directory)


def observed_changes(measured: Measured) -> bool:
    """Whether only what changed was read: a run that cannot prove that this is enough reads everything."""
    return bool(re.search(r"observed changed\b", measured.text))
