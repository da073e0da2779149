# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the module as Ansible does: a process of its own, with its arguments as JSON on standard input.

A second instead of the three that ansible-playbook takes, and a process that can be killed alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COLLECTIONS = Path(__file__).resolve().parents[2] / ".cache" / "collections"
_MODULE = "ansible_collections.hedgehog.diet.plugins.modules.diet_topology"
_INHERITED = ("HOME", "PATH", "TMPDIR", "USER", "LOGNAME")
_TOO_LONG = 300.0  # seconds


@dataclass(frozen=True)
class Ended:
    """How a process ended: its status (below 0 for a signal), its result, and all that it printed."""

    status: int
    text: str
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return str(self.result.get("msg", ""))


class Running:
    """A module that is under way."""

    def __init__(self, url: str, token: str, options: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env={
                **{name: os.environ[name] for name in _INHERITED if name in os.environ},
                "LC_ALL": "C.UTF-8", "PYTHONPATH": str(COLLECTIONS), "NETBOX_URL": url, "NETBOX_TOKEN": token,
            },
        )
        self._arguments = json.dumps({"ANSIBLE_MODULE_ARGS": dict(options)})

    def kill(self) -> None:
        """SIGKILL, and wait until there is nothing left of it."""
        self._process.kill()
        self._process.wait()

    def end(self) -> Ended:
        try:
            text, _nothing = self._process.communicate(self._arguments, timeout=_TOO_LONG)
        except subprocess.TimeoutExpired:
            self.kill()
            text = f"the module did not end within {_TOO_LONG:.0f} s"
        lines = text.strip().splitlines()
        try:
            result = json.loads(lines[-1]) if len(lines) == 1 else {}
        except ValueError:
            result = {}
        return Ended(self._process.returncode, text, result if isinstance(result, dict) else {})
