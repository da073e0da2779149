# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fabrics and switch classes of a first-DIET document, in our language.

Fabrics stand there only as names in the classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...diagnostics import Diagnostics, Path
from .hardware import Extension, Reference
from .rows import Keys, Row, tidy_key, warn_left_out

Paths = dict[Path, Path]

_CLASS = (
    "switch_class_id", "id", "fabric_name", "fabric", "fabric_class", "hedgehog_role", "device_type_extension",
    "uplink_ports_per_switch", "mclag_pair", "override_quantity", "calculated_quantity", "redundancy_type",
    "redundancy_group", "groups", "topology_mode", "notes", "description",
)
# Our field -> theirs, where an error about ours can be located in the user's document.
_CLASS_FIELDS = {
    "fabric": "fabric_name", "role": "hedgehog_role", "device_type": "device_type_extension",
    "quantity": "override_quantity",
}

_FABRIC_CLASSES = ("managed", "unmanaged")
_ONCE_MANAGED = ("frontend", "backend")
_ROLES = {"spine": "spine", "server-leaf": "server-leaf", "border-leaf": "border-leaf", "virtual": "oob"}
# The first DIET gives a class with a blank role the device role `leaf`, in unmanaged fabrics too. Reading it as a leaf
# keeps the device role, and with it the devices, as they are when they are adopted.
_BLANK_ROLE = "server-leaf"


class Switches:
    """Fabrics and switch classes in our language; their zones are filled in by `zones.py`.

    `declared` is the redundancy type of each class as the document has it, whatever becomes of it.
    """

    def __init__(self, document: Row, reference: Reference, found: Diagnostics, paths: Paths) -> None:
        self._reference = reference
        self._found = found
        self._paths = paths
        self._keys = Keys("switch class", found)
        self._old_classes: set[str] = set()
        self.fabrics: dict[str, dict[str, Any]] = {}
        self.classes: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, Row] = {}
        self.by_id: dict[str, str] = {}
        self.extensions: dict[str, Extension] = {}
        self.no_uplinks: set[str] = set()
        self.declared: dict[str, str] = {}
        rows = document.rows("switch_classes", _CLASS, required=True)
        for row in rows:
            self._class(row)
        warn_left_out(rows, {"calculated_quantity": "numbers are computed anew"}, found)
        self._warn_of_groups(rows)

    def _class(self, row: Row) -> None:
        field = "switch_class_id" if row.text("switch_class_id") or not row.text("id") else "id"
        key = self._keys.claim(row, field)
        role = row.choice("hedgehog_role", _ROLES)
        extension: Extension | None = self._reference.find(
            self._reference.extensions, row, "device_type_extension", "device type extension"
        )
        fabric = self._fabric(row)
        quantity = row.number("override_quantity")
        redundancy = self._redundancy(row)
        # An id that is a duplicate still resolves, so that its references are not reported as well.
        self.by_id.setdefault(row.text(field), key)
        if not key:
            return
        if quantity is None and row.text("topology_mode") == "mesh":
            self._found.warn(
                "computed-mesh", row.path, f"{key!r} has no override_quantity: the switches of the mesh are computed.",
                "The first DIET asks for 2 or 3.",
            )
        if row.number("uplink_ports_per_switch") == 0:
            self.no_uplinks.add(key)
        if extension is not None:
            self.extensions[key] = extension
            self._check_role(row, role, extension)
        entry: dict[str, Any] = {
            "fabric": fabric,
            "role": _ROLES.get(role, _BLANK_ROLE),
            "device_type": extension.hardware.slug if extension else "",
        }
        if quantity is not None:
            entry["quantity"] = quantity
        if redundancy:
            entry["redundancy"] = {"type": redundancy}
        self.declared[key] = redundancy
        self.rows[key] = row
        self.classes[key] = entry | row.labels("notes", "description") | {"zones": {}}
        remember(self._paths, ("switch_classes", key), row, _CLASS_FIELDS)
        for theirs in ("mclag_pair", "redundancy_type"):
            if row.values.get(theirs):
                self._paths[("switch_classes", key, "redundancy")] = row.at(theirs)

    def _check_role(self, row: Row, role: str, extension: Extension) -> None:
        if role and extension.roles and role not in extension.roles:
            self._found.warn(
                "role-not-listed", row.at("hedgehog_role"),
                f"{role!r} is not one of the roles of the device type, {', '.join(extension.roles)}; it is used.",
            )

    def _redundancy(self, row: Row) -> str:
        given = row.choice("redundancy_type", ("mclag", "eslag"))
        return given or ("mclag" if row.flag("mclag_pair") else "")

    def _warn_of_groups(self, rows: list[Row]) -> None:
        """Groups are formed and named here; a group of the document may span switches that are not one of ours."""
        named = [row for row in rows if row.text("redundancy_group")]
        for row in named:
            if not self._redundancy(row):
                self._found.warn(
                    "group-ignored", row.at("redundancy_group"), "it is ignored: the class has no redundancy_type."
                )
        of_use = [row for row in named if self._redundancy(row)]
        if of_use:
            names = ", ".join(repr(row.text("redundancy_group")) for row in of_use)
            self._found.warn(
                "left-out", of_use[0].at("redundancy_group"),
                f"the names of redundancy groups ({names}) are left out: groups are called `<class>-<number>`.",
            )
        for row in rows:
            group, groups = row.text("redundancy_group"), [str(name) for name in row.items("groups")]
            if row.text("redundancy_type") and not group:
                self._found.warn(
                    "no-group", row.at("redundancy_type"),
                    "there is no redundancy_group, which the first DIET asks for; the groups get names of their own.",
                )
            if groups and group not in groups:
                self._found.warn(
                    "group-ignored", row.at("groups"), f"the redundancy_group {group!r} is not one of the `groups`."
                )
        warn_left_out(rows, {"groups": "a switch is in the groups that its redundancy makes"}, self._found)

    def _fabric(self, row: Row) -> str:
        """The key of the fabric of a class; the classes of a fabric must agree on what kind of fabric it is."""
        name, legacy = row.text("fabric_name"), row.text("fabric")
        if name and legacy and name != legacy:
            self._found.error("invalid-value", row.at("fabric"), f"{legacy!r} differs from fabric_name {name!r}.")
        given = name or legacy or row.text("fabric_name", required=True)
        key = tidy_key(given)
        if given and not key:
            self._found.error("invalid-key", row.at("fabric_name"), f"{given!r} holds no letter or digit.")
        if not key:
            return ""
        entry = {"fabric_class": self._fabric_class(row)}
        mode = row.choice("topology_mode", ("spine-leaf", "mesh"), "spine-leaf")
        if mode == "mesh":
            entry["mode"] = mode
        if key not in self.fabrics:
            self.fabrics[key] = entry
            remember(
                self._paths, ("fabrics", key), row, {"fabric_class": "fabric_class", "mode": "topology_mode"},
                "fabric_name",
            )
            if key != given:
                self._found.warn("renamed-key", row.at("fabric_name"), f"the fabric {given!r} becomes {key!r}.")
        elif self.fabrics[key] != entry:
            self._found.error(
                "mixed-fabric", row.at("fabric_name"),
                f"the classes of the fabric {given!r} differ in fabric_class or topology_mode.",
                "Make them agree, or give some of them another fabric_name.",
            )
        return key

    def _fabric_class(self, row: Row) -> str:
        given = row.text("fabric_class")
        if not given or given in _FABRIC_CLASSES:
            return given or "managed"
        meant = "managed" if given in _ONCE_MANAGED else "unmanaged"
        if given not in self._old_classes:
            self._old_classes.add(given)
            self._found.warn(
                "legacy-value", row.at("fabric_class"), f"{given!r} is an old fabric_class; it is read as {meant}."
            )
        return meant


def remember(paths: Paths, ours: Path, row: Row, fields: Mapping[str, str], itself: str = "") -> None:
    """Note where an object of ours and its fields stand in the document."""
    paths[ours] = row.at(itself) if itself else row.path
    for our_field, their_field in fields.items():
        if their_field in row.values:
            paths[(*ours, our_field)] = row.at(their_field)
