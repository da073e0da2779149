# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen to one request on its way, as values: whether NetBox gets it, and what the client is told.

Pure: `proxy.py` carries it out. A fault is named by its kind and by the request that it happens to, so that whatever
goes wrong can be said in a line and done again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

# What is counted: reads, writes, and of the writes those that change something, which are all but those of the lock.
READ, WRITE, CHANGE = "read", "write", "change"
KILLED_BEFORE, KILLED_AFTER = "killed before", "killed after"


@dataclass(frozen=True)
class Reply:
    """An answer. `promised` is the Content-Length that it claims, where that is not the length of its body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    `answer` makes what the client is told of what NetBox said; None closes the connection without a word. `late` are
    seconds beyond the client's patience, before NetBox gets the request, or before the client gets the answer.
    """

    name: str
    told: str
    answer: Callable[[Reply], Reply | None]
    on: tuple[str, ...] = (READ, WRITE)
    forwarded: bool = False
    reset: bool = False
    late_request: float = 0.0
    late_answer: float = 0.0
    kills: bool = False
    others_write: bool = False


@dataclass(frozen=True)
class Fault:
    """A kind of fault at the `nth` read, write or change of a run."""

    kind: str
    side: str
    nth: int

    def __str__(self) -> str:
        return f"{self.kind} @ {self.side} {self.nth}"

    @staticmethod
    def parse(text: str) -> Fault:
        kind, _at, where = text.partition(" @ ")
        side, _space, nth = where.partition(" ")
        if kind not in KINDS or side not in (READ, WRITE, CHANGE):
            raise ValueError(f"no fault is called {text!r}")
        return Fault(kind, side, int(nth))


_PAGE = b"<html><head><title>%d</title></head><body><h1>Something is wrong</h1><p>nginx</p></body></html>"


def _says(status: int, body: bytes = b"", **headers: str) -> Callable[[Reply], Reply]:
    return lambda _answer: Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def _page(status: int) -> Callable[[Reply], Reply]:
    return _says(status, _PAGE % status, Content_Type="text/html")


def _failed(status: int) -> Callable[[Reply], Reply]:
    return _says(status, json.dumps({"detail": f"made-up failure {status}"}).encode(), Content_Type="application/json")


def _nothing(_answer: Reply) -> None:
    return None


def _as_it_is(answer: Reply) -> Reply:
    return answer


def _cut(answer: Reply) -> Reply:
    body = answer.body or b'[{"id": 1}]'
    return replace(answer, status=200 if answer.status == 204 else answer.status, body=body[: len(body) // 2],
                   promised=len(body))


def _no_json(answer: Reply) -> Reply:
    cut = _cut(answer)
    return replace(cut, promised=None)


def _of_rows(change: Callable[[list[object]], list[object]], last: bool) -> Callable[[Reply], Reply]:
    """An answer with other rows; with `last`, it also says that these are all the pages."""

    def answer(given: Reply) -> Reply:
        try:
            body = json.loads(given.body)
        except ValueError:
            return given
        if not isinstance(body, dict):
            return given
        if isinstance(body.get("results"), list):
            body["results"] = change(body["results"])
            body |= {"next": None} if last else {}
        for name, rows in (body.get("data") or {}).items():
            if isinstance(rows, list):
                body["data"][name] = change(rows)
        return replace(given, body=json.dumps(body).encode())

    return answer


def _half(rows: list[object]) -> list[object]:
    return rows[: len(rows) // 2]


def _gap(rows: list[object]) -> list[object]:
    return rows[: len(rows) // 3] + rows[len(rows) // 3 + 1:]


_GRAPHQL_ERRORS = json.dumps(
    {"data": None, "errors": [{"message": "server closed the connection unexpectedly"}]}
).encode()
_LATE = 1.5

_KINDS = (
    Kind("reset before", "connection reset, nothing done", _nothing, reset=True),
    Kind("reset after", "connection reset after the commit", _nothing, forwarded=True, reset=True),
    Kind("reply dropped", "connection closed after the commit, without an answer", _nothing, forwarded=True),
    Kind("answer late", "done, and answered beyond the client's timeout", _as_it_is, forwarded=True, late_answer=_LATE),
    Kind("done late", "done only after the client has given up", _as_it_is, (WRITE,), True, late_request=_LATE),
    Kind("body cut", "done, and half of the body that was promised", _cut, forwarded=True),
    Kind("no JSON", "done, and half of the body as if it were all", _no_json, forwarded=True),
    Kind("429", "not done, 429 with Retry-After", _says(429, Retry_After="1")),
    Kind("429 for long", "not done, 429 with an hour to wait", _says(429, Retry_After="3600")),
    Kind("413", "not done, 413", _page(413)),
    *(Kind(f"{status} before", f"not done, {status}", _failed(status)) for status in (500, 502, 503, 504)),
    *(
        Kind(f"{status} after", f"done, and {status} instead of the answer", _failed(status), forwarded=True)
        for status in (500, 502, 503, 504)
    ),
    Kind("HTML 200 before", "not done, a web page with status 200", _page(200)),
    Kind("HTML 200 after", "done, and a web page with status 200", _page(200), forwarded=True),
    Kind("HTML 502 before", "not done, a web page with status 502", _page(502)),
    Kind("HTML 502 after", "done, and a web page with status 502", _page(502), forwarded=True),
    Kind("empty object", "done, and {} instead of the answer", _says(200, b"{}"), forwarded=True),
    Kind("empty list", "done, and [] instead of the answer", _says(200, b"[]"), forwarded=True),
    Kind("null", "done, and null instead of the answer", _says(200, b"null"), forwarded=True),
    Kind("page short", "half of the rows, the rest on the next page", _of_rows(_half, False), (READ,), True),
    Kind("page lost", "half of the rows, and no further page", _of_rows(_half, True), (READ,), True),
    Kind("row lost", "a row left out in the middle", _of_rows(_gap, True), (READ,), True),
    Kind(
        "GraphQL errors", "200 with errors and no data", _says(200, _GRAPHQL_ERRORS), (READ,), True
    ),
    Kind("others write", "somebody else writes before it is done", _as_it_is, forwarded=True, others_write=True),
    Kind(KILLED_BEFORE, "SIGKILL before NetBox gets the request", _nothing, (WRITE,), kills=True),
    Kind(KILLED_AFTER, "SIGKILL after the commit, before the answer", _nothing, (WRITE,), True, kills=True),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
# Of the wire: all but the kills, which have a part of their own.
ON_THE_WIRE = tuple(kind.name for kind in _KINDS if not kind.kills)
