# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of fabrics: which classes they may have, pods, and how uplinks are balanced."""

from __future__ import annotations

from ...diagnostics import Diagnostics, Path
from ...model.plan import CORE, MESH, SPINE, UNMANAGED, Fabric, Plan, SwitchClass
from ..objects.names import CATEGORIES


def check_fabric(plan: Plan, fabric: Fabric, found: Diagnostics) -> None:
    """A mesh has no spines and cores; any other fabric has at most one class of each."""
    for role in (SPINE, CORE):
        classes = [c for c in plan.switch_classes.values() if c.fabric.key == fabric.key and c.role == role]
        if fabric.mode == MESH:
            for one in classes:
                found.error(
                    f"{role}-in-mesh", ("switch_classes", one.key, "role"),
                    f"the fabric {fabric.key!r} is a mesh: it has no {role}s.",
                )
        elif len(classes) > 1:
            names = ", ".join(c.key for c in classes)
            found.error(
                f"two-{role}-classes", ("switch_classes", classes[1].key, "role"),
                f"the fabric {fabric.key!r} has {len(classes)} {role} classes ({names}); it can have one.",
                "Put one of them into a fabric of its own.",
            )


def check_pods(plan: Plan, fabric: Fabric, found: Diagnostics) -> None:
    """Pods are leaves with spines of their own."""
    if fabric.leaves_per_pod is None:
        return
    path: Path = ("fabrics", fabric.key, "leaves_per_pod")
    spines = [c for c in plan.switch_classes.values() if c.fabric.key == fabric.key and c.role == SPINE]
    if fabric.mode == MESH or fabric.fabric_class == UNMANAGED or not spines:
        found.error(
            "pods-without-spines", path, "pods are made of leaves and spines; this fabric has no spines.",
            "Add spines, or leave it out.",
        )
    for spine in spines:
        if spine.external:
            found.error(
                "pods-without-spines", path, f"the spines of a pod are the plan's own; {spine.key!r} is external.",
                "Leave `leaves_per_pod` out, or make the spines the plan's.",
            )


def check_pod_name(plan: Plan, category: str, found: Diagnostics) -> None:
    """A name can say the pod only of what stands in one: leaves and spines of fabrics with pods."""
    without = [
        one.key for one in plan.switch_classes.values()
        if CATEGORIES[one.role] == category and (one.fabric.leaves_per_pod is None or one.role == CORE)
    ]
    without += list(plan.server_classes) if category == "server" else []
    if without:
        found.error(
            "bad-pattern", ("naming", category), f"{{pod}} says nothing of {', '.join(without)}: not in a pod.",
            "Leave it out, or give the fabric `leaves_per_pod`.",
        )


def check_balance(switch_class: SwitchClass, path: Path, found: Diagnostics) -> None:
    """Uneven uplinks are for leaves: spines and cores take what arrives."""
    if switch_class.uneven and switch_class.role in (SPINE, CORE):
        found.error("balance-of-spines", (*path, "balance"), "`balance` is about the uplinks of leaves.")
    if switch_class.partial and not switch_class.uneven:
        found.error("partial-without-uneven", (*path, "partial"), "`partial` goes with `balance: uneven`.")
    if switch_class.uneven and switch_class.fabric.leaves_per_pod is not None:
        found.error("uneven-pods", (*path, "balance"), "leaves of pods have even uplinks.", "Remove `leaves_per_pod`.")
