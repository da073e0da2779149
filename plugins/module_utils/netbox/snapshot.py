# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot: what a run read of its plan, kept for the next one, and where the change log stood when it was read.

It is what NetBox had, never what we wanted or wrote, so a run that is killed leaves none that says too much.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ..model.state import INTERFACE
from .changelog import Anchor
from .paging import Extent
from .resources import MARKS, RESOURCES
from .source import OwnedSource

FORMAT = 2

JsonRow = Mapping[str, Any]

_MARK_NAMES = tuple(mark.name for mark in MARKS)


class SnapshotError(Exception):
    """There is a snapshot, and it cannot be read; the message says why."""


class Snapshots(Protocol):
    """Where the snapshot of a plan is kept. `netbox` is the address that it is of.

    Reading raises SnapshotError. That one cannot be written is for whoever keeps them to tell.
    """

    netbox: str

    def header(self) -> Mapping[str, Any] | None:
        """What the snapshot says of itself, None where there is none."""

    def rows(self) -> Iterator[tuple[str, str, JsonRow]]:
        """Kind, plan id and row, in the order in which they were added."""

    def begin(self) -> None:
        """Begin a new one; the present one stays until it is kept."""

    def add(self, kind: str, plan_id: str, row: JsonRow) -> None: ...

    def keep(self, header: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Header:
    """`since` is from when on to look for what the snapshot may not have; `end` the last record of the change log when
    it had been read.
    """

    netbox: str
    version: str
    plan_ids: tuple[str, ...]
    since: str
    end: Anchor

    @property
    def day(self) -> str:
        return self.since[:10]

    def as_row(self) -> dict[str, Any]:
        return {
            "format": FORMAT, "fields": _fields(), "netbox": self.netbox, "version": self.version,
            "plan_ids": list(self.plan_ids), "since": self.since, "end": self.end.as_row(),
        }

    @staticmethod
    def of(row: Mapping[str, Any]) -> Header | None:
        """None where it is of another format, or of a version that reads other fields."""
        if row.get("format") != FORMAT or row.get("fields") != _fields():
            return None
        try:
            return Header(
                str(row["netbox"]), str(row["version"]), tuple(row["plan_ids"]),
                datetime.fromisoformat(row["since"]).isoformat(), Anchor.of(row["end"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


def _fields() -> str:
    """Differs when a row holds something else."""
    parts = [*(f"{kind} {one.selection}" for kind, one in RESOURCES.items()), *_MARK_NAMES]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class Recorded:
    """Adds all rows of a source to a snapshot as they pass."""

    def __init__(self, source: OwnedSource, snapshots: Snapshots) -> None:
        self._source = source
        self._snapshots = snapshots

    def marked(self, kind: str, plan_id: str, extent: Extent) -> Iterator[JsonRow]:
        return self._add(kind, plan_id, self._source.marked(kind, plan_id, extent))

    def interfaces(self, plan_id: str, devices: Sequence[int], extent: Extent) -> Iterator[JsonRow]:
        return self._add(INTERFACE, plan_id, self._source.interfaces(plan_id, devices, extent))

    def _add(self, kind: str, plan_id: str, rows: Iterator[JsonRow]) -> Iterator[JsonRow]:
        for row in rows:
            fields = row.get("custom_fields") or {}
            marks = {name: fields[name] for name in _MARK_NAMES if fields.get(name) is not None}
            self._snapshots.add(kind, plan_id, {**row, "custom_fields": marks})
            yield row
