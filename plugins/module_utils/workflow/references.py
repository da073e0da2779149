# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan refers to and nobody has: neither NetBox nor the plan's catalog."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostics, Path
from ..model.keys import split_device_key
from ..model.objects import Device, Topology
from ..model.plan import Plan
from ..model.state import SharedRow
from ..netbox.resources import SHARED_RESOURCES
from ..netbox.shared import referred_to

SHOWN = 5


def check_references(plan: Plan, topology: Topology, shared: Iterable[SharedRow], found: Diagnostics) -> None:
    """Report every shared object that is missing and that nobody has described, where the plan refers to it."""
    unknown = {(row.kind, row.key) for row in shared if row.id is None and not row.payload}
    if not unknown:
        return
    _device_types(plan, {key for kind, key in unknown if kind == "device_type"}, found)
    users: dict[tuple[str, str], list[Device]] = {}
    for device in topology.devices:
        for pair in referred_to(device):
            if pair in unknown:
                users.setdefault(pair, []).append(device)
    for (kind, key), devices in sorted(users.items()):
        names = ", ".join(d.name for d in devices[:SHOWN])
        more = f" and {len(devices) - SHOWN} more" if len(devices) > SHOWN else ""
        section = f"{kind}s"
        on_site = f" on the site {topology.site.slug!r}" if SHARED_RESOURCES[kind].on_site else ""
        found.error(
            f"unknown-{kind}", _place(plan, devices[0], kind, key),
            f"NetBox has no {kind} {key!r}{on_site}, and neither has the catalog; {names}{more} refer to it.",
            f"Add it to `catalog.{section}`, and it is made, or make it in NetBox.",
        )
    for kind, key in sorted(unknown - users.keys()):
        if kind == "location":  # only what a rack of the catalog says
            found.error(
                "unknown-location", ("catalog", "racks"),
                f"NetBox has no location {key!r} on the site {topology.site.slug!r}, and neither has the catalog; a"
                " rack of the catalog refers to it.",
                "Add it to `catalog.locations`, and it is made, or make it in NetBox.",
            )


def _device_types(plan: Plan, unknown: set[str], found: Diagnostics) -> None:
    for section, classes in (("switch_classes", plan.switch_classes), ("server_classes", plan.server_classes)):
        for one in classes.values():
            if one.device_type.slug in unknown:
                found.error(
                    "unknown-device-type", (section, one.key, "device_type"),
                    f"NetBox has no device type {one.device_type.slug!r}, and neither has the catalog.",
                    "Add it to `catalog.device_types`, or to NetBox.",
                )


def _place(plan: Plan, device: Device, kind: str, key: str) -> Path:
    """Where a device gets a reference from: its instance, else its class, which has what `defaults` says."""
    class_key, index = split_device_key(device.key)
    section = "switch_classes" if class_key in plan.switch_classes else "server_classes"
    classes = plan.switch_classes if class_key in plan.switch_classes else plan.server_classes
    name = "tags" if kind == "tag" else kind
    instance = classes[class_key].instances.get(index)
    said = getattr(instance.attributes, name) if instance is not None else None
    if said == key or (isinstance(said, tuple) and key in said):
        return (section, class_key, "instances", str(index), name)
    return (section, class_key, name)
