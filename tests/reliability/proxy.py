# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of a real NetBox that lies where it is told to, and knows what NetBox really did.

Counts the reads, the writes and the changes of a run, from 1 each; a fault happens to one of them.
"""

from __future__ import annotations

import http.client
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from .faults import CHANGE, KINDS, READ, WRITE, Fault, Reply

# Connections end at the proxy, and bodies are told by their length.
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"}


@dataclass
class Request:
    """A request as the client sent it, and the status that NetBox answered: 0 where NetBox never got it."""

    method: str
    path: str
    body: bytes
    side: str
    status: int = 0

    @property
    def is_change(self) -> bool:
        locks = self.path.startswith("/api/extras/tags/") and (self.method == "DELETE" or b"diet-lock_" in self.body)
        return self.side == WRITE and not locks


class Proxy:
    """Forwards to `host`:`port`. Between runs, `begin` says what is to happen in the next one."""

    def __init__(self, host: str, port: int, url: str) -> None:
        self.url = url
        self._target = host, port
        self._counting = threading.Lock()
        self._late: list[threading.Event] = []
        self.broken: list[str] = []  # what it could not do itself: then a trial says nothing
        self.begin()

    def begin(
        self, faults: Sequence[Fault] = (), timeout: float = 0.0, page: int = 0,
        kill: Callable[[], None] | None = None, others: Callable[[int], None] | None = None,
    ) -> None:
        """The next run.

        Args:
            timeout: seconds after which its client gives up.
            page: rows of the largest page that NetBox is asked for, 0 for what the client asks for.
            kill: ends the client at once.
            others: writes to NetBox as somebody else would, given the number of the request.
        """
        self.faults = list(faults)
        self.timeout, self.page, self.kill, self.others = timeout, page, kill, others
        self.requests: list[Request] = []
        self.happened: list[Fault] = []

    def writes(self) -> list[Request]:
        return [one for one in self.requests if one.side == WRITE]

    def committed(self) -> list[Request]:
        """What NetBox has carried out, whatever the client was told."""
        return [one for one in self.writes() if 200 <= one.status < 300]

    def settle(self, seconds: float = 60.0) -> None:
        """Wait for what is carried out late, in whichever run it was sent."""
        for one in self._late:
            one.wait(seconds)

    def note(self, method: str, path: str, body: bytes) -> tuple[Request, Fault | None]:
        side = READ if method == "GET" or path.startswith("/graphql/") else WRITE
        request = Request(method, path, body, side)
        with self._counting:
            self.requests.append(request)
            places = {(side, sum(one.side == side for one in self.requests))}
            if request.is_change:
                places.add((CHANGE, sum(one.is_change for one in self.requests)))
            fault = next((one for one in self.faults if (one.side, one.nth) in places), None)
            if fault:
                self.happened.append(fault)
        return request, fault

    def late(self) -> threading.Event:
        with self._counting:
            self._late.append(threading.Event())
            return self._late[-1]

    def forward(self, request: Request, headers: dict[str, str]) -> Reply:
        path, body = _paged(request, self.page) if self.page else (request.path, request.body)
        connection = http.client.HTTPConnection(*self._target, timeout=120)
        try:
            connection.request(request.method, path, body, headers)
            answer = connection.getresponse()
            reply = Reply(
                answer.status, answer.read(),
                {name: value for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP},
            )
        finally:
            connection.close()
        request.status = reply.status
        return reply


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """A proxy for a NetBox, on a port of its own."""
    where = urlsplit(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    proxy = Proxy(where.hostname or "127.0.0.1", where.port or 80, f"http://127.0.0.1:{server.server_port}")
    server.proxy = proxy  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        proxy: Proxy = self.server.proxy  # type: ignore[attr-defined]
        try:
            self._pass_on(proxy)
        except (OSError, http.client.HTTPException) as error:
            proxy.broken.append(f"{self.command} {self.path}: {error!r}")
            self.close_connection = True

    def _pass_on(self, proxy: Proxy) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        request, fault = proxy.note(self.command, self.path, body)
        if fault is None:
            self._say(proxy.forward(request, headers))
            return
        kind = KINDS[fault.kind]
        if kind.others_write and proxy.others:
            proxy.others(fault.nth)
        if kind.kills and not kind.forwarded and proxy.kill:
            proxy.kill()
        done = proxy.late() if kind.late_request else None
        if kind.late_request:
            time.sleep(proxy.timeout + kind.late_request)
        said = proxy.forward(request, headers) if kind.forwarded else Reply(200)
        if done:
            done.set()
        if kind.kills and kind.forwarded and proxy.kill:
            proxy.kill()
        if kind.late_answer:
            time.sleep(proxy.timeout + kind.late_answer)
        answer = kind.answer(said)
        if answer is None:
            self._hang_up(kind.reset)
        else:
            self._say(answer)

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def _say(self, reply: Reply) -> None:
        try:
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.promised is None else reply.promised))
            self.end_headers()
            self.wfile.write(reply.body)
        except OSError:  # the client has gone
            self.close_connection = True
        if reply.promised is not None:
            self.close_connection = True

    def _hang_up(self, reset: bool) -> None:
        if reset:  # closing with nothing to linger for sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Not on the terminal."""


def _paged(request: Request, most: int) -> tuple[str, bytes]:
    """The request as one for smaller pages, as a NetBox with a small MAX_PAGE_SIZE would take it."""
    if request.path.startswith("/graphql/"):
        smaller = re.sub(rb"limit: (\d+)", lambda found: b"limit: %d" % min(most, int(found[1])), request.body)
        return request.path, smaller
    path, question, query = request.path.partition("?")
    if request.method != "GET" or not question:
        return request.path, request.body
    pairs = parse_qsl(query, keep_blank_values=True)
    smaller_pairs = [(name, str(min(most, int(value))) if name == "limit" else value) for name, value in pairs]
    return f"{path}?{urlencode(smaller_pairs)}", request.body
