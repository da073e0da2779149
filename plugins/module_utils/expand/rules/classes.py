# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of classes as sets of devices: their keys, instances, external devices and attributes."""

from __future__ import annotations

from ...diagnostics import Diagnostics, Path
from ...model.plan import (
    MESH_ZONE,
    PEER_ZONE,
    SESSION_ZONE,
    UPLINK_ZONE,
    Attributes,
    Instance,
    Plan,
    ServerClass,
    SwitchClass,
)


def check_class_keys(plan: Plan, found: Diagnostics) -> None:
    """Devices are told apart by class and index, so no two classes share a key."""
    for key in plan.server_classes:
        if key in plan.switch_classes:
            found.error(
                "class-key-twice", ("server_classes", key), f"{key!r} is the key of a switch class too.",
                "Rename one of them.",
            )


def check_instances(one: SwitchClass | ServerClass, path: Path, found: Diagnostics) -> None:
    """Described devices exist; so far as that is known before sizing."""
    absent = one.absent if not (isinstance(one, SwitchClass) and one.external) else frozenset()
    highest = one.quantity
    if isinstance(one, SwitchClass) and one.quantity is not None:
        highest = last_index(one.quantity, one.absent)
    if isinstance(one, ServerClass):
        for index in sorted(absent):
            if index > one.quantity:
                found.error("out-of-range", (*path, "absent"), f"{index} is above the quantity {one.quantity}.")
                break
    for index in one.instances:
        where = (*path, "instances", str(index))
        if index in absent:
            found.error("absent-instance", where, f"{index} is in `absent` too.", "Describe devices that exist.")
        elif highest is not None and index > highest:
            found.error("out-of-range", where, f"{index} is above {highest}, the highest index of the class.")


def last_index(count: int, absent: frozenset[int]) -> int:
    """The highest index of `count` devices whose indices skip those that are absent."""
    index = 0
    while count:
        index += 1
        count -= index not in absent
    return index


def check_external(one: SwitchClass, path: Path, found: Diagnostics) -> None:
    """External switches are named, and how they are joined among themselves is not ours."""
    if not one.external:
        return
    if not one.instances:
        found.error(
            "external-without-names", (*path, "external"), "external switches are named, one by one, in `instances`."
        )
    for index, instance in one.instances.items():
        if not instance.name:
            found.error(
                "external-without-names", (*path, "instances", str(index)), "an external switch needs its `name`."
            )
    if one.all_ports:
        found.error(
            "invalid-value", (*path, "ports"), "interfaces of external switches exist already: we make none of them."
        )
    for zone in one.zones.values():
        if zone.type in (UPLINK_ZONE, MESH_ZONE, PEER_ZONE, SESSION_ZONE) or zone.peer:
            found.error(
                "external-uplinks", (*path, "zones", zone.key, "type"),
                f"external switches take links, they send none: a zone of theirs cannot be of type {zone.type}"
                f"{' with a peer' if zone.peer else ''}.",
            )


def check_attributes(plan: Plan, found: Diagnostics) -> None:
    """Positions need a rack and are taken once."""
    taken: dict[tuple[str, float, str], str] = {}
    classes: list[tuple[str, SwitchClass | ServerClass]] = [
        *(("switch_classes", one) for one in plan.switch_classes.values()),
        *(("server_classes", one) for one in plan.server_classes.values()),
    ]
    for section, one in classes:
        path: Path = (section, one.key)
        if one.attributes.position is not None and one.quantity != 1:
            found.error(
                "position-twice", (*path, "position"), f"all devices of {one.key!r} would be at one position.",
                "State it under `instances`.",
            )
            continue
        _check_place(one.attributes, path, found)
        rows = {(*path, "instances", str(index)): (index, row) for index, row in one.instances.items()}
        for where, (index, instance) in (rows or {path: (1, Instance())}).items():
            said = instance.attributes.over(one.attributes)
            if rows:
                _check_place(said, where, found)
            if said.rack is None or said.position is None:
                continue
            other = taken.setdefault((said.rack, said.position, said.face or ""), f"{one.key}/{index}")
            if other != f"{one.key}/{index}":
                found.error(
                    "position-twice", (*where, "position"),
                    f"{other} and {one.key}/{index} are both at position {said.position:g} of the rack"
                    f" {said.rack!r}.",
                )


def _check_place(said: Attributes, path: Path, found: Diagnostics) -> None:
    for key in ("position", "face"):
        if getattr(said, key) is not None and said.rack is None:
            found.error("position-without-rack", (*path, key), f"`{key}` needs a `rack`.")
    if said.position is not None and said.rack is not None and said.face is None:
        found.error(
            "position-without-face", (*path, "position"), "NetBox takes no position without a side of the rack.",
            "State `face: front` or `face: rear`.",
        )
