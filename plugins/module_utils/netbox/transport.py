# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends requests and counts them. The only file that knows how HTTP is spoken.

`Transport` is the seam: tests put a double behind it, check mode wraps it so that no write can leave.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from ..diagnostics import InvariantError
from .connection import Connection, check, session, tls_refusal, without_credentials
from .errors import NotJsonError, ServerError, UnreachableError

try:
    import pynetbox
    import requests
    import urllib3
except ImportError:  # reported on use, by module/runner.py
    pynetbox = None
    requests = None  # type: ignore[assignment]
    urllib3 = None  # type: ignore[assignment]

GRAPHQL = "/graphql/"

# A read is sent again on these; a write never is, because it may have been carried out.
_TRANSIENT = (502, 503, 504)
_READ_ATTEMPTS = 3
_WAIT = 1.0  # seconds before the second attempt, twice that before the third

# What is answered so was certainly not carried out, so it is sent again, writes too, after the seconds that the answer
# asks for, or these, twice as many every time. NetBox has no such limit, but what stands before it may.
BUSY = 429
_BUSY_WAITS = 6
_BUSY_WAIT = 2.0
_CLOCKS_AGREE = 300.0  # seconds between the server's clock and ours
_LONGEST_WAIT = 120.0  # whoever asks for more is not waited for

# Reads under way at once. A list costs NetBox far more than us: 140,000 objects took 187, 152, 134 and 108 s with 1, 2,
# 3 and 4 of them, of a NetBox with 3 processes on 2 busy cores. More would queue there, before those of others.
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: its status, its JSON, None where there was none, and the seconds that it asks to wait, if it does.

    `time` is when the server sent it, by its clock and ours: None where they do not agree.
    """

    status: int
    body: Any
    wait: float | None = None
    time: datetime | None = None


@dataclass(slots=True)
class Statistics:
    """What was sent: requests by kind, the seconds spent waiting for answers, and the bytes of these.

    `waited` are seconds before requests that were sent again, because the server wanted no more of them. Of requests
    that are under way at once, each counts its own seconds.
    """

    reads: int = 0
    writes: int = 0
    seconds: float = 0.0
    received: int = 0
    waited: float = 0.0


class Transport(Protocol):
    """One request, one answer. `path` begins with a slash, behind the URL of the NetBox.

    `at_once` is how many threads may ask for lists at the same time.
    """

    statistics: Statistics
    at_once: int

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        """Raises: UnreachableError, ServerError."""


def is_read(method: str, path: str) -> bool:
    """Whether a request cannot change anything; GraphQL reads are POSTs."""
    return method == "GET" or (method == "POST" and path == GRAPHQL)


def library_missing() -> bool:
    """Whether pynetbox is not installed."""
    return pynetbox is None


class HttpTransport:
    """Over the sessions of pynetbox's api object, so that proxies, TLS and adapters are set up as its users know it."""

    def __init__(self, connection: Connection, at_once: int = AT_ONCE) -> None:
        self.statistics = Statistics()
        self.at_once = at_once
        self._counting = threading.Lock()
        self._url = connection.url.rstrip("/")
        self._timeout = (10.0, connection.timeout)
        check(connection)
        self._connection = connection
        self._reading = session(connection)

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        seconds = _BUSY_WAIT
        for _wait in range(_BUSY_WAITS):
            response = self._attempts(method, path, params, body)
            wait = seconds if response.wait is None else response.wait
            if response.status != BUSY or wait > _LONGEST_WAIT:
                return response
            time.sleep(wait)
            self._count(waited=wait)
            seconds *= 2
        return self._attempts(method, path, params, body)

    def _attempts(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Response:
        """One for a write, some for a read."""
        if not is_read(method, path):
            self._count(writes=1)
            return self._once(method, path, params, body)
        for attempt in range(1, _READ_ATTEMPTS):
            self._count(reads=1)
            try:
                response = self._once(method, path, params, body)
            except (UnreachableError, NotJsonError):
                if attempt == 1 and self.statistics.reads == 1:
                    raise  # the very first request: a wrong address does not get better
                response = Response(503, None)
            if response.status not in _TRANSIENT:
                return response
            time.sleep(_WAIT * attempt)
        self._count(reads=1)
        return self._once(method, path, params, body)

    def _count(
        self, reads: int = 0, writes: int = 0, seconds: float = 0.0, received: int = 0, waited: float = 0.0
    ) -> None:
        with self._counting:
            self.statistics.reads += reads
            self.statistics.writes += writes
            self.statistics.seconds += seconds
            self.statistics.received += received
            self.statistics.waited += waited

    def _for_one_write(self) -> requests.Session:
        """A session of its own, and so a connection.

        A server that closes a connection which it kept open, in the moment in which we send on it, loses the request:
        gunicorn does so two seconds after the last one, and at once after a body that it finds too large. A read is
        sent again, a write is not. Asking for `Connection: close` is not enough: requests keeps the connection all the
        same where the answer does not say so too.
        """
        made = session(self._connection)
        made.headers["Connection"] = "close"
        return made

    def _once(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Response:
        begin = time.monotonic()
        try:
            with nullcontext(self._reading) if is_read(method, path) else self._for_one_write() as by:
                reply = by.request(
                    method, self._url + path, params=params, json=body, timeout=self._timeout, allow_redirects=False
                )
        except requests.exceptions.SSLError as error:
            raise UnreachableError(f"{self._url} {tls_refusal(_reason(error))}") from None
        except requests.exceptions.ReadTimeout:
            raise UnreachableError(
                f"{method} {path} at {self._url}: no answer within {self._timeout[1]:g} s.{_open(method, path)}"
            ) from None
        except requests.exceptions.RequestException as error:
            if _was_sent(error):
                raise UnreachableError(
                    f"{method} {path} at {self._url}: the connection broke before the answer was complete"
                    f" ({_reason(error)}).{_open(method, path)}"
                ) from None
            raise UnreachableError(f"{self._url} cannot be reached: {_reason(error)}.") from None
        finally:
            self._count(seconds=time.monotonic() - begin)
        if reply.is_redirect:
            address = without_credentials(reply.headers.get("Location", ""))
            raise ServerError(f"{self._url} redirects to {address}: use that address.")
        self._count(received=len(reply.content))
        wait, sent = _seconds(reply.headers.get("Retry-After")), _time(reply.headers.get("Date"))
        if not reply.content:
            return Response(reply.status_code, None, wait, sent)
        try:
            return Response(reply.status_code, reply.json(), wait, sent)
        except (ValueError, RecursionError):
            if reply.status_code < 400:
                raise NotJsonError(
                    f"{method} {path} at {self._url} answered something that is not JSON: is that a NetBox?"
                    f"{_open(method, path)}"
                ) from None
            return Response(reply.status_code, {"detail": ""}, wait)  # a page of some proxy or web server


def _time(header: str | None) -> datetime | None:
    try:
        said = parsedate_to_datetime(header or "")
    except (TypeError, ValueError):
        return None
    return said if abs((said - datetime.now(UTC)).total_seconds()) <= _CLOCKS_AGREE else None


class ReadOnly:
    """Lets reads through and nothing else: what check mode and preview use."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.statistics = transport.statistics
        self.at_once = transport.at_once

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if not is_read(method, path):
            raise InvariantError(f"a write was about to leave in check mode: {method} {path}")
        return self._transport.send(method, path, params, body)


def _seconds(retry_after: str | None) -> float | None:
    """What a Retry-After asks for: a number of seconds, or a date (RFC 9110, 10.2.3)."""
    try:
        if retry_after is None or retry_after.strip().isdigit():
            return float(retry_after) if retry_after else None
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return None


def _wrapped(error: BaseException) -> BaseException | None:
    return next((one for one in error.args if isinstance(one, BaseException)), None)


def _was_sent(error: Exception) -> bool:
    """Whether a request was on its way when the connection failed: urllib3 gives up by itself only before that."""
    broken = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)
    if not isinstance(error, broken) or isinstance(error, requests.exceptions.ConnectTimeout):
        return False
    return not isinstance(next(iter(error.args), None), urllib3.exceptions.MaxRetryError)


def _open(method: str, path: str) -> str:
    """What is open about a request without an answer."""
    return "" if is_read(method, path) else " It may have been carried out all the same: run again to continue."


def _reason(error: BaseException) -> str:
    """The innermost reason, in words: requests wraps what the system said several times."""
    seen = error
    while isinstance(inner := getattr(seen, "reason", None) or seen.__cause__ or _wrapped(seen), BaseException):
        seen = inner
    words = seen.strerror if isinstance(seen, OSError) and seen.strerror else str(seen)
    return without_credentials(words.partition("Max retries exceeded")[0].strip()) or type(seen).__name__
