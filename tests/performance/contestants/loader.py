# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin in extensions, which writes past the REST API: what a writer beside the database can reach."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from integration.support.playbook import ROOT
from measuring.server import Server

from .steps import Step

PLUGIN = ROOT / "extensions" / "netbox_diet" / "netbox_diet"


def run(server: Server, directory: Path, step: Step) -> dict[str, Any]:
    """Load what a step creates, with change records as REST leaves them; what the command says, and its seconds."""
    plan, changes = directory / "plan.yml", directory / "changes.jsonl"
    plan.write_text(yaml.safe_dump(step.document, sort_keys=False))
    subprocess.run([sys.executable, ROOT / "tools" / "plan_changes.py", plan, changes], check=True, capture_output=True)
    control = [server.sandbox.directory / "sandboxctl", "--plugin", PLUGIN, "manage", "diet_load", changes]
    begin = time.monotonic()
    done = subprocess.run([*control, "--changelog"], check=True, capture_output=True, text=True)
    return {"seconds": round(time.monotonic() - begin, 2), "told": json.loads(done.stdout)}
