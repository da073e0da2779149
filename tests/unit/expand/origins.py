# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab, a document of the first DIET, and its parts."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, Diagnostic, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load, read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.origin.convert import convert
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Plan

Document = dict[str, Any]
LAB = FilePath(__file__).parent / "origin_documents" / "lab.yaml"


def row(document: Document, block: str, field: str, value: str) -> Document:
    """The row of a block, also one of the reference data, whose field has this value."""
    rows = document.get(block) or document["reference_data"][block]
    return next(r for r in rows if r[field] == value)


def leaf(document: Document) -> Document:
    return row(document, "switch_classes", "switch_class_id", "leaf")


def zone(document: Document, name: str) -> Document:
    return row(document, "switch_port_zones", "zone_name", name)


def link(document: Document, name: str) -> Document:
    return row(document, "server_connections", "connection_id", name)


def found_in(document: Document) -> list[Diagnostic]:
    """All that conversion and loading find, at places of the document."""
    try:
        return list(read_plan(document).warnings)
    except PlanError as error:
        return error.diagnostics


def codes(found: list[Diagnostic], severity: str | None = None) -> list[str]:
    return [d.code for d in found if severity in (None, d.severity)]


def errors(document: Document) -> list[tuple[str, tuple[str, ...]]]:
    return [(d.code, d.path) for d in found_in(document) if d.severity == ERROR]


def plan_of(document: Document) -> Plan:
    return load(convert(document).document)[0]
