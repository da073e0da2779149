# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of generated plans, on a hundred times as many of them as the tests take."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from .figures import Kept

ROOT = Path(__file__).resolve().parents[2]
_SUITES = ("tests/unit/expand", "tests/unit/model")


def run(examples: int, kept: Kept) -> None:
    """Run the property tests with the profile soak, told on the terminal as they go."""
    done = subprocess.Popen(
        [sys.executable, "-m", "pytest", *_SUITES, "--hypothesis-profile=soak", f"--examples={examples}"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )
    lines = []
    for line in done.stdout or ():
        print(line, end="", flush=True)
        lines.append(line)
    status = done.wait()
    told = re.findall(r"(\d+) (passed|failed)", lines[-1] if lines else "")
    counts = {word: int(number) for number, word in told}
    failed = [line.strip() for line in lines if line.startswith("FAILED")]
    problems = failed or [f"pytest ended with {status}"] if status else []
    kept.add("all", {"examples": examples, **counts, "problems": problems, "again": "make soak ARGS=properties"})
