# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a YAML text as they are written: aliases shared, depth limited, nothing interpreted.

Our own composer, because libyaml's crashes the process on deep nesting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import (
    MAX_DEPTH,
    MAX_VALUES,
    Location,
    PlanSourceError,
    shown,
)

# Of a mapping every value has a key, which is a node as well.
_MAX_NODES = 2 * MAX_VALUES + 2
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value as written. `items` are the pairs of a mapping, or the values of a list with None as keys."""

    event: Any
    items: list[tuple[Node | None, Node]] | None = None

    @property
    def text(self) -> str:
        return str(self.event.value)

    def place(self, name: str) -> Location:
        mark = self.event.start_mark
        return Location(name, mark.line + 1, mark.column + 1)


class Composer:
    """Makes a tree of nodes from the events of one document, aliases shared, depth limited."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        self._anchors: dict[str, Node] = {}
        self._open: set[int] = set()
        self._count = 0

    def document(self) -> Node:
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise PlanSourceError([(Location(self._name), "it is empty.")])
        root = self._node(next(self._events), 0)
        next(self._events)
        more = next(self._events)
        if not isinstance(more, yaml.StreamEndEvent):
            place = Location(self._name, more.start_mark.line + 1, more.start_mark.column + 1)
            raise PlanSourceError([(place, "a second document begins here; a plan is one document.")])
        return root

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        node = Node(event)
        self._count += 1
        if self._count > _MAX_NODES:
            raise PlanSourceError([(node.place(self._name), f"it holds more than {MAX_VALUES:,} values.")])
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

    def _children(self, event: Any, depth: int) -> Iterator[tuple[Node | None, Node]]:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        for child in self._events:
            if isinstance(child, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                return
            first = self._node(child, depth)
            # A key always has a value.  pylint: disable-next=stop-iteration-return
            yield (first, self._node(next(self._events), depth)) if is_mapping else (None, first)

    def _alias(self, event: Any) -> Node:
        place = Location(self._name, event.start_mark.line + 1, event.start_mark.column + 1)
        node = self._anchors.get(event.anchor)
        if node is None:
            raise PlanSourceError([(place, f"the alias {_alias(event)} has no anchor before it.")])
        if id(node) in self._open:
            raise PlanSourceError([(place, f"the alias {_alias(event)} stands inside what it names.")])
        return node


def _alias(event: Any) -> str:
    return f"*{event.anchor}" if len(event.anchor) < 80 else shown(f"*{event.anchor}")
