# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NetBox's change log can prove: where it ends, that it is still whole, and what was deleted or changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .client import Client
from .errors import AccessError

JsonRow = Mapping[str, Any]

ENDPOINT = "core/object-changes"

# A change gets its time when it is made, and is seen when its transaction ends. NetBox ends a request after 2 minutes
# and a background job after 5 unless told otherwise; the clocks of its servers differ by seconds.
LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A record of the change log. `request` is a random id of NetBox's, so no other record will ever be the same."""

    id: int
    time: str
    request: str

    @staticmethod
    def of(row: JsonRow) -> Anchor:
        """Raises: KeyError, TypeError, ValueError, where the row is none."""
        anchor = Anchor(int(row["id"]), str(row["time"]), str(row["request"]))
        datetime.fromisoformat(anchor.time)
        return anchor

    def as_row(self) -> dict[str, Any]:
        return {"id": self.id, "time": self.time, "request": self.request}


def newest(client: Client) -> Anchor | None:
    """The newest record; None where there is none, or the token may not read the log."""
    try:
        row = client.extent(ENDPOINT, fields="id,time,request_id")[1]
    except AccessError:
        return None
    return Anchor(int(row["id"]), str(row["time"]), str(row["request_id"])) if row else None


def since(client: Client) -> str:
    """From when on to look, another time, for what changes from now on; empty where the log says nothing.

    Earlier than now by as long as a change may take to be seen.
    """
    last = newest(client)
    if last is None:
        return ""
    return ((client.time or datetime.fromisoformat(last.time)) - LATE).isoformat()


def holds(client: Client, anchor: Anchor) -> bool:
    """Whether the log still has a record. If it does, nothing newer was purged, which goes by age.

    Raises:
        NetBoxError: of any kind; AccessError where the token may not read the log.
    """
    row = client.extent(ENDPOINT, id=anchor.id, fields="id,time,request_id")[1]
    return row is not None and Anchor(int(row["id"]), str(row["time"]), str(row["request_id"])) == anchor


def deleted(client: Client, since: str, most: int) -> dict[str, set[int]] | None:
    """Ids of what was deleted since a time, by content type (`dcim.device`); None where that are more than `most`."""
    wanted = {"action": "delete", "time_after": since}
    extent, _row = client.extent(ENDPOINT, **wanted, fields="id")
    if extent.count > most:
        return None
    found: dict[str, set[int]] = {}
    fields = "id,changed_object_type,changed_object_id"
    for row in client.rest_rows(ENDPOINT, {**wanted, "fields": fields}) if extent.count else ():
        found.setdefault(str(row["changed_object_type"]), set()).add(int(row["changed_object_id"]))
    return found


def deleted_named(client: Client, since: str, content_type: str, prefix: str) -> set[int]:
    """Ids of the objects of a content type that were deleted since a time and whose slug began like this."""
    wanted = {"action": "delete", "changed_object_type": content_type, "time_after": since}
    rows = client.rest_rows(ENDPOINT, {**wanted, "fields": "id,changed_object_id,prechange_data"})
    return {
        int(row["changed_object_id"]) for row in rows
        if str((row["prechange_data"] or {}).get("slug", "")).startswith(prefix)
    }


def updated(client: Client, since: str, content_type: str) -> Iterator[tuple[JsonRow, JsonRow]]:
    """What objects of a content type were before and after each update since a time, as the log has them.

    A type a request: up to 4.6 NetBox looks at the last one only.
    """
    wanted = {"action": "update", "changed_object_type": content_type, "time_after": since}
    for row in client.rest_rows(ENDPOINT, {**wanted, "fields": "id,prechange_data,postchange_data"}):
        yield row["prechange_data"] or {}, row["postchange_data"] or {}
