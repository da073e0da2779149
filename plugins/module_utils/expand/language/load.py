# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan document (plain mappings, already parsed) becomes a `Plan`.

Three checkpoints, each reporting all it finds: the shape (`shape.py`), references and values (`build_switches.py`,
`build_servers.py`), and the rules that relate them (`validate.py`). A document of the first DIET is converted first
(`origin.py`). What cannot be resolved is reported and left out, so that one pass finds all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ...diagnostics import Diagnostic, Diagnostics, Path, PlanError
from ...model import schema
from ...model.hardware import Manufacturer
from ...model.keys import natural
from ...model.nics import BUILTIN_MODULE_TYPES
from ...model.plan import Plan, Site
from ...model.switches import BUILTIN_DEVICE_TYPES, BUILTIN_MANUFACTURERS
from ..origin.convert import Converted, in_our_language
from ..rules.validate import validate
from .attributes import optics, shared_objects
from .build_servers import server_class
from .build_switches import fabrics, switch_class
from .catalog import device_type, module_type
from .former_keys import renames
from .references import Document, References
from .shape import check_shape

Item = TypeVar("Item")

MAX_ERRORS = 1_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan, its warnings, and the way from its paths back to those of the document it came from."""

    plan: Plan
    warnings: tuple[Diagnostic, ...]
    source: Converted

    def locate(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Findings about the plan, at their paths in the user's document."""
        return self.source.in_original(diagnostics)


def read_plan(document: Document) -> Loaded:
    """The plan of a document in our language or in the first DIET's; all findings carry the document's own paths.

    Raises:
        PlanError: the document has errors; all of them are in it.
        MissingLibraryError: jsonschema is not installed.
    """
    source = in_our_language(document)
    try:
        plan, warnings = load(source.document)
    except PlanError as error:
        raise PlanError([*source.diagnostics, *source.in_original(error.diagnostics)]) from None
    return Loaded(plan, (*source.diagnostics, *source.in_original(warnings)), source)


def load(document: Document) -> tuple[Plan, list[Diagnostic]]:
    """The plan of a document in our language, and its warnings.

    Raises:
        PlanError: the document has errors; all of them are in it.
        MissingLibraryError: jsonschema is not installed.
    """
    found = Diagnostics(most=MAX_ERRORS)
    tidy = _tidy(document)
    rest = check_shape(tidy, found)
    if rest is None:
        raise PlanError(found)
    plan = _plan(rest, tidy, found)
    validate(plan, found)
    found.stop_on_errors()
    return plan, found.warnings


def _tidy(value: Any) -> Any:
    """Mappings with text keys in natural order and without the keys that begin with `_`; whole numbers as integers."""
    if isinstance(value, Mapping):
        rows = {str(key): item for key, item in value.items()}
        return {key: _tidy(rows[key]) for key in sorted(rows, key=natural) if not key.startswith("_")}
    if isinstance(value, (list, tuple)):
        return [_tidy(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plan(document: Document, whole: Document, found: Diagnostics) -> Plan:
    """The plan in a document; `whole` is the same with what is wrong in shape, and is reported already."""
    catalog = document.get("catalog", {})
    module_types = {
        slug: module_type(slug, row) for slug, row in catalog.get("module_types", {}).items()
    }
    device_types = {
        slug: device_type(slug, row, ("catalog", "device_types", slug), found)
        for slug, row in catalog.get("device_types", {}).items()
    }
    manufacturers = {slug: Manufacturer(slug, row["name"]) for slug, row in catalog.get("manufacturers", {}).items()}
    refer = References(
        document=document,
        whole=whole,
        fabrics=fabrics(document, whole, found),
        device_types={**BUILTIN_DEVICE_TYPES, **device_types},
        module_types={**BUILTIN_MODULE_TYPES, **module_types},
        optics=optics(catalog),
        found=found,
    )
    site = document["site"]
    return Plan(
        id=document["id"],
        name=document.get("name", document["id"]),
        site=Site(site, catalog.get("sites", {}).get(site, {}).get("name", site)),
        overlap=document.get("overlap", schema.default(schema.PLAN, "overlap")),
        fabrics=refer.fabrics,
        switch_classes=_each("switch_classes", switch_class, refer),
        server_classes=_each("server_classes", server_class, refer),
        naming={
            category: document.get("naming", {}).get(category, rule["default"])
            for category, rule in schema.NAMING["properties"].items()
        },
        manufacturers={**BUILTIN_MANUFACTURERS, **manufacturers},
        strict=document.get("strict", schema.default(schema.PLAN, "strict")),
        shared=tuple(shared_objects(catalog)),
        renames=renames(document, found),
    )


def _each(
    section: str, build: Callable[[str, Document, Path, References], Item], refer: References
) -> dict[str, Item]:
    return {key: build(key, row, (section, key), refer) for key, row in refer.document[section].items()}
