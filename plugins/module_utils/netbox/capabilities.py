# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this NetBox can do, by what it says of itself. The only file that looks at version numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import ServerError

# The oldest whose lists and answers anybody has looked at.
OLDEST = (4, 2)


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
        match = re.match(r"([0-9]{1,3})\.([0-9]{1,3})(?![0-9])", version)
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

    @property
    def refuses_unknown_fields(self) -> bool:
        """Whether a custom field that is not registered is refused (4.5) rather than stored and never shown."""
        return self.number >= (4, 5)

    @property
    def graphql(self) -> bool:
        """Whether GraphQL finds what carries a custom field (4.3)."""
        return self.number >= (4, 3)

    @property
    def terminations_by_cable(self) -> bool:
        """Whether ends can be asked for by cable (4.6.1); elsewhere all of them would come."""
        return self.number >= (4, 7)

    def graphql_paging(self, start: int, limit: int) -> str:
        """Arguments for a page that begins at an id, or at a position where the server knows no cursor."""
        return f"{'start' if self.cursor else 'offset'}: {start}, limit: {limit}"

    def rest_paging(self, start: int, limit: int) -> dict[str, Any]:
        """Parameters for a page that begins at an id. With a cursor NetBox need not count the rows for every page."""
        if self.cursor:
            return {"start": start, "limit": limit}
        return {"id__gte": start, "ordering": "id", "limit": limit}
