# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects of each endpoint are made: fields, references, what must be unique."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .dependants import HANGING, fields, references

Row = dict[str, Any]
Errors = dict[str, Any]

DEVICES, INTERFACES, CABLES = "dcim/devices", "dcim/interfaces", "dcim/cables"
TEMPLATES, JOURNAL = "dcim/interface-templates", "extras/journal-entries"
TERMINATIONS, CHANGES = "dcim/cable-terminations", "core/object-changes"
FIELDS, TAGS, RACKS = "extras/custom-fields", "extras/tags", "dcim/racks"

OBJECT_TYPES = {DEVICES: "dcim.device", INTERFACES: "dcim.interface", CABLES: "dcim.cable", "dcim/sites": "dcim.site"}
LISTS = {"device_list": DEVICES, "interface_list": INTERFACES, "cable_list": CABLES}
PERMISSIONS = {DEVICES: "dcim.view_device", INTERFACES: "dcim.view_interface", CABLES: "dcim.view_cable"}


@dataclass(frozen=True)
class Table:
    """How objects of an endpoint are made: fields with their defaults, references, what must be unique."""

    fields: Mapping[str, Any]
    required: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    lengths: Mapping[str, int] = field(default_factory=dict)
    custom: bool = True


_NAMED = {"name": None, "slug": None}
TABLES: Mapping[str, Table] = {
    "dcim/manufacturers": Table(_NAMED, ("name", "slug"), unique=("name", "slug"), lengths={"name": 100, "slug": 100}),
    "dcim/device-types": Table(
        {"model": None, "slug": None, "manufacturer": None, "u_height": 1.0, "is_full_depth": True},
        ("model", "slug", "manufacturer"), {"manufacturer": "dcim/manufacturers"}, ("slug",), {"model": 100},
    ),
    "dcim/device-roles": Table(_NAMED | {"color": "9e9e9e"}, ("name", "slug"), unique=("name", "slug")),
    "dcim/sites": Table(_NAMED, ("name", "slug"), unique=("name", "slug")),
    "dcim/regions": Table(_NAMED, ("name", "slug")),
    "tenancy/tenants": Table(_NAMED, ("name", "slug"), unique=("name", "slug")),
    "dcim/platforms": Table(_NAMED, ("name", "slug")),
    "dcim/locations": Table(_NAMED | {"site": None}, ("name", "slug", "site"), {"site": "dcim/sites"}),
    RACKS: Table(
        {"name": None, "site": None, "location": None, "u_height": 42}, ("name", "site"),
        {"site": "dcim/sites", "location": "dcim/locations"},
    ),
    TEMPLATES: Table(
        {"name": None, "type": None, "device_type": None}, ("name", "type", "device_type"),
        {"device_type": "dcim/device-types"}, custom=False,
    ),
    DEVICES: Table(
        {
            "name": None, "role": None, "device_type": None, "site": None, "tenant": None, "status": "active",
            "location": None, "rack": None, "position": None, "face": None, "platform": None, "description": "",
        },
        ("role", "device_type", "site"),
        {
            "role": "dcim/device-roles", "device_type": "dcim/device-types", "site": "dcim/sites",
            "tenant": "tenancy/tenants", "location": "dcim/locations", "rack": RACKS, "platform": "dcim/platforms",
        },
        lengths={"name": 64, "description": 200},
    ),
    INTERFACES: Table(
        {"device": None, "name": None, "type": None, "speed": None, "description": "", **fields(INTERFACES)},
        ("device", "name", "type"), {"device": DEVICES, **references(INTERFACES)}, lengths={"name": 64},
    ),
    CABLES: Table(
        {
            "a_terminations": [], "b_terminations": [], "status": "connected", "label": "", "type": None, "color": "",
            "length": None, "length_unit": None,
        },
        ("a_terminations", "b_terminations"), lengths={"label": 100},
    ),
    FIELDS: Table(
        {
            "name": None, "label": "", "type": "text", "object_types": None, "filter_logic": "loose",
            "ui_editable": "yes", "group_name": "", "required": False,
        },
        ("name", "object_types"), unique=("name",), custom=False,
    ),
    TAGS: Table(
        _NAMED | {"color": "9e9e9e", "description": ""}, ("name", "slug"), unique=("name", "slug"),
        lengths={"description": 200}, custom=False,
    ),
    JOURNAL: Table(
        {"assigned_object_type": None, "assigned_object_id": None, "kind": "info", "comments": None},
        ("assigned_object_type", "assigned_object_id", "comments"),
    ),
    **{
        endpoint: Table({"name": None, **fields(endpoint)}, references=references(endpoint), custom=False)
        for endpoint in HANGING if endpoint != INTERFACES
    },
}
# What REST shows of any row, where the double keeps nothing of it.
SHOWN: Mapping[str, Row] = {
    "dcim/device-types": {"subdevice_role": None}, "dcim/platforms": {"manufacturer": None}, TAGS: {"object_types": []},
    RACKS: {"starting_unit": 1}, INTERFACES: {"mark_connected": False}, JOURNAL: {"created": None},
}


class Refused(Exception):
    def __init__(self, errors: Errors) -> None:
        super().__init__(str(errors))
        self.errors = errors
