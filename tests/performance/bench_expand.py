#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what the expansion of large plans costs: no server, nothing but the plan and the processor.

    tests/performance/bench_expand.py                                      both plans, a minute or two
    tests/performance/bench_expand.py --plan synthetic-10000 --no-store    to try it

Each plan of tests/performance/plans, scaled to 1,000 to 20,000 servers, is expanded in a process of its own: from
scratch, and once more with the ledger of what came out, as every run after the first does. Seconds are processor time
of that process; the peak of its memory is that of the first expansion, with Python and the loaded plan.

Writes tests/performance/results/expand/<plan>.json and docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".cache" / "collections")]

import yaml  # noqa: E402
from page import write_page  # noqa: E402

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand  # noqa: E402

PLANS = Path(__file__).resolve().parent / "plans"
RESULTS = Path(__file__).resolve().parent / "results" / "expand"

SERVERS = (1_000, 2_000, 5_000, 10_000, 20_000)
OF_PLAN = 10_000  # servers of the plans as they are written

Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = sorted(path.stem for path in PLANS.glob("*.yml"))
    parser.add_argument("--plan", choices=names, action="append", help="only this plan")
    parser.add_argument("--servers", type=int, action="append", help="only this number of servers")
    parser.add_argument("--no-store", action="store_true", help="print the results, and keep the stored ones")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measured(arguments.plan[0], arguments.servers[0])))
        return 0
    for name in arguments.plan or names:
        report = {
            "plan": name,
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "hardware": {"cpu": _processor(), "cores": os.cpu_count()},
            "python": platform.python_version(),
            "load_before": round(os.getloadavg()[0], 1),
            "rows": [in_a_process(name, servers) for servers in arguments.servers or SERVERS],
        }
        print(json.dumps(report["rows"], indent=2))
        if not arguments.no_store:
            RESULTS.mkdir(parents=True, exist_ok=True)
            (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
            write_page()
    return 0


def in_a_process(name: str, servers: int) -> Row:
    """Measure in a new process: the peak of memory is one number for the whole life of a process."""
    print(f"  {name}: {servers:,} servers", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, "--measure", "--plan", name, "--servers", str(servers)]
    row: Row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return row


def measured(name: str, servers: int) -> Row:
    plan, _warnings = load(scaled(yaml.safe_load((PLANS / f"{name}.yml").read_text(encoding="utf-8")), servers))
    begin = time.process_time()
    topology, _warnings = expand(plan)
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ledger = ledger_of(topology)
    begin = time.process_time()
    expand(plan, ledger)
    again = time.process_time() - begin
    cables = len(topology.cables)
    return {
        "servers": servers, "devices": len(topology.devices), "interfaces": len(topology.interfaces), "cables": cables,
        "seconds": round(seconds, 2), "seconds_again": round(again, 2), "peak_mb": round(peak / 1024),
        "us_per_cable": round(seconds / cables * 1e6, 1),
    }


def scaled(document: Row, servers: int) -> Row:
    """The plan with all its quantities, those of switches too, in proportion."""
    for row in (*document["switch_classes"].values(), *document["server_classes"].values()):
        if "quantity" in row:
            row["quantity"] = round(row["quantity"] * servers / OF_PLAN)
    return document


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
