# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that Ansible hands over as a mapping becomes plain values, with places where Ansible knows them.

Ansible's own values are tagged, lazily templated, vaulted, or of its YAML loader; none of that goes further than here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Path
from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import (
    MAX_DEPTH,
    MAX_KEY,
    MAX_VALUES,
    Location,
    PlanSource,
    PlanSourceError,
    describe,
    holds,
    locate,
    shown,
)


def from_mapping(value: Any, name: str = "plan") -> PlanSource:
    """The plan of a mapping that Ansible hands over, as plain values; with places where Ansible knows them.

    Raises:
        PlanSourceError: it is not a mapping, or holds what no plan can hold.
    """
    if not isinstance(value, Mapping):
        raise PlanSourceError([(Location(name), f"a plan is a mapping; this is {describe(value)}.")])
    plain = _Plain(name)
    document: dict[str, Any] = plain.value(value, (), 0)
    if plain.problems:
        raise PlanSourceError(plain.problems)
    place = plain.locations.get(())
    return PlanSource(document, plain.locations, place.file if place else name)


class _Plain:
    """Makes plain values of Ansible's: tagged, lazily templated, vaulted, or of its YAML loader."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self.locations: dict[Path, Location] = {}
        self.problems: list[tuple[Location, str]] = []

    def value(self, value: Any, path: Path, depth: int) -> Any:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            limit = f"deeper than {MAX_DEPTH} levels" if depth > MAX_DEPTH else f"more than {MAX_VALUES:,} values"
            raise PlanSourceError([(Location(self._name), f"the plan has {limit}.")])
        self._note(path, value)
        if isinstance(value, Mapping):
            return self._mapping(value, path, depth)
        if isinstance(value, (list, tuple)):
            return [self.value(item, (*path, str(n)), depth + 1) for n, item in enumerate(value)]
        return self._scalar(value, path)

    def _mapping(self, value: Mapping[Any, Any], path: Path, depth: int) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for key, item in value.items():
            if not isinstance(key, (str, int)) or isinstance(key, bool):
                self._problem(path, f"the key {shown(key)} is not text. Write it in quotes.")
                continue
            text = str.__str__(key) if isinstance(key, str) else str(int(key))
            if len(text) > MAX_KEY:
                self._problem(path, f"a key has at most {MAX_KEY:,} characters; {shown(text)} has more.")
                continue
            if text in rows:
                self._problem((*path, text), f"the key {shown(text)} stands there twice, as text and as a number.")
                continue
            here = (*path, text)
            self._note(here, key)
            rows[text] = self.value(item, here, depth + 1)
        return rows

    def _scalar(self, value: Any, path: Path) -> Any:
        # `str.__str__` and its like, because a tagged value's own conversions may keep the tag.
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, (int, float)):
            if holds(value):
                return int.__int__(value) if isinstance(value, int) else float.__float__(value)
            what = f"{float.__float__(value)!r}" if isinstance(value, float) else "a number of that many digits"
            self._problem(path, f"a plan cannot hold {what}, of type {type(value).__name__}.")
            return None
        if isinstance(value, date):
            return value.isoformat()
        if type(value).__name__ in ("EncryptedString", "AnsibleVaultEncryptedUnicode"):
            return str.__str__(str(value))
        self._problem(path, f"a plan cannot hold {shown(value)}, of type {type(value).__name__}.")
        return None

    def _note(self, path: Path, value: Any) -> None:
        place = _ansible_place(value)
        if place is not None:
            self.locations.setdefault(path, place)

    def _problem(self, path: Path, message: str) -> None:
        place = locate(path, self.locations) or Location(self._name)
        self.problems.append((place, f"{'.'.join(path)}: {message}" if path else message))


def _ansible_place(value: Any) -> Location | None:
    """Where Ansible says a value stands, without importing its private modules.

    ansible-core 2.19 and later attach tags, one of them with a path and a line; earlier ones set `ansible_pos`.
    """
    tags = getattr(value, "_ansible_tags_mapping", None)
    if isinstance(tags, Mapping):
        for tag in tags.values():
            line = getattr(tag, "line_num", None)
            file = getattr(tag, "path", None) or getattr(tag, "description", None)
            if file and line:
                return Location(str(file), int(line), int(getattr(tag, "col_num", None) or 0))
    place = getattr(value, "ansible_pos", None)
    if isinstance(place, Sequence) and len(place) == 3 and place[0] and place[1]:
        return Location(str(place[0]), int(place[1]), int(place[2] or 0))
    return None
