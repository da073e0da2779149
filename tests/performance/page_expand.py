# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The section of docs/performance.md on the expansion."""

from __future__ import annotations

from typing import Any

Report = dict[str, Any]

HEAD = """\
## Expansion, without a NetBox

From a plan in memory to all devices, interfaces and cables, in one process on one core, and once more with the ledger
of the first time, as every later run has it. Seconds of processor time; the peak is that of the whole process.
"""


def section(report: Report) -> str:
    """One plan."""
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
