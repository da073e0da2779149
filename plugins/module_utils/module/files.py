# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files a run reads and leaves: ledger, report, progress. Written whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from ..events import Event


def read_text(path: str, limit: int = -1) -> str | None:
    """The text of a file, at most so many characters of it; None where there is none.

    Bytes that are no text are replaced: what reads it says why not.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(limit)
    except FileNotFoundError:
        return None


def write_text(path: str, text: str, mode: int = 0o644) -> bool:
    """Replace a file in one step; False where it has that text already.

    Raises:
        OSError: it cannot be written.
    """
    if os.path.exists(path) and read_text(path) == text:
        return False
    write_lines(path, (text,), mode)
    return True


def write_lines(path: str, lines: Iterable[str], mode: int) -> None:
    """Replace a file in one step by lines, with their ends, as they come: 140,000 changes are 60 MB.

    Raises:
        OSError: it cannot be written.
    """
    with replacing(path, mode) as file:
        file.writelines(line.encode() for line in lines)


@contextmanager
def replacing(path: str, mode: int) -> Iterator[IO[bytes]]:
    """A file to be written, which takes the place of another in one step, and only if all went well.

    Raises:
        OSError: it cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".diet-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def report_dir(wanted: str | None, plan_id: str) -> str:
    """The directory for reports, made if missing, readable by its owner only.

    Raises:
        OSError: it cannot be made or written.
    """
    path = wanted or os.path.join(os.path.expanduser("~/.local/state/hedgehog.diet"), plan_id)
    os.makedirs(path, mode=0o700, exist_ok=True)
    if not os.access(path, os.W_OK):
        raise PermissionError(f"{path} is not writable")
    return path


def open_to_others(path: str) -> str:
    """What is to be told of a directory in which others may write; empty where they may not.

    One that was there before keeps its rights: it may be shared with a purpose, and every file in it is 0600.
    """
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if not mode & (stat.S_IWGRP | stat.S_IWOTH):
        return ""
    return (
        f"{path} may be written by others (its mode is {mode:04o}), who could put other files in the place of those"
        " that the next run trusts. Take that right away, or name another `report_dir`."
    )


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class ProgressFile:
    """A listener that appends every event to a file, a line each; the action plugin follows it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self, event: Event) -> None:
        row: dict[str, Any] = {"time": time.time(), "phase": event.phase, "done": event.done, "total": event.total}
        if event.text:
            row["text"] = event.text
        try:
            with open(self._path, "a", encoding="utf-8", opener=_for_its_owner) as file:
                file.write(json.dumps(row) + "\n")
        except OSError:
            pass  # progress is a courtesy: a full disk must not stop a run half way
