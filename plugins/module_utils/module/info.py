# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of diet_topology_info: what stands how, as a result that AWX keeps, a file with all of it, and a verdict."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..diff.standing import STATES, Standing
from ..diff.standing_lines import line, lines, per_kind, per_state
from ..workflow.standing import Stand, stand
from . import report
from .files import report_dir, write_lines
from .runner import Result, Run, end_with

ANY = "any"
# AWX replaces a result of more than 700,000 characters by nothing at all. Of what grows with a plan there are the
# findings and the message, with 50,000 each (`report.py`), and these.
MAX_OBJECTS = 300_000  # characters
_SHOWN = 20  # objects in the summary
_NAMED = 5  # and in a message
_FILE = "drift.jsonl"


def run_info(module: AnsibleModule) -> None:
    """Ends in exit_json or fail_json."""
    run = Run(module)
    end_with(run, lambda: _info(run))


def _info(run: Run) -> Result:
    params = run.params
    plan = run.plan()
    ledger = run.file_ledger(plan.id, plan.renames.plan_ids)
    client = run.client(read_only=True)
    asked = {name: params[name] for name in ("prune", "rebalance")}
    done = stand(plan, client, ledger, run.sink, run.observe(plan.id), **asked)
    path = _write(run, plan.id, done.found)
    objects = shown(done.found, params["limit"])
    result: Result = {
        "changed": False,
        "plan_id": plan.id,
        "in_step": not done.found,
        "state": {kind: dict(states) for kind, states in done.counts.items()},
        "objects": objects,
        "objects_left_out": len(done.found) - len(objects),
        "summary": summary(plan.id, done, path),
        "drift_file": path,
        "observed": done.observed.as_row(),
    }
    result = run.finish(result, done.warnings)
    told = verdict(plan.id, done, params["fail_on"], path)
    if told:
        run.module.fail_json(msg=report.message(told), **result)
    return result


def shown(found: Sequence[Standing], limit: int) -> list[dict[str, Any]]:
    """The first objects as plain data: as many as asked for, and as there is room for in a result."""
    room = MAX_OBJECTS
    rows: list[dict[str, Any]] = []
    for one in found[:max(limit, 0)]:
        row = one.as_row()
        room -= len(str(row)) + 2
        if room < 0:
            break
        rows.append(row)
    return rows


def summary(plan_id: str, done: Stand, path: str) -> list[str]:
    """What a person wants to see: a verdict, counts, the first objects."""
    verdict_line = f"NetBox is in step with the plan {plan_id!r}." if not done.found else _astray(plan_id, done)
    open_ones = (f"nobody can say whether the plan changed, of {text}: told as drift" for text in done.doubts)
    return [verdict_line, *per_kind(done.counts), *open_ones, *lines(done.found, _SHOWN, path)]


def verdict(plan_id: str, done: Stand, fail_on: Iterable[str], path: str) -> str:
    """Why the run fails, or nothing where none of the states to fail on was found."""
    asked = set(STATES) if ANY in fail_on else set(fail_on)
    states = [state for state in STATES if state in asked]
    found = [one for one in done.found if one.state in asked]
    if not found:
        return ""
    head = f"NetBox is not in step with the plan {plan_id!r}: {per_state(done.counts, states)}."
    return "\n".join([head, *lines(found, _NAMED, path)])


def _astray(plan_id: str, done: Stand) -> str:
    return f"NetBox is not in step with the plan {plan_id!r}: {per_state(done.counts)}."


def _write(run: Run, plan_id: str, found: Iterable[Standing]) -> str:
    """All objects that are not in step, as JSON, a line each. Empty where all are, or it would be of an older run."""
    encode = json.JSONEncoder(ensure_ascii=False, default=list).encode
    try:
        path = os.path.join(report_dir(run.params["report_dir"], plan_id), _FILE)
        write_lines(path, (encode({**one.as_row(), "line": line(one)}) + "\n" for one in found), 0o600)
    except OSError as error:
        run.module.warn(f"No report is written: {error}")
        return ""
    return path
