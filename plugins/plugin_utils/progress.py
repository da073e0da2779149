# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress of a module while it runs: follows the file it appends its events to.

Ansible has no channel for this, so it works where the module shares the controller's disk, and is silent elsewhere.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from types import TracebackType

_POLL = 0.25  # seconds
_MAX_LINES = 600


class Follower:
    """Prints a line when the phase changes, and otherwise one a second at first, then ever less often."""

    def __init__(self, path: str, show: Callable[[str], None]) -> None:
        self._path = path
        self._show = show
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="diet-progress", daemon=True)
        self._begin = time.monotonic()
        self._position = 0
        self._last_shown = 0.0
        self._last_phase = ""
        self._lines = 0
        self._held_back = ""

    def __enter__(self) -> Follower:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _follow(self) -> None:
        while not self._stop.wait(_POLL):
            self._read()
        self._read()
        self._flush()

    def _read(self) -> None:
        try:
            with open(self._path, encoding="utf-8") as file:
                file.seek(self._position)
                text = file.read()
        except OSError:
            return
        whole, newline, _rest = text.rpartition("\n")
        self._position += len((whole + newline).encode())
        for row in whole.splitlines():
            self._event(json.loads(row))

    def _event(self, event: dict[str, object]) -> None:
        phase = str(event["phase"])
        text = f"{phase}: {event['done']}/{event['total']}" if event["total"] else phase
        if phase != self._last_phase:
            self._flush()
            self._last_phase = phase
            self._print(text)
        elif time.monotonic() - self._last_shown >= self._interval() and self._lines < _MAX_LINES:
            self._print(text)
        else:
            self._held_back = text

    def _interval(self) -> float:
        """A line a second in the first minute, then the longer the run the rarer: a day makes about 600 lines."""
        elapsed = time.monotonic() - self._begin
        return 1.0 if elapsed < 60 else elapsed / 60

    def _flush(self) -> None:
        """The last line of a phase is always shown, so that it ends with all of its objects done."""
        if self._held_back:
            self._print(self._held_back)

    def _print(self, text: str) -> None:
        self._held_back = ""
        self._last_shown = time.monotonic()
        self._lines += 1
        self._show(f"  diet | {time.monotonic() - self._begin:6.1f} s | {text}")
