# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a part as they are stored: where and when it ran, what was tried, and what is wrong."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .trial import Trial

Report = dict[str, Any]


class Kept:
    """The report of a part that goes on, stored with every trial, so that one may be broken off.

    It adds to what is stored of the same code; what is tried again counts as it is now.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._begin = path, time.monotonic()
        code = _code()
        before = json.loads(path.read_text(encoding="utf-8")) if path is not None and path.exists() else {}
        same = before if before.get("code") == code else {}
        self._minutes = same.get("minutes", 0.0)
        self.wrong = 0
        self.report: Report = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d"), "code": code, "cores": os.cpu_count(),
            "python": platform.python_version(), "load": round(os.getloadavg()[0], 1), "trials": same.get("trials", {}),
            "sizes": same.get("sizes", {}),
        }

    def has(self, name: str) -> bool:
        """Whether a trial is stored, and was right."""
        return name in self.report["trials"] and not self.report["trials"][name]["problems"]

    def add(self, name: str, trial: Report) -> None:
        """A trial; `problems` are what is wrong with it."""
        self.wrong += bool(trial["problems"])
        self.report["trials"][name] = trial
        self.report["minutes"] = round(self._minutes + (time.monotonic() - self._begin) / 60, 1)
        if self._path is not None:
            self._path.parent.mkdir(exist_ok=True)
            self._path.write_text(json.dumps(self.report, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def of_trial(trial: Trial) -> Report:
    """A trial: what happened to its runs and how these ended, and how many more it took."""
    return {
        "scene": trial.script.scene,
        "reports": trial.script.reports,
        "runs": [{"faults": [one.kind for one in run.happened], "outcome": run.outcome} for run in trial.struck],
        "further": trial.further,
        "repaired": trial.repaired,
        "problems": [text[:300] for text in trial.problems],
        "again": str(trial.script) if trial.problems else "",
    }


def _code() -> str:
    """The git tree of the code that runs, the same in every commit that has it."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD:plugins"], capture_output=True, text=True, check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    return done.stdout.strip()
