# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the objects of the double were made and saved, and its change log."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
Where = tuple[str, int]  # endpoint and id


def plain(value: Any) -> Any:
    """A copy of plain data, a tenth of what copy.deepcopy costs: the double copies all that it has with every write."""
    return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def content_type(endpoint: str) -> str:
    return endpoint.replace("/", ".").replace("-", "").removesuffix("s")


@dataclass
class History:
    """A clock that moves with every write, and what it said at each of them. Records of the log are never changed."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    made: dict[Where, datetime] = field(default_factory=dict)
    saved: dict[Where, datetime] = field(default_factory=dict)
    log: list[Row] = field(default_factory=list)
    user: str = "admin"

    def copy(self) -> History:
        return History(self.now, dict(self.made), dict(self.saved), list(self.log), self.user)

    def tick(self, minutes: float = 1 / 60) -> None:
        self.now += timedelta(minutes=minutes)

    def save(self, endpoint: str, row_id: int, before: Row, after: Row) -> None:
        """An object was made (with nothing before), saved, or deleted (with nothing after)."""
        action = "update" if before and after else "create" if after else "delete"
        if not before:
            self.made[endpoint, row_id] = self.now
        self.saved[endpoint, row_id] = self.now
        self.log.append(
            {
                "id": len(self.log) + 1, "time": self.now.isoformat(), "request_id": f"request-{self.now.timestamp()}",
                "user_name": self.user,
                "action": {"value": action, "label": f"{action}d".title()},
                "changed_object_type": content_type(endpoint), "changed_object_id": row_id,
                "prechange_data": plain(before) or None, "postchange_data": plain(after) or None,
            }
        )

    def purge(self) -> None:
        """What NetBox's housekeeping does with records that are old enough; here all are."""
        self.log = [{**row, "gone": True} for row in self.log]

    def found(self, params: Row) -> list[Row]:
        """Records that a list of the change log asks for, newest first. Up to 4.6, of several types the last counts."""
        rows = [row for row in self.log if "gone" not in row]
        if "id" in params:
            rows = [row for row in rows if row["id"] == int(params["id"])]
        if "action" in params:
            rows = [row for row in rows if row["action"]["value"] == params["action"]]
        if "changed_object_type" in params:
            rows = [row for row in rows if row["changed_object_type"] == params["changed_object_type"]]
        if "changed_object_id" in params:
            value = params["changed_object_id"]
            ids = {int(one) for one in (value if isinstance(value, (list, tuple, set)) else [value])}
            rows = [row for row in rows if row["changed_object_id"] in ids]
        if "time_after" in params:
            rows = [row for row in rows if row["time"] >= datetime.fromisoformat(params["time_after"]).isoformat()]
        if "start" in params or "id__gte" in params:
            first = int(params.get("start", params.get("id__gte", 0)))
            return [row for row in rows if row["id"] >= first]
        return rows[::-1]
