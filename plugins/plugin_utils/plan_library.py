# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the files that a plan names in `catalog.library`, and merges what they describe under the plan's own catalog.

Only here, on the controller, can files be read: everybody else gets a plan whose catalog says it all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics, Path
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.library import (
    DEVICE_TYPES,
    MANUFACTURERS,
    MODULE_TYPES,
    Library,
    LibraryError,
    to_catalog,
    with_library,
)
from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import Location, PlanSource, PlanSourceError
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import read_plan_file

LIBRARY: Path = ("catalog", "library")


def with_library_files(source: PlanSource, folder: str, found: Diagnostics) -> PlanSource:
    """A plan with the contents of the files in its catalog instead of their names.

    Args:
        folder: where relative paths begin.
        found: takes what is wrong with the files, and what of them is left out, each at its place in the list.
    """
    names = _names(source.document)
    if not names:
        return source
    documents = {name: document for name in names if (document := _read(name, names[name], folder, found)) is not None}
    try:
        library = to_catalog(documents.items())
    except LibraryError as error:
        for problem in error.problems:
            name, message = _attributed(problem, names)
            found.error("library-file", (*LIBRARY, names[name]), message)
        library = Library({}, ())
    for note in library.notes:
        name, message = _attributed(note, names)
        found.warn("library-left-out", (*LIBRARY, names[name]), message)
    catalog = with_library(source.document["catalog"], library)
    places = {**_places(library, source), **source.locations}
    return replace(source, document={**source.document, "catalog": catalog}, locations=places)


def _names(document: Mapping[str, Any]) -> dict[str, str]:
    """Paths as the plan gives them, and their positions in the list; none where the schema will refuse the catalog."""
    catalog = document.get("catalog")
    if not isinstance(catalog, Mapping) or not isinstance(listed := catalog.get("library"), list):
        return {}
    sections = (MANUFACTURERS, DEVICE_TYPES, MODULE_TYPES)
    if not all(isinstance(catalog.get(section, {}), Mapping) for section in sections):
        return {}
    return {name: str(position) for position, name in reversed([*enumerate(listed)]) if isinstance(name, str)}


def _read(name: str, position: str, folder: str, found: Diagnostics) -> dict[str, Any] | None:
    path = os.path.join(folder, os.path.expanduser(name))
    try:
        return read_plan_file(path).document
    except PlanSourceError as error:
        for place, message in error.problems:
            line = f" line {place.line}:" if place.line else ""
            found.error("library-file", (*LIBRARY, position), f"{name}:{line} {message}", _way_out(path, folder))
        return None


def _way_out(path: str, folder: str) -> str:
    return "" if os.path.exists(path) else f"Relative paths begin at {folder}."


def _attributed(text: str, names: Mapping[str, str]) -> tuple[str, str]:
    """The file that a line of `to_catalog` is about, and the line."""
    return max((name for name in names if text.startswith(f"{name}: ")), key=len), text


def _places(library: Library, source: PlanSource) -> dict[Path, Location]:
    """What the files describe stands where the plan names the files."""
    place = source.locations.get(LIBRARY)
    return {} if place is None else {
        ("catalog", section, slug): place
        for section, rows in library.catalog.items() if section != MANUFACTURERS for slug in rows
    }
