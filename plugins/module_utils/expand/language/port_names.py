# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface names become physical port numbers and name patterns.

`Ethernet1/1` to `Ethernet1/48` are ports 1 to 48, called `Ethernet1/{port}`: where names differ in several numbers, the
last of those that differ is the port's, and the others make patterns of their own. A number stays the port's own as
long as nothing else has it; the ports of a pattern whose numbers are taken, or begin at 0, come after all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...model.schema_terms import MAX_PORT

_NUMBER = re.compile(r"(\d+)")


class PortNameError(ValueError):
    """Names that no pattern says; the message is for the user."""


@dataclass(frozen=True, slots=True)
class NamedPort:
    """A physical port: its pattern, and what `{port}` stands for in it."""

    port: int
    pattern: str
    number: int


def number_ports(names: Iterable[str]) -> dict[str, NamedPort]:
    """Physical ports by name. All names have a number in them (`has_number`), and none stands there twice.

    Raises:
        PortNameError: two names of one pattern have the same number, or ports end above 1024.
    """
    used: set[int] = set()
    ports: dict[str, NamedPort] = {}
    for pattern, numbers in _patterns(names).items():
        low, high = min(numbers), max(numbers)
        shift = 0 if low >= 1 and not used & numbers.keys() else max(used, default=0) + 1 - low
        if high + shift > MAX_PORT:
            raise PortNameError(f"{numbers[high]!r} would be port {high + shift}, and ports go from 1 to {MAX_PORT}")
        for number, name in numbers.items():
            ports[name] = NamedPort(number + shift, pattern, number)
        used |= {number + shift for number in numbers}
    return ports


def has_number(name: str) -> bool:
    return _NUMBER.search(name) is not None


def _patterns(names: Iterable[str]) -> dict[str, dict[int, str]]:
    """Names by pattern and number, patterns in the order in which they first occur."""
    alike: dict[tuple[str, ...], list[list[str]]] = {}
    for name in names:
        parts = _NUMBER.split(name)
        alike.setdefault(tuple(parts[::2]), []).append(parts)
    patterns: dict[str, dict[int, str]] = {}
    for rows in alike.values():
        at = _port_position(rows)
        for parts in rows:
            pattern = "".join([*parts[:at], "{port}", *parts[at + 1:]])
            number, name = int(parts[at]), "".join(parts)
            if str(number) != parts[at]:
                raise PortNameError(f"{name!r} has a number that begins with 0, which `port_name` cannot say")
            patterns.setdefault(pattern, {})[number] = name
    return patterns


def _port_position(rows: list[list[str]]) -> int:
    """Which part of names that are alike is the port's number: the last that differs, or just the last."""
    numbers = range(1, len(rows[0]), 2)
    differing = [at for at in numbers if len({parts[at] for parts in rows}) > 1]
    return (differing or numbers)[-1]
