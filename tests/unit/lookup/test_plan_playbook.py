# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that sizes a plan, run by Ansible itself: lookup, options and playbook fit together, without NetBox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

COLLECTIONS = Path(__file__).parents[3] / ".cache" / "collections"
PLANS = Path(__file__).parents[3] / "playbooks" / "plans"


def shown(folder: Path, result_format: str) -> str:
    config = folder / "ansible.cfg"
    config.touch()
    settings = {
        "ANSIBLE_CONFIG": str(config), "ANSIBLE_CALLBACK_RESULT_FORMAT": result_format, "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0", "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "hedgehog.diet.plan", "-e", f"plan={PLANS}/gpu-small.yml"],
        env=os.environ | settings, cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.partition("=> ")[2]


def test_it_prints_a_list_of_lines(tmp_path: Path) -> None:
    """That is how Ansible shows results by default."""
    lines = json.loads(shown(tmp_path, "json").partition("\n}\n")[0] + "\n}")["msg"]
    assert lines[:2] == ["gpu-small on dc1: Small GPU pod", "17 devices: 12 servers, 5 switches"]
    assert "  1 be-leaf: server-leaf of backend, celestica-ds5000" in lines


def test_it_prints_a_text_where_results_are_shown_as_yaml(tmp_path: Path) -> None:
    lines = [line.removeprefix("        ") for line in shown(tmp_path, "yaml").splitlines()]
    assert "gpu-small on dc1: Small GPU pod" in lines
    assert "  1 be-leaf: server-leaf of backend, celestica-ds5000" in lines
