# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the writer sends, how it adapts, and what it says of refusals, against doubles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import CREATE, DELETE, UPDATE, Change
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.batches import load
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import (
    AccessError,
    NetBoxError,
    RefusedError,
    ServerError,
    SkippedError,
    TooLargeError,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.sender import Sender
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import DEVICES, INTERFACES, TAGS

Answer = Callable[[str, list[dict[str, Any]]], Response]


class Server:
    """Answers writes by a rule, and takes `each` seconds of a clock that only it moves for every row."""

    def __init__(self, answer: Answer | None = None, each: float = 0.1) -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.answer = answer
        self.each = each
        self.now = 0.0
        self.sizes: list[int] = []
        self.done: list[Any] = []
        self.left: set[int] = set()

    def clock(self) -> float:
        return self.now

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if path == "/api/status/":
            return Response(200, {"netbox-version": "4.6.5"})
        if method == "GET":
            rows = [{"id": one} for one in (params or {})["id"] if one in self.left]
            return Response(200, {"count": len(rows), "next": None, "results": rows})
        self.sizes.append(len(body))
        self.now += self.each * len(body)
        response = self.answer(method, body) if self.answer else None
        if response is not None and response.status != 200:
            return response
        self.done += [row.get("id", row.get("name")) for row in body]
        if method == "DELETE":
            return Response(204, None)
        return response or Response(200, [{"id": row.get("id", n)} for n, row in enumerate(body)])


def changes(count: int, action: str = UPDATE, kind: str = "device") -> list[Change]:
    return [Change(kind, action, f"gpu/{n}", f"gpu-{n:03d}", {}, {}, n) for n in range(count)]


def send(server: Server, count: int, action: str = UPDATE, kind: str = "device") -> list[int]:
    sender = Sender(Client(server), server.clock)
    rows = (load(c, {"id": c.id}) for c in changes(count, action, kind))
    verb = {UPDATE: sender.update, CREATE: sender.create, DELETE: sender.delete}[action]
    return [len(sent.changes) for sent in verb(RESOURCES[kind], rows)]


def refuse(*bad: int) -> Answer:
    """What NetBox up to 4.6 says to a list of updates: the first failure, and not whose it is."""

    def answer(_method: str, body: list[dict[str, Any]]) -> Response:
        found = [row["id"] for row in body if row["id"] in bad]
        return Response(400, {"name": [f"number {found[0]} is bad"]}) if found else Response(200, body)

    return answer


# -- sizes -----------------------------------------------------------------------------------------------------------


def test_requests_grow_on_a_quick_server_and_shrink_on_a_slow_one() -> None:
    server = Server(each=0.01)
    assert sum(send(server, 3000)) == 3000
    assert server.sizes[:5] == [50, 100, 200, 400, 800]
    server = Server(each=1.0)
    send(server, 100)
    assert server.sizes[:3] == [50, 10, 10]


def test_every_verb_and_endpoint_has_a_pace_of_its_own() -> None:
    server = Server(each=0.01)
    sender = Sender(Client(server), server.clock)

    def run(verb: Any, kind: str, count: int) -> list[int]:
        del server.sizes[:]
        list(verb(RESOURCES[kind], (load(c, {"id": c.id}) for c in changes(count, UPDATE, kind))))
        return server.sizes

    assert run(sender.update, "device", 150) == [50, 100]
    assert run(sender.update, "device", 200) == [200]
    assert run(sender.update, "cable", 50) == [50]
    assert run(sender.create, "device", 60)[0] == 50


def test_a_request_that_was_too_large_is_sent_in_halves() -> None:
    server = Server(lambda _m, body: Response(413, {"detail": ""}) if len(body) > 20 else Response(200, body))
    assert sum(send(server, 100)) == 100
    assert server.done == list(range(100))
    assert server.sizes[:2] == [50, 25] and max(server.sizes[2:]) <= 12


def test_one_row_that_is_too_large_is_an_error() -> None:
    with pytest.raises(TooLargeError, match="HTTP 413"):
        send(Server(lambda _m, _b: Response(413, None)), 3)


def test_a_body_that_netbox_does_not_take_is_sent_in_halves() -> None:
    too_big = Response(500, {"error": "Request body exceeded settings.", "exception": "RequestDataTooBig"})
    server = Server(lambda _m, body: too_big if len(body) > 20 else Response(200, body))
    assert sum(send(server, 100)) == 100
    assert server.done == list(range(100))
    assert server.sizes[:2] == [50, 25] and max(server.sizes[2:]) <= 12


@pytest.mark.parametrize("status", [402, 405, 415, 429])
def test_a_refusal_that_concerns_no_object_is_not_searched_for_one(status: int) -> None:
    server = Server(lambda _m, _b: Response(status, {"detail": "no"}))
    with pytest.raises(RefusedError, match=f"HTTP {status}") as error:
        send(server, 100)
    assert server.sizes == [50] and error.value.status == status
    # Nor where it comes in the middle of a search.
    server = Server(lambda _m, body: Response(status if len(body) < 50 else 400, {"detail": "no"}))
    with pytest.raises(RefusedError, match=f"HTTP {status}"):
        send(server, 100)
    assert server.sizes == [50, 25]


def test_time_that_the_server_said_to_wait_slows_nothing_down() -> None:
    server = Server(each=0.01)

    def wait_a_minute(_method: str, body: list[dict[str, Any]]) -> Response:
        server.now, server.statistics.waited = server.now + 60, server.statistics.waited + 60
        return Response(200, body)

    server.answer = wait_a_minute
    send(server, 150)
    assert server.sizes == [50, 50, 50]


def test_objects_outside_of_the_rights_are_named_where_netbox_does() -> None:
    body = {"detail": "1 of 5 failed.", "errors": [{"id": 2, "errors": {"__all__": ["No permission."]}}]}
    server = Server(lambda _m, _b: Response(403, body))
    with pytest.raises(AccessError, match=r"may not update 1 of 5 devices, .* none of them: gpu-002 \(gpu/2\)"):
        send(server, 5)
    with pytest.raises(AccessError, match="The token may not update dcim/devices: no permission"):
        send(Server(lambda _m, _b: Response(403, {"detail": ""})), 5)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_nothing_is_sent_again_after_a_failure_of_the_server(status: int) -> None:
    server = Server(lambda _m, _b: Response(status, {"detail": ""}))
    with pytest.raises(ServerError) as error:
        send(server, 100)
    assert server.sizes == [50]
    assert f"HTTP {status}" in str(error.value)
    assert "a request to update 50 devices, which ended after 5 s. What was done is read back" in str(error.value)


# -- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [(0,), (49,), (37,), (60,), (99,), (17, 18), (3, 44, 98)])
def test_the_object_is_found_that_a_server_refuses_without_naming_it(bad: tuple[int, ...]) -> None:
    server = Server(refuse(*bad))
    with pytest.raises(RefusedError) as error:
        send(server, 100)
    assert f"gpu-{bad[0]:03d} (gpu/{bad[0]}): name: number {bad[0]} is bad" in str(error.value)
    # All before it is done, once; and nothing of what is bad.
    assert server.done == list(range(bad[0]))
    assert len(server.sizes) <= 2 + 2 * 7


def test_a_list_that_only_fails_together_is_done_in_parts() -> None:
    """Two names that are exchanged pass or fail by the order in which NetBox works through them."""
    server = Server(
        lambda _m, body: Response(400, {"name": ["taken"]})
        if {6, 7} <= {row["id"] for row in body} and len(body) > 2 else Response(200, body)
    )
    send(server, 60)
    assert server.done == list(range(60))


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "no", "errors": [{"index": 2, "errors": {"name": ["taken"]}}]},
        {"detail": "no", "errors": [{"id": 2, "errors": {"name": ["taken"]}}]},
        [{}, {}, {"name": ["taken"]}],
    ],
)
def test_a_refusal_with_a_position_is_told_by_name_and_sent_once(body: Any) -> None:
    server = Server(lambda _m, _b: Response(400, body))
    with pytest.raises(RefusedError, match=r"wrote none of them: gpu-002 \(gpu/2\): name: taken$"):
        send(server, 5)
    assert server.sizes == [5]


def test_many_refused_rows_are_counted_after_ten() -> None:
    server = Server(lambda _m, body: Response(400, [{"name": ["taken"]} for _row in body]))
    with pytest.raises(RefusedError, match=r"and 40 more$"):
        send(server, 80)


# -- counts ----------------------------------------------------------------------------------------------------------


def test_updates_that_were_left_out_without_a_word_are_named() -> None:
    server = Server(lambda _m, body: Response(200, [row for row in body if row["id"] != 3]))
    with pytest.raises(SkippedError, match=r"did not update 1 of 5 devices: gpu-003 \(gpu/3\): .* may not change"):
        send(server, 5)
    with pytest.raises(SkippedError, match="did not update 5 of 5"):
        send(Server(lambda _m, _body: Response(200, [])), 5)
    assert server.sizes == [5]


def test_deletes_that_were_left_out_without_a_word_are_named() -> None:
    server = Server()
    server.left = {3}
    with pytest.raises(SkippedError, match=r"did not delete 1 of 5 devices: gpu-003 \(gpu/3\): is still there"):
        send(server, 5, DELETE)
    server.left = set()
    assert send(server, 5, DELETE) == [5]


@pytest.mark.parametrize("answer", [[], [{"id": 1}], {"id": 1}, None])
def test_creates_that_were_not_all_answered_are_an_error(answer: Any) -> None:
    with pytest.raises(NetBoxError):
        send(Server(lambda _m, _b: Response(200, answer)), 5, CREATE)


# -- against the double that behaves as NetBox does ------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.3.1", "4.6.5", "4.7.3"])
@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_device_that_cannot_be_made_is_named_in_every_generation(version: str, at: int) -> None:
    netbox = FakeNetBox(version)
    site, role = netbox.make("dcim/sites", name="S", slug="s"), netbox.make("dcim/device-roles", name="R", slug="r")
    maker = netbox.make("dcim/manufacturers", name="M", slug="m")
    kind = netbox.make("dcim/device-types", model="T", slug="t", manufacturer=maker)
    rows = [{"name": f"d{n}", "site": site, "role": role, "device_type": kind} for n in range(8)]
    rows[at]["role"] = 999
    loads = [load(c, row) for c, row in zip(changes(8, CREATE), rows, strict=True)]
    with pytest.raises(RefusedError) as error:
        list(Sender(Client(netbox)).create(RESOURCES["device"], loads))
    assert f"gpu-{at:03d} (gpu/{at})" in str(error.value)
    assert len(netbox.tables[DEVICES]) == (0 if version >= "4.7" else at)
    assert not netbox.tables[INTERFACES] and not netbox.tables[TAGS]
