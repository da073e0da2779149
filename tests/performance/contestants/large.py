# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ours alone, on a plan of 10,000 servers that is there already: what a run costs that changes little or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from integration.support.rest import NetBox
from measuring.server import PLUGIN, Server, found

from ansible_collections.hedgehog.diet.plugins.module_utils.module.argspec import TOPOLOGY

from . import ours
from .steps import CHANGE, figures

_HERE = Path(__file__).resolve().parent.parent
PLAN = "synthetic-10000"
SERVERS = 10_000


def make(directory: Path, port: int) -> Server:
    """A sandbox that holds the plan."""
    command = [sys.executable, _HERE / "large.py", "--plan", PLAN, "--directory", directory, "--port", str(port)]
    subprocess.run([*command, "--plugin", PLUGIN], check=True, stdout=subprocess.DEVNULL)
    server = found(directory)
    # A change log without a record proves nothing, and a NetBox that is in use has some.
    NetBox(server.sandbox.url, server.sandbox.token).create("dcim/regions", name="Elsewhere", slug="elsewhere")
    server.warm_up()
    return server


def run(server: Server, directory: Path) -> Iterator[dict[str, Any]]:
    """Every row of the table: what was done, how NetBox was observed, what it took."""
    document = yaml.safe_load((_HERE / "plans" / f"{PLAN}.yml").read_text(encoding="utf-8"))
    more, fewer = json.loads(json.dumps(document)), json.loads(json.dumps(document))
    for changed in (more, fewer):
        changed["server_classes"]["server"]["quantity"] = SERVERS + CHANGE
    fewer["server_classes"]["server"]["absent"] = list(range(SERVERS // 2 + 1, SERVERS // 2 + CHANGE + 1))
    # In full first: that leaves the record which another way begins with.
    ways = sorted(TOPOLOGY.get("observe", {}).get("choices", [""]), key=lambda way: way != "full")
    rows = [("unchanged", way, document) for way in ways]
    rows += [(name, ways[-1], wanted) for name, wanted in (("more", more), ("fewer", fewer))]
    for name, way, wanted in rows:
        print(f"  {SERVERS:,} servers: {name} {way}", file=sys.stderr, flush=True)
        (directory / "plan.yml").write_text(yaml.safe_dump(wanted, sort_keys=False))
        options = {"observe": way} if way else {}
        measured = ours.play(server, directory, plan_file="plan.yml", prune=True, **options)
        read = "changed" if ours.observed_changes(measured) else "full"
        yield {"step": name, "observe": way, "read": read, **figures(measured)}
