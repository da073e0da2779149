# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy lies as it is told, and knows what was done: a test that lies itself would prove nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from reliability.faults import KINDS, ON_THE_WIRE, READ, WRITE, Fault
from reliability.proxy import Proxy, proxied

ROWS = {"count": 4, "next": "http://next", "results": [{"id": n} for n in range(1, 5)]}


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    done: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.done.append((self.command, self.path))
        body = json.dumps(ROWS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_arguments: object) -> None:
        """Not on the terminal."""


@pytest.fixture
def done() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def proxy(done: list[tuple[str, str]]) -> Iterator[Proxy]:
    Server.done = done
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with proxied(f"http://127.0.0.1:{server.server_port}") as one:
            yield one
        server.shutdown()


def ask(proxy: Proxy, method: str = "GET") -> requests.Response:
    return requests.request(method, f"{proxy.url}/api/dcim/sites/?limit=1000", json=[], timeout=5)


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_a_fault_happens_to_its_request_and_to_no_other(name: str, proxy: Proxy, done: list[tuple[str, str]]) -> None:
    kind = KINDS[name]
    for side, method in ((READ, "GET"), (WRITE, "POST")):
        if side not in kind.on:
            continue
        done.clear()
        proxy.begin([Fault(name, side, 2)])
        assert ask(proxy, method).json() == ROWS
        try:
            answer = ask(proxy, method)
        except requests.RequestException:
            answer = None
        assert ask(proxy, method).json() == ROWS
        assert len(done) == 2 + kind.forwarded
        assert [one.status for one in proxy.requests] == [200, 200 if kind.forwarded else 0, 200]
        assert [str(one) for one in proxy.happened] == [f"{name} @ {side} 2"]
        if name in ("reset before", "reset after", "reply dropped", "body cut"):
            assert answer is None
        elif kind.late_answer or kind.late_request or kind.others_write:
            assert answer is not None and answer.json() == ROWS
        else:
            assert answer is not None
            with pytest.raises((ValueError, AssertionError)):
                assert answer.status_code == 200 and answer.json() == ROWS
    proxy.settle()
    assert not proxy.broken


def test_pages_lose_rows(proxy: Proxy) -> None:
    def ids(name: str) -> tuple[list[int], object]:
        proxy.begin([Fault(name, READ, 1)])
        body = ask(proxy).json()
        return [row["id"] for row in body["results"]], body["next"]

    assert ids("page short") == ([1, 2], "http://next")
    assert ids("page lost") == ([1, 2], None)
    assert ids("row lost") == ([1, 3, 4], None)


def test_it_kills_before_or_after_and_lets_others_write(proxy: Proxy, done: list[tuple[str, str]]) -> None:
    seen: list[object] = []
    for name in ("killed before", "killed after", "others write"):
        proxy.begin(
            [Fault(name, WRITE, 1)], kill=lambda: seen.append(len(done)),
            others=lambda nth: seen.append((nth, len(done))),
        )
        if name == "others write":
            assert ask(proxy, "POST").status_code == 200
        else:
            with pytest.raises(requests.ConnectionError):
                ask(proxy, "POST")
    assert seen == [0, 1, (1, 1)]
    assert [one.status for one in proxy.committed()] == [200]


def test_pages_become_smaller(proxy: Proxy, done: list[tuple[str, str]]) -> None:
    proxy.begin(page=6)
    ask(proxy)
    assert done == [("GET", "/api/dcim/sites/?limit=6")]
