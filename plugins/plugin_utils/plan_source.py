# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a plan on the controller, and knows where in the user's file every value stands.

Our own YAML reading, because what Ansible hands to plugins has lost its places on some ansible-core versions, and
because Ansible lets duplicate keys pass. A plan comes from a user's file: no tag constructs anything, and depth and
size are limited before anything grows (libyaml's own composer crashes the process on deep nesting).

This file knows YAML and Ansible's values; it knows nothing of what a plan means.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, Diagnostic, Path

# Far above any plan (10,000 lines make about 30,000 values), far below what an alias bomb expands to.
MAX_VALUES = 200_000
MAX_DEPTH = 100

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FORBIDDEN = yaml.reader.Reader.NON_PRINTABLE
# Asked for the types of plain scalars, and for numbers as YAML writes them; it never reads a document.
_SCALARS: Any = yaml.SafeLoader("")

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"
_TEXT = _TAG + "str"
_COLLECTION_TAGS = {None, "!", _TAG + "map", _TAG + "seq"}
_SCALAR_TAGS = {_TAG + name for name in ("str", "int", "float", "bool", "null")}
# Types of YAML 1.1 that no plan has. Written plainly (`2024-01-31`, `=`) they are text.
_PLAIN_TEXT = {_TAG + name for name in ("timestamp", "value")}


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; line and column count from 1, 0 where they are not known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class PlanSource:
    """A plan document as plain Python values, and the place of each: of the key in a mapping, of the item in a list."""

    document: dict[str, Any]
    locations: Mapping[Path, Location] = field(default_factory=dict)
    name: str = "plan"


class PlanSourceError(Exception):
    """The plan cannot be read. `problems` is (place, message) each; the text names them all."""

    def __init__(self, problems: Iterable[tuple[Location, str]]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(f"{place}: {message}" for place, message in self.problems))


# -- files and text ---------------------------------------------------------------------------------------------------


def read_plan_file(path: str | os.PathLike[str]) -> PlanSource:
    """The plan of a YAML or JSON file.

    Raises:
        PlanSourceError: it cannot be read, or is not one mapping.
    """
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise _error(name, "there is no such file.") from None
    except IsADirectoryError:
        raise _error(name, "it is a directory, not a file.") from None
    except PermissionError:
        raise _error(name, "it may not be read: permission denied.") from None
    except OSError as error:
        raise _error(name, f"it cannot be read: {error.strerror or error}.") from None
    return read_plan_text(_decode(content, name), name)


def read_plan_text(text: str, name: str) -> PlanSource:
    """The plan of a YAML or JSON text; `name` stands for the file in messages.

    Raises:
        PlanSourceError: it is not one mapping, in YAML without tags.
    """
    if text.startswith("$ANSIBLE_VAULT;"):
        raise _error(name, "it is encrypted with Ansible Vault.", "Decrypt it, or give the plan as a variable.")
    try:
        return _read(text, name)
    except PlanSourceError:
        if not ("\t" in text and text.lstrip().startswith("{")):
            raise
    # JSON may be indented with tabs, YAML not. In JSON a tab never stands inside a text, so a space does as well.
    return _read(text.replace("\t", " "), name)


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8 text. Save the file as UTF-8."
        raise PlanSourceError([(Location(name, line, column), message)]) from None


def _read(text: str, name: str) -> PlanSource:
    _check_characters(text, name)
    try:
        root = _Composer(text, name).document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name) from None
    builder = _Builder(name)
    document = builder.value(root, ())
    if builder.problems:
        raise PlanSourceError(builder.problems)
    if not isinstance(document, dict):
        raise PlanSourceError([(root.place(name), f"a plan is a mapping; this is {_kind(document)}.")])
    return PlanSource(document, builder.locations, name)


def _check_characters(text: str, name: str) -> None:
    """YAML's own check, done here because libyaml reports a byte and not a place."""
    odd = _FORBIDDEN.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        place = Location(name, line, odd.start() - text.rfind("\n", 0, odd.start()))
        raise PlanSourceError([(place, f"YAML forbids the character U+{ord(odd[0]):04X}.")])


def _syntax_error(error: yaml.MarkedYAMLError, name: str) -> PlanSourceError:
    mark = error.problem_mark or error.context_mark
    place = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
    context = f" ({error.context})" if error.context else ""
    return PlanSourceError([(place, f"it is not valid YAML: {error.problem or error.context}{context}.")])


def _error(name: str, message: str, hint: str = "") -> PlanSourceError:
    return PlanSourceError([(Location(name), f"{message} {hint}".strip())])


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "empty" if value is None else f"the value {value!r}"[:60]


# -- nodes ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Node:
    """A value as written. `items` are the pairs of a mapping, or the values of a list with None as keys."""

    event: Any
    items: list[tuple[_Node | None, _Node]] | None = None

    @property
    def text(self) -> str:
        return str(self.event.value)

    def place(self, name: str) -> Location:
        mark = self.event.start_mark
        return Location(name, mark.line + 1, mark.column + 1)


class _Composer:
    """Makes a tree of nodes from the events of one document, aliases shared, depth limited."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        self._anchors: dict[str, _Node] = {}
        self._open: set[int] = set()

    def document(self) -> _Node:
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise _error(self._name, "it is empty.")
        root = self._node(next(self._events), 0)
        next(self._events)
        more = next(self._events)
        if not isinstance(more, yaml.StreamEndEvent):
            place = Location(self._name, more.start_mark.line + 1, more.start_mark.column + 1)
            raise PlanSourceError([(place, "a second document begins here; a plan is one document.")])
        return root

    def _node(self, event: Any, depth: int) -> _Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        node = _Node(event)
        if event.anchor:
            self._anchors[event.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            return node
        if depth >= MAX_DEPTH:
            raise PlanSourceError([(node.place(self._name), f"it is nested deeper than {MAX_DEPTH} levels.")])
        self._open.add(id(node))
        node.items = list(self._children(event, depth + 1))
        self._open.discard(id(node))
        return node

    def _children(self, event: Any, depth: int) -> Iterator[tuple[_Node | None, _Node]]:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        for child in self._events:
            if isinstance(child, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                return
            first = self._node(child, depth)
            # A key always has a value.  pylint: disable-next=stop-iteration-return
            yield (first, self._node(next(self._events), depth)) if is_mapping else (None, first)

    def _alias(self, event: Any) -> _Node:
        place = Location(self._name, event.start_mark.line + 1, event.start_mark.column + 1)
        node = self._anchors.get(event.anchor)
        if node is None:
            raise PlanSourceError([(place, f"the alias *{event.anchor} has no anchor before it.")])
        if id(node) in self._open:
            raise PlanSourceError([(place, f"the alias *{event.anchor} stands inside what it names.")])
        return node


class _Builder:
    """Makes plain values of nodes, with the place of each. Problems are collected; size is limited at once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self.locations: dict[Path, Location] = {}
        self.problems: list[tuple[Location, str]] = []

    def value(self, node: _Node, path: Path) -> Any:
        self._charge(node, 1, len(path))
        self.locations.setdefault(path, node.place(self._name))
        if isinstance(node.event, yaml.ScalarEvent):
            return self._scalar(node)
        if node.event.tag not in _COLLECTION_TAGS:
            self._unknown_tag(node)
            return None
        if isinstance(node.event, yaml.SequenceStartEvent):
            return [self.value(item, (*path, str(n))) for n, (_none, item) in enumerate(node.items or ())]
        return self._mapping(node, path)

    def _mapping(self, node: _Node, path: Path) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for key, (key_node, item) in self._pairs(node).items():
            here = (*path, key)
            self.locations[here] = key_node.place(self._name)
            rows[key] = self.value(item, here)
        return rows

    def _pairs(self, node: _Node, merges: int = 0) -> dict[str, tuple[_Node, _Node]]:
        """The pairs of a mapping, by key; those that `<<` merges in come last and replace nothing."""
        pairs: dict[str, tuple[_Node, _Node]] = {}
        merged: list[_Node] = []
        for key_node, item in node.items or ():
            if key_node is None or key_node.items is not None:
                self.problems.append(((key_node or item).place(self._name), "a key is text, not a list or mapping."))
            elif _tag_of(key_node) == _MERGE:
                merged.append(item)
            elif key_node.text in pairs:
                first = pairs[key_node.text][0].place(self._name)
                message = f"the key {key_node.text!r} stands here again; the first is at {first}."
                self.problems.append((key_node.place(self._name), message))
            else:
                # Keys are taken as written: a class may be called `on` or `007`.
                pairs[key_node.text] = (key_node, item)
        for source in self._merge_sources(merged):
            self._charge(source, 1 + len(source.items or ()), merges)
            for key, pair in self._pairs(source, merges + 1).items():
                pairs.setdefault(key, pair)
        return pairs

    def _merge_sources(self, merged: list[_Node]) -> Iterator[_Node]:
        for item in merged:
            inner = [part for _none, part in item.items or ()] if _is_list(item) else [item]
            for source in inner:
                if isinstance(source.event, yaml.MappingStartEvent):
                    yield source
                else:
                    self.problems.append((source.place(self._name), "`<<` merges a mapping, or a list of mappings."))

    def _charge(self, node: _Node, values: int, depth: int) -> None:
        """Aliases reach beyond the depth and size that the composer has seen: each may name what holds others."""
        if depth > MAX_DEPTH:
            raise PlanSourceError([(node.place(self._name), f"its aliases are nested deeper than {MAX_DEPTH} levels.")])
        self._count += values
        if self._count > MAX_VALUES:
            message = f"it holds more than {MAX_VALUES:,} values, aliases counted in full."
            raise PlanSourceError([(node.place(self._name), message)])

    def _scalar(self, node: _Node) -> Any:
        tag = _tag_of(node)
        if tag in (_TEXT, _MERGE) or (tag in _PLAIN_TEXT and node.event.implicit[0]):
            return node.text
        if tag not in _SCALAR_TAGS:
            self._unknown_tag(node)
            return None
        try:
            value = _SCALARS.yaml_constructors[tag](_SCALARS, yaml.ScalarNode(tag, node.text))
        except (ValueError, KeyError, IndexError, yaml.YAMLError):
            self.problems.append((node.place(self._name), f"{node.text!r} is not of type {tag.removeprefix(_TAG)}."))
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.problems.append((node.place(self._name), f"{node.text!r} is not a number that a plan can hold."))
        return value

    def _unknown_tag(self, node: _Node) -> None:
        tag = str(node.event.tag).replace(_TAG, "!!")
        hint = " Give the plan as a variable to use vaulted values." if tag == "!vault" else ""
        self.problems.append((node.place(self._name), f"the tag {tag} is not known here; a plan needs none.{hint}"))


def _is_list(node: _Node) -> bool:
    return isinstance(node.event, yaml.SequenceStartEvent)


def _tag_of(node: _Node) -> str:
    event = node.event
    if event.tag and event.tag != "!":
        return str(event.tag)
    return str(_SCALARS.resolve(yaml.ScalarNode, event.value, event.implicit))


# -- inline mappings --------------------------------------------------------------------------------------------------


def from_mapping(value: Any, name: str = "plan") -> PlanSource:
    """The plan of a mapping that Ansible hands over, as plain values; with places where Ansible knows them.

    Raises:
        PlanSourceError: it is not a mapping, or holds what no plan can hold.
    """
    if not isinstance(value, Mapping):
        raise _error(name, f"a plan is a mapping; this is {_kind(value)}.")
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
            raise _error(self._name, f"the plan has {limit}.")
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
                self._problem(path, f"the key {key!r} is not text. Write it in quotes.")
                continue
            text = str.__str__(key) if isinstance(key, str) else str(int(key))
            if text in rows:
                self._problem((*path, text), f"the key {text!r} stands there twice, as text and as a number.")
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
        if isinstance(value, int):
            return int.__int__(value)
        if isinstance(value, float) and math.isfinite(value):
            return float.__float__(value)
        if isinstance(value, date):
            return value.isoformat()
        if type(value).__name__ in ("EncryptedString", "AnsibleVaultEncryptedUnicode"):
            return str.__str__(str(value))
        self._problem(path, f"a plan cannot hold {value!r}, of type {type(value).__name__}.")
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


# -- findings, as a person reads them ---------------------------------------------------------------------------------


def locate(path: Path, locations: Mapping[Path, Location]) -> Location | None:
    """The place of a value, or of the nearest value around it that has one."""
    for length in range(len(path), -1, -1):
        if path[:length] in locations:
            return locations[path[:length]]
    return None


def render(
    diagnostics: Iterable[Diagnostic], source: PlanSource, paths: Mapping[Path, Path] | None = None
) -> str:
    """Findings under a heading, a line each, in the order of the file.

    `paths` leads from the paths of the findings to those of the file, where they differ (a converted document).
    """
    found = list(diagnostics)
    lines = []
    for position, finding in enumerate(found):
        path = _translate(finding.path, paths) if paths else finding.path
        place = locate(path, source.locations)
        order = (place.file, place.line, place.column) if place else ("", 0, 0)
        label = "" if finding.severity == ERROR else "warning: "
        lines.append((order, position, f"{label}{finding.text(str(place or ''))}"))
    return "\n".join([f"{_heading(found)} in {source.name}", *(line for _order, _position, line in sorted(lines))])


def _translate(path: Path, paths: Mapping[Path, Path]) -> Path:
    for length in range(len(path), -1, -1):
        if path[:length] in paths:
            return paths[path[:length]]
    return path


def _heading(found: list[Diagnostic]) -> str:
    errors = sum(d.severity == ERROR for d in found)
    parts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((errors, "error"), (len(found) - errors, "warning"))
        if count
    ]
    return " and ".join(parts) or "no findings"
