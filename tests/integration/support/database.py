# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database of a sandbox, past NetBox: filled by the plugin that loads changes, and looked at table by table."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .playbook import ROOT
from .sandbox import Sandbox

PLUGIN = ROOT / "extensions" / "netbox_diet" / "netbox_diet"
CHANGES = ROOT / "tools" / "plan_changes.py"

# When it was done and in how many steps. Random ids too, and those of tags on objects, of which the run record has one.
_PASSING = {"created", "last_updated", "time", "timestamp", "job_id", "_config_context_generation"}
_NUMBERED_ANEW = {"extras_cachedvalue", "extras_taggeditem"}
_PERSONAL = ("core_objectchange", "django_session", "users_")


Tables = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Loaded:
    status: int
    report: dict[str, Any]
    error: str


def changes_of(document: Mapping[str, Any]) -> str:
    """What a plan creates, as the file that is loaded."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as plan:
        yaml.safe_dump(document, plan, sort_keys=False)
        plan.flush()
        done = subprocess.run([sys.executable, CHANGES, plan.name, "-"], check=True, capture_output=True, text=True)
    return done.stdout


def load(sandbox: Sandbox, changes: str, *options: str) -> Loaded:
    """Run `diet_load`. The plugin is enabled for this one process: the NetBox that answers requests stays plain."""
    command = [sandbox.directory / "sandboxctl", "--plugin", PLUGIN, "manage", "diet_load", "-", *options]
    done = subprocess.run(command, input=changes, capture_output=True, text=True, timeout=300, check=False)
    return Loaded(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr)


def tables(sandbox: Sandbox) -> Tables:
    """Every table that is not empty, without what differs from run to run: rows by id, or by all that they say."""
    names = _query(sandbox, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    wanted = [name for name in names if not name.startswith(_PERSONAL)]
    rows = _query(sandbox, *(f"SELECT '{name} ' || row_to_json(t) FROM \"{name}\" t" for name in wanted))
    found: Tables = {}
    for line in rows:
        name, _space, text = line.partition(" ")
        dropped = _PASSING | ({"id"} if name in _NUMBERED_ANEW else set())
        row = {column: value for column, value in json.loads(text).items() if column not in dropped}
        found.setdefault(name, {})[str(row.get("id") or json.dumps(row, sort_keys=True))] = row
    return found


def differences(expected: Tables, found: Tables) -> list[str]:
    """Each value that differs, as a line."""
    lines = []
    for name in sorted(expected.keys() | found.keys()):
        ours, theirs = found.get(name, {}), expected.get(name, {})
        lines += [f"{name} lacks {theirs[key]}" for key in theirs.keys() - ours.keys()]
        lines += [f"{name} has {ours[key]}" for key in ours.keys() - theirs.keys()]
        lines += [
            f"{name} {key}: {column} is {ours[key].get(column)!r}, not {value!r}"
            for key in ours.keys() & theirs.keys()
            for column, value in theirs[key].items()
            if ours[key].get(column) != value
        ]
    return lines


def _query(sandbox: Sandbox, *statements: str) -> list[str]:
    settings = json.loads((sandbox.directory / "settings.json").read_text())
    command = [
        str(Path(settings["postgres_bin"]) / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
        "--set", "ON_ERROR_STOP=1", "--host", sandbox.connection["postgres_socket_dir"],
        "--username", sandbox.connection["postgres_user"], "--dbname", sandbox.connection["database"],
        *(part for statement in statements for part in ("--command", statement)),
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.splitlines()
