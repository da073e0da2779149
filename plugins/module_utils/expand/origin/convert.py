# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan document of the first DIET becomes the same plan in our language.

It is recognised by its shape, converted, and then loaded like any other plan. What the first DIET let pass and our
language does not (overlapping zones, ports that the hardware does not list) becomes a warning where the plan still
has one meaning, and an error where it has none. What is written there for people only is kept in keys that begin with
`_`; everything else that our language has no place for is a warning.

Everything `convert` reports has a path in the user's document. What is found in the converted plan later has a path in
our language; `Converted.in_original` turns it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from ...diagnostics import Diagnostic, Diagnostics, Path, PlanError
from ...model.schema import PLAN
from .catalog import catalog
from .hardware import Reference
from .order import in_order
from .rows import Row
from .servers import Servers
from .settle import settle
from .switches import Paths, Switches
from .version_2 import Rewritten, is_version_2, rewrite
from .zones import Zones

Document = Mapping[str, Any]

SITE = "hedgehog"
SITE_NAME = "Hedgehog"
MAX_ID = 50

_ONLY_THERE = frozenset(("meta", "reference_data", "switch_port_zones", "server_nics", "server_connections"))
_BLOCKS = (
    "meta", "reference_data", "plan", "switch_classes", "switch_port_zones", "server_classes", "server_nics",
    "server_connections", "expected", "contract",
)
_META = ("case_id", "name", "version", "managed_by", "description", "tags")
_PLAN = ("name", "status", "description", "customer_name", "notes")
_CASE_ID = re.compile(r"^[a-z0-9_]+$")
_STATUSES = ("draft", "review", "approved", "exported")


@dataclass(frozen=True, slots=True)
class Converted:
    """A plan in our language; `paths` leads from its paths to those of the document it was made from."""

    document: dict[str, Any]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    paths: dict[Path, Path] = field(default_factory=dict)

    def in_original(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Findings about `document`, at the places of the document it was made from."""
        return [replace(d, path=original_path(d.path, self.paths)) for d in diagnostics]


def original_path(path: Path, paths: Mapping[Path, Path]) -> Path:
    """Where the nearest known ancestor of a path came from; the path itself when nothing was converted."""
    if not paths:
        return path
    return next((paths[path[:n]] for n in range(len(path), -1, -1) if path[:n] in paths), ())


def in_our_language(document: Document) -> Converted:
    """A document in either language, in ours.

    Raises:
        PlanError: it is a document of the first DIET that cannot be converted.
    """
    return convert(document) if is_origin(document) else Converted(dict(document))


def is_origin(document: Document) -> bool:
    """Whether this is a document of the first DIET, of any version; broken ones count."""
    if "schema" in document:
        return False
    if is_version_2(document):
        return True
    marks = len(_ONLY_THERE & set(document))
    return marks + sum(isinstance(document.get(block), list) for block in ("switch_classes", "server_classes")) >= 2


def convert(document: Document, site: str = SITE) -> Converted:
    """The plan of a first-DIET document, in our language, its keys in the order of the schema.

    Args:
        site: slug of the site, which such documents do not say.

    Raises:
        PlanError: blocks, values or references are missing or wrong; all of them are in it.
    """
    if not is_version_2(document):
        return _convert(Rewritten(document), site)
    found = Diagnostics()
    rewritten = rewrite(document, found)
    try:
        converted = _convert(rewritten, site)
    except PlanError as error:
        raise PlanError([*found, *(rewritten.in_version_2(d) for d in error.diagnostics)]) from None
    found.stop_on_errors()
    return Converted(
        converted.document,
        [*found, *map(rewritten.in_version_2, converted.diagnostics)],
        {ours: rewritten.path(theirs) for ours, theirs in converted.paths.items()},
    )


def _convert(source: Rewritten, site: str) -> Converted:
    found = Diagnostics()
    root = Row(source.document, (), found)
    root.only(_BLOCKS)
    paths: Paths = {(): ()}
    plan = _head(root, found, paths) | {"site": site}
    reference = Reference(root, found, source.in_netbox)
    switches = Switches(root, reference, found, paths)
    zones = Zones(root, reference, switches, found, paths)
    servers = Servers(root, reference, zones, found, paths)
    for block, classes in (("switch_classes", switches.by_id), ("server_classes", servers.by_id)):
        if root.values.get(block) == [] and not classes:
            found.error("no-classes", (block,), "the list is empty: a plan of the first DIET has at least one.")
    settle(switches, zones, servers, found)
    found.stop_on_errors()
    plan |= {"fabrics": switches.fabrics, "switch_classes": switches.classes, "server_classes": servers.classes}
    plan["catalog"] = catalog(reference, zones.used.values(), found, paths)
    if site == SITE:
        plan["catalog"]["sites"] = {SITE: {"name": SITE_NAME}}
    if reference.misnamed:
        pairs = ", ".join(f"{name} is {breakout}" for name, breakout in reference.misnamed.items())
        found.warn(
            "breakout-id", ("reference_data", "breakout_options"),
            f"breakouts are named by what they are: {pairs}.",
        )
    return Converted(in_order(plan, PLAN), list(found), paths)


def _head(root: Row, found: Diagnostics, paths: Paths) -> dict[str, Any]:
    meta, plan = root.child("meta", _META, required=True), root.child("plan", _PLAN, required=True)
    case_id = meta.text("case_id", required=isinstance(root.values.get("meta"), Mapping))
    if case_id and not _CASE_ID.match(case_id):
        # Ids become plan ids, which own objects in NetBox: two spellings must not become one id.
        found.error("invalid-value", meta.at("case_id"), f"{case_id!r} is not a case id.", "It holds a-z, 0-9 and '_'.")
    meta.number("version")
    _check_label(meta, "managed_by", ("yaml",), found)
    _check_label(plan, "status", _STATUSES, found)
    name = plan.text("name") or meta.text("name") or case_id
    paths[("id",)] = meta.at("case_id")
    paths[("name",)] = plan.at("name") if plan.text("name") else meta.at("name")
    notes = {
        "_meta": {key[1:]: value for key, value in meta.labels("description", "tags").items()},
        "_plan": {
            key[1:]: value for key, value in plan.labels("status", "customer_name", "description", "notes").items()
        },
    }
    head = {"schema": 1, "id": plan_id(case_id), "name": name, "overlap": "warn"}
    return head | {key: value for key, value in notes.items() if value}


def _check_label(row: Row, key: str, valid: tuple[str, ...], found: Diagnostics) -> None:
    """A value that decides nothing, so a wrong one is no error."""
    given = row.text(key)
    if given and given not in valid:
        found.warn("odd-value", row.at(key), f"{given!r} is not one of {', '.join(valid)}; it decides nothing here.")


def plan_id(case_id: str) -> str:
    """The plan id of a case: stable, and different for different cases."""
    text = case_id.replace("_", "-")
    text = text if text[:1].isalpha() else f"x-{text}"
    if len(text) <= MAX_ID:
        return text
    return f"{text[:MAX_ID - 9]}-{sha256(case_id.encode()).hexdigest()[:8]}"
