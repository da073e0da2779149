#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/errors.md: what every code means, how to get out of it, and an example of each.

Meanings are those of plugins/module_utils/expand/codes.py, examples the cases of tests/unit/expand/errors. Run it after
a change of either; a unit test fails while the page is out of step.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests/unit/expand/errors"
PAGE = ROOT / "docs/errors.md"
AROUND = 2  # lines shown before and after the place of a finding

HEAD = """# Errors and warnings

Made from the table of codes and from tested plans by `tools/error_catalogue.py`.

Every finding about a plan ends with a code in brackets, and begins with the place in your file. One run tells all it
finds, so correct them together. Warnings are marked as such and stop nothing. A message without a code is about a file
that cannot be read at all, and says where.
"""

SECTIONS = {
    "PLAN_CODES": ("In a plan", "Found before any server is asked."),
    "NETBOX_CODES": ("With NetBox", "Found by preview and apply, before the first write. Nothing was changed."),
    "IMPORT_CODES": ("In documents of the first DIET", "Found while such a document is converted."),
}

_FINDING = re.compile(r"(?P<warning>warning: )?(?P<file>[^:]+\.yml):(?P<line>\d+):\d+: .*\[(?P<code>[a-z0-9-]+)\]")


@dataclass(frozen=True)
class Example:
    """A finding of a tested plan: its text as users see it, the lines around it, and how many others are beside it."""

    case: str
    text: str
    lines: tuple[str, ...]
    others: int


def table() -> ModuleType:
    """The table of codes, loaded from its package as one of its own, so that no collection path is needed."""
    package = ModuleType("finding_codes")
    package.__path__ = [str(ROOT / "plugins/module_utils/expand")]
    sys.modules[package.__name__] = package
    return importlib.import_module(f"{package.__name__}.codes")


def examples() -> dict[str, Example]:
    """The best example of each code: the case that is called like it, else the one that shows the least else."""
    found: dict[str, Example] = {}
    for path in sorted(CASES.glob("*.txt")):
        findings = [match for line in path.read_text(encoding="utf-8").splitlines() if (match := _FINDING.match(line))]
        for match in findings:
            example = Example(path.stem, match[0], _lines(path, int(match["line"])), len(findings) - 1)
            best = found.get(match["code"])
            if best is None or _rank(match["code"], example) < _rank(match["code"], best):
                found[match["code"]] = example
    return found


def _rank(code: str, example: Example) -> tuple[bool, int, str]:
    return example.case != code, example.others, example.case


def _lines(path: Path, marked: int) -> tuple[str, ...]:
    lines = path.with_suffix(".yml").read_text(encoding="utf-8").splitlines()
    first, last = max(1, marked - AROUND), min(len(lines), marked + AROUND)
    width = len(str(last))
    return tuple(
        f"{'>' if number == marked else ' '} {number:{width}} | {lines[number - 1]}".rstrip()
        for number in range(first, last + 1)
    )


def page() -> str:
    codes, shown = table(), examples()
    return HEAD + "".join(
        part for name, (title, said) in SECTIONS.items() for part in _section(title, said, getattr(codes, name), shown)
    )


def _section(title: str, said: str, codes: Mapping[str, Any], shown: Mapping[str, Example]) -> Iterator[str]:
    yield f"\n## {title}\n\n{said}\n\n"
    yield " · ".join(f"[{code}](#{code})" for code in codes) + "\n"
    for code, (meaning, way_out) in codes.items():
        yield f"\n### {code}\n\n{meaning}\n\nWay out: {way_out}\n"
        if code in shown:
            example = shown[code]
            yield "\n```text\n" + "\n".join((*example.lines, "", example.text)) + "\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
