# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers mean: to writes, to lists of REST and of GraphQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.capabilities import Capabilities
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import (
    AccessError,
    NetBoxError,
    RefusedError,
    ServerError,
    TooLargeError,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics


class Scripted:
    """Answers `/api/status/`, then what it was given."""

    def __init__(self, *answers: Response) -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Any, Any]] = []

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if path == "/api/status/":
            return Response(200, {"netbox-version": "4.7.3"})
        self.sent.append((method, path, params, body))
        return self.answers.pop(0)


ROWS = [{"id": 11, "name": "a"}, {"id": 12, "name": "b"}]


@pytest.mark.parametrize(
    ("response", "kind", "words", "rows"),
    [
        # 4.7: positions of a create, ids of an update
        (Response(400, {"detail": "no", "errors": [{"index": 1, "errors": {"name": ["taken"]}}]}), RefusedError,
         "name: taken", [(1, "name: taken")]),
        (Response(400, {"detail": "no", "errors": [{"id": 12, "errors": {"name": ["taken"]}}]}), RefusedError,
         "name: taken", [(1, "name: taken")]),
        (Response(400, {"detail": "no", "errors": [{"id": 99, "errors": {"x": ["y"]}}]}), RefusedError,
         "x: y", [(None, "x: y")]),
        # up to 4.6: a list with a mapping per row, or the first failure alone
        (Response(400, [{}, {"name": ["taken"], "role": ["gone"]}]), RefusedError,
         "name: taken; role: gone", [(1, "name: taken; role: gone")]),
        (Response(400, {"name": ["taken"]}), RefusedError, "name: taken", [(None, "name: taken")]),
        (Response(400, {"custom_fields": {"x": ["bad"]}}), RefusedError, "custom_fields: x: bad",
         [(None, "custom_fields: x: bad")]),
        (Response(400, None), RefusedError, "HTTP 400", []),
        (Response(404, {"detail": "Not found."}), RefusedError, "NetBox has no", []),
        (Response(409, {"detail": "conflict"}), RefusedError, "conflict", None),
        (Response(413, {"detail": ""}), NetBoxError, "413", None),
        (Response(429, {"detail": "slow down"}), RefusedError, "no more requests for now to update dcim/devices"
         " (HTTP 429): slow down. Run again later", []),
        # a list of words is no list of rows
        (Response(400, ["Enter a number."]), RefusedError, "Enter a number.", [(None, "Enter a number.")]),
        (Response(403, {"detail": "You do not have permission to perform this action."}), AccessError, "may not", None),
        (Response(403, {"detail": "Write access is not permitted for this token"}), AccessError, "read-only", None),
        (Response(403, {"detail": ""}), AccessError, "no permission", None),
        (Response(403, None), AccessError, "no permission", None),
        (Response(401, {"detail": "Invalid token"}), AccessError, "does not accept the token", None),
        (Response(403, {"detail": "Source IP 10.0.0.1 is not permitted."}), AccessError, "Source IP", None),
        (Response(500, {"error": "RequestDataTooBig", "exception": "x"}), ServerError, "RequestDataTooBig", None),
        (Response(500, {"error": "x", "exception": "RequestDataTooBig"}), TooLargeError, "DATA_UPLOAD_MAX_MEMORY_SIZE",
         []),
        (Response(504, None), ServerError, "HTTP 504", None),
        (Response(200, {"id": 1}), ServerError, "no list of rows", None),
        (Response(200, [{"id": 1}]), ServerError, "1 rows", None),
        (Response(202, {"id": 1, "status": "pending"}), ServerError, "no list of rows", None),
    ],
)
def test_answers_to_writes(response: Response, kind: type[Exception], words: str, rows: Any) -> None:
    client = Client(Scripted(response))
    with pytest.raises(kind) as error:
        client.update("dcim/devices", ROWS)
    assert words in str(error.value)
    assert isinstance(error.value, NetBoxError)
    assert error.value.status == (response.status if response.status >= 400 else 0)
    if rows is not None:
        assert error.value.rows == rows


def test_many_values_are_asked_for_in_slices() -> None:
    page = Response(200, {"count": 1, "next": None, "results": [{"id": 1}]})
    scripted = Scripted(page, page, page)
    rows = list(Client(scripted).rest_list("dcim/cables", device_id=list(range(250))))
    assert len(rows) == 3
    assert [len(params["device_id"]) for _m, _p, params, _b in scripted.sent] == [100, 100, 50]


def page(*ids: int, count: int, **more: Any) -> Response:
    return Response(200, {"count": count, "next": None, "results": [{"id": n} for n in ids], **more})


def read(*answers: Response) -> tuple[list[int], list[int]]:
    """Ids of a list, and where its pages began."""
    scripted = Scripted(*answers)
    ids = [row["id"] for row in Client(scripted).rest_list("dcim/sites")]
    return ids, [params.get("id__gte", 0) for _m, _p, params, _b in scripted.sent]


def test_a_list_is_read_until_it_is_what_netbox_counts() -> None:
    assert read(page(count=0)) == ([], [0])
    assert read(page(1, 2, 9, count=3)) == ([1, 2, 9], [0])
    # Pages shorter than asked for, whatever they say of further ones.
    assert read(page(1, 2, count=3), page(9, count=1)) == ([1, 2, 9], [0, 3])
    assert read(page(1, count=3, next="x"), page(2, count=2), page(9, count=1)) == ([1, 2, 9], [0, 2, 3])


@pytest.mark.parametrize(
    "lost",
    [
        [page(count=3)],  # all rows of a page
        [page(1, 9, count=3), page(count=0)],  # one in the middle
        [page(1, 2, count=3), page(9, 10, count=2)],  # somebody made one between two pages
        [page(1, 2, count=3), page(count=0)],  # or deleted one
        [page(1, 2, 9, count=2)],
        [Response(200, {"results": [{"id": 1}]})],
    ],
)
def test_a_list_that_is_not_what_netbox_counts_is_read_again(lost: list[Response]) -> None:
    again = [page(1, 2, count=3), page(9, count=1)]
    assert read(*lost, *again)[0] == [1, 2, 9]
    with pytest.raises(ServerError, match=r"read 4 times, and never came to as many objects"):
        read(*lost * 4)


@pytest.mark.parametrize(
    "body",
    [None, [], {}, 7, "text", {"results": None}, {"results": {}}, {"results": ["x"]}, {"results": [{}], "count": 1},
     {"results": [{"id": None}], "count": 1}, {"detail": "maintenance"}],
)
def test_an_answer_that_is_no_list_is_an_error_in_words(body: Any) -> None:
    def asked(ask: Any, *answers: Response) -> str:
        with pytest.raises(ServerError) as error:
            ask(Client(Scripted(*answers)))
        return str(error.value)

    answer = Response(200, body)
    for ask in (
        lambda client: list(client.rest_list("dcim/sites")),
        lambda client: list(client.rest_newest("core/object-changes")),
        lambda client: list(client.rest_rows("dcim/devices", {})),
        lambda client: client.extent("dcim/devices"),
        lambda client: client.prove_view("dcim/devices"),
    ):
        assert "is not one of a NetBox that hedgehog.diet knows" in asked(ask, answer)
    assert "cannot answer a GraphQL query" in asked(lambda c: list(c.graphql_list("device_list", "", "name")), answer)
    for verb in ("create", "update") if body != [] else ():
        told = asked(lambda c, verb=verb: getattr(c, verb)("dcim/devices", ROWS), answer)
        assert "is not one of a NetBox that hedgehog.diet knows" in told


def graphql(*ids: int) -> Response:
    return Response(200, {"data": {"device_list": [{"id": str(n)} for n in ids]}})


def test_graphql_pages_go_on_until_one_is_empty() -> None:
    scripted = Scripted(graphql(3, 7), graphql(9), graphql())
    assert [row["id"] for row in Client(scripted).graphql_list("device_list", "", "id")] == ["3", "7", "9"]
    queries = [body["query"] for _m, _p, _q, body in scripted.sent]
    for start, query in zip((0, 8, 10), queries, strict=True):
        assert f"start: {start}," in query


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (Response(200, {"data": None, "errors": [{"message": "no such field"}]}), ServerError),
        (Response(200, {"errors": [{"message": "x"}], "data": {"device_list": []}}), ServerError),
        (Response(200, None), ServerError),
        (Response(404, {"detail": ""}), NetBoxError),
        (Response(403, {"detail": "no"}), AccessError),
        (Response(400, {"detail": "no"}), RefusedError),
    ],
)
def test_graphql_that_does_not_answer_is_never_taken_for_nothing(response: Response, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        list(Client(Scripted(response)).graphql_list("device_list", "", "name"))


@pytest.mark.parametrize(
    ("status", "number"),
    [
        ({"netbox-version": "4.3.0"}, (4, 3)), ({"netbox-version": "4.7.3-Docker-4.0"}, (4, 7)),
        ({"netbox-version": "5.0"}, (5, 0)),
    ],
)
def test_versions(status: dict[str, str], number: tuple[int, int]) -> None:
    found = Capabilities.of(status)
    assert found.number == number
    assert found.cursor == (number >= (4, 6))


@pytest.mark.parametrize("status", [None, [], "x", {}, {"netbox-version": "new"}, {"netbox-version": "4.1.11"}])
def test_what_is_no_netbox_that_works(status: Any) -> None:
    with pytest.raises(ServerError):
        Capabilities.of(status)


@pytest.mark.parametrize(
    ("field", "name"),
    [("DeviceType.role", "dcim.view_devicerole"), ("DeviceType.device_type", "dcim.view_devicetype"),
     ("DeviceType.site", "dcim.view_site"), ("InterfaceType.device", "dcim.view_device")],
)
def test_what_graphql_may_not_show_is_named_by_its_right(field: str, name: str) -> None:
    said = {"errors": [{"message": f"Cannot return null for non-nullable field {field}."}], "data": None}
    with pytest.raises(AccessError, match=re.escape(name)):
        list(Client(Scripted(Response(200, said))).graphql_list("device_list", "", "role { slug }"))
