# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress of a module while it runs: follows the file it appends its events to.

Lines tell how fast a phase goes and what is left of it at that rate; remarks (slow requests) are for `-v`.

Ansible has no channel for this, so it works where the module shares the controller's disk, and is silent elsewhere.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

_POLL = 0.25  # seconds
# AWX hides events beyond 4,000 of a job, and these are events.
_MAX_LINES = 600
_MAX_REMARKS = 200
_SURE_AFTER = 2.0  # seconds of a phase before its rate says anything


class Follower:
    """Prints a line when the phase changes, and otherwise one a second at first, then ever less often."""

    def __init__(self, path: str, show: Callable[[str], None], remark: Callable[[str], None] | None = None) -> None:
        self._path = path
        self._show = show
        self._remark = remark
        self._remarks = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="diet-progress", daemon=True)
        self._begin = time.monotonic()
        self._position = 0
        self._last_shown = 0.0
        self._last_phase = ""
        self._phase_begin = 0.0
        self._done_before = 0
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

    def _event(self, event: Mapping[str, Any]) -> None:
        if event.get("text"):
            self._tell(str(event["text"]))
            return
        phase, done, total = str(event["phase"]), int(event["done"]), int(event["total"])
        now = float(event.get("time", 0.0))
        changed = phase != self._last_phase
        if changed:
            self._flush()
            self._last_phase, self._phase_begin, self._done_before = phase, now, done
        pace = _pace(done - self._done_before, total - done, now - self._phase_begin)
        text = f"{phase}: {done}/{total}{pace}" if total else phase
        if changed or (time.monotonic() - self._last_shown >= self._interval() and self._lines < _MAX_LINES):
            self._print(text)
        else:
            self._held_back = text

    def _tell(self, text: str) -> None:
        if self._remark is not None and self._remarks < _MAX_REMARKS:
            self._remarks += 1
            self._remark(self._stamped(text))

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
        self._show(self._stamped(text))

    def _stamped(self, text: str) -> str:
        return f"  diet | {time.monotonic() - self._begin:6.1f} s | {text}"


def _pace(done: int, left: int, seconds: float) -> str:
    """How many objects a second, and how long the rest takes at that; nothing at the end, and while that is a guess."""
    if done <= 0 or left <= 0 or seconds < _SURE_AFTER:
        return ""
    rate = done / seconds
    return f", {rate:.{0 if rate >= 10 else 1}f}/s, {_duration(left / rate)} left"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
