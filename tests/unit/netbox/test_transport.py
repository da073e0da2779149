# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are sent again, on which connection, and what is said where none is answered."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import transport
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import ServerError, UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Connection, HttpTransport

# -- the wire ----------------------------------------------------------------------------------------------------------


class Reply:
    def __init__(self, status: int, text: str = "{}", location: str = "", **headers: str) -> None:
        self.status_code = status
        self.text = text
        self.content = text.encode()
        self.headers = {"Location": location, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.is_redirect = bool(location)

    def json(self) -> Any:
        return requests.models.complexjson.loads(self.text)


class Wire:
    """Stands in for the `request` of every session."""

    def __init__(self, *answers: Reply | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.headers: list[dict[str, str | bytes]] = []

    def request(self, session: requests.Session, method: str, url: str, **more: Any) -> Reply:
        self.sent.append((method, url, more))
        self.headers.append(dict(session.headers))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def wired(monkeypatch: pytest.MonkeyPatch, *answers: Reply | Exception, **options: Any) -> tuple[HttpTransport, Wire]:
    monkeypatch.setattr(transport.time, "sleep", lambda _seconds: None)
    made = HttpTransport(Connection("http://netbox.example/", options.pop("token", "x"), **options))
    wire = Wire(*answers)

    def request(session: requests.Session, method: str, url: str, **more: Any) -> Reply:
        return wire.request(session, method, url, **more)

    monkeypatch.setattr(requests.Session, "request", request)
    return made, wire


LOST = requests.exceptions.ConnectionError("reset")


@pytest.mark.parametrize("transient", [Reply(502), Reply(503), Reply(504)])
def test_reads_are_sent_again(monkeypatch: pytest.MonkeyPatch, transient: Reply) -> None:
    made, wire = wired(monkeypatch, transient, transient, Reply(200))
    assert made.send("GET", "/api/dcim/sites/").status == 200
    assert (len(wire.sent), made.statistics.reads, made.statistics.writes) == (3, 3, 0)
    made, wire = wired(monkeypatch, transient, transient, transient, transient)
    assert made.send("POST", "/graphql/", body={}).status == transient.status_code
    assert len(wire.sent) == 3


def test_reads_are_sent_again_when_the_connection_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    made, wire = wired(monkeypatch, Reply(200), LOST, Reply(200))
    made.send("GET", "/api/status/")
    assert made.send("GET", "/api/dcim/sites/").status == 200
    made, wire = wired(monkeypatch, LOST, Reply(200))
    with pytest.raises(UnreachableError):
        made.send("GET", "/api/status/")  # the very first: a wrong address
    assert len(wire.sent) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("answer", [Reply(502), Reply(503), Reply(500)])
def test_writes_are_never_sent_again(monkeypatch: pytest.MonkeyPatch, method: str, answer: Reply) -> None:
    made, wire = wired(monkeypatch, answer, Reply(200))
    assert made.send(method, "/api/dcim/sites/", body=[]).status == answer.status_code
    made, wire = wired(monkeypatch, LOST, Reply(200))
    with pytest.raises(UnreachableError):
        made.send(method, "/api/dcim/sites/", body=[])
    assert len(wire.sent) == 1 and made.statistics.writes == 1


# -- a server that wants no more requests for now ----------------------------------------------------------------------


BUSY = Reply(429, "<html>Too Many Requests</html>", Retry_After="3")


@pytest.mark.parametrize(("method", "reads", "writes"), [("GET", 3, 0), ("POST", 0, 3), ("DELETE", 0, 3)])
def test_what_was_not_carried_out_is_sent_again_when_the_server_says(
    monkeypatch: pytest.MonkeyPatch, method: str, reads: int, writes: int
) -> None:
    made, wire = wired(monkeypatch, BUSY, Reply(429, Retry_After="0"), Reply(200))
    slept: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", slept.append)
    assert made.send(method, "/api/dcim/sites/", body=[]).status == 200
    assert slept == [3, 0]
    assert (made.statistics.reads, made.statistics.writes, made.statistics.waited) == (reads, writes, 3)
    assert len(wire.sent) == 3


def test_a_server_that_names_no_time_is_waited_for_ever_longer_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    made, wire = wired(monkeypatch, *[Reply(429, Retry_After=text) for text in ("", "soon", *[""] * 5)])
    slept: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", slept.append)
    assert made.send("POST", "/api/dcim/sites/", body=[]).status == 429
    assert slept == [2, 4, 8, 16, 32, 64] and len(wire.sent) == 7


def test_hours_are_not_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    made, wire = wired(monkeypatch, Reply(429, Retry_After="3600"))
    assert made.send("GET", "/api/dcim/sites/").status == 429
    assert len(wire.sent) == 1


def test_a_date_is_a_time_to_wait_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _wire = wired(monkeypatch, Reply(429, Retry_After="Wed, 21 Oct 2026 07:28:30 GMT"), Reply(200))
    slept: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", slept.append)
    monkeypatch.setattr(transport.time, "time", lambda: 1792567685.0)  # 25 s before
    made.send("PATCH", "/api/dcim/sites/", body=[])
    assert slept == [25]


def test_a_read_that_something_else_answers_is_sent_again_but_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    html = Reply(200, "<html>maintenance</html>")
    made, wire = wired(monkeypatch, Reply(200), html, Reply(200), html)
    monkeypatch.setattr(transport.time, "sleep", lambda _seconds: None)
    made.send("GET", "/api/status/")
    assert made.send("GET", "/api/dcim/sites/").status == 200 and len(wire.sent) == 3
    with pytest.raises(ServerError, match="It may have been carried out all the same"):
        made.send("POST", "/api/dcim/sites/", body=[])
    made, wire = wired(monkeypatch, html)
    with pytest.raises(ServerError, match="is that a NetBox"):
        made.send("GET", "/api/status/")
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), UnreachableError, "ca_path"),
        (requests.exceptions.ReadTimeout("x"), UnreachableError, "no answer within 7 s"),
        (requests.exceptions.ConnectTimeout("x"), UnreachableError, "cannot be reached"),
        (requests.exceptions.InvalidURL("bad"), UnreachableError, "cannot be reached"),
        (Reply(302, "", "https://netbox.example/"), ServerError, "redirects to https://netbox.example/"),
        (requests.exceptions.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused"))),
         UnreachableError, "cannot be reached: "),
        (requests.exceptions.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))),
         UnreachableError, "the connection broke before the answer was complete (reset). It may have been carried out"),
        (requests.exceptions.ChunkedEncodingError(ProtocolError("Connection broken: 5 of 9 bytes")), UnreachableError,
         "(Connection broken: 5 of 9 bytes). It may have been carried out all the same"),
        (Reply(200, "<html>hello</html>"), ServerError, "is that a NetBox? It may have been carried out"),
    ],
)
def test_what_the_wire_says(
    monkeypatch: pytest.MonkeyPatch, answer: Reply | Exception, kind: type[Exception], words: str
) -> None:
    made, _wire = wired(monkeypatch, answer, timeout=7)
    with pytest.raises(kind) as error:
        made.send("PATCH", "/api/dcim/sites/", body=[])
    assert words in str(error.value)


def test_a_page_of_a_proxy_is_no_json_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _wire = wired(monkeypatch, Reply(413, "<html>Request Entity Too Large</html>"))
    response = made.send("POST", "/api/dcim/sites/", body=[])
    assert response.status == 413 and isinstance(response.body, dict)


@pytest.mark.parametrize(
    ("token", "scheme"), [("nbt_key.secret", "Bearer nbt_key.secret"), ("0123abcd", "Token 0123abcd")]
)
def test_tokens_of_both_kinds(monkeypatch: pytest.MonkeyPatch, token: str, scheme: str) -> None:
    made, wire = wired(monkeypatch, Reply(200), Reply(200), token=token, headers={"X-Proxy": "y"})
    made.send("GET", "/api/status/", params={"a": 1})
    made.send("POST", "/api/dcim/sites/", body=[])
    for headers in wire.headers:
        assert headers["Authorization"] == scheme
        assert headers["X-Proxy"] == "y"
    method, url, more = wire.sent[0]
    assert (method, url, more["params"]) == ("GET", "http://netbox.example/api/status/", {"a": 1})
    assert more["allow_redirects"] is False and more["timeout"] == (10.0, 120.0)


def test_a_write_never_goes_on_a_connection_that_was_kept_open() -> None:
    """A server may close one in the moment in which we send on it, and a write that is lost is not sent again.

    Also where the server neither closes it nor says that it will.
    """
    ports: list[tuple[str, int]] = []

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ports.append((self.command, self.client_address[1]))
            self.close_connection = False
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PATCH = do_GET

        def log_message(self, *_arguments: object) -> None:
            """Not on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made = HttpTransport(Connection(f"http://127.0.0.1:{server.server_port}", "x"))
        for method in ("GET", "POST", "GET", "PATCH", "POST"):
            made.send(method, "/api/dcim/sites/", body=[])
        server.shutdown()
    assert len({port for method, port in ports if method == "GET"}) == 1
    assert len({port for _method, port in ports}) == 4
