# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a badly shaped document can still be checked, so that one pass reports every mistake.

An unknown key is left out. Of a wrong value, the smallest thing with a key of its own that holds it is left out: a
connection, a zone, a class. Whoever refers to what was left out is not blamed for it: the builder looks names up in the
whole document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...diagnostics import Path

# Stand-ins for what a plan cannot do without; they reach no name and no request, because the errors end the run.
_STAND_INS: Mapping[str, Any] = {
    "schema": 1, "id": "plan", "site": "site", "fabrics": {}, "switch_classes": {}, "server_classes": {},
}

_WITH_INNER = {"switch_classes": ("zones", "instances"), "server_classes": ("nics", "connections", "instances")}


def usable(document: Mapping[str, Any], unknown: Iterable[Path], wrong: Iterable[Path]) -> dict[str, Any]:
    """The document without its unknown keys and without the things that hold wrong values."""
    rest: dict[str, Any] = _copy(document)
    for path in (*unknown, *map(_thing, wrong)):
        _remove(rest, path)
    return {**_STAND_INS, **rest}


def _thing(path: Path) -> Path:
    """The smallest thing with a key of its own around a value."""
    if path and path[0] in _WITH_INNER:
        inner = len(path) >= 4 and path[2] in _WITH_INNER[path[0]]
        return path[:4] if inner else path[:2]
    if path and path[0] == "catalog":
        return path[:3]
    return path[:2] if path and path[0] in ("fabrics", "defaults") else path


def _copy(value: Any) -> Any:
    return {key: _copy(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _remove(document: dict[str, Any], path: Path) -> None:
    at: Any = document
    for key in path[:-1]:
        at = at.get(key) if isinstance(at, dict) else None
    if path and isinstance(at, dict):
        at.pop(path[-1], None)
