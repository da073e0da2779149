# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names are renderings of keys: naming patterns, their check, and the names of all devices of a plan.

A pattern comes from a user's file, so it is parsed, never formatted by `str.format` with objects: bare variable names
only, no attributes, indices or conversions, and `[0][1-9]d` as the only format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import Formatter

from ..diagnostics import Diagnostics, Path, nearest
from ..model.objects import Device

VARIABLES = ("site", "fabric", "class", "role", "category", "index", "plan")
MAX_NAME = 64  # NetBox: Device.name

_FORMAT = re.compile(r"(0?[1-9]?d)?")


def check_pattern(pattern: str, path: Path, found: Diagnostics) -> None:
    """Report every part of a pattern that is not a plain variable with an optional digit format."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        found.error("bad-pattern", path, f"{pattern!r} is not a name pattern: {error}.")
        return
    before = len(found.errors)
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in VARIABLES:
            found.error("bad-pattern", path, f"{{{name}}} is not a variable.", nearest(name, VARIABLES))
        elif conversion or not _FORMAT.fullmatch(spec or "") or (spec and name != "index"):
            hint = "Only {index} takes one: {index:03d}."
            found.error("bad-pattern", path, f"the format of {{{name}}} is not valid.", hint)
    if len(found.errors) == before and not any(name == "index" for _l, name, _s, _c in parts):
        found.error("bad-pattern", path, f"{pattern!r} gives all devices of a class one name.", "Use {index} in it.")


def render(pattern: str, variables: Mapping[str, str | int]) -> str:
    """A name; `pattern` has passed `check_pattern`."""
    return "".join(
        literal if name is None else literal + format(variables[name], spec) for literal, name, spec in _parts(pattern)
    )


@lru_cache(maxsize=64)  # a handful of patterns name all devices
def _parts(pattern: str) -> tuple[tuple[str, str | None, str], ...]:
    """Literal text, and the variable that follows it with its format."""
    return tuple((literal, name, spec or "") for literal, name, spec, _conversion in Formatter().parse(pattern))


def check_names(devices: Iterable[Device], found: Diagnostics) -> None:
    """Report names that are too long, or that two devices would share (NetBox ignores case in this)."""
    owners: dict[str, Device] = {}
    for device in devices:
        path: Path = ("naming", device.category)
        if len(device.name) > MAX_NAME:
            found.error(
                "name-too-long", path,
                f"{device.name!r} has {len(device.name)} characters; NetBox takes {MAX_NAME}.", "Shorten the pattern.",
            )
        other = owners.setdefault(device.name.lower(), device)
        if other is not device:
            found.error(
                "duplicate-name", path, f"{other.key} and {device.key} would both be called {device.name!r}.",
                "Use {class} and {index} in the pattern.",
            )
