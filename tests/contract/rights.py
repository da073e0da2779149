# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The object permissions that each verb needs: what docs/netbox.md says, and what the tokens of the tests are given."""

from __future__ import annotations

from collections.abc import Mapping

Permissions = tuple[str, ...]


def each(action: str, *models: str) -> Permissions:
    """The permission for an action on each of some models, such as `dcim.device`."""
    return tuple(f"{app}.{action}_{model}" for app, _dot, model in (one.partition(".") for one in models))


OWNED = ("dcim.device", "dcim.interface", "dcim.cable")
REFERRED = ("dcim.devicetype", "dcim.interfacetemplate", "dcim.devicerole", "dcim.manufacturer", "dcim.site")
STATED = ("tenancy.tenant", "dcim.location", "dcim.rack", "dcim.platform")

# By the rows of the table in docs/netbox.md. All but the first come on top of it.
RIGHTS: Mapping[str, Permissions] = {
    "preview": each("view", *OWNED, *REFERRED),
    "preview, where a plan states them": each("view", *STATED),
    "setup": (
        *each("view", "extras.customfield", "extras.tag"),
        *each(
            "add", "extras.customfield", "extras.tag", "dcim.manufacturer", "dcim.devicetype", "dcim.devicerole",
            "dcim.site",
        ),
    ),
    "setup, where the catalog describes them": each("add", *STATED),
    "setup, where a custom field lacks object types": ("extras.change_customfield",),
    "apply": ("extras.view_tag", *each("add", *OWNED), *each("change", *OWNED)),
    "apply with `prune`, teardown": each("delete", *OWNED),
    "what others have on what would be deleted, else a warning": each(
        "view", "ipam.ipaddress", "dcim.macaddress", "ipam.fhrpgroupassignment", "ipam.service", "dcim.module",
        "dcim.inventoryitem", "dcim.devicebay", "dcim.virtualchassis", "dcim.virtualdevicecontext",
        "virtualization.virtualmachine", "vpn.l2vpntermination", "vpn.tunneltermination",
        "circuits.virtualcircuittermination", "wireless.wirelesslink",
    ),
    "`grace`, with `prune` or teardown, in place of deleting": ("dcim.change_device", "dcim.change_cable"),
    "lock, unless `lock: false`": ("extras.view_tag", "extras.add_tag", "extras.delete_tag"),
    "run record, else a warning": ("extras.view_tag", "extras.add_journalentry"),
    "`observe: changed`, else everything is read": ("core.view_objectchange",),
    "who and when, of drift, else it says so": ("core.view_objectchange",),
    "reasons of updates, and why, of drift, else nobody can say": ("extras.view_journalentry",),
}
