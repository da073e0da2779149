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


def test_it_prints_lines(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "ansible", "playbook", "hedgehog.diet.plan", "-e", f"plan_file={PLANS / 'gpu-small.yml'}",
    ]
    config = tmp_path / "ansible.cfg"
    config.touch()
    settings = {
        "ANSIBLE_CONFIG": str(config), "ANSIBLE_CALLBACK_RESULT_FORMAT": "json", "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0", "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        command, env=os.environ | settings, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shown = done.stdout.partition("=> ")[2].partition("\n}\n")[0] + "\n}"
    lines = json.loads(shown)["msg"]
    assert lines[:2] == ["gpu-small on dc1: Small GPU pod", "17 devices: 12 servers, 5 switches"]
    assert "  1 be-leaf: server-leaf of backend, celestica-ds5000" in lines
