# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with the snapshot of a plan: compressed JSON lines, its header first, then a row each.

Header and rows are compressed apart, one after the other: what the header says is known when the last row is there.
Every line begins with the checksum of its JSON, because rows that somebody edited would be believed.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import IO, Any

from ..netbox.snapshot import SnapshotError
from .files import replacing

NAME = "state.jsonl.gz"

_QUICK = 1  # compression: the second level takes half as long again, for a tenth less
_CHUNK = 1 << 20  # bytes that are compressed at a time
_LINES = 500

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SUM = 8  # hexadecimal digits of a CRC-32


def line(value: Any) -> bytes:
    """A line of the file."""
    text = _encode(value).encode() + b"\n"
    return _sum(text) + text


def _sum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)


class SnapshotFile:
    """See `netbox/snapshot.py`. That it cannot be written is told once and stops no run: the next one reads more."""

    def __init__(self, path: str, netbox: str, tell: Callable[[str], None]) -> None:
        self.netbox = netbox
        self._path = path
        self._tell = tell
        self._rows: IO[bytes] | None = None
        self._packed: io.BufferedWriter | None = None

    # -- reading -------------------------------------------------------------------------------------------------

    def header(self) -> Mapping[str, Any] | None:
        try:
            header = next(self._lines(), None)
        except FileNotFoundError:
            return None
        if not isinstance(header, dict):
            raise SnapshotError(f"{self._path} does not begin with a header")
        return header

    def rows(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for number, line in enumerate(self._lines()):
            if number:
                kind, plan_id, row = line
                yield kind, plan_id, row

    def _lines(self) -> Iterator[Any]:
        try:
            with gzip.open(self._path, "rb") as file:
                while some := list(islice(file, _LINES)):
                    if any(one[:_SUM] != _sum(one[_SUM:]) for one in some):
                        raise SnapshotError(f"{self._path} is not as it was written")
                    # Many lines as one list: a decoder's start costs as much as a row.
                    yield from json.loads(b"[%b]" % b",".join(one[_SUM:] for one in some))
        except FileNotFoundError:
            raise
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise SnapshotError(f"{self._path}: {error}") from None

    # -- writing -------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        self._close()
        try:
            self._rows = tempfile.TemporaryFile(dir=os.path.dirname(self._path))  # noqa: SIM115 - open over many calls
            packed = gzip.GzipFile(fileobj=self._rows, mode="wb", compresslevel=_QUICK, mtime=0)
            self._packed = io.BufferedWriter(packed, _CHUNK)
        except OSError as error:
            self._give_up(error)

    def add(self, kind: str, plan_id: str, row: Mapping[str, Any]) -> None:
        if self._packed is None:
            return
        try:
            self._packed.write(line((kind, plan_id, row)))
        except OSError as error:
            self._give_up(error)

    def keep(self, header: Mapping[str, Any]) -> None:
        if self._packed is None or self._rows is None:
            return
        try:
            self._packed.close()
            self._rows.seek(0)
            with replacing(self._path, 0o600) as file:
                file.write(gzip.compress(line(header), _QUICK, mtime=0))
                shutil.copyfileobj(self._rows, file)
        except OSError as error:
            self._give_up(error)
        self._close()

    def _give_up(self, error: OSError) -> None:
        self._tell(f"No snapshot is kept, so the next run reads everything: {error}")
        self._close()

    def _close(self) -> None:
        packed, rows, self._packed, self._rows = self._packed, self._rows, None, None
        for file in (packed, rows):
            if file is not None:
                with suppress(OSError):
                    file.close()
