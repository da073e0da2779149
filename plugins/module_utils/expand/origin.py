# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan document of the first DIET becomes the same plan in our language.

It is recognised by its shape, converted, and then loaded like any other plan. What the first DIET let pass and our
language does not (overlapping zones, ports that the hardware does not list) becomes a warning where the plan still
has one meaning, and an error where it has none.

Everything `convert` reports has a path in the user's document. What is found in the converted plan later has a path in
our language; `Converted.in_original` turns it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from ..diagnostics import Diagnostic, Diagnostics, Path
from ..model.hardware import BUILTIN_DEVICE_TYPES
from .origin_hardware import Maker, Reference, Use, device_type_entry, switch_type_entry
from .origin_rows import Row
from .origin_servers import Servers
from .origin_switches import Paths, Switches

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
    if _version(document):
        return True
    marks = len(_ONLY_THERE & set(document))
    return marks + sum(isinstance(document.get(block), list) for block in ("switch_classes", "server_classes")) >= 2


def convert(document: Document) -> Converted:
    """The plan of a first-DIET document, in our language.

    Raises:
        PlanError: blocks, values or references are missing or wrong; all of them are in it.
    """
    found = Diagnostics()
    if _version(document):
        found.error(
            "unsupported-version", ("apiVersion",), f"documents of {_version(document)} are not supported.",
            "Use one of version 1, which begins with `meta:`.",
        )
    found.stop_on_errors()
    root = Row(document, (), found)
    root.only(_BLOCKS)
    paths: Paths = {(): ()}
    plan = _head(root, found, paths)
    reference = Reference(root, found)
    switches = Switches(root, reference, found, paths)
    servers = Servers(root, reference, switches, found, paths)
    found.stop_on_errors()
    _drop_groups_with_rails(switches, servers, found)
    plan |= {"fabrics": switches.fabrics, "switch_classes": switches.classes, "server_classes": servers.classes}
    plan["catalog"] = _catalog(switches.uses, servers, found, paths)
    _warn_once(reference, switches, servers, found)
    return Converted(plan, list(found), paths)


def _version(document: Document) -> str:
    """`diet/v2` and later say what they are; version 1 does not."""
    version = document.get("apiVersion")
    return version if isinstance(version, str) and version.startswith("diet/") else ""


def _head(root: Row, found: Diagnostics, paths: Paths) -> dict[str, Any]:
    meta, plan = root.child("meta", _META, required=True), root.child("plan", _PLAN, required=True)
    case_id = meta.text("case_id", required=isinstance(root.values.get("meta"), Mapping))
    if case_id and not _CASE_ID.match(case_id):
        # Ids become plan ids, which own objects in NetBox: two spellings must not become one id.
        found.error("invalid-value", meta.at("case_id"), f"{case_id!r} is not a case id.", "It holds a-z, 0-9 and '_'.")
    name = plan.text("name") or meta.text("name") or case_id
    paths[("id",)] = meta.at("case_id")
    paths[("name",)] = plan.at("name") if plan.text("name") else meta.at("name")
    return {"schema": 1, "id": plan_id(case_id), "name": name, "site": SITE, "overlap": "warn"}


def plan_id(case_id: str) -> str:
    """The plan id of a case: stable, and different for different cases."""
    text = case_id.replace("_", "-")
    text = text if text[:1].isalpha() else f"x-{text}"
    if len(text) <= MAX_ID:
        return text
    return f"{text[:MAX_ID - 9]}-{sha256(case_id.encode()).hexdigest()[:8]}"


def _drop_groups_with_rails(switches: Switches, servers: Servers, found: Diagnostics) -> None:
    """Rails spread by number, never by group; the first DIET took both and grouped nothing there."""
    for key, path in servers.rails.items():
        dropped = switches.classes[key].pop("redundancy", None)
        if dropped:
            found.warn(
                "redundancy-dropped", path,
                f"the class {key!r} takes rail-optimized links, so its {dropped['type']} groups are left out.",
            )


def _catalog(uses: list[Use], servers: Servers, found: Diagnostics, paths: Paths) -> dict[str, Any]:
    makers: dict[str, Maker] = {}
    device_types: dict[str, Any] = {}
    by_slug: dict[str, list[Use]] = {}
    for use in uses:
        by_slug.setdefault(use.extension.hardware.slug, []).append(use)
    for slug, same in by_slug.items():
        entry = switch_type_entry(same, found)
        if entry is not None:
            device_types[slug] = entry
    used = servers.hardware | {slug: same[0].extension.hardware for slug, same in by_slug.items()}
    for slug, hardware in used.items():
        if slug not in BUILTIN_DEVICE_TYPES and slug not in device_types:
            device_types[slug] = device_type_entry(hardware)
        if slug in device_types:
            makers.setdefault(hardware.maker.slug, hardware.maker)
            paths[("catalog", "device_types", slug)] = hardware.row.path
    for slug, maker in makers.items():
        paths[("catalog", "manufacturers", slug)] = maker.row.path
    for slug, card in servers.cards.items():
        paths[("catalog", "module_types", slug)] = card.row.path
    return {
        "manufacturers": {slug: {"name": maker.name} for slug, maker in makers.items()},
        "device_types": device_types,
        "module_types": {slug: {"ports": list(card.ports)} for slug, card in servers.cards.items()},
        "sites": {SITE: {"name": SITE_NAME}},
    }


def _warn_once(reference: Reference, switches: Switches, servers: Servers, found: Diagnostics) -> None:
    """What would be said of every row is said once per document."""
    if reference.misnamed:
        pairs = ", ".join(f"{name} is {breakout}" for name, breakout in reference.misnamed.items())
        found.warn(
            "breakout-id", ("reference_data", "breakout_options"),
            f"breakouts are named by what they are: {pairs}.",
        )
    count = switches.optics + servers.optics
    if count:
        found.warn(
            "optics-left-out", ("reference_data", "module_types"),
            f"the optics of {count} zones and connections are left out: a plan cannot state them yet.",
        )
