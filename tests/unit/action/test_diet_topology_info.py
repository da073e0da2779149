# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of diet_topology_info is that of diet_topology, for another module."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.hedgehog.diet.plugins.action import diet_topology, diet_topology_info


@pytest.mark.parametrize("plugin", [diet_topology, diet_topology_info])
def test_each_runs_its_own_module(plugin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: dict[str, Any] = {}
    action = plugin.ActionModule.__new__(plugin.ActionModule)
    action._task = SimpleNamespace(args={"plan_id": "x"})
    monkeypatch.setattr(ActionBase, "run", lambda *_given: {})
    monkeypatch.setattr(ActionBase, "_execute_module", lambda _self, **given: ran.update(given) or {"changed": False})
    assert action.run() == {"changed": False}
    assert ran["module_name"] == f"hedgehog.diet.{plugin.__name__.rpartition('.')[2]}"
    assert ran["module_args"]["progress_file"].endswith("events")
