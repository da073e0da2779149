# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings as a person reads them: under a heading, with their places in the user's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, Diagnostic, Path
from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import PlanSource, locate

CATALOGUE = "What a code in brackets means, with an example of each: docs/errors.md of the collection hedgehog.diet."

_MAX_LINES = 2_000  # more than anybody reads at once


def render(
    diagnostics: Iterable[Diagnostic], source: PlanSource, paths: Mapping[Path, Path] | None = None
) -> str:
    """Findings under a heading, a line each, in the order of the file.

    `paths` leads from the paths of the findings to those of the file, where they differ (a converted document).
    """
    found = list(diagnostics)
    lines = []
    for position, finding in enumerate(found):
        path = _translate(finding.path, paths) if paths else finding.path
        place = locate(path, source.locations)
        order = (place.file, place.line, place.column) if place else ("", 0, 0)
        label = "" if finding.severity == ERROR else "warning: "
        lines.append((order, position, f"{label}{finding.text(str(place or ''))}"))
    more = [f"and {len(lines) - _MAX_LINES:,} more"] if len(lines) > _MAX_LINES else []
    told = [line for _order, _position, line in sorted(lines)[:_MAX_LINES]]
    return "\n".join([f"{_heading(found)} in {source.name}", *told, *more])


def explain(diagnostics: Iterable[Diagnostic], source: PlanSource) -> str:
    """Findings for somebody who now has to do something: as `render` has them, and where to read more."""
    found = list(diagnostics)
    more = [CATALOGUE] if any(d.severity == ERROR for d in found) else []
    return "\n".join([render(found, source), *more])


def _translate(path: Path, paths: Mapping[Path, Path]) -> Path:
    for length in range(len(path), -1, -1):
        if path[:length] in paths:
            return paths[path[:length]]
    return path


def _heading(found: list[Diagnostic]) -> str:
    errors = sum(d.severity == ERROR for d in found)
    parts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((errors, "error"), (len(found) - errors, "warning"))
        if count
    ]
    return " and ".join(parts) or "no findings"
