# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes of what a plan has built what somebody else would have: without marks, or as the first DIET leaves it."""

from __future__ import annotations

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, FIELDS, INTERFACES, TAGS

# What the first DIET registers, and on what; all with the filter logic that NetBox gives by itself.
ORIGIN_FIELDS = {
    "hedgehog_plan_id": ("text", ["dcim.device", "dcim.interface", "dcim.cable"]),
    "hedgehog_class": ("text", ["dcim.device"]),
    "hedgehog_fabric": ("text", ["dcim.device"]),
    "hedgehog_role": ("text", ["dcim.device"]),
    "hedgehog_fabric_class": ("text", ["dcim.device"]),
    "boot_mac": ("text", ["dcim.device"]),
    "hedgehog_zone": ("text", ["dcim.interface"]),
    "hedgehog_physical_port": ("integer", ["dcim.interface"]),
    "hedgehog_breakout_index": ("integer", ["dcim.interface"]),
}


def by_hand(netbox: FakeNetBox) -> FakeNetBox:
    """Everything as if people had made it: no marks, no tag, no custom fields."""
    for endpoint in (DEVICES, INTERFACES, CABLES):
        for row in netbox.tables[endpoint].values():
            row["custom_fields"], row["tags"] = {}, []
    netbox.tables[FIELDS], netbox.tables[TAGS] = {}, {}
    return netbox


def by_origin(netbox: FakeNetBox, plan_id: str = "12") -> FakeNetBox:
    """Everything as the first DIET makes it: its plan id, no keys, no ledger; interfaces of servers carry nothing."""
    switches = {
        row["id"] for row in netbox.tables[DEVICES].values() if row["custom_fields"].get("hedgehog_role")
    }
    marks = {
        endpoint: {
            row_id: {
                name: value for name, value in row["custom_fields"].items()
                if name in ORIGIN_FIELDS and (endpoint, name) != (CABLES, "hedgehog_zone")
            }
            for row_id, row in netbox.tables[endpoint].items()
        }
        for endpoint in (DEVICES, INTERFACES, CABLES)
    }
    by_hand(netbox)
    for name, (kind, types) in ORIGIN_FIELDS.items():
        netbox.make(FIELDS, name=name, type=kind, object_types=types, filter_logic="loose")
    netbox.make(TAGS, name="hedgehog-generated", slug="hedgehog-generated")
    for endpoint, rows in marks.items():
        for row_id, fields in rows.items():
            row = netbox.tables[endpoint][row_id]
            if endpoint == INTERFACES and row["device"] not in switches:
                continue
            row["custom_fields"] = {**fields, "hedgehog_plan_id": plan_id}
            row["tags"] = ["hedgehog-generated"]
            if endpoint == CABLES:
                row["status"] = "connected"
                row["custom_fields"] = {"hedgehog_plan_id": plan_id}
    return netbox
