# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the NetBox in memory has, and short ways to ask."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Self

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics

from .history import History, plain
from .tables import INTERFACES, TABLES, Row


class Store:
    """Objects by endpoint and id, and how this NetBox differs from others."""

    def __init__(self, version: str = "4.7.3") -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.version = version
        self.max_page = 1000
        self.graphql_enabled = True
        self.may_not: set[str] = set()  # `<method> <endpoint>`, `view <endpoint>`
        self.refuse_all: Response | None = None
        self.tables: dict[str, dict[int, Row]] = {endpoint: {} for endpoint in TABLES}
        self.log: list[tuple[str, str, int]] = []
        self.history = History()
        self._last_id = 100

    def __deepcopy__(self, _memo: object) -> Self:
        """As copy.deepcopy does it, and quicker: many tests try something on a copy, again and again."""
        new = copy.copy(self)
        new.tables, new.history, new.statistics = plain(self.tables), self.history.copy(), copy.copy(self.statistics)
        new.log, new.may_not = list(self.log), set(self.may_not)
        return new

    @property
    def number(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    @staticmethod
    def ends_of(cable: Row) -> list[int]:
        return [end["object_id"] for side in ("a_terminations", "b_terminations") for end in cable[side]]

    def device_of(self, interface: int) -> int | None:
        row = self.tables[INTERFACES].get(interface)
        return row["device"] if row else None

    def is_at(self, endpoint: str, row_id: int, rule: str, time: str) -> bool:
        """Whether an object was made or saved when a filter by time wants it."""
        asked = datetime.fromisoformat(time)
        if rule == "created__lt":
            return self.history.made[endpoint, row_id] < asked
        return self.saved_at(endpoint, row_id) >= asked

    def saved_at(self, endpoint: str, row_id: int) -> datetime:
        """When an object was saved; what a test put there was long ago."""
        return self.history.saved.get((endpoint, row_id), History.now - timedelta(days=1))
