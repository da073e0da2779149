#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a NetBox sandbox hold a large plan, as apply would leave it there.

    .venv/bin/python tests/performance/large.py                      10,000 servers in .sandbox-large, on port 8475
    .venv/bin/python tests/performance/large.py --plan rail-10000    another plan of tests/performance/plans
    .sandbox-large/sandboxctl reset                                  the plan again as it was, after a test changed it
    .sandbox-large/sandboxctl destroy                                away with it

The first time the plan is loaded by the plugin in extensions/netbox_diet, which takes minutes, and dumped to the cache
of the sandboxes. From then on the dump is restored, until the plan expands to something else or the plugin changes.
Prints a JSON object: how to connect, sizes, and the seconds of each step.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

import yaml  # noqa: E402
from integration.support.playbook import ENVIRONMENT, PLAYBOOK  # noqa: E402

PLANS = Path(__file__).resolve().parent / "plans"
PLUGIN = ROOT / "extensions" / "netbox_diet" / "netbox_diet"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hedgehog.diet"
DEFAULTS = ROOT / "roles" / "netbox_sandbox" / "defaults" / "main.yml"

seconds: dict[str, float] = {}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", choices=sorted(path.stem for path in PLANS.glob("*.yml")), default="synthetic-10000")
    parser.add_argument("--directory", type=Path, default=ROOT / ".sandbox-large", help="where the sandbox is made")
    parser.add_argument("--port", type=int, default=8475)
    parser.add_argument("--plugin", action="append", default=[], help="package of a NetBox plugin to enable")
    arguments = parser.parse_args()
    directory = arguments.directory.resolve()
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as changes:
        with step("expand"):
            run(sys.executable, ROOT / "tools" / "plan_changes.py", PLANS / f"{arguments.plan}.yml", changes.name)
        dump = CACHE / f"{arguments.plan}-netbox-{version()}-{key(Path(changes.name))}.dump"
        told: dict[str, Any] = {"plan": arguments.plan, "dump": str(dump)}
        if not dump.exists():
            with step("empty sandbox"):
                sandbox(directory, arguments.port, "-e", "netbox_sandbox_state=reset")
            with step("load"):
                control = (directory / "sandboxctl", "--plugin", PLUGIN)
                told["loaded"] = json.loads(run(*control, "manage", "diet_load", changes.name))
            with step("dump"):
                run(directory / "sandboxctl", "dump", dump)
    plugins = json.dumps({"netbox_sandbox_plugins": arguments.plugin})
    with step("sandbox"):
        sandbox(directory, arguments.port, "-e", f"netbox_sandbox_dump={dump}", "-e", plugins)
    connection = json.loads((directory / "connection.json").read_text())
    told |= {
        "url": connection["url"],
        "connection": str(directory / "connection.json"),
        "dump_mb": round(dump.stat().st_size / 1e6),
        "database_mb": round(int(size(directory, connection)) / 1e6),
        "seconds": seconds,
    }
    print(json.dumps(told, indent=2))
    return 0


def version() -> str:
    return str(yaml.safe_load(DEFAULTS.read_text())["netbox_sandbox_version"])


def key(changes: Path) -> str:
    """Differs when something else would be in the database."""
    found = hashlib.sha256()
    for path in (changes, *sorted(PLUGIN.rglob("*.py"))):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def sandbox(directory: Path, port: int, *arguments: str) -> None:
    # Nothing in a bench is to run beside what is measured.
    fixed = {"netbox_sandbox_dir": directory, "netbox_sandbox_port": port, "netbox_sandbox_rqworker": "false"}
    options = [part for name, value in fixed.items() for part in ("-e", f"{name}={value}")]
    run(PLAYBOOK, ROOT / "playbooks" / "sandbox.yml", *options, *arguments)


def size(directory: Path, connection: dict[str, str]) -> str:
    settings = json.loads((directory / "settings.json").read_text())
    return run(
        Path(settings["postgres_bin"]) / "psql", "--no-psqlrc", "--tuples-only", "--no-align",
        "--host", connection["postgres_socket_dir"], "--username", connection["postgres_user"],
        "--dbname", connection["database"], "--command", "SELECT pg_database_size(current_database())",
    )


def run(*command: str | Path) -> str:
    """Standard output of a command. What goes wrong is shown, and ends the program."""
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=dict(ENVIRONMENT), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}\n{command[0]} failed ({done.returncode})")
    return done.stdout


@contextmanager
def step(name: str) -> Iterator[None]:
    print(f"  {name}", file=sys.stderr, flush=True)
    begin = time.monotonic()
    yield
    seconds[name] = round(time.monotonic() - begin, 1)


if __name__ == "__main__":
    sys.exit(main())
