# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fabrics, switch classes and port zones of a plan document, as values."""

from __future__ import annotations

from collections.abc import Mapping

from ...diagnostics import Diagnostics, Path, nearest
from ...model import schema
from ...model.hardware import Breakout
from ...model.plan import ESLAG, MCLAG, UNEVEN, UPLINK_ZONE, Fabric, Redundancy, SwitchClass, Zone
from .attributes import attributes, cable_look, instances
from .ports import PortRangeError, draw_order, ports_of
from .references import Document, References

_DEVICE_ROLES = {"spine": "spine", "server-leaf": "leaf", "border-leaf": "border", "core": "core", "oob": "oob"}


def fabrics(document: Document, whole: Document, found: Diagnostics) -> dict[str, Fabric]:
    """The fabrics of a plan by key."""
    return {
        key: Fabric(
            key,
            row.get("fabric_class", schema.default(schema.FABRIC, "fabric_class")),
            row.get("mode", schema.default(schema.FABRIC, "mode")),
            _leaves_per_pod(key, row, whole, found),
        )
        for key, row in document["fabrics"].items()
    }


def _leaves_per_pod(key: str, row: Document, whole: Document, found: Diagnostics) -> dict[str, int] | None:
    """Leaves per pod by class: a number stands for the one leaf class of the fabric."""
    stated = row.get("leaves_per_pod")
    if stated is None:
        return None
    path: Path = ("fabrics", key, "leaves_per_pod")
    classes = whole.get("switch_classes", {})
    leaves = [
        name for name, one in (classes.items() if isinstance(classes, Mapping) else ())
        if isinstance(one, Mapping) and one.get("fabric") == key and _is_leaf(one)
    ]
    if isinstance(stated, int):
        if len(leaves) > 1:
            found.error(
                "leaves-per-pod", path, f"the fabric has {len(leaves)} leaf classes: {', '.join(leaves)}.",
                f"Give a number for each: {{{', '.join(f'{leaf}: {stated}' for leaf in leaves)}}}.",
            )
        return dict.fromkeys(leaves[:1], stated)
    for name in stated:
        if name not in leaves:
            found.error(
                "leaves-per-pod", (*path, name), f"{name!r} is no leaf class of this fabric.", nearest(name, leaves)
            )
    for name in leaves:
        if name not in stated:
            found.error("leaves-per-pod", path, f"the leaf class {name!r} is missing.", "Every leaf class needs one.")
    return {name: count for name, count in stated.items() if name in leaves}


def _is_leaf(row: Document) -> bool:
    """Whether switches of a class stand in pods: leaves, and any others with uplinks to the spines."""
    if row.get("role") != "oob":
        return row.get("role") in ("server-leaf", "border-leaf")
    zones = row.get("zones")
    return any(
        isinstance(zone, Mapping) and zone.get("type") == UPLINK_ZONE and "peer" not in zone
        for zone in (zones.values() if isinstance(zones, Mapping) else ())
    )


def switch_class(key: str, row: Document, path: Path, refer: References) -> SwitchClass:
    fabric = refer.fabric(row, (*path, "fabric"))
    described = instances(row)
    quantity, absent = row.get("quantity"), frozenset(row.get("absent", ()))
    external = row.get("external", schema.default(schema.SWITCH_CLASS, "external"))
    if external:
        # They are the devices that `instances` names, whatever their indices.
        quantity = len(described)
        absent = frozenset(range(1, max(described, default=0))).difference(described)
    return SwitchClass(
        key=key,
        fabric=fabric,
        role=row["role"],
        device_role=row.get("device_role", _DEVICE_ROLES[row["role"]]),
        device_type=refer.hardware(row["device_type"]),
        quantity=quantity,
        redundancy=_redundancy(row["redundancy"], (*path, "redundancy"), refer) if "redundancy" in row else None,
        zones={name: _zone(name, part, (*path, "zones", name), refer) for name, part in row["zones"].items()},
        absent=absent,
        external=external,
        uneven=row.get("balance") == UNEVEN,
        partial=row.get("partial", schema.default(schema.SWITCH_CLASS, "partial")),
        all_ports=row.get("ports") == "all",
        attributes=attributes(row).over(attributes(refer.document.get("defaults", {}))),
        instances=described,
    )


def _redundancy(row: Document, path: Path, refer: References) -> Redundancy:
    if row["type"] == MCLAG:
        if row.get("group_size", 2) != 2:
            refer.found.error("invalid-value", (*path, "group_size"), "mclag groups are pairs.", "Use eslag.")
        return Redundancy(MCLAG, 2)
    return Redundancy(ESLAG, row.get("group_size"))


def _zone(key: str, row: Document, path: Path, refer: References) -> Zone:
    return Zone(
        key=key,
        type=row["type"],
        ports=_drawn_ports(row, path, refer),
        breakout=Breakout.parse(row["breakout"]) or Breakout(1, 1),
        priority=row.get("priority", schema.default(schema.ZONE, "priority")),
        peer=refer.zone(row["peer"], (*path, "peer")) if "peer" in row else None,
        optic=refer.optic(row, path),
        cable=cable_look(row),
    )


def _drawn_ports(row: Document, path: Path, refer: References) -> tuple[int, ...]:
    """The ports of a zone in the order they are drawn."""
    ports = ports_of(row["ports"], (*path, "ports"), refer.found)
    allocation = row.get("allocation", schema.default(schema.ZONE, "allocation"))
    order: tuple[int, ...] = ()
    if allocation == "custom" and "order" not in row:
        refer.found.error("missing-key", path, "allocation custom needs `order`.")
    elif allocation != "custom" and "order" in row:
        refer.found.error("invalid-value", (*path, "order"), "`order` goes with `allocation: custom` only.")
    elif allocation == "custom":
        order = ports_of(row["order"], (*path, "order"), refer.found, keep_order=True)
    if not ports or (allocation == "custom" and not order):
        return ports
    try:
        return draw_order(ports, allocation, order)
    except PortRangeError as error:
        refer.found.error("invalid-value", (*path, "order"), f"{error}.")
        return ports
