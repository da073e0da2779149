# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journals of a plan's runs, as files: a line is on disk before the request that it announces leaves.

A run holds an exclusive lock on its own file for as long as it lives. The operating system takes it away when the
process ends, however it ends, so whoever gets that lock knows that the run is over.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import IO, Any

from ..diff.journal import FAILED, SETTLED, Header, JournalError, Past, past

DIRECTORY = "journal"
KEPT = 20  # journals of runs that are over; that of a plan of 10,000 servers has 60 MB
_SUFFIX = ".jsonl"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=list).encode


class JournalFile:
    """The file of the run that goes on. Lines of several threads do not mix."""

    def __init__(self, path: str, header: Header) -> None:
        """Raises: OSError."""
        self.path = path
        self._writing = threading.Lock()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._file: IO[bytes] = os.fdopen(handle, "ab")
        with suppress(OSError):  # file systems of networks may have none; then nobody can tell that the run is over
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.keep(header.as_row())
        _sync_directory(os.path.dirname(path))

    def keep(self, row: Mapping[str, Any]) -> None:
        """Raises: OSError: the line is not on disk, so what it announces must not be done."""
        line = (_encode(row) + "\n").encode()
        with self._writing:
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        with suppress(OSError):
            os.unlink(self.path)


class JournalFiles:
    """The journals in a report directory. `warn` tells of what is no journal, and is left alone."""

    def __init__(self, report_dir: str, warn: Callable[[str], None]) -> None:
        self._directory = os.path.join(report_dir, DIRECTORY)
        self._warn = warn

    def begin(self, header: Header) -> JournalFile:
        """Raises: OSError: there can be no journal."""
        os.makedirs(self._directory, mode=0o700, exist_ok=True)
        return JournalFile(self._path(header.run), header)

    def read(self, run: str) -> Past:
        """Raises: JournalError: there is none of that run, or it is damaged."""
        known = self._runs()
        if run not in known:
            there = f"there are those of {', '.join(reversed(known[-5:]))}" if known else "there is none at all"
            raise JournalError(f"{self._directory} has no journal of a run {run!r}: {there}.")
        try:
            return past(_lines(self._path(run)), self._path(run))
        except OSError as error:
            raise JournalError(f"{self._path(run)} cannot be read: {error.strerror}.") from None

    def unfinished(self) -> list[Past]:
        """The runs that did not end and certainly write no more, and those that failed with something left in doubt."""
        found = []
        for run in self._runs():
            end = _end_of(self._path(run))
            if end not in ("", FAILED) or not self.is_over(run):
                continue
            try:
                one = self.read(run)
            except JournalError as error:
                self._warn(f"A journal is left alone: {error}")
                continue
            if not one.end or not all(step.certain for step in one.steps):
                found.append(one)
        return found

    def is_over(self, run: str) -> bool:
        """Whether there is a journal of a run here, and its process has certainly ended."""
        if run not in self._runs():
            return False
        try:
            with open(self._path(run), "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
        except OSError:
            return False

    def settle(self, run: str, by: str) -> None:
        """Close the journal of a run that did not end, since another one went on from there."""
        self.add(run, {"end": SETTLED, "by": by})

    def add(self, run: str, row: Mapping[str, Any]) -> None:
        """A line about a run that is over, in place of one that was torn when it was killed."""
        try:
            with open(self._path(run), "r+b") as file:
                whole = file.read().rpartition(b"\n")
                file.seek(len(whole[0]) + len(whole[1]))
                file.truncate()
                file.write((_encode(row) + "\n").encode())
        except OSError as error:
            self._warn(f"The journal of the run {run} cannot be closed: {error.strerror}")

    def tidy(self) -> None:
        """Remove the oldest journals of runs that are over."""
        over = [one for one in self._runs() if _end_of(self._path(one))]
        for one in over[:-KEPT]:
            with suppress(OSError):
                os.unlink(self._path(one))

    def _runs(self) -> list[str]:
        """The oldest first: their names begin with the time."""
        try:
            names = os.listdir(self._directory)
        except OSError:
            return []
        return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))

    def _path(self, run: str) -> str:
        return os.path.join(self._directory, run + _SUFFIX)


def _lines(path: str) -> Iterator[Any]:
    """The lines of a journal; one that was torn when its run was killed is left out. Raises: JournalError, OSError."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.readline()
        while text:
            further = file.readline()
            if text.strip():
                try:
                    yield json.loads(text)
                except (ValueError, RecursionError):
                    if further.strip():
                        raise JournalError(f"{path} is damaged: {text[:80]!r} is no JSON.") from None
            text = further


def _end_of(path: str) -> str:
    """How the run of a journal ended, by its last lines, so that nobody has to read all of it; empty if it did not."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 65536))
            ends = [line for line in file.read().splitlines() if line.startswith(b'{"end":')]
        return str(json.loads(ends[-1])["end"]) if ends else ""
    except (OSError, ValueError):
        return SETTLED  # not one that anybody could go on from


def _sync_directory(path: str) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
