# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a plan: one of several gets it, whatever the wire says, and the others are told who has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import (
    AccessError,
    ServerError,
    UnreachableError,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.lock import (
    Holder,
    Lock,
    LockedError,
    held,
    release,
    take,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import TAGS

ALICE = Holder("20261129T204512Z-aaaaaa", "alice@a", "2026-11-29T20:45:12Z")
BOB = Holder("20261129T204513Z-bbbbbb", "bob@b (AWX job 7)", "2026-11-29T20:45:13Z")


class Wire(FakeNetBox):
    """Does what it is asked, and then answers what `answer` makes of it; once."""

    def __init__(self, answer: Callable[[Response], Response]) -> None:
        super().__init__()
        self._replace: Callable[[Response], Response] | None = answer

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        response = super().send(method, path, params, body)
        if method == "POST" and self._replace is not None:
            replace, self._replace = self._replace, None
            return replace(response)
        return response


def lost(_response: Response) -> Response:
    raise UnreachableError("no answer")


def test_one_holds_it_and_the_other_is_told_who() -> None:
    client = Client(FakeNetBox())
    lock = take(client, "gpu", ALICE)
    with pytest.raises(LockedError) as error:
        take(client, "gpu", BOB)
    assert error.value.holder == ALICE
    assert f"The run {ALICE.run} of alice@a holds the lock of the plan 'gpu' since {ALICE.since}" in str(error.value)
    assert f"`take_lock: {ALICE.run}`" in str(error.value)
    assert take(client, "gpu-2", BOB).id != lock.id  # another plan
    release(client, lock)
    assert held(client, "gpu") is None
    release(client, lock)  # gone already
    assert take(client, "gpu", BOB) == Lock("gpu", held(client, "gpu")[0])  # type: ignore[index]
    assert held(client, "gpu")[1] == BOB  # type: ignore[index]


@pytest.mark.parametrize("answer", [lost, lambda _r: Response(500, {"error": "IntegrityError"})])
def test_an_answer_that_was_lost_is_settled_by_reading(answer: Callable[[Response], Response]) -> None:
    netbox = Wire(answer)
    assert take(Client(netbox), "gpu", ALICE).id in netbox.tables[TAGS]
    assert len(netbox.tables[TAGS]) == 1
    assert [row[0] for row in netbox.log if row[0] == "POST"] == ["POST"]


def test_a_request_that_was_not_carried_out_is_tried_again() -> None:
    class Down(FakeNetBox):
        down = 1

        def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
            if method == "POST" and self.down:
                self.down -= 1
                return Response(503, {"detail": ""})
            return super().send(method, path, params, body)

    netbox = Down()
    assert take(Client(netbox), "gpu", ALICE).id in netbox.tables[TAGS]
    netbox.down = 9
    with pytest.raises(ServerError, match="could not be taken in 3 tries"):
        take(Client(netbox), "other", ALICE)


def test_the_lock_of_a_dead_run_is_taken_over_and_no_other() -> None:
    client = Client(FakeNetBox())
    first = take(client, "gpu", ALICE)
    with pytest.raises(LockedError):
        take(client, "gpu", BOB, {"20200101T000000Z-000000"}.__contains__)
    lock = take(client, "gpu", BOB, ALICE.run.__eq__)
    assert (lock.taken_from, lock.id != first.id) == (ALICE.run, True)
    assert held(client, "gpu") == (lock.id, BOB)


def test_of_two_who_take_it_over_one_gets_it() -> None:
    """The other one's delete comes after: it deletes the tag that it saw, which is gone, and not the new one."""
    netbox = FakeNetBox()
    client = Client(netbox)
    seen = take(client, "gpu", ALICE)
    carol = take(client, "gpu", Holder("20261129T204514Z-cccccc", "carol@c", "now"), ALICE.run.__eq__)
    release(client, seen)  # what Bob does, who saw Alice's tag too
    with pytest.raises(LockedError, match="carol@c"):
        take(client, "gpu", BOB, ALICE.run.__eq__)
    assert held(client, "gpu")[0] == carol.id  # type: ignore[index]


def test_what_somebody_else_wrote_there_is_no_run_to_take_over() -> None:
    netbox = FakeNetBox()
    client = Client(netbox)
    lock = take(client, "gpu", ALICE)
    netbox.tables[TAGS][lock.id]["description"] = "do not touch, Dave"
    with pytest.raises(LockedError, match=r"Somebody \(do not touch, Dave\).*delete the tag diet-lock_gpu"):
        take(client, "gpu", BOB, lambda _run: True)


def test_long_names_fit_into_a_description() -> None:
    netbox = FakeNetBox()
    holder = Holder(ALICE.run, "u" * 200 + "@" + "h" * 200, ALICE.since)
    lock = take(Client(netbox), "gpu", holder)
    assert len(netbox.tables[TAGS][lock.id]["description"]) <= 200
    assert held(Client(netbox), "gpu")[1].run == ALICE.run  # type: ignore[index]


@pytest.mark.parametrize(("action", "verb"), [("POST", "add"), ("view", "view"), ("DELETE", "delete")])
def test_a_missing_right_is_named_with_the_way_out(action: str, verb: str) -> None:
    netbox = FakeNetBox()
    client = Client(netbox)
    take(client, "gpu", ALICE)
    netbox.may_not = {f"{action} {TAGS}"}
    with pytest.raises(AccessError, match=rf"it lacks {verb}\. With `lock: false`"):
        take(client, "gpu", BOB, ALICE.run.__eq__)


@pytest.mark.parametrize("done", [False, True])
def test_it_is_given_back_though_the_answer_is_lost_or_says_no_once(done: bool) -> None:
    class Flaky(FakeNetBox):
        failures = 0

        def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
            if method == "DELETE" and self.failures:
                self.failures -= 1
                if done:
                    super().send(method, path, params, body)
                return Response(504, {"detail": ""})
            return super().send(method, path, params, body)

    netbox = Flaky()
    client = Client(netbox)
    lock = take(client, "gpu", ALICE)
    netbox.failures = 1
    release(client, lock)
    assert held(client, "gpu") is None
    lock, netbox.failures = take(client, "gpu", ALICE), 9
    if not done:
        with pytest.raises(ServerError):
            release(client, lock)
