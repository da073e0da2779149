# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The devices of a plan, once the number of switches is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ...model.keys import device_key
from ...model.objects import Device
from ...model.plan import SPINE, Attributes, Instance, Plan, ServerClass, SwitchClass
from ..place.numbering import Numbering
from ..place.sized import SizedClass
from ..place.tiers import pods_of
from .names import CATEGORIES, render

_PLAIN = Instance()


def devices(plan: Plan, sized: Mapping[str, SizedClass], numbering: Numbering) -> Iterator[Device]:
    """Every switch and every server that is not absent, external switches too."""
    for one in sized.values():
        yield from _switches(plan, one, sized, numbering)
    for server_class in plan.server_classes.values():
        yield from _servers(plan, server_class)


def _switches(
    plan: Plan, one: SizedClass, sized: Mapping[str, SizedClass], numbering: Numbering
) -> Iterator[Device]:
    switch_class = one.switch_class
    category = CATEGORIES[switch_class.role]
    for position in range(1, one.count + 1):
        index = numbering.index(switch_class.key, position)
        instance = switch_class.instances.get(index, _PLAIN)
        pod = _pod(one, position, sized)
        name = instance.name or _name(
            plan, category, switch_class.key, index, switch_class.role, switch_class.fabric.key, pod
        )
        yield Device(
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
            pod=pod,
            group=_group(switch_class, position),
            **_stated(instance.attributes.over(switch_class.attributes)),
        )


def _servers(plan: Plan, server_class: ServerClass) -> Iterator[Device]:
    alike = _stated(server_class.attributes)
    for index in range(1, server_class.quantity + 1):
        if index in server_class.absent:
            continue
        instance = server_class.instances.get(index)
        yield Device(
            key=device_key(server_class.key, index),
            name=(instance.name if instance else "") or _name(plan, "server", server_class.key, index, "server", ""),
            class_key=server_class.key,
            index=index,
            category="server",
            device_role=server_class.device_role,
            device_type=server_class.device_type.slug,
            site=plan.site.slug,
            **(_stated(instance.attributes.over(server_class.attributes)) if instance else alike),
        )


def _stated(attributes: Attributes) -> dict[str, Any]:
    """Attributes as fields of a device; no tags are tags that the plan says nothing of."""
    return {**asdict(attributes), "tags": attributes.tags or None}


def _pod(one: SizedClass, position: int, sized: Mapping[str, SizedClass]) -> int | None:
    """The pod that a leaf or a spine stands in, None without pods."""
    per_pod = one.switch_class.fabric.leaves_per_pod
    if per_pod is None:
        return None
    if one.switch_class.key in per_pod:
        return (position - 1) // per_pod[one.switch_class.key] + 1
    if one.switch_class.role != SPINE:
        return None
    leaves = [s for s in sized.values() if s.switch_class.key in per_pod]
    pods = max((pods_of(leaf) for leaf in leaves), default=1) or 1  # given spines may be there before any leaf is
    return (position - 1) // max(one.count // pods, 1) + 1


def _group(switch_class: SwitchClass, position: int) -> str:
    """The redundancy group of a switch, `<class>-<n>`."""
    if switch_class.redundancy is None:
        return ""
    size = switch_class.redundancy.size
    return f"{switch_class.key}-{(position - 1) // size + 1 if size else 1}"


def _name(plan: Plan, category: str, class_key: str, index: int, role: str, fabric: str, pod: int | None = None) -> str:
    variables: dict[str, str | int] = {
        "site": plan.site.slug,
        "fabric": fabric,
        "class": class_key,
        "role": role,
        "category": category,
        "index": index,
        "plan": plan.id,
    }
    return render(plan.naming[category], variables if pod is None else variables | {"pod": pod})


def boot_mac(name: str) -> str:
    """A locally administered MAC address: 02 and five bytes of the name's SHA-256, as the first DIET makes it."""
    digest = hashlib.sha256(name.encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[1:6]))
