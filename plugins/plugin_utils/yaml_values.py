# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes of YAML become plain values, with the place of each.

Our own reading, because Ansible lets duplicate keys pass. A plan comes from a user's file: no tag constructs anything,
and size is limited before anything grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Path
from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import (
    MAX_DEPTH,
    MAX_KEY,
    MAX_VALUES,
    Location,
    PlanSourceError,
    holds,
    shown,
)
from ansible_collections.hedgehog.diet.plugins.plugin_utils.yaml_nodes import Node

# Asked for the types of plain scalars, and for numbers as YAML writes them; it never reads a document.
_SCALARS: Any = yaml.SafeLoader("")

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"
_TEXT = _TAG + "str"
_COLLECTION_TAGS = {None, "!", _TAG + "map", _TAG + "seq"}
_SCALAR_TAGS = {_TAG + name for name in ("str", "int", "float", "bool", "null")}
# Types of YAML 1.1 that no plan has. Written plainly (`2024-01-31`, `=`) they are text.
_PLAIN_TEXT = {_TAG + name for name in ("timestamp", "value")}


# Numbers of YAML 1.1 can be of base 60, and long ones take Python a time that grows with their square.
_NUMBER_TAGS = {_TAG + "int", _TAG + "float"}
_MAX_DIGITS = 64


class Builder:
    """Makes plain values of nodes, with the place of each. Problems are collected; size is limited at once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self.locations: dict[Path, Location] = {}
        self.problems: list[tuple[Location, str]] = []

    def value(self, node: Node, path: Path) -> Any:
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

    def _mapping(self, node: Node, path: Path) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for key, (key_node, item) in self._pairs(node).items():
            here = (*path, key)
            self.locations[here] = key_node.place(self._name)
            rows[key] = self.value(item, here)
        return rows

    def _pairs(self, node: Node, merges: int = 0) -> dict[str, tuple[Node, Node]]:
        """The pairs of a mapping, by key; those that `<<` merges in come last and replace nothing."""
        pairs: dict[str, tuple[Node, Node]] = {}
        merged: list[Node] = []
        for key_node, item in node.items or ():
            if key_node is None or key_node.items is not None:
                self.problems.append(((key_node or item).place(self._name), "a key is text, not a list or mapping."))
            elif len(key_node.text) > MAX_KEY:
                message = f"a key has at most {MAX_KEY:,} characters; {shown(key_node.text)} has more."
                self.problems.append((key_node.place(self._name), message))
            elif _tag_of(key_node) == _MERGE:
                merged.append(item)
            elif key_node.text in pairs:
                first = pairs[key_node.text][0].place(self._name)
                message = f"the key {shown(key_node.text)} stands here again; the first is at {first}."
                self.problems.append((key_node.place(self._name), message))
            else:
                # Keys are taken as written: a class may be called `on` or `007`.
                pairs[key_node.text] = (key_node, item)
        for source in self._merge_sources(merged):
            self._charge(source, 1 + len(source.items or ()), merges)
            for key, pair in self._pairs(source, merges + 1).items():
                pairs.setdefault(key, pair)
        return pairs

    def _merge_sources(self, merged: list[Node]) -> Iterator[Node]:
        for item in merged:
            inner = [part for _none, part in item.items or ()] if _is_list(item) else [item]
            for source in inner:
                if isinstance(source.event, yaml.MappingStartEvent):
                    yield source
                else:
                    self.problems.append((source.place(self._name), "`<<` merges a mapping, or a list of mappings."))

    def _charge(self, node: Node, values: int, depth: int) -> None:
        """Aliases reach beyond the depth and size that the composer has seen: each may name what holds others."""
        if depth > MAX_DEPTH:
            raise PlanSourceError([(node.place(self._name), f"its aliases are nested deeper than {MAX_DEPTH} levels.")])
        self._count += values
        if self._count > MAX_VALUES:
            message = f"it holds more than {MAX_VALUES:,} values, aliases counted in full."
            raise PlanSourceError([(node.place(self._name), message)])

    def _scalar(self, node: Node) -> Any:
        tag = _tag_of(node)
        if tag in (_TEXT, _MERGE) or (tag in _PLAIN_TEXT and node.event.implicit[0]):
            return node.text
        if tag not in _SCALAR_TAGS:
            self._unknown_tag(node)
            return None
        if tag in _NUMBER_TAGS and len(node.text) > _MAX_DIGITS:
            self.problems.append((node.place(self._name), f"{shown(node.text)} is not a number that a plan can hold."))
            return None
        try:
            value = _SCALARS.yaml_constructors[tag](_SCALARS, yaml.ScalarNode(tag, node.text))
        except (ValueError, KeyError, IndexError, OverflowError, yaml.YAMLError):
            message = f"{shown(node.text)} is not of type {tag.removeprefix(_TAG)}."
            self.problems.append((node.place(self._name), message))
            return None
        if not holds(value):
            self.problems.append((node.place(self._name), f"{shown(node.text)} is not a number that a plan can hold."))
            return None
        return value

    def _unknown_tag(self, node: Node) -> None:
        tag = str(node.event.tag).replace(_TAG, "!!")[:200]
        hint = " Give the plan as a variable to use vaulted values." if tag == "!vault" else ""
        self.problems.append((node.place(self._name), f"the tag {tag} is not known here; a plan needs none.{hint}"))


def _is_list(node: Node) -> bool:
    return isinstance(node.event, yaml.SequenceStartEvent)


def _tag_of(node: Node) -> str:
    event = node.event
    if event.tag and event.tag != "!":
        return str(event.tag)
    return str(_SCALARS.resolve(yaml.ScalarNode, event.value, event.implicit))
