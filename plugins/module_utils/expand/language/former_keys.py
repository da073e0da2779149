# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads `formerly` wherever it stands, and refuses former keys that say two things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...diagnostics import Diagnostics, Path
from ...model.renames import Renames

Document = Mapping[str, Any]

_CLASSES = ("switch_classes", "server_classes")


def renames(document: Document, found: Diagnostics) -> Renames:
    """The renames of a plan document, with every doubt about them reported."""
    classes = {
        former: key
        for section in _CLASSES
        for former, key in _rows(document[section], (section,), found).items()
    }
    return Renames(
        plan_ids=_plan_ids(document, found),
        classes=classes,
        zones=_within(document, "switch_classes", "zones", found),
        nics=_within(document, "server_classes", "nics", found),
        connections=_within(document, "server_classes", "connections", found),
    )


def _plan_ids(document: Document, found: Diagnostics) -> tuple[str, ...]:
    ids = tuple(document.get("formerly", ()))
    if document["id"] in ids:
        found.error("former-key-in-use", ("formerly",), f"{document['id']!r} is the id that the plan has now.")
    return ids


def _within(document: Document, section: str, inner: str, found: Diagnostics) -> dict[str, str]:
    return {
        f"{class_key}/{former}": key
        for class_key, row in document[section].items()
        for former, key in _rows(row.get(inner, {}), (section, class_key, inner), found).items()
    }


def _rows(rows: Document, path: Path, found: Diagnostics) -> dict[str, str]:
    """Present keys by former key, of the things in one mapping."""
    present: dict[str, str] = {}
    for key, row in rows.items():
        for former in row.get("formerly", ()):
            where = (*path, key, "formerly")
            if former in rows:
                found.error(
                    "former-key-in-use", where, f"{former!r} is a key that the plan has now.",
                    "What was renamed cannot be there under its old key too. Take it out of `formerly`.",
                )
            elif former in present:
                found.error(
                    "former-key-twice", where, f"both {present[former]!r} and {key!r} say they were called {former!r}.",
                    "Only one of them can be the same object.",
                )
            else:
                present[former] = key
    return present
