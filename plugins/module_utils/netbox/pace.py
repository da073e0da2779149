# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the next request may carry, learnt from how long the last ones took. Pure: seconds come in as numbers.

What a request carries is weighed: one for every object it makes, changes or deletes, those that come or go with their
device included. An answer of some `AIM` seconds wastes nothing on small requests (above 50 objects the size of a list
hardly matters), lets progress be seen, and stays far from the 120 s after which gunicorn kills a request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

AIM = 10.0  # seconds
MAX_ROWS = 1000
# NetBox answers a body above 2.5 MiB with HTTP 500 (Django's DATA_UPLOAD_MAX_MEMORY_SIZE) and drops the connection.
MAX_BYTES = 2 * 1024 * 1024
_GROWTH = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Bounds of the next request of one verb to one endpoint."""

    weight: float
    rows: int = MAX_ROWS
    bytes: int = MAX_BYTES

    def takes(self, rows: int, weight: float, size: int) -> bool:
        """Whether a request may be as large as that. A single row is sent however large it is."""
        return rows <= 1 or (rows <= self.rows and weight <= self.weight and size <= self.bytes)

    def after(self, weight: float, seconds: float) -> Pace:
        """The pace after a request of some weight was answered.

        One that took too long shrinks the next at once, in proportion. One that was quick lets it grow, at most
        twofold, so that a wrong guess costs twice the aim at worst; but only if it was at least half full, because one
        of a few rows says little of many.
        """
        if seconds > AIM:
            return replace(self, weight=max(1.0, min(self.weight, weight) * AIM / seconds))
        if weight * 2 < self.weight:
            return self
        growth = _GROWTH if seconds <= 0 else min(_GROWTH, AIM / seconds)
        return replace(self, weight=max(1.0, self.weight * growth))

    def refused(self, size: int) -> Pace:
        """The pace after something on the way found a body of `size` bytes too large (413), for the rest of the run."""
        return replace(self, bytes=max(1, min(self.bytes, size // 2)))
