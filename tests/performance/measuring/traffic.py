# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a NetBox was asked, from the log that the plugin `request_log` writes. The same for all clients."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server saw it: seconds since 1970, bytes of bodies, rows if the answer is a list of them."""

    method: str
    path: str
    begin: float
    end: float
    sent: int = 0
    received: int = 0
    rows: int = 0
    status: int = 200

    @property
    def endpoint(self) -> str:
        return self.path.removeprefix("/api/").strip("/")


def position(log: Path) -> int:
    """Where a log ends now."""
    return log.stat().st_size if log.exists() else 0


def read(log: Path, start: int) -> list[Request]:
    """The requests logged since, in the order of their ends."""
    with open(log, "rb") as lines:
        lines.seek(start)
        return [Request(**json.loads(line)) for line in lines]


def between(requests: Iterable[Request], begin: float, end: float) -> list[Request]:
    """Requests that began in a span of time. They end a little after the client has its answer."""
    return [request for request in requests if begin <= request.begin < end]


def busy_seconds(requests: Sequence[Request], begin: float, end: float) -> float:
    """How long at least one request was under way between two times."""
    busy, until = 0.0, begin
    for request in sorted(requests, key=lambda one: one.begin):
        start, stop = max(request.begin, until), min(request.end, end)
        if stop > start:
            busy += stop - start
            until = stop
    return busy
