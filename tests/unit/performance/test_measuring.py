# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured is what happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from measuring.meter import LAUNCH
from measuring.processes import cpu_seconds
from measuring.traffic import Request, between, busy_seconds, position, read

SPIN = "import time\nwhile time.process_time() < 0.4: pass"


def at(begin: float, end: float) -> Request:
    return Request("GET", "/api/dcim/devices/", begin, end)


@pytest.mark.parametrize(("requests", "seconds"), [
    ([], 0),
    ([at(1, 2), at(3, 5)], 3),
    ([at(1, 4), at(2, 3)], 3),  # two at once
    ([at(2, 4), at(1, 3)], 3),  # overlapping, logged as they ended
    ([at(-1, 1), at(9, 12)], 2),  # begun before, ended after
])
def test_time_in_which_a_request_is_under_way(requests: list[Request], seconds: float) -> None:
    assert busy_seconds(requests, 0, 10) == seconds


def test_requests_belong_to_the_part_in_which_they_begin() -> None:
    first, second = at(0, 1.1), at(1, 2)
    assert between([first, second], 0, 1) == [first]
    assert between([first, second], 1, 2) == [second]


def test_a_log_is_read_from_where_it_ended(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    assert position(log) == 0
    line = {"method": "GET", "path": "/api/dcim/devices/", "begin": 1.0, "end": 2.0}
    log.write_text(json.dumps(line) + "\n")
    start = position(log)
    with log.open("a") as more:
        more.write(json.dumps(line | {"begin": 3.0, "end": 4.0}) + "\n")
    assert [request.begin for request in read(log, start)] == [3.0]
    assert read(log, 0)[0].endpoint == "dcim/devices"


def test_processor_time_of_children_counts_also_when_they_have_ended() -> None:
    before = cpu_seconds([os.getpid()])
    subprocess.run([sys.executable, "-c", SPIN], check=True)
    assert cpu_seconds([os.getpid()]) - before >= 0.35  # hundredths of a second are all that it is told in


def test_a_launched_command_is_measured_without_who_launched_it(tmp_path: Path) -> None:
    held = bytearray(200_000_000)  # ours, not that of the command
    report = tmp_path / "report.json"
    subprocess.run([sys.executable, "-I", "-S", LAUNCH, report, sys.executable, "-I", "-c", SPIN], check=True)
    told = json.loads(report.read_text())
    assert told["status"] == 0
    assert told["cpu"] >= 0.4
    assert told["end"] - told["begin"] >= 0.4
    assert told["peak_mb"] < 100 < len(held)


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    subprocess.run([sys.executable, "-I", "-S", LAUNCH, report, *command], check=True)
    assert json.loads(report.read_text())["status"] == 3
