# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests cost, by endpoint; slow ones are told as they happen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.events import Event, silent
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.meter import SLOW, Metered
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics


class Timed:
    """Takes as many seconds as its body has rows."""

    def __init__(self) -> None:
        self.statistics = Statistics()
        self.at_once = 3
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        self.now += len(body) if isinstance(body, list) else 0.25
        if method == "DELETE":
            raise UnreachableError("lost")
        return Response(200, [])


def test_costs_are_counted_by_method_and_endpoint() -> None:
    events: list[Event] = []
    timed = Timed()
    meter = Metered(timed, events.append, timed.clock)
    meter.send("GET", "/api/dcim/sites/", {"limit": 1})
    meter.send("POST", "/api/dcim/cables/", body=[{}] * 4)
    meter.send("POST", "/api/dcim/cables/", body=[{}] * 30)
    meter.send("POST", "/graphql/", body={"query": "x"})
    with pytest.raises(UnreachableError):
        meter.send("DELETE", "/api/dcim/cables/", body=[{"id": 1}] * 20)
    told = meter.summary()
    assert list(told["endpoints"]) == ["POST dcim/cables", "DELETE dcim/cables", "GET dcim/sites", "POST graphql"]
    assert told["endpoints"]["POST dcim/cables"] == {
        "count": 2, "objects": 34, "bytes_sent": len(json.dumps([{}] * 4)) + len(json.dumps([{}] * 30)),
        "seconds": 34.0, "slowest": 30.0,
    }
    assert told["slowest"] == {"request": "POST dcim/cables", "objects": 30, "seconds": 30.0}
    assert told["bytes_sent"] == sum(row["bytes_sent"] for row in told["endpoints"].values())
    assert [event.text for event in events] == [
        "slow request: POST dcim/cables of 30 objects took 30.0 s",
        "slow request: DELETE dcim/cables of 20 objects took 20.0 s",
    ]
    assert SLOW > 10 and meter.at_once == 3 and meter.statistics is timed.statistics


def test_nothing_sent_is_nothing_counted() -> None:
    assert Metered(Timed(), silent).summary() == {"bytes_sent": 0, "slowest": {}, "endpoints": {}}


def test_threads_lose_no_request() -> None:
    meter = Metered(Timed(), silent)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _n: meter.send("GET", "/api/dcim/sites/"), range(2000)))
    assert meter.summary()["endpoints"]["GET dcim/sites"]["count"] == 2000
