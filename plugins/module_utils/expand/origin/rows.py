# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the rows of a first-DIET document: every value with its type checked and its place known.

Such a document is lists of flat rows that refer to each other by ids. A null or blank value counts as not given,
because its exports write both. Nothing here knows what a row means; `hardware.py`, `switches.py` and `servers.py`
do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...diagnostics import Diagnostics, Path, nearest
from ...model.schema_terms import SLUG

_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9_.-]+")


class Row:
    """One mapping of the document. A value of a wrong type is reported once and reads as not given."""

    __slots__ = ("_found", "path", "values")

    def __init__(self, values: Mapping[str, Any], path: Path, found: Diagnostics) -> None:
        self.values = values
        self.path = path
        self._found = found

    def at(self, key: str) -> Path:
        return (*self.path, key)

    def text(self, key: str, required: bool = False) -> str:
        """Text, also from a number: ids such as `10` need no quotes."""
        value = self.values.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            text = str(value).strip()
            if text:
                return text
        elif value is not None:
            self._wrong(key, value, "text")
            return ""
        if required:
            self._missing(key)
        return ""

    def number(self, key: str, required: bool = False) -> int | None:
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is None or value == "":
            if required:
                self._missing(key)
        else:
            self._wrong(key, value, "a whole number")
        return None

    def height(self, key: str) -> float | None:
        """A number with or without a fraction."""
        value = self.values.get(key)
        if isinstance(value, float):
            return value
        return self.number(key)

    def flag(self, key: str) -> bool | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            self._wrong(key, value, "true or false")
            return None
        return value

    def choice(self, key: str, valid: Iterable[str], fallback: str = "", required: bool = False) -> str:
        """One of `valid`; `fallback` when not given or not valid."""
        value = self.text(key, required)
        known = tuple(valid)
        if not value or value in known:
            return value or fallback
        self._found.error(
            "invalid-value", self.at(key), f"{value!r} is not one of {', '.join(known)}.", nearest(value, known)
        )
        return fallback

    def items(self, key: str) -> list[Any]:
        """A list, empty when not given."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, (list, tuple)):
            self._wrong(key, value, "a list")
            return []
        return list(value or ())

    def rows(self, key: str, known: Iterable[str] | None, required: bool = False) -> list[Row]:
        """The rows of a list of mappings; what is not a mapping is reported and left out."""
        if required and self.values.get(key) is None:
            self._missing(key)
        rows = []
        for position, value in enumerate(self.items(key)):
            path = (*self.path, key, str(position))
            if isinstance(value, Mapping):
                rows.append(Row(value, path, self._found))
            else:
                self._found.error("wrong-type", path, f"{_show(value)} is not a mapping.")
        if known is not None:
            _warn_unknown(rows, frozenset(known), self._found)
        return rows

    def child(self, key: str, known: Iterable[str] | None = None, required: bool = False) -> Row:
        """A nested mapping, empty when not given. Without `known` it may have any keys."""
        value = self.values.get(key)
        if isinstance(value, Mapping):
            row = Row(value, self.at(key), self._found)
            if known is not None:
                row.only(known)
            return row
        if value is not None:
            self._wrong(key, value, "a mapping")
        elif required:
            self._missing(key)
        return Row({}, self.at(key), self._found)

    def labels(self, *keys: str) -> dict[str, Any]:
        """What is written for people, under keys that a plan may have and nobody reads: `_notes`."""
        return {f"_{key}": self.values[key] for key in keys if self.values.get(key) not in (None, "", [])}

    def only(self, known: Iterable[str]) -> None:
        """Warn of every other key."""
        _warn_unknown([self], frozenset(known), self._found)

    def _missing(self, key: str) -> None:
        self._found.error("missing-key", self.path, f"the key {key!r} is missing.")

    def _wrong(self, key: str, value: Any, wanted: str) -> None:
        self._found.error("wrong-type", self.at(key), f"{_show(value)} is not {wanted}.")


class Keys:
    """Turns the ids of one block into keys of ours: each once, spelt as keys are."""

    def __init__(self, what: str, found: Diagnostics) -> None:
        self._what = what
        self._found = found
        self._ids: dict[str, str] = {}

    def claim(self, row: Row, field: str) -> str:
        """The key for the id in `field`; empty when there is none, or when another row has it (reported)."""
        given = row.text(field, required=True)
        if not given:
            return ""
        key = tidy_key(given)
        if not key:
            self._found.error("invalid-key", row.at(field), f"{given!r} holds no letter or digit.")
            return ""
        if key in self._ids:
            other = self._ids[key]
            why = "is there already" if other == given else f"becomes the same key as {other!r}"
            self._found.error("duplicate-id", row.at(field), f"the {self._what} {given!r} {why}.")
            return ""
        self._ids[key] = given
        if key != given:
            self._found.warn(
                "renamed-key", row.at(field), f"the {self._what} {given!r} becomes {key!r}.",
                "Keys begin with a letter or digit, then letters, digits, '_', '.' and '-'.",
            )
        return key


def warn_left_out(rows: Iterable[Row], reasons: Mapping[str, str], found: Diagnostics) -> None:
    """One warning per key of a block that a plan has no place for; `reasons` says why, by key."""
    for key, why in reasons.items():
        where = [row for row in rows if row.values.get(key) not in (None, "", False, [])]
        if where:
            more = f" (here and in {len(where) - 1} more)" if len(where) > 1 else ""
            found.warn("left-out", where[0].at(key), f"{key!r} is left out{more}: {why}.")


def tidy_key(text: str) -> str:
    """An id as a key; most are keys as they stand."""
    tidy = _NOT_IN_KEYS.sub("-", text)
    return tidy.lstrip("-_.") if tidy == text else tidy.strip("-_.")


def slug_of(given: str, name: str) -> str:
    """A slug as it was given where it is one, else what NetBox would make of it, or of the name."""
    return given if re.match(SLUG, given) else slugify(given or name)


def slugify(text: str) -> str:
    """What NetBox makes of a name: lower case, words joined by `-`."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")


def _warn_unknown(rows: list[Row], known: frozenset[str], found: Diagnostics) -> None:
    """One warning per unknown key of a block: a misspelt key stands in every row."""
    seen: dict[str, list[Row]] = {}
    for row in rows:
        for key in row.values:
            name = str(key)
            if name not in known and not name.startswith("_"):
                seen.setdefault(name, []).append(row)
    for name, where in seen.items():
        more = f", here and in {len(where) - 1} more" if len(where) > 1 else ""
        close = nearest(name, known)
        found.warn(
            "unknown-key", where[0].at(name), f"unknown key {name!r}{more}; it is ignored.",
            close if close.startswith("Did you mean") else "",
        )


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
