# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what was read of NetBox still stands when it is about to be written.

Before the first write, counts tell: how many objects carry the plan's id, and how many of them were saved since the
reading began. Before each request that updates or deletes, the objects themselves tell when they were last saved.
Times are NetBox's own, in its answers and on its objects, to the second; what was saved in the very second in which the
reading began counts as saved since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .changed import Extents, saved_since
from .changelog import newest
from .client import Client
from .errors import ChangedError
from .fields import Resource
from .reader import extents_of

_SHOWN = 5


def moved_on(client: Client, extents: Extents, since: datetime | None) -> str:
    """What is no longer as it was read, in words; empty where nothing is.

    Args:
        extents: how much carried the plan's ids when it was read.
        since: when that reading began, by NetBox's clock; None where nobody knows.
    """
    now = extents_of(client, tuple(dict.fromkeys(plan_id for _kind, plan_id in extents)))
    for (kind, plan_id), extent in extents.items():
        if now[kind, plan_id] != extent:
            return f"{now[kind, plan_id].count} {kind}s carry the id {plan_id!r}, where {extent.count} were read"
    if since is None:
        return ""
    saved = saved_since(client, extents, since.isoformat())
    return f"{saved} objects of the plan were saved meanwhile" if saved else ""


def began(client: Client) -> datetime | None:
    """When a reading that begins now begins, by NetBox's clock, or by its change log where that is not like ours."""
    now = client.now()
    if now is None and (last := newest(client)) is not None:
        now = _time(last.time)
    return now


class Watch:
    """Keeps a run from writing over what somebody saved since it read it.

    Args:
        since: when the run began to read, by NetBox's clock; None watches nothing.
    """

    def __init__(self, client: Client, since: datetime | None) -> None:
        self._client = client
        self._since = since
        self._ignored: dict[str, frozenset[int]] = {}
        self._ours: dict[tuple[str, int], str] = {}

    def ignore(self, kind: str, ids: Iterable[int]) -> None:
        """What this run's own writes save on the way: deleting a cable saves the interfaces at its ends."""
        self._ignored[kind] = self._ignored.get(kind, frozenset()) | frozenset(ids)

    def check(self, resource: Resource, names: Mapping[int, str]) -> None:
        """Raises: ChangedError, where one of these objects, by their ids, was saved by somebody else, or is gone."""
        if self._since is None:
            return
        ids = [one for one in names if one not in self._ignored.get(resource.kind, ())]
        rows = self._client.rest_list(resource.endpoint, id=ids, fields="id,last_updated")
        saved = {int(row["id"]): str(row["last_updated"] or "") for row in rows}
        told = [
            f"{names[one]} {_when(saved.get(one))}" for one in ids
            if one not in saved or (self._late(saved[one]) and self._ours.get((resource.kind, one)) != saved[one])
        ]
        if told:
            more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
            raise ChangedError(
                f"Somebody else changed what this run was about to write: {resource.kind} {', '.join(told[:_SHOWN])}"
                f"{more}. This request was not sent; run again, to read it anew and go on from there."
            )

    def wrote(self, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """What came back of our own updates."""
        self._ours |= {(kind, int(row["id"])): str(row["last_updated"]) for row in rows if "last_updated" in row}

    def _late(self, saved: str) -> bool:
        return self._since is not None and bool(saved) and _time(saved) >= self._since


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _when(saved: str | None) -> str:
    return f"(saved at {_time(saved):%H:%M:%S} UTC)" if saved else "(gone)"
