# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a real ansible-playbook from the checkout, and hands back what it printed and what the module returned."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
COLLECTIONS = ROOT / ".cache" / "collections"
BIN = Path(sys.executable).parent
PLAYBOOK = str(BIN / "ansible-playbook")

_INHERITED = ("HOME", "LANG", "TMPDIR", "USER", "LOGNAME", "XDG_CACHE_HOME", "PIP_INDEX_URL", "SSL_CERT_FILE")
ENVIRONMENT: Mapping[str, str] = {
    **{name: os.environ[name] for name in _INHERITED if name in os.environ},
    "PATH": f"{BIN}:{os.environ['PATH']}",
    "LC_ALL": "C.UTF-8",
    "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
    "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_LOCALHOST_WARNING": "0",
    "PYTHONUNBUFFERED": "1",
}

TIMEOUT = 300


@dataclass(frozen=True)
class Ran:
    """A finished ansible-playbook: exit status, text as a terminal shows it, and the module's result."""

    status: int
    text: str
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def run_playbook(
    path: Path, *arguments: str, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Ran:
    """Run a playbook."""
    done = subprocess.run(
        [PLAYBOOK, str(path), *arguments], cwd=cwd or path.parent, env={**ENVIRONMENT, **(environment or {})},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT,
        check=False,
    )
    return Ran(done.returncode, done.stdout)


def run_tasks(
    directory: Path, tasks: Sequence[Mapping[str, Any]], *arguments: str,
    environment: Mapping[str, str] | None = None, variables: Mapping[str, Any] | None = None,
) -> Ran:
    """Run tasks on this machine; what a task registers as `result` is handed back, failed or not."""
    results = directory / "result.json"
    results.unlink(missing_ok=True)
    hand_back = {
        "name": "Hand back the result",
        "ansible.builtin.copy": {
            "content": "{{ result | default({}) | to_json }}", "dest": str(results), "mode": "0600",
        },
        "check_mode": False,
        "diff": False,
        "no_log": True,
    }
    play = {
        "name": "Test",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **(variables or {})},
        "tasks": [{"name": "Test", "block": list(tasks), "always": [hand_back]}],
    }
    playbook = directory / "playbook.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False))
    ran = run_playbook(playbook, *arguments, environment=environment)
    return Ran(ran.status, ran.text, json.loads(results.read_text()) if results.exists() else {})


def run_module(
    directory: Path, environment: Mapping[str, str], *arguments: str, **options: Any
) -> Ran:
    """Run hedgehog.diet.diet_topology once."""
    task = {"name": "Bring NetBox to the plan", "hedgehog.diet.diet_topology": options, "register": "result"}
    return run_tasks(directory, [task], *arguments, environment=environment)
