# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests are under way at once, and what happens to the others when one of them fails."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import CREATE, Change
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.batches import load
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import (
    NetBoxError,
    RefusedError,
    ServerError,
    SkippedError,
    TooLargeError,
    UnreachableError,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.lanes import Lanes
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.sender import Sender
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics


def rounds_of(gain: float, rounds: int, lanes: Lanes) -> list[int]:
    """Requests of each round on a server that does `gain` times as much a second when two are under way."""
    told = []
    for _round in range(rounds):
        told.append(lanes.at_once)
        lanes = lanes.after(100.0 * lanes.at_once, 10.0 if lanes.at_once == 1 else 20.0 / gain)
    return told


@pytest.mark.parametrize(("gain", "then"), [(0.5, 1), (1.0, 1), (1.1, 1), (1.2, 2), (2.0, 2)])
def test_two_stay_only_where_they_are_clearly_faster(gain: float, then: int) -> None:
    told = rounds_of(gain, 100, Lanes(2, rounds=-1))
    assert told[:5] == [1, 1, 1, 2, 2]
    assert set(told[5:44]) == {then}
    # Now and then it is tried again, from the beginning.
    assert told[45:50] == [1, 1, 2, 2, then]


def test_where_one_is_the_most_nothing_is_tried() -> None:
    assert set(rounds_of(2.0, 100, Lanes(1, rounds=-1))) == {1}
    assert Lanes(2).after(10, 0.0) == Lanes(2)


class Server:
    """Answers list POSTs from any number of threads; what begins with a bad name is refused, or breaks."""

    def __init__(self, bad: Mapping[str, Response | NetBoxError] | None = None) -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.bad = bad or {}
        self.done: list[str] = []
        self.sent: list[int] = []
        self.most = 0
        self._now = 0
        self._together = threading.Barrier(2)
        self._lock = threading.Lock()

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if path == "/api/status/":
            return Response(200, {"netbox-version": "4.6.5"})
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.sent.append(len(body))
        try:
            if len(body) == 50:
                self._together.wait(timeout=10)  # nobody goes on before the other is there
            for row in body:
                answer = self.bad.get(row["label"])
                if isinstance(answer, NetBoxError):
                    raise answer
                if answer is not None:
                    return answer
            with self._lock:
                self.done += [row["label"] for row in body]
            return Response(201, [{"id": int(row["label"])} for row in body])
        finally:
            with self._lock:
                self._now -= 1


def send(server: Server, count: int, told: list[str]) -> None:
    sender = Sender(Client(server))
    sender._lanes["create", "dcim/cables"] = Lanes(2, 2, rounds=-1000)
    loads = (load(Change("cable", CREATE, f"c/{n}", f"c-{n}"), {"label": str(n)}) for n in range(count))
    for sent in sender.create(RESOURCES["cable"], loads):
        assert [f"c/{row['id']}" for row in sent.rows] == [change.key for change in sent.changes]
        told += [change.key for change in sent.changes]


def test_two_are_under_way_and_every_answer_finds_its_changes() -> None:
    server, told = Server(), []
    send(server, 130, told)
    assert (server.most, sorted(server.done, key=int)) == (2, [str(n) for n in range(130)])
    assert told == [f"c/{n}" for n in range(130)]


@pytest.mark.parametrize("bad", ["10", "60"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response(502, None), ServerError), (Response(500, "x"), ServerError),
        (UnreachableError("lost"), UnreachableError),
    ],
)
def test_when_one_fails_the_other_is_waited_for_and_told_and_nothing_is_sent_again(
    bad: str, answer: Response | NetBoxError, kind: type[NetBoxError]
) -> None:
    server, told = Server({bad: answer}), []
    with pytest.raises(kind):
        send(server, 200, told)
    assert server.sent == [50, 50]
    assert told == [f"c/{n}" for n in (range(50, 100) if bad == "10" else range(50))]


@pytest.mark.parametrize("bad", ["10", "60"])
def test_one_that_is_refused_without_a_name_is_searched_for(bad: str) -> None:
    server, told = Server({bad: Response(400, {"label": ["taken"]})}), []
    with pytest.raises(RefusedError, match=rf"c-{bad} \(c/{bad}\): label: taken"):
        send(server, 100, told)
    assert f"c/{bad}" not in told and len(told) == len(set(told)) == len(server.done)


def test_both_that_are_refused_are_searched_one_after_the_other() -> None:
    """A refusal that parts do not meet: two rows that only fail together, in each of both requests."""
    server, told = Server(), []
    whole = server.send

    def together(method: str, path: str, params: Any = None, body: Any = None) -> Response:
        if isinstance(body, list) and len(body) == 50:
            return Response(400, {"label": ["taken"]})
        return whole(method, path, params, body)

    server.send = together  # type: ignore[method-assign]
    send(server, 100, told)
    assert told == [f"c/{n}" for n in range(100)] and len(server.done) == 100


def test_one_that_is_too_large_is_sent_in_halves() -> None:
    server, told = Server({"10": Response(413, None)}), []
    with pytest.raises(RefusedError, match="413"):
        send(server, 100, told)
    assert len(told) == len(set(told)) == len(server.done)


def test_what_was_done_in_part_is_never_sent_again_whatever_the_other_says() -> None:
    """One is too large and would be sent in halves; the other was answered, and left something out."""
    server = Server()
    sender = Sender(Client(server))
    sender._lanes["create", "dcim/cables"] = Lanes(2, 2, rounds=-1000)
    sizes: list[int] = []

    def answer(_endpoint: str, rows: Any) -> Any:
        sizes.append(len(rows))
        if rows[0]["label"] == "0":
            raise TooLargeError("too large")
        raise SkippedError("left out", [(1, "is still there")])

    sender._client.create = answer  # type: ignore[method-assign]
    loads = [load(Change("cable", CREATE, f"c/{n}", f"c-{n}"), {"label": str(n)}) for n in range(100)]
    with pytest.raises(SkippedError, match=r"c-51 \(c/51\): is still there"):
        list(sender.create(RESOURCES["cable"], loads))
    assert sizes == [50, 50]


def test_a_refusal_that_says_nothing_is_not_searched() -> None:
    sizes: list[int] = []
    sender = Sender(Client(Server()))

    def answer(_endpoint: str, rows: Any) -> Any:
        sizes.append(len(rows))
        raise RefusedError("NetBox has no dcim/cables.")

    sender._client.create = answer  # type: ignore[method-assign]
    loads = [load(Change("cable", CREATE, f"c/{n}", f"c-{n}"), {"label": str(n)}) for n in range(100)]
    with pytest.raises(RefusedError, match="has no"):
        list(sender.create(RESOURCES["cable"], loads))
    assert sizes == [50]
