# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The devices of a plan, once the number of switches is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ..model.keys import device_key
from ..model.objects import Device
from ..model.plan import Plan, ServerClass, SwitchClass
from .names import render
from .sized import SizedClass

# Which naming pattern a role uses.
_CATEGORIES = {"spine": "spine", "server-leaf": "leaf", "border-leaf": "border", "oob": "oob"}


def devices(plan: Plan, sized: Mapping[str, SizedClass]) -> tuple[Device, ...]:
    """Every switch and every server that is not absent."""
    rows = [
        _switch(plan, one.switch_class, index) for one in sized.values() for index in range(1, one.count + 1)
    ]
    rows += [
        _server(plan, server_class, index)
        for server_class in plan.server_classes.values()
        for index in range(1, server_class.quantity + 1)
        if index not in server_class.absent
    ]
    return tuple(rows)


def _switch(plan: Plan, switch_class: SwitchClass, index: int) -> Device:
    category = _CATEGORIES[switch_class.role]
    name = _name(plan, category, switch_class.key, index, switch_class.role, switch_class.fabric.key)
    return Device(
        key=device_key(switch_class.key, index),
        name=name,
        class_key=switch_class.key,
        index=index,
        category=category,
        device_role=switch_class.device_role,
        device_type=switch_class.device_type.slug,
        site=plan.site.slug,
        role=switch_class.role,
        fabric=switch_class.fabric.key,
        fabric_class=switch_class.fabric.fabric_class,
        boot_mac=boot_mac(name),
    )


def _server(plan: Plan, server_class: ServerClass, index: int) -> Device:
    return Device(
        key=device_key(server_class.key, index),
        name=_name(plan, "server", server_class.key, index, "server", ""),
        class_key=server_class.key,
        index=index,
        category="server",
        device_role=server_class.device_role,
        device_type=server_class.device_type.slug,
        site=plan.site.slug,
    )


def _name(plan: Plan, category: str, class_key: str, index: int, role: str, fabric: str) -> str:
    return render(
        plan.naming[category],
        {
            "site": plan.site.slug,
            "fabric": fabric,
            "class": class_key,
            "role": role,
            "category": category,
            "index": index,
            "plan": plan.id,
        },
    )


def boot_mac(name: str) -> str:
    """A locally administered MAC address: 02 and five bytes of the name's SHA-256, as the first DIET makes it."""
    digest = hashlib.sha256(name.encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[1:6]))
