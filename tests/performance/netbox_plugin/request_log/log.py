# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes `log/requests.jsonl` of the sandbox: begin and end in seconds since 1970, bytes of bodies, rows of a list."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse

LOG = Path(os.environ["NETBOX_ROOT"]).parent / "log" / "requests.jsonl"

# What one request has told so far. The web server keeps one thread for all of a request.
_now = threading.local()


def listen() -> None:
    """Begin to write."""
    request_started.connect(_begun)
    request_finished.connect(_ended)


class Answers:
    """Looks at answers: the innermost middleware, because only there they have their rows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        rows = getattr(response, "data", None)
        _now.line |= {
            "status": response.status_code,
            "received": 0 if response.streaming else len(response.content),
            "rows": len(rows) if isinstance(rows, list) else 0,
        }
        return response


def _begun(environ: Mapping[str, Any], **_more: Any) -> None:
    _now.line = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "sent": int(environ.get("CONTENT_LENGTH") or 0),
        "begin": time.time(),
    }


def _ended(**_more: Any) -> None:
    line = getattr(_now, "line", None)
    if line is None:
        return
    _now.line = None
    # One write to a file that is only appended to: lines of several processes do not mix.
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(log, (json.dumps(line | {"end": time.time()}) + "\n").encode())
    finally:
        os.close(log)
