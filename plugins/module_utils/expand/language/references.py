# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in a plan document and what they stand for. What cannot be resolved is reported, with the nearest name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...diagnostics import Diagnostics, Path, nearest
from ...model.hardware import DeviceType, ModuleType
from ...model.plan import MANAGED, MESH, MESH_ZONE, SPINE_LEAF, Fabric, Optic

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class References:
    """What the parts of a plan may refer to.

    `document` is what can be built; `whole` is the same with what is wrong in shape, which is reported already and
    which nobody is blamed for referring to.
    """

    document: Document
    whole: Document
    fabrics: Mapping[str, Fabric]
    device_types: Mapping[str, DeviceType]
    module_types: Mapping[str, ModuleType]
    optics: Mapping[str, Optic]
    found: Diagnostics

    def named(self, *path: str) -> tuple[str, ...]:
        """The keys that the user wrote in a mapping, whether what they stand for is usable or not."""
        at: Any = self.whole
        for key in path:
            at = at.get(key) if isinstance(at, Mapping) else None
        return tuple(at) if isinstance(at, Mapping) else ()

    def fabric(self, row: Document, path: Path) -> Fabric:
        """The fabric of a switch class; a stand-in where there is none, so that the rest of the class is checked."""
        key, known = row["fabric"], self.named("fabrics")
        if key not in known:
            self.found.error("unknown-fabric", path, f"there is no fabric {key!r}.", nearest(key, known))
        is_mesh = any(zone["type"] == MESH_ZONE for zone in row["zones"].values())
        return self.fabrics.get(key) or Fabric(key, MANAGED, MESH if is_mesh else SPINE_LEAF)

    def hardware(self, slug: str) -> DeviceType:
        """The catalog's device type; an unknown slug may still be one that NetBox has, with ports unchecked."""
        return self.device_types.get(slug) or DeviceType(slug, "", "")

    def optic(self, row: Document, path: Path) -> Optic | None:
        """The optic that a zone or a connection names."""
        slug = row.get("optic")
        if slug is None:
            return None
        if slug not in self.optics and slug not in self.named("catalog", "optics"):
            hint = nearest(slug, self.optics) or "Describe it under `catalog.optics`."
            self.found.error("unknown-optic", (*path, "optic"), f"there is no optic {slug!r} in the catalog.", hint)
        return self.optics.get(slug)

    def zone(self, reference: str, path: Path) -> tuple[str, str] | None:
        """Switch class and zone of `class/zone`, None where there is no such zone to build on."""
        class_key, zone = reference.split("/")
        classes = self.named("switch_classes")
        zones = self.named("switch_classes", class_key, "zones")
        if class_key not in classes:
            hint = nearest(class_key, classes)
            self.found.error("unknown-switch-class", path, f"there is no switch class {class_key!r}.", hint)
        elif zone not in zones:
            hint = nearest(zone, zones)
            self.found.error("unknown-zone", path, f"switch class {class_key!r} has no zone {zone!r}.", hint)
        built = zone in self.document["switch_classes"].get(class_key, {}).get("zones", {})
        return (class_key, zone) if built else None
