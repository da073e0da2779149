# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module against the double."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.hedgehog.diet.plugins.module_utils.module import runner
from ansible_collections.hedgehog.diet.plugins.modules import diet_topology

from ..fakes.netbox import FakeNetBox
from .running import Run, Through


@pytest.fixture(autouse=True)
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes of what was synced to disk. Only noted: no test loses power, and the disk is slower than the tests."""
    found: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: found.append(os.fstat(handle).st_ino))
    return found


@pytest.fixture
def netbox() -> FakeNetBox:
    return FakeNetBox()


@pytest.fixture
def run(
    netbox: FakeNetBox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs the module, or another, with some arguments; its result."""
    monkeypatch.setattr(runner, "HttpTransport", lambda connection: netbox)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("NETBOX_URL", "NETBOX_API", "NETBOX_TOKEN", "NETBOX_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    # In a process that has loaded Ansible's controller side, warnings go to its display.
    warned: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _self, text: warned.append(text))

    def module(
        which: Any = diet_topology, check: bool = False, diff: bool = False, **arguments: Any
    ) -> dict[str, Any]:
        given = {
            "netbox_url": "https://netbox.example", "netbox_token": "very-secret",
            "report_dir": str(tmp_path / "report"),
            **arguments, "_ansible_check_mode": check, "_ansible_diff": diff,
        }
        with patch_module_args({k: v for k, v in given.items() if v is not None}), pytest.raises(SystemExit):
            which.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "very-secret" not in out
        result: dict[str, Any] = json.loads(out)
        result["warnings"], warned[:] = [*warned], []
        return result

    return module


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Through:
    """Has the next runs go through another transport."""
    return lambda transport: monkeypatch.setattr(runner, "HttpTransport", lambda _connection: transport)
