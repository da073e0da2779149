# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may become of bad input: an error in words, or a right result. Anything else is an exception of the attempt."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

Outcome = str
ERROR, RIGHT, WRONG = "error", "right", "wrong"


class HangError(AssertionError):
    """It took longer than anything of its size may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End what hangs, as an assertion that says where. Only in the main thread."""

    def end(_signal: int, frame: FrameType | None) -> None:
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "nowhere"
        raise HangError(f"more than {seconds} s, at {where}")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def in_words(error: Exception, about: str = "") -> Outcome:
    """An error says something, as short as a person reads it, and what it is about."""
    text = str(error)
    assert text
    assert len(text) < 15_000
    assert "Traceback" not in text
    assert about in text, text
    return ERROR
