# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digest of a run: one word for all that it would do, in parts, so that two of them say what moved.

It can be copied, kept in a ticket and given back to apply: no file is needed to tell why what was approved is not what
would be done now. Fields that the plan does not manage are in no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .changeset import Change, deed, digest, digest_of
from .render import cut, line

# Enough that nobody meets two by chance; the changes are what must not be forged either.
_PLAN, _OPTIONS, _NETBOX, _CHANGES = 12, 8, 8, 40
_WORD = re.compile(
    rf"(?P<algorithm>[1-9][0-9]{{0,5}})-(?P<plan>[0-9a-f]{{{_PLAN}}})-(?P<options>[0-9a-f]{{{_OPTIONS}}})"
    rf"-(?P<netbox>[0-9a-f]{{{_NETBOX}}})-(?P<changes>[0-9a-f]{{{_CHANGES}}})"
)
SHOWN = 5  # changes of each kind in a refusal
_WIDTH = 300  # bytes of each

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Digest:
    """`algorithm` is the version of the expansion, `plan` what the plan means, `options` those that decide what is
    written, `netbox` the address, `changes` what would be done there.
    """

    algorithm: int
    plan: str
    options: str
    netbox: str
    changes: str

    @staticmethod
    def of(algorithm: int, plan: Any, options: Any, url: str, changes: str) -> Digest:
        """The digest of plain values; `changes` is the digest of the change set."""
        return Digest(
            algorithm, digest(plan)[:_PLAN], digest(options)[:_OPTIONS], digest(url.rstrip("/"))[:_NETBOX],
            changes[:_CHANGES],
        )

    @staticmethod
    def parse(text: str) -> Digest | None:
        """The digest in a word; None where it is none."""
        found = _WORD.fullmatch(text.strip())
        if found is None:
            return None
        return Digest(int(found["algorithm"]), found["plan"], found["options"], found["netbox"], found["changes"])

    def text(self) -> str:
        return f"{self.algorithm}-{self.plan}-{self.options}-{self.netbox}-{self.changes}"

    def of_part(self, name: str, changes: str) -> Digest:
        """The digest of a run that does only a part of this one."""
        return replace(self, options=digest(name, self.options)[:_OPTIONS], changes=changes[:_CHANGES])

    def is_of(self, rows: Iterable[Row]) -> bool:
        """Whether these changes, as plain data, are the ones that it is of."""
        return digest_of(rows)[:_CHANGES] == self.changes


def moved_changes(approved: Iterable[Row], now: Iterable[Row]) -> list[str]:
    """The first changes that were approved and would not be made now, and of those that would be and were not."""
    then, today = ({deed(row): row for row in rows} for rows in (approved, now))
    return [
        *_told("no longer", [row for text, row in then.items() if text not in today]),
        *_told("new", [row for text, row in today.items() if text not in then]),
    ]


def _told(what: str, rows: list[Row]) -> list[str]:
    more = [f"{what}: {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
    return [*(f"{what}: {cut(line(Change.of(row)), _WIDTH)}" for row in rows[:SHOWN]), *more]
