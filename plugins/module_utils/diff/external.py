# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches that links of the plan end on and that it does not own: what NetBox has of them, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..diagnostics import Diagnostics, Path
from ..model.keys import split_device_key
from ..model.objects import Device, Topology

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Port:
    """An interface of an external device: its id, and the cable it has."""

    id: int
    cable: int | None


@dataclass(slots=True)
class External:
    """External devices of a plan, by key: their ids (more than one is too many), their plan ids, their interfaces."""

    ids: dict[str, list[int]] = field(default_factory=dict)
    plan_ids: dict[str, str] = field(default_factory=dict)
    ports: dict[str, dict[str, Port]] = field(default_factory=dict)

    def wanted(self, topology: Topology) -> dict[str, Port]:
        """The ports that links of the topology end on, by key; those that are missing are left out."""
        found = {i.key: self.ports.get(i.device, {}).get(i.name) for i in topology.external_interfaces}
        return {key: port for key, port in found.items() if port is not None}


def check_external(topology: Topology, external: External, plan_ids: tuple[str, ...], found: Diagnostics) -> None:
    """Report external devices and interfaces that are not there, or not what the plan takes them for."""
    for device in topology.external_devices:
        ids = external.ids.get(device.key, [])
        path = _path(device)
        if not ids:
            found.error(
                "external-device-missing", path,
                f"NetBox has no device {device.name!r} on the site {device.site!r}, which {device.key} is to be.",
                "Correct the name (upper and lower case matter), or make the device first: external devices are"
                " referred to, never made.",
            )
        elif len(ids) > 1:
            found.error(
                "external-device-ambiguous", path,
                f"NetBox has {len(ids)} devices {device.name!r} on the site {device.site!r}:"
                f" {', '.join(map(str, ids))}. One of them is to be {device.key}.",
                "Give one of them another name.",
            )
        elif external.plan_ids.get(device.key) in plan_ids:
            found.error(
                "external-device-owned", path,
                f"device {ids[0]} ({device.name!r}), which {device.key} is to be, is one that this plan made.",
                "Take `external` away, or clear (with the API) the custom fields hedgehog_plan_id and hedgehog_key of"
                " the device and its interfaces, so that it is the plan's no more.",
            )
        else:
            _check_interfaces(device, topology, external, found)


def _check_interfaces(device: Device, topology: Topology, external: External, found: Diagnostics) -> None:
    ports = external.ports.get(device.key, {})
    by_zone: dict[str, list[str]] = {}
    for interface in topology.external_interfaces:
        if interface.device == device.key and interface.name not in ports:
            by_zone.setdefault(interface.zone, []).append(interface.name)
    for zone, names in by_zone.items():
        shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        path = ("switch_classes", device.class_key, "zones", zone) if zone else _path(device)
        found.error(
            "external-interface-missing", path,
            f"the device {device.name!r} ({device.key}) has no interface {shown}, where links of the plan are to end.",
            f"It has {_some(ports)}. Make the missing ones in NetBox, or correct the zone's `ports` and `breakout`:"
            " interfaces of external devices are referred to, never made.",
        )


def _some(ports: Mapping[str, Port]) -> str:
    names = list(ports)
    return (", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")) or "none"


def _path(device: Device) -> Path:
    class_key, index = split_device_key(device.key)
    return ("switch_classes", class_key, "instances", str(index), "name")
