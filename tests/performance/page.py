# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md, made of all stored results."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parent / "results"
PAGE = ROOT / "docs" / "performance.md"

Report = dict[str, Any]

HEAD = """\
# Performance

Written by the benchmarks, `make bench` and `make bench-expand`, which repeat it; the numbers are in
`tests/performance/results`. Everything of one table was measured in one run.

Seconds depend on the machine, and on what else it was doing (its load before the run is stated): compare them within
one run only.
"""

EXPAND = """\
## Expansion, without a NetBox

From a plan in memory to all devices, interfaces and cables, in one process on one core, and once more with the ledger
of the first time, as every later run has it. Seconds of processor time; the peak is that of the whole process.
"""

CREATE = """\
## Apply

On one NetBox of the sandbox role: PostgreSQL, Redis, NetBox and Ansible on one machine.
"""


def write_page() -> None:
    """Write docs/performance.md anew."""
    text = [HEAD, EXPAND, *_reports("expand", _expand), CREATE, *_reports("create", _create)]
    PAGE.write_text("\n".join(text), encoding="utf-8")


def _reports(folder: str, section: Callable[[Report], str]) -> list[str]:
    paths = sorted((RESULTS / folder).glob("*.json"))
    return [section(json.loads(path.read_text(encoding="utf-8"))) for path in paths]


def _expand(report: Report) -> str:
    hardware = report["hardware"]
    text = [
        f"### {report['plan']}",
        "",
        f"{report['date']}, {hardware['cores']} cores ({hardware['cpu']}), load {report['load_before']} before;"
        f" Python {report['python']}.",
        "",
        "| servers | devices | interfaces | cables | seconds | with ledger | peak MB | us per cable |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {row['servers']:,} | {row['devices']:,} | {row['interfaces']:,} | {row['cables']:,} |"
            f" {row['seconds']:.2f} | {row['seconds_again']:.2f} | {row['peak_mb']} | {row['us_per_cable']} |"
            for row in report["rows"]
        ),
        "",
    ]
    return "\n".join(text)


def _create(report: Report) -> str:
    hardware, versions = report["hardware"], report["versions"]
    ours, single = report["ours"], report["one_by_one"]
    counts = {kind: row["of"] for kind, row in single["measured"].items()}
    what = ", ".join(f"{count:,} {kind}s" for kind, count in counts.items())
    grown = ", ".join(f"{actions['create']} {kind}s" for kind, actions in sorted(ours["grow"]["changes"].items()))
    rows = [
        ("first apply, on an empty NetBox", ours["apply"]),
        ("the same again, nothing to change", ours["unchanged"]),
        (f"two storage servers more ({grown})", ours["grow"]),
    ]
    text = [
        f"### {report['plan']}: {what}",
        "",
        f"{report['date']}, {hardware['cores']} cores ({hardware['cpu']}), {hardware['memory_gb']} GB,"
        f" load {report['load_before']} before; NetBox {versions['netbox']}, ansible-core {versions['ansible-core']},"
        f" Python {versions['python']}, pynetbox {versions['pynetbox']}.",
        "",
        "| hedgehog.diet, by `ansible-playbook` | read requests | write requests | seconds |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {row['requests']['reads']} | {row['requests']['writes']} | {row['seconds']:,} |"
            for name, row in rows
        ),
        "",
        "One POST for each object, by pynetbox, with the same fields and without asking for anything first:",
        "",
        "| objects | measured | seconds each | in the plan | extrapolated seconds |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {kind}s | {row['sample']} in {row['seconds']} s | {row['seconds_each']:.3f} | {row['of']:,} |"
            f" {row['seconds_each'] * row['of']:,.0f} |"
            for kind, row in single["measured"].items()
        ),
        f"| all: {single['extrapolated']['requests']:,} write requests | | | {sum(counts.values()):,} |"
        f" **{single['extrapolated']['seconds']:,.0f}** (extrapolated from the sample, not measured) |",
        "",
    ]
    return "\n".join(text)
