# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row per object kind: where it lives in NetBox, and how each managed field is spelt there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model.state import CABLE, DEVICE, INTERFACE
from .fields import Resource, decimal, ends, mark, parent_device, plain, rack, slug, speed, tags

PLAN_MARK, KEY_MARK, PORTS_MARK = "hedgehog_plan_id", "hedgehog_key", "hedgehog_ports"

# List sizes: on a small NetBox 50 devices take 3 to 5 s, 100 interfaces 3 s, 50 cables 5 s, so that progress is seen
# every few seconds and no request comes near gunicorn's 120 s.
RESOURCES: Mapping[str, Resource] = {
    resource.kind: resource
    for resource in (
        Resource(
            DEVICE, "dcim/devices", "dcim.device", "device_list", 50,
            (
                plain("name"),
                slug("device_role", "role"),
                slug("device_type"),
                slug("site"),
                mark("class_key", "hedgehog_class"),
                mark("index", "hedgehog_instance_index"),
                mark("role", "hedgehog_role"),
                mark("fabric", "hedgehog_fabric"),
                mark("fabric_class", "hedgehog_fabric_class"),
                mark("boot_mac", "boot_mac"),
                slug("tenant"),
                rack(),
                slug("location"),
                decimal("position"),
                plain("face"),
                slug("platform"),
                plain("status"),
                tags(),
                plain("description"),
            ),
            on_create={"status": "planned"},
        ),
        Resource(
            INTERFACE, "dcim/interfaces", "dcim.interface", "interface_list", 100,
            (
                parent_device(),
                plain("name"),
                plain("type"),
                speed(),
                mark("zone", "hedgehog_zone"),
                mark("physical_port", "hedgehog_physical_port"),
                mark("lane", "hedgehog_breakout_index"),
            ),
            select="cable { id }",
        ),
        Resource(
            CABLE, "dcim/cables", "dcim.cable", "cable_list", 50,
            (
                ends(),
                mark("fabric", "hedgehog_fabric"),
                mark("zone", "hedgehog_zone"),
                mark("ports", PORTS_MARK),
                plain("type"),
                plain("color"),
                plain("label"),
                decimal("length"),
                plain("length_unit"),
                plain("status"),  # read for `grace`; no plan states it
            ),
            on_create={"status": "planned"},
        ),
    )
}


@dataclass(frozen=True, slots=True)
class SharedResource:
    """A kind that many use: made where missing, never changed.

    `by` is what it is looked up by, `on_site` whether that holds within a site only. `references` are keys of its
    payload, each with a slug (or name) of the kind that the key is called by. `show` are fields to read of
    those that are there.
    """

    kind: str
    endpoint: str
    by: str = "slug"
    references: tuple[str, ...] = ()
    on_site: bool = False
    show: tuple[str, ...] = ()

    @property
    def object_type(self) -> str:
        """The content type: `dcim.devicetype`."""
        return self.endpoint.replace("/", ".").replace("-", "").removesuffix("s")


# In the order in which they refer to each other.
SHARED_RESOURCES: Mapping[str, SharedResource] = {
    resource.kind: resource
    for resource in (
        SharedResource("manufacturer", "dcim/manufacturers"),
        SharedResource(
            "device_type", "dcim/device-types", references=("manufacturer",),
            show=("u_height", "is_full_depth", "subdevice_role", "manufacturer"),
        ),
        SharedResource("device_role", "dcim/device-roles"),
        SharedResource("site", "dcim/sites"),
        SharedResource("tenant", "tenancy/tenants"),
        SharedResource("location", "dcim/locations", references=("site",), on_site=True),
        SharedResource(
            "rack", "dcim/racks", by="name", references=("site", "location"), on_site=True,
            show=("u_height", "starting_unit", "location"),
        ),
        SharedResource("platform", "dcim/platforms", show=("manufacturer",)),
        SharedResource("custom_field", "extras/custom-fields", by="name", show=("type", "object_types")),
        SharedResource("tag", "extras/tags", show=("object_types",)),
    )
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A custom field that we write, and the kinds it is written on."""

    name: str
    type: str
    label: str
    kinds: tuple[str, ...]


MARKS: tuple[Mark, ...] = (
    Mark(PLAN_MARK, "text", "Plan", (DEVICE, INTERFACE, CABLE)),
    Mark(KEY_MARK, "text", "Key in the plan", (DEVICE, INTERFACE, CABLE)),
    Mark("hedgehog_class", "text", "Class", (DEVICE,)),
    Mark("hedgehog_instance_index", "integer", "Instance", (DEVICE,)),
    Mark("hedgehog_role", "text", "Role in the fabric", (DEVICE,)),
    Mark("hedgehog_fabric", "text", "Fabric", (DEVICE, CABLE)),
    Mark("hedgehog_fabric_class", "text", "Fabric class", (DEVICE,)),
    Mark("boot_mac", "text", "Boot MAC address", (DEVICE,)),
    Mark("hedgehog_zone", "text", "Port zone", (INTERFACE, CABLE)),
    Mark("hedgehog_physical_port", "integer", "Physical port", (INTERFACE,)),
    Mark("hedgehog_breakout_index", "integer", "Lane", (INTERFACE,)),
    Mark(PORTS_MARK, "text", "Placed ports", (CABLE,)),
)


def mark_payload(mark: Mark) -> dict[str, Any]:
    """The custom field of a mark. Exact filter logic: the default, loose, finds `gpu-10` when asked for `gpu-1`."""
    return {
        "name": mark.name,
        "label": mark.label,
        "group_name": "Hedgehog DIET",
        "type": mark.type,
        "object_types": [RESOURCES[kind].object_type for kind in mark.kinds],
        "filter_logic": "exact",
        "ui_editable": "no",
        "required": False,
    }
