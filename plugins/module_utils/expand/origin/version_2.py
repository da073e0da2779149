# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A first-DIET document of version 2 (`apiVersion: diet/v2`) becomes one of version 1.

Version 2 has the same lists below `spec`. It refers to shared objects by what NetBox calls them (slugs, maker and
model, `4x200g`) and describes them, if at all, under `test_fixtures`. So they get those names as ids, and a device type
that nothing describes is one that NetBox has. Findings go back to where they belong by `Rewritten.path`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...diagnostics import Diagnostic, Diagnostics, Path
from ...model.hardware import ModuleType
from ...model.nics import BUILTIN_MODULE_TYPES
from ...model.switches import BUILTIN_MANUFACTURERS
from .rows import Row, slugify

Document = Mapping[str, Any]

_VERSION = "diet/v2"
_KIND = "TopologyPlan"
_TOP = ("apiVersion", "kind", "metadata", "spec", "test_fixtures", "status", "contract", "expected")
_LISTS = ("switch_classes", "switch_port_zones", "server_classes", "server_nics", "server_connections")
_FIXTURES = ("device_types", "breakout_options", "module_types", "manufacturers")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A document of version 1; `moved` leads from its paths to those of the document it was made from."""

    document: Document
    in_netbox: tuple[str, ...] = ()
    moved: Mapping[Path, Path] = field(default_factory=dict)

    def path(self, path: Path) -> Path:
        for length in range(len(path), 0, -1):
            if path[:length] in self.moved:
                return (*self.moved[path[:length]], *path[length:])
        return path

    def in_version_2(self, found: Diagnostic) -> Diagnostic:
        # What is missing at the top of version 1 is missing below `spec`.
        return replace(found, path=self.path(found.path) or ("spec",))


def is_version_2(document: Document) -> bool:
    """Whether a document says that it is of version 2 or later; version 1 says nothing."""
    version = document.get("apiVersion")
    return isinstance(version, str) and version.startswith("diet/")


def rewrite(document: Document, found: Diagnostics) -> Rewritten:
    """The document in version 1.

    Raises:
        PlanError: it is of another version, or has no `metadata` or `spec`.
    """
    root = Row(document, (), found)
    if root.text("apiVersion") != _VERSION:
        found.error(
            "unsupported-version", ("apiVersion",), f"documents of {root.text('apiVersion')} are not supported.",
            f"Use {_VERSION}, or one of version 1, which begins with `meta:`.",
        )
    root.only((*_TOP, "reference_data"))
    root.choice("kind", (_KIND,), required=True)
    metadata, spec = root.child("metadata", required=True), root.child("spec", ("plan", *_LISTS), required=True)
    if metadata.values and metadata.number("version") not in (None, 2):
        found.error("invalid-value", metadata.at("version"), "documents of diet/v2 have version 2.")
    if "reference_data" in document:
        found.error(
            "forbidden-key", ("reference_data",), "documents of diet/v2 have no reference_data.",
            "Describe what they need under `test_fixtures`, or use one of version 1.",
        )
    found.stop_on_errors()
    moved: dict[Path, Path] = {("meta",): ("metadata",), ("plan",): ("spec", "plan")}
    moved |= {(block,): ("spec", block) for block in _LISTS}
    moved[("reference_data",)] = ("test_fixtures",)
    fixtures = _Fixtures(root.child("test_fixtures", _FIXTURES), moved)
    lists = {block: _each(spec.values[block], block, fixtures, moved) for block in _LISTS if block in spec.values}
    first = {"meta": metadata.values, "plan": spec.values.get("plan")}
    data = fixtures.reference_data()
    described = {row["id"] for row in data["device_types"]}
    used = [
        *_texts(lists.get("switch_classes"), "device_type_extension"),
        *_texts(lists.get("server_classes"), "server_device_type"),
    ]
    in_netbox = tuple(dict.fromkeys(slug for slug in used if slug not in described))
    return Rewritten(first | lists | {"reference_data": data}, in_netbox, moved)


def _texts(rows: Any, key: str) -> list[str]:
    values = [row.get(key) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return [value for value in values if isinstance(value, str) and value]


def _each(value: Any, block: str, fixtures: _Fixtures, moved: dict[Path, Path]) -> Any:
    """The rows of a list with references as version 1 has them; what is no list of mappings is reported there."""
    if not isinstance(value, (list, tuple)):
        return value
    rows: list[Any] = []
    for position, given in enumerate(value):
        row = dict(given) if isinstance(given, Mapping) else given
        if isinstance(row, dict):
            here = (block, str(position))
            if block == "switch_classes" and "device_type_extension" not in row:
                row["device_type_extension"] = row.pop("device_type", None)
                moved[(*here, "device_type_extension")] = ("spec", *here, "device_type")
            for key in ("module_type", "transceiver_module_type"):
                if row.get(key) is not None:
                    row[key] = fixtures.module_id(row[key], ("spec", *here, key))
        rows.append(row)
    return rows


class _Fixtures:
    """The fixtures of a document as `reference_data`, and beside them the built-in cards that are asked for."""

    def __init__(self, fixtures: Row, moved: dict[Path, Path]) -> None:
        self._moved = moved
        self._makers: dict[str, dict[str, Any]] = {}
        self._device_types: list[dict[str, Any]] = []
        self._extensions: list[dict[str, Any]] = []
        self._breakouts: list[dict[str, Any]] = []
        self._modules: list[dict[str, Any]] = []
        for row in fixtures.rows("manufacturers", ("slug", "name", "id")):
            self._maker(row.text("slug") or row.text("name"), row.path, row.text("name"))
        for row in fixtures.rows("device_types", None):
            self._device_type(row)
        for row in fixtures.rows("breakout_options", None):
            moved[("reference_data", "breakout_options", str(len(self._breakouts)))] = row.path
            self._breakouts.append({**row.values, "id": row.text("breakout_id", required=True)})
        for row in fixtures.rows("module_types", None):
            maker, model = row.text("manufacturer", required=True), row.text("model", required=True)
            self._module({**row.values, "id": f"{maker}/{model}"}, row.path)

    def reference_data(self) -> dict[str, Any]:
        return {
            "manufacturers": list(self._makers.values()),
            "device_types": self._device_types,
            "device_type_extensions": self._extensions,
            "breakout_options": self._breakouts,
            "module_types": self._modules,
        }

    def module_id(self, reference: Any, path: Path) -> Any:
        """The id of a module type named by slug or by maker and model; what names none stays as it is."""
        maker, model = "", ""
        if isinstance(reference, Mapping):
            maker, model = str(reference.get("manufacturer", "")), str(reference.get("model", ""))
        elif not isinstance(reference, str) or not reference:
            return reference
        for row in self._modules:
            if row["id"] == f"{maker}/{model}" or slugify(str(row.get("model", ""))) == reference:
                return row["id"]
        for card in BUILTIN_MODULE_TYPES.values():
            same = bool(model) and model == card.model and slugify(maker) == card.manufacturer
            if same or reference in (card.slug, slugify(card.model)):
                return self._builtin(card, path)
        return f"{maker}/{model}" if isinstance(reference, Mapping) else reference

    def _builtin(self, card: ModuleType, path: Path) -> str:
        maker = card.manufacturer or "generic"
        templates = [{"name": name, "type": card.interface_type or "other"} for name in card.ports]
        key = f"{maker}/{card.model or card.slug}"
        row = {
            "id": key, "manufacturer": maker, "model": card.model or card.slug, "interface_templates": templates,
        }
        self._module(row, path)
        return key

    def _maker(self, name: str, path: Path, title: str = "") -> None:
        if name and name not in self._makers:
            self._moved[("reference_data", "manufacturers", str(len(self._makers)))] = path
            known = BUILTIN_MANUFACTURERS.get(slugify(name))
            self._makers[name] = {
                "id": name, "slug": slugify(name), "name": title or (known.name if known else name)
            }

    def _device_type(self, row: Row) -> None:
        self._maker(row.text("manufacturer"), row.path)
        slug = row.text("slug") or slugify(row.text("model"))
        self._moved[("reference_data", "device_types", str(len(self._device_types)))] = row.path
        extension = row.child("device_type_extension")
        if extension.values:
            here = ("reference_data", "device_type_extensions", str(len(self._extensions)))
            self._moved[here] = extension.path
            self._extensions.append({**extension.values, "id": slug, "device_type": slug})
        self._device_types.append(
            {key: value for key, value in row.values.items() if key != "device_type_extension"} | {"id": slug}
        )

    def _module(self, row: dict[str, Any], path: Path) -> None:
        self._maker(str(row.get("manufacturer") or ""), path)
        self._moved[("reference_data", "module_types", str(len(self._modules)))] = path
        self._modules.append(row)
