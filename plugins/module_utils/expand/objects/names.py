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

from ...diagnostics import Diagnostics, Path, nearest
from ...model.objects import Device
from ...model.plan import Plan, ServerClass, SwitchClass

# Which naming pattern a role uses.
CATEGORIES = {"spine": "spine", "server-leaf": "leaf", "border-leaf": "border", "core": "core", "oob": "oob"}

VARIABLES = ("site", "fabric", "class", "role", "category", "index", "plan", "pod")
LABEL_VARIABLES = ("a_device", "a_interface", "b_device", "b_interface", "kind", "plan")
MAX_NAME = 64  # NetBox: Device.name
MAX_LABEL = 100  # NetBox: Cable.label

_FORMAT = re.compile(r"(0?[1-9]?d)?")


def check_pattern(pattern: str, path: Path, found: Diagnostics) -> frozenset[str]:
    """Report every part of a pattern of device names that is not a plain variable with an optional digit format.

    Returns:
        The variables, none where something is wrong with them.
    """
    names = _check_variables(pattern, VARIABLES, path, found)
    if names is not None and "index" not in names:
        found.error("bad-pattern", path, f"{pattern!r} gives all devices of a class one name.", "Use {index} in it.")
    return frozenset(names or ())


def check_label(pattern: str, path: Path, found: Diagnostics) -> None:
    """Report every part of a pattern of cable labels that is not a plain variable."""
    _check_variables(pattern, LABEL_VARIABLES, path, found)


def _check_variables(pattern: str, known: tuple[str, ...], path: Path, found: Diagnostics) -> set[str] | None:
    """The variables of a pattern, None where something is wrong with them."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        found.error("bad-pattern", path, f"{pattern!r} is not a name pattern: {error}.")
        return None
    before = len(found.errors)
    names = set()
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        names.add(name)
        if name not in known:
            found.error("bad-pattern", path, f"{{{name}}} is not a variable.", nearest(name, known))
        elif conversion or not _FORMAT.fullmatch(spec or "") or (spec and name not in ("index", "pod")):
            hint = "Only {index} and {pod} take one: {index:03d}." if known is VARIABLES else "None takes one."
            found.error("bad-pattern", path, f"the format of {{{name}}} is not valid.", hint)
    return names if len(found.errors) == before else None


def render(pattern: str, variables: Mapping[str, str | int]) -> str:
    """A name; `pattern` has passed `check_pattern`."""
    return "".join(
        literal if name is None else literal + format(variables[name], spec) for literal, name, spec in _parts(pattern)
    )


@lru_cache(maxsize=64)  # a handful of patterns name all devices
def _parts(pattern: str) -> tuple[tuple[str, str | None, str], ...]:
    """Literal text, and the variable that follows it with its format."""
    return tuple((literal, name, spec or "") for literal, name, spec, _conversion in Formatter().parse(pattern))


def check_names(plan: Plan, devices: Iterable[Device], found: Diagnostics) -> None:
    """Report names that are too long, or that two devices would share: a line for each pair of classes.

    NetBox wants them different within a site and tenant, and ignores case in this.
    """
    owners: dict[tuple[str | None, str], Device] = {}
    told: set[tuple[str, ...]] = set()
    for device in devices:
        if len(device.name) > MAX_NAME and (device.class_key,) not in told:
            told.add((device.class_key,))
            found.error(
                "name-too-long", _named_at(plan, device),
                f"{device.name!r} has {len(device.name)} characters; NetBox takes {MAX_NAME}.", "Shorten the pattern.",
            )
        other = owners.setdefault((device.tenant, device.name.lower()), device)
        if other is not device and (other.class_key, device.class_key) not in told:
            told.add((other.class_key, device.class_key))
            found.error(
                "duplicate-name", _named_at(plan, device),
                f"{other.key} and {device.key} would both be called {device.name!r}.",
                "Use {class} and {index} in the pattern, or another name.",
            )


def _named_at(plan: Plan, device: Device) -> Path:
    """Where the plan says what a device is called."""
    classes: dict[str, Mapping[str, SwitchClass] | Mapping[str, ServerClass]] = {
        "switch_classes": plan.switch_classes, "server_classes": plan.server_classes,
    }
    for section, rows in classes.items():
        one = rows.get(device.class_key)
        if one is not None and device.index in one.instances and one.instances[device.index].name:
            return (section, one.key, "instances", str(device.index), "name")
    return ("naming", device.category)
