# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage for documents: of plain values, of text, of bytes. All of it comes out of a seeded generator."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Path = tuple[Any, ...]

HUGE = 10**12
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, HUGE, -HUGE, 10**400, 0.5, -0.0, 1e308, [], {}, [[]], [None], [1, 2, 3],
    {"id": None}, {"value": 1, "label": 2}, {"x": {"y": {"z": []}}},
    "", " ", "x", "0", "-1", "1-", "1-9999999", "*", "null", "x" * 5000, "9" * 5000, "\u202egnirts", "\u0000",
    "\U0001f984", "a\nb", "{index}", "{a.b}", "{index:>999999999}", "{0}", "%s%n", "a/b", "../../etc/passwd",
    "<html><body>502 Bad Gateway</body></html>",
)


def deep(rng: Random) -> Any:
    """Nested some or many times."""
    value: Any = rng.choice((1, "x", None))
    for _level in range(rng.choice((3, 60, 150, 400))):
        value = [value] if rng.random() < 0.5 else {"x": value}
    return value


def odd(rng: Random) -> Any:
    return deep(rng) if rng.random() < 0.03 else copy.deepcopy(rng.choice(ODD))


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all values inside a document, but not of the document itself."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def mutated(document: Any, rng: Random, most: int = 3, mild: float = 0.0) -> Any:
    """A document with some damage in some places, some of it mild. The document itself stays as it is."""
    document = copy.deepcopy(document)
    for _time in range(rng.randint(1, most)):
        found = list(places(document))
        if not found:
            return odd(rng)
        path = rng.choice(found)
        rng.choice(_MILD if rng.random() < mild else _WAYS)(document, path, found, rng)
    return document


def _replace(document: Any, path: Path, _found: list[Path], rng: Random) -> None:
    at(document, path[:-1])[path[-1]] = odd(rng)


def _remove(document: Any, path: Path, _found: list[Path], _rng: Random) -> None:
    del at(document, path[:-1])[path[-1]]


def _rename(document: Any, path: Path, _found: list[Path], rng: Random) -> None:
    holder = at(document, path[:-1])
    if isinstance(holder, dict):
        names = (f"{path[-1]}x", "", "x", "a b", 7, "_x", str(path[-1]).upper())
        holder[rng.choice(names)] = holder.pop(path[-1])
    else:
        holder.append(copy.deepcopy(holder[path[-1]]))


def _graft(document: Any, path: Path, found: list[Path], rng: Random) -> None:
    """A value of some other place."""
    at(document, path[:-1])[path[-1]] = copy.deepcopy(at(document, rng.choice(found)))


def _retype(document: Any, path: Path, _found: list[Path], rng: Random) -> None:
    holder = at(document, path[:-1])
    value = holder[path[-1]]
    ways: list[Callable[[Any], Any]] = [lambda v: [v], lambda v: {"x": v}, str, lambda _v: None]
    if isinstance(value, dict):
        ways += [lambda v: list(v.values()), list]
    if isinstance(value, int) and not isinstance(value, bool):
        ways += [lambda v: v % 10**6 + 0.5, lambda v: -v, lambda v: v + 1, lambda v: v * 1000, lambda v: v == 1]
    if isinstance(value, str):
        ways += [lambda v: v[:-1], lambda v: v + v, lambda v: v + "\n", len, lambda v: v.upper()]
    holder[path[-1]] = rng.choice(ways)(value)


def _nudge(document: Any, path: Path, _found: list[Path], rng: Random) -> None:
    """A number that is a little larger or smaller; of other values a further one like it, or none."""
    holder = at(document, path[:-1])
    value = holder[path[-1]]
    if isinstance(value, int) and not isinstance(value, bool):
        holder[path[-1]] = value + rng.choice((-1, 1, 2, 10))
    elif isinstance(holder, list):
        holder.insert(path[-1], copy.deepcopy(value))
    elif rng.random() < 0.5:
        holder[f"{path[-1]}-2"] = copy.deepcopy(value)
    else:
        del holder[path[-1]]


def _exchange(document: Any, path: Path, _found: list[Path], rng: Random) -> None:
    """Two neighbours change places."""
    holder = at(document, path[:-1])
    other = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[path[-1]], holder[other] = holder[other], holder[path[-1]]


_MILD = (_nudge, _nudge, _exchange)
_WAYS = (_replace, _replace, _remove, _rename, _graft, _retype, _retype)


def mutated_bytes(content: bytes, rng: Random) -> bytes:
    """Some bytes exchanged, left out, doubled or put in, or the rest cut off."""
    for _time in range(rng.randint(1, 4)):
        if not content:
            return bytes(rng.randrange(256) for _byte in range(20))
        here = rng.randrange(len(content))
        there = min(len(content), here + rng.choice((1, 1, 2, 10, 100)))
        way = rng.randrange(7)
        if way == 0:
            content = content[:here] + content[there:]
        elif way == 1:
            content = content[:here] + bytes([rng.randrange(256)]) + content[here + 1:]
        elif way == 2:
            content = content[:here] + content[here:there] * 2 + content[there:]
        elif way == 3:
            content = content[:here] + rng.choice(_TOKENS) + content[here:]
        elif way == 4:
            content = content[:here]
        elif way == 5:
            other = rng.randrange(len(content))
            content = content[:here] + content[other:other + 20] + content[there:]
        else:
            lines = content.split(b"\n")
            one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[one], lines[two] = lines[two], lines[one]
            content = b"\n".join(lines)
    return content


_TOKENS = (
    b"&a ", b"*a ", b"<<: *a\n", b"!!python/object/apply:os.system ['true'] ", b"!x ", b"[", b"]", b"{", b"}", b": ",
    b"- ", b"\n", b"\t", b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"---\n", b"...\n",
    b"%YAML 9.9\n", b"? ", b"|\n", b">-\n", b"'", b'"', b"#", b"@", b"`", b"0o17", b"0x1F", b"1_000", b"1e9", b".inf",
    b".nan", b"12:30:45", b"2024-01-01", b"yes", b"~", b"[" * 300, b"{a: " * 300, b"&a [*a]", b"\r\n", b"\r",
    b"999999999999999999999", b"a: &x [1,1]\nb: &y [*x,*x]\nc: [*y,*y]\n",
)
