# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command against a NetBox, and measures both sides of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .processes import cpu_seconds
from .server import Server
from .traffic import Request, busy_seconds, position, read

LAUNCH = Path(__file__).with_name("launch.py")
CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took. Seconds, bytes of bodies; the peak is that of the client's largest process.

    `server_cpu` is that of web server, PostgreSQL and Redis. `busy` is the share of the time in which at least one
    request was under way, `server_share` that of all cores which the server used.
    """

    seconds: float
    requests: int
    sent: int
    received: int
    peak_mb: float
    client_cpu: float
    server_cpu: float
    busy: float
    server_share: float
    text: str
    log: Sequence[Request]


def measure(server: Server, command: Sequence[str | Path], environment: Mapping[str, str], cwd: Path) -> Measured:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; with the end of what it printed.
    """
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        pids = server.pids()
        start, before = position(server.log), cpu_seconds(pids)
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCH), str(report), *map(str, command)], cwd=cwd, env=dict(environment),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )
        used = cpu_seconds(pids) - before
        told = json.loads(report.read_text()) if report.exists() else {"status": done.returncode}
    if told["status"]:
        raise RuntimeError(f"{' '.join(map(str, command))} failed ({told['status']}):\n{done.stdout[-4000:]}")
    time.sleep(0.2)  # the last line is written when its answer is on its way already
    requests = read(server.log, start)
    seconds = told["end"] - told["begin"]
    return Measured(
        seconds=seconds,
        requests=len(requests),
        sent=sum(request.sent for request in requests),
        received=sum(request.received for request in requests),
        peak_mb=told["peak_mb"],
        client_cpu=told["cpu"],
        server_cpu=used,
        busy=busy_seconds(requests, told["begin"], told["end"]) / seconds,
        server_share=used / seconds / CORES,
        text=done.stdout,
        log=requests,
    )
