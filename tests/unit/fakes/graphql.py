# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the few shapes of GraphQL that the collection sends: `{ list(filters: ..., pagination: ...) { fields } }`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\.\.\.|-?\d+|[A-Za-z_][A-Za-z0-9_]*|[{}():,\[\]])')


class GraphQLError(Exception):
    """The server does not understand the query."""


@dataclass
class Selection:
    """Fields by name; `on` are the selections of `... on Type`."""

    fields: dict[str, Selection] = field(default_factory=dict)
    on: dict[str, Selection] = field(default_factory=dict)


@dataclass
class Query:
    name: str
    arguments: dict[str, Any]
    selection: Selection


def parse(text: str) -> Query:
    tokens: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise GraphQLError(f"Syntax Error at {position}")
        tokens.append(match[1])
        position = match.end()
    parser = _Parser(tokens)
    parser.expect("{")
    name = parser.next()
    parser.expect("(")
    arguments = parser.pairs(")")
    selection = parser.selection()
    parser.expect("}")
    return Query(name, arguments, selection)


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def next(self) -> str:
        if self._at >= len(self._tokens):
            raise GraphQLError("Syntax Error: Unexpected <EOF>.")
        self._at += 1
        return self._tokens[self._at - 1]

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def expect(self, token: str) -> None:
        found = self.next()
        if found != token:
            raise GraphQLError(f"Syntax Error: Expected {token!r}, found {found!r}.")

    def pairs(self, end: str) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        while self.peek() != end:
            name = self.next()
            self.expect(":")
            rows[name] = self.value()
            if self.peek() == ",":
                self.next()
        self.next()
        return rows

    def items(self) -> list[Any]:
        rows = []
        while self.peek() != "]":
            rows.append(self.value())
            if self.peek() == ",":
                self.next()
        self.next()
        return rows

    def value(self) -> Any:
        token = self.next()
        if token == "{":
            return self.pairs("}")
        if token == "[":
            return self.items()
        if token.startswith('"'):
            return json.loads(token)
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        raise GraphQLError(f"Syntax Error: Unexpected {token!r}.")

    def selection(self) -> Selection:
        self.expect("{")
        found = Selection()
        while self.peek() != "}":
            name = self.next()
            if name == "...":
                self.expect("on")
                kind = self.next()
                found.on[kind] = self.selection()
            else:
                found.fields[name] = self.selection() if self.peek() == "{" else Selection()
        self.next()
        return found
