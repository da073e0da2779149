# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests cost, by endpoint, and which were slow: a transport around a transport."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..events import Event, Sink
from .transport import Response, Transport

# Requests aim at 10 s (`pace.py`); well above that something is worth a look.
SLOW = 15.0  # seconds


@dataclass(slots=True)
class Cost:
    """Requests of one method to one endpoint: `objects` that they carried, `sent` bytes, seconds until the answers."""

    count: int = 0
    objects: int = 0
    sent: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_objects: int = 0


class Metered:
    """Counts what goes through, from any number of threads, and says so at once when a request was slow."""

    def __init__(self, transport: Transport, sink: Sink, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._sink = sink
        self._clock = clock
        self._counting = threading.Lock()
        self.statistics = transport.statistics
        self.at_once = transport.at_once
        self.costs: dict[str, Cost] = {}

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        begin = self._clock()
        try:
            return self._transport.send(method, path, params, body)
        finally:
            seconds = self._clock() - begin
            name = f"{method} {path.removeprefix('/api/').strip('/')}"
            objects = len(body) if isinstance(body, list) else 0
            with self._counting:
                self._count(name, objects, len(json.dumps(body)) if body is not None else 0, seconds)
                if seconds >= SLOW:
                    of = f" of {objects} objects" if objects else ""
                    self._sink(Event("", text=f"slow request: {name}{of} took {seconds:.1f} s"))

    def _count(self, name: str, objects: int, sent: int, seconds: float) -> None:
        cost = self.costs.setdefault(name, Cost())
        cost.count += 1
        cost.objects += objects
        cost.sent += sent
        cost.seconds += seconds
        if seconds > cost.slowest:
            cost.slowest, cost.slowest_objects = seconds, objects

    def summary(self) -> dict[str, Any]:
        """Plain data for the result: the slowest request, and each endpoint, the costliest first."""
        ranked = sorted(self.costs.items(), key=lambda item: (-item[1].seconds, item[0]))
        slowest = max(ranked, key=lambda item: item[1].slowest, default=None)
        return {
            "bytes_sent": sum(cost.sent for cost in self.costs.values()),
            "slowest": {
                "request": slowest[0], "objects": slowest[1].slowest_objects, "seconds": round(slowest[1].slowest, 2),
            } if slowest else {},
            "endpoints": {
                name: {
                    "count": cost.count, "objects": cost.objects, "bytes_sent": cost.sent,
                    "seconds": round(cost.seconds, 2), "slowest": round(cost.slowest, 2),
                }
                for name, cost in ranked
            },
        }
