# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that is loaded: a change a line, as JSON, after a line that says what all of them have in common.

    {"format": "diet-changes", "version": 1, "plan": "gpu", "site": "dc1", "tag": "diet-gpu", "digest": "...",
     "plan_mark": "hedgehog_plan_id", "key_mark": "hedgehog_key", "marks": {"device": {"role": "hedgehog_role", ...}},
     "on_create": {"device": {"status": "planned"}}, "counts": {"site": 1, "device": 25, ...}}
    {"action": "create", "kind": "device", "key": "gpu/1", "after": {"name": "gpu-001", "device_role": "server", ...}}

Objects are referred to by slug, or by our key. What an object refers to stands above it: shared objects, then devices,
interfaces, cables. Knows nothing of NetBox.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FORMAT, VERSION = "diet-changes", 1

DEVICE, INTERFACE, CABLE = "device", "interface", "cable"
OWNED = (DEVICE, INTERFACE, CABLE)


class ChangesError(Exception):
    """The file, or what it asks for, cannot be loaded; the message says which line and why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What all changes have in common. `marks` are custom fields by managed field, per kind."""

    plan: str
    site: str  # slug
    tag: str  # slug of the tag of the plan's devices
    plan_mark: str
    key_mark: str
    marks: Mapping[str, Mapping[str, str]]
    on_create: Mapping[str, Mapping[str, Any]]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """An object to create, and the number of its line."""

    line: int
    kind: str
    key: str
    after: Mapping[str, Any]

    def error(self, text: str) -> ChangesError:
        return ChangesError(f"line {self.line}: {self.kind} {self.key!r} {text}")


def read(lines: Iterable[str]) -> tuple[Header, Iterator[Row]]:
    """The header, and the rows as they come; the file is read no further than the rows are asked for.

    Raises: ChangesError, also while rows are asked for: at the end, where fewer or more came than the header says.
    """
    numbered = enumerate(lines, 1)
    _number, first = next(numbered, (1, ""))
    try:
        said = json.loads(first)
        if (said["format"], said["version"]) != (FORMAT, VERSION):
            raise ChangesError(
                f"line 1: {FORMAT} version {VERSION} is read here, not {said['format']} version {said['version']}."
            )
        header = Header(**{name: said[name] for name in Header.__dataclass_fields__})
    except (ValueError, TypeError, KeyError) as error:
        raise ChangesError(f"line 1: this is no header of {FORMAT} version {VERSION}: {error!r}") from None
    return header, _rows(numbered, header.counts)


def _rows(numbered: Iterable[tuple[int, str]], counts: Mapping[str, int]) -> Iterator[Row]:
    seen: Counter[str] = Counter()
    for number, line in numbered:
        try:
            said = json.loads(line)
            action, row = said["action"], Row(number, said["kind"], said["key"], said["after"])
        except (ValueError, TypeError, KeyError) as error:
            raise ChangesError(f"line {number}: this is no change: {error!r}") from None
        if action != "create":
            raise row.error(f"is to be {action}d; only what is created can be loaded.")
        seen[row.kind] += 1
        yield row
    if seen != Counter(counts):
        raise ChangesError(f"the header announces {dict(counts)}, but the file has {dict(seen)}: it is not complete.")


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Neighbours of one kind, at most `size` of them."""
    batch: list[Row] = []
    for row in rows:
        if batch and (row.kind != batch[0].kind or len(batch) == size):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
