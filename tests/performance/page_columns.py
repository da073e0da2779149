# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The columns that all tables of measured steps have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = (
    "seconds", "requests", "kB sent", "kB received", "peak MB", "client CPU s", "server CPU s", "under way",
    "server busy",
)


def header(*before: str) -> list[str]:
    """The two lines that begin a table."""
    return [
        f"| {' | '.join((*before, *NAMES))} |",
        f"|{' --- |' * len(before)}{' ---: |' * len(NAMES)}",
    ]


def line(found: Mapping[str, Any], *before: str) -> str:
    """A step. What was not measured but worked out has a ~; the shares and the peak are those of the sample."""
    about = "~" if "from" in found else ""
    counted = (
        f"{found['seconds']:,.1f}", f"{found['requests']:,}", f"{found['sent'] / 1000:,.0f}",
        f"{found['received'] / 1000:,.0f}",
    )
    cells = (
        *before, *(about + cell for cell in counted), f"{found['peak_mb']}", f"{about}{found['client_cpu']:,.1f}",
        f"{about}{found['server_cpu']:,.1f}", f"{found['busy']:.0%}", f"{found['server_share']:.0%}",
    )
    return f"| {' | '.join(cells)} |"
