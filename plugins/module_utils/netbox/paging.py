# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts a long list into slices that can be read at the same time, and reads a slice page by page.

A slice is a range of ids where the server can be asked by id, so that nothing written between two pages shifts a row
from one into the other; else a range of positions, where it can, and whoever reads has to compare counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .errors import ServerError

PAGE = 1000  # NetBox caps a page at 1,000 rows unless told otherwise; what comes back is what counts
IDS = 100  # in one address: servers take 8 KB of it, some of what stands before them 4 KB, and no more

JsonRow = dict[str, Any]
Value = TypeVar("Value")
Ask = Callable[[int, int], Sequence[JsonRow]]  # from which id or position, and how many at most


@dataclass(frozen=True, slots=True)
class Extent:
    """How many rows a list has, and the highest id among them; `count` is a guess where the filter is not exact."""

    count: int
    last: int


@dataclass(frozen=True, slots=True)
class Slice:
    """From `start` on, and up to `end` if there is one; both are ids or positions."""

    start: int
    end: int | None


def parts(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    """Values in their order, so many at a time."""
    for start in range(0, len(values), size):
        yield values[start:start + size]


def slices(extent: Extent, start: int, by_id: bool) -> list[Slice]:
    """The rest of a list, after its first page. Together they have every row from `start` on, also new ones.

    Ids of a plan lie close, because it is written in lists: a slice of them is a page. Where others' rows lie between,
    slices are wider, a fifth less than what would hold a page on average: most are then still one request.
    """
    size, end = PAGE, extent.count
    if by_id:
        pages = max(1, -(-extent.count // PAGE))
        size, end = max(PAGE, (extent.last + 1 - start) * 4 // (pages * 5)), extent.last + 1
    starts = [*range(start, max(end, start + 1), size)]
    return [Slice(one, after) for one, after in zip(starts, [*starts[1:], None], strict=True)]


def read_slice(ask: Ask, one: Slice, by_id: bool) -> list[JsonRow]:
    """All rows of a slice.

    The server's page size may be below ours, and nothing in the answer says so: only an empty page, or one with rows
    behind the slice, is the end.
    """
    found: list[JsonRow] = []
    start = one.start
    while one.end is None or start < one.end:
        wanted = PAGE if one.end is None else min(PAGE, one.end - start)
        page = ask(start, wanted)
        ours = [row for row in page if one.end is None or not by_id or int(row["id"]) < one.end]
        found += ours
        if not page or len(ours) < len(page):
            break
        start = next_start(page, start, by_id)
    return found


def read_counted(ask: Callable[[Mapping[str, Any]], tuple[Sequence[JsonRow], Any]]) -> list[JsonRow] | None:
    """All rows of a list in the order of their ids, given what reads a page; None where they are not what is counted.

    NetBox counts with every page what is left from there on. So nothing that is written between two pages shifts a
    row, and a page that lost some on the way is seen, whatever it says of further ones.
    """
    found: list[JsonRow] = []
    start, left = 0, None
    while left is None or left > 0:
        rows, count = ask({"ordering": "id", "limit": PAGE, **({"id__gte": start} if start else {})})
        if not isinstance(count, int) or left not in (None, count) or len(rows) > count or (count and not rows):
            return None
        found += rows
        left = count - len(rows)
        start = next_start(rows, start, True) if rows else start
    return found


def next_start(page: Sequence[Mapping[str, Any]], start: int, by_id: bool) -> int:
    """Where the next page begins.

    Raises:
        ServerError: the page is not behind the one before, so that there would be no end.
    """
    following = max(int(row["id"]) for row in page) + 1 if by_id else start + len(page)
    if following <= start:
        raise ServerError(f"NetBox was asked for rows from the id {start} on, and answered with older ones only.")
    return following
