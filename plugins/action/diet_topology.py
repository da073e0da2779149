# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller side of the modules that take a plan: finds and checks it, shows progress, says where errors are.

The module gets the plan as a compact mapping. Only here is the user's file known, so only here are paths inside the
plan turned into file, line and column.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, Diagnostic
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import FoundPlan, beside, find_plan
from ansible_collections.hedgehog.diet.plugins.plugin_utils.progress import Follower

display = Display()


class ActionModule(ActionBase):
    MODULE = "hedgehog.diet.diet_topology"

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        try:
            found = self._plan(args)
        except AnsibleError as error:
            return result | {"failed": True, "msg": error.message}
        if found is not None:
            self._fill_in(args, found)
        with tempfile.TemporaryDirectory(prefix="diet-progress-") as directory:
            follow = os.path.join(directory, "events")
            args.setdefault("progress_file", follow)
            with Follower(args["progress_file"], display.display, display.v):
                result |= self._execute_module(module_name=self.MODULE, module_args=args, task_vars=task_vars)
        return _explain(result, found)

    def _plan(self, args: dict[str, Any]) -> FoundPlan | None:
        given = [name for name in ("plan", "plan_file") if args.get(name)]
        if len(given) == 2:
            raise AnsibleError("plan and plan_file exclude each other")
        if not given:
            return None
        name = given[0]
        if name == "plan" and isinstance(args[name], (str, bytes)):
            raise AnsibleError("plan is a mapping; give the path of a plan file as plan_file")
        return find_plan(args[name], self._find)

    def _find(self, path: str) -> str:
        try:
            searched = str(self._find_needle("files", path))
        except AnsibleError:
            searched = None
        return beside(path, searched)

    def _fill_in(self, args: dict[str, Any], found: FoundPlan) -> None:
        """The plan as a mapping instead of a path, and the files that belong beside a plan file."""
        args.pop("plan_file", None)
        args["plan"] = found.source.document
        local = self._connection.transport == "local"
        for name, path in (("ledger_file", found.ledger_path), ("report_dir", found.report_dir())):
            if path and local:
                args.setdefault(name, path)


def _explain(result: dict[str, Any], found: FoundPlan | None) -> dict[str, Any]:
    """Turn the module's findings into warnings, or into the message of a failure, with places in the user's file."""
    rows = [Diagnostic.from_dict(row) for row in result.pop("diagnostics", ())]
    if not rows:
        return result
    errors = [d for d in rows if d.severity == ERROR]
    if result.get("failed") and errors:
        result["msg"] = found.explain(errors) if found else "\n".join(d.text() for d in errors)
        # Else Ansible shows the module's own account of the failure, which knows no places in the file.
        result.pop("exception", None)
    warnings = [d for d in rows if d.severity != ERROR]
    if warnings:
        lines = found.warnings(warnings) if found else [d.text() for d in warnings]
        # A new list: ansible-core 2.21 hands out its own, in which it expects no text.
        result["warnings"] = [*result.get("warnings", ()), *lines]
    return result
