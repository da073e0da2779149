# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this NetBox can do, by what it says of itself. The only file that looks at version numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import ServerError

# GraphQL filters on custom fields, with which everything that is ours is found, came with 4.3.
OLDEST = (4, 3)


@dataclass(frozen=True, slots=True)
class Capabilities:
    version: str
    number: tuple[int, int]

    @staticmethod
    def of(status: Any) -> Capabilities:
        """From the answer of `/api/status/`.

        Raises:
            ServerError: that is not a NetBox, or one that is too old.
        """
        version = str(status.get("netbox-version", "")) if isinstance(status, Mapping) else ""
        match = re.match(r"(\d+)\.(\d+)", version)
        if match is None:
            raise ServerError("The address answers, but not as a NetBox does: /api/status/ names no netbox-version.")
        number = int(match[1]), int(match[2])
        if number < OLDEST:
            raise ServerError(f"NetBox {version} is too old; {OLDEST[0]}.{OLDEST[1]} is the oldest that works.")
        return Capabilities(version, number)

    @property
    def cursor(self) -> bool:
        """Whether lists can be read by primary key (4.6), so that writers between two pages shift nothing."""
        return self.number >= (4, 6)

    def graphql_paging(self, start: int, limit: int) -> str:
        return f"{'start' if self.cursor else 'offset'}: {start}, limit: {limit}"

    def graphql_next(self, start: int, rows: Sequence[Mapping[str, Any]]) -> int:
        return max(int(row["id"]) for row in rows) + 1 if self.cursor else start + len(rows)
