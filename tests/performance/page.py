# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md, made of all stored results; run alone, it writes the page anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import page_expand
import page_netbox

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


def write_page() -> None:
    """Write docs/performance.md anew."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """What stored results come to."""
    text = [
        HEAD,
        page_expand.HEAD, *_sections("expand", page_expand.section),
        page_netbox.HEAD, *_sections("netbox", page_netbox.section),
    ]
    return "\n".join(text)


def _sections(folder: str, section: Callable[[Report], str]) -> list[str]:
    paths = sorted((RESULTS / folder).glob("*.json"))
    return [section(json.loads(path.read_text(encoding="utf-8"))) for path in paths]


if __name__ == "__main__":
    write_page()
