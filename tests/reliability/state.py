# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a NetBox has, without ids and times: equal for two ways to one state.

Everything, not only what carries the plan's id: what a broken run leaves behind without a mark would be missed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from integration.support.rest import ENDPOINTS, NetBox

State = Mapping[str, Counter[str]]

# Runs that were broken off leave another number of records, and cables are seen from their ends.
_LEFT_OUT = {"extras/journal-entries", "dcim/cable-terminations", "dcim/console-ports", "dcim/power-ports"}
_PASSING = {"id", "object_id", "url", "display", "display_url", "created", "last_updated", "description_url"}
OTHERS = "other-"  # what others write during a run is called so


def state(netbox: NetBox) -> State:
    """Objects by endpoint, each as text, and how many there are of it."""
    endpoints = [one for one in ENDPOINTS if one not in _LEFT_OUT]
    with ThreadPoolExecutor(2) as pool:
        lists = pool.map(netbox.all, endpoints)
        found = {}
        for endpoint, rows in zip(endpoints, lists, strict=True):
            plain = [_plain(row) for row in rows if not _is_of_others(row)]
            found[endpoint] = Counter(json.dumps(row, sort_keys=True) for row in plain)
    return found


def differences(wanted: State, found: State) -> list[str]:
    """What is missing, and what is too much, an object a line."""
    lines = []
    for endpoint in wanted:
        lines += [f"{endpoint} lacks {row}" for row in (wanted[endpoint] - found[endpoint]).elements()]
        lines += [f"{endpoint} has {row}" for row in (found[endpoint] - wanted[endpoint]).elements()]
    return lines


def _is_of_others(row: Mapping[str, Any]) -> bool:
    named = (row, row.get("device") or {})
    return any(str(one.get("name", "")).startswith(OTHERS) for one in named)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _plain(item) for name, item in value.items() if not _passes(name)}
        if {"a_terminations", "b_terminations"} <= kept.keys():  # swapped end for end it is the same cable
            kept["ends"] = sorted(json.dumps(kept.pop(f"{side}_terminations"), sort_keys=True) for side in "ab")
        return kept
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _passes(name: str) -> bool:
    return name in _PASSING or name.endswith("_count") or name in ("cable_end", "tagged_items")
