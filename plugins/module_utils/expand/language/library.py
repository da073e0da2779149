# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the NetBox device type library become rows of a plan's `catalog`.

They are what github.com/netbox-community/devicetype-library keeps in YAML files: device types (known by `slug`,
`u_height` or `is_full_depth`) and module types, with their interfaces. What they do not say, the rows do not say:
breakouts, limits, redundancy. Knows documents as plain values, never files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...model.hardware import speed_of
from ...model.keys import natural
from ..origin.rows import slugify
from .port_names import NamedPort, PortNameError, has_number, number_ports
from .ports import format_ports

DEVICE_TYPES = "device_types"
MODULE_TYPES = "module_types"
MANUFACTURERS = "manufacturers"

# Interfaces that are no ports of anything, and so are not worth a word.
_NO_PORTS = frozenset({"virtual", "bridge", "lag", "channel"})
_MODULE = re.compile(r"\{module\}[-/. ]*")  # stands for the bay's position; our names begin with the NIC's key


class LibraryError(ValueError):
    """Documents that cannot be used. `problems` says why, all of it, for the user."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Entry:
    """What one document says: a row of a section of the catalog. `notes` tell what was left out."""

    section: str
    slug: str
    row: dict[str, Any]
    manufacturer: str  # name
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Library:
    catalog: dict[str, dict[str, Any]]
    notes: tuple[str, ...]


def to_catalog(documents: Iterable[tuple[str, Any]]) -> Library:
    """A catalog of documents, each with the name it is to have in messages, such as its path.

    Raises:
        LibraryError: a document cannot be used, or two describe the same type.
    """
    sections: dict[str, dict[str, Any]] = {MANUFACTURERS: {}, DEVICE_TYPES: {}, MODULE_TYPES: {}}
    problems: list[str] = []
    notes: list[str] = []
    source: dict[tuple[str, str], str] = {}
    for name, document in documents:
        try:
            entry = read_document(document)
        except LibraryError as error:
            problems += [f"{name}: {problem}" for problem in error.problems]
            continue
        before = source.setdefault((entry.section, entry.slug), name)
        if before != name or entry.slug in sections[entry.section]:
            problems.append(f"{name}: {before} describes {entry.slug!r} already.")
        sections[entry.section][entry.slug] = entry.row
        sections[MANUFACTURERS][entry.row["manufacturer"]] = {"name": entry.manufacturer}
        notes += [f"{name}: {note}" for note in entry.notes]
    if problems:
        raise LibraryError(problems)
    ordered = {key: {slug: rows[slug] for slug in sorted(rows, key=natural)} for key, rows in sections.items() if rows}
    return Library(ordered, tuple(notes))


def with_library(catalog: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The catalog of a plan with what a library adds; the plan's own rows win."""
    merged = {key: value for key, value in catalog.items() if key != "library"}
    for section, rows in library.catalog.items():
        merged[section] = {**rows, **merged.get(section, {})}
    return merged


def read_document(document: Any) -> Entry:
    """The row that one document makes.

    Raises:
        LibraryError: it is no such document, or its interfaces cannot be ports.
    """
    if not isinstance(document, Mapping):
        raise LibraryError(["a document of the device type library is a mapping with `manufacturer` and `model`."])
    problems = [f"`{key}` is missing." for key in ("manufacturer", "model") if not document.get(key)]
    interfaces = _interfaces(document.get("interfaces"), problems)
    maker_slug, maker = _manufacturer(document.get("manufacturer"))
    model = str(document.get("model", ""))
    notes: list[str] = []
    row: dict[str, Any] = {"manufacturer": maker_slug, "model": model}
    is_device = any(key in document for key in ("slug", "u_height", "is_full_depth"))
    slug = str(document.get("slug") or slugify(model))
    if is_device:
        row |= _device_type(document, interfaces, problems, notes)
    else:
        row |= _module_type(interfaces, problems)
    if problems:
        raise LibraryError(problems)
    return Entry(DEVICE_TYPES if is_device else MODULE_TYPES, slug, row, maker, tuple(notes))


# -- parts of a document ----------------------------------------------------------------------------------------------


def _manufacturer(value: Any) -> tuple[str, str]:
    """Slug and name: files have a name alone, NetBox has both."""
    if isinstance(value, Mapping):
        name = str(value.get("name") or value.get("slug") or "")
        return str(value.get("slug") or slugify(name)), name
    return slugify(str(value or "")), str(value or "")


def _interfaces(rows: Any, problems: list[str]) -> list[tuple[str, str]]:
    """Names and types of the interfaces that are not for management alone."""
    if rows is None:
        return []
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, Mapping) for row in rows):
        problems.append("`interfaces` is a list of mappings with `name` and `type`.")
        return []
    lacking = [position for position, row in enumerate(rows, 1) if not row.get("name") or not row.get("type")]
    if lacking:
        problems.append(f"interface {lacking[0]} lacks its `name` or its `type`.")
    names = Counter(str(row["name"]) for row in rows if row.get("name"))
    problems += [f"{count} interfaces are called {name!r}." for name, count in names.items() if count > 1]
    return [
        (str(row["name"]), str(row["type"])) for row in rows
        if row.get("name") and row.get("type") and not row.get("mgmt_only")
    ]


def _device_type(
    document: Mapping[str, Any], interfaces: list[tuple[str, str]], problems: list[str], notes: list[str]
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if document.get("u_height") is not None:
        try:
            height = float(document["u_height"])  # NetBox's decimals come as text
            row["u_height"] = int(height) if height.is_integer() else height
        except (TypeError, ValueError):
            problems.append(f"`u_height` is a number, not {document['u_height']!r}.")
    if document.get("is_full_depth") is not None:
        row["is_full_depth"] = bool(document["is_full_depth"])
    usable = _usable(interfaces, notes)
    try:
        ports = number_ports(usable)
    except PortNameError as error:
        problems.append(f"{error}. Describe this type under `catalog.device_types` instead.")
        return row
    if ports:
        patterns = Counter(named.pattern for named in ports.values())
        row["port_name"] = patterns.most_common(1)[0][0]
        row["ports"] = _ranges(usable, ports, row["port_name"])
    return row


def _usable(interfaces: list[tuple[str, str]], notes: list[str]) -> dict[str, str]:
    """Types of the interfaces that can be ports, by name."""
    slow = Counter(kind for _name, kind in interfaces if not speed_of(kind) and kind not in _NO_PORTS)
    notes.extend(
        f"{count} of its interfaces {'is' if count == 1 else 'are'} {kind!r}, which is no Ethernet of 1 Gb/s or more:"
        " left out." for kind, count in sorted(slow.items())
    )
    fast = {name: kind for name, kind in interfaces if speed_of(kind)}
    notes.extend(f"the name {name!r} has no number to know its port by: left out." for name in fast
                 if not has_number(name))
    return {name: kind for name, kind in fast.items() if has_number(name)}


def _ranges(types: Mapping[str, str], ports: Mapping[str, NamedPort], port_name: str) -> dict[str, Any]:
    """Ports of one type and pattern as one range."""
    alike: dict[tuple[str, str], list[NamedPort]] = {}
    for name, named in ports.items():
        alike.setdefault((named.pattern, types[name]), []).append(named)
    rows = {}
    for (pattern, kind), members in alike.items():
        members.sort(key=lambda named: named.port)
        row: dict[str, Any] = {"speed": speed_of(kind), "interface_type": kind}
        if pattern != port_name:
            row["port_name"] = pattern
        if members[0].number != members[0].port:
            row["first_number"] = members[0].number
        rows[format_ports(tuple(named.port for named in members))] = row
    return {text: rows[text] for text in sorted(rows, key=natural)}


def _module_type(interfaces: list[tuple[str, str]], problems: list[str]) -> dict[str, Any]:
    names = sorted((_MODULE.sub("", name) for name, _kind in interfaces), key=natural)
    if not names:
        problems.append("it has no interfaces: only network cards can be module types of a plan.")
    elif not all(names) or len(set(names)) < len(names):
        problems.append("without `{module}` its interfaces have no names of their own.")
    kinds = {kind for _name, kind in interfaces}
    return {"ports": names, **({"interface_type": kinds.pop()} if len(kinds) == 1 else {})}
