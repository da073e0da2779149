# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes objects over that are not the plan's and agree with what it wants: they join the owned ones, marked as adopted.

A device agrees by name, site and device type, an interface by device and name, a cable by its ends. What does not agree
stays a conflict, and `Adoption` says in words what is different.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..diagnostics import Diagnostics, Path, counted
from ..model.keys import interface_key, split_device_key
from ..model.objects import Device, Topology
from ..model.state import CABLE, DEVICE, Others, Owned, Row, Value
from .marks import with_former

SHOWN = 5


@dataclass(slots=True)
class Adoption:
    """Why objects were not adopted that the plan would meet, by kind and id, in words that follow a colon."""

    differs: dict[tuple[str, int], str] = field(default_factory=dict)


def matching(topology: Topology, owned: Owned, devices: Iterable[Row]) -> dict[str, list[Row]]:
    """Devices that are called like one that the plan wants and does not have, by its key.

    Upper and lower case are the same, as for NetBox. Where the plan states a tenant, devices of others do not count.
    Those on the plan's site come before those elsewhere, which count only where there are no others.
    """
    called: dict[str, list[Row]] = {}
    for row in devices:
        called.setdefault(row.name.lower(), []).append(row)
    found = {}
    for device in topology.devices if called else ():
        rows = called.get(device.name.lower(), ()) if device.key not in owned.devices else ()
        alike = [row for row in rows if device.tenant is None or row.values.get("tenant") in (None, device.tenant)]
        there = [row for row in alike if row.values.get("site") == device.site] or alike
        if there:
            found[device.key] = there
    return found


def agreeing(topology: Topology, owned: Owned, devices: Iterable[Row]) -> dict[int, str]:
    """The keys that devices would get which can be taken over, by their ids."""
    wanted = {device.key: device for device in topology.devices}
    return {
        rows[0].id: key for key, rows in matching(topology, owned, devices).items()
        if len(rows) == 1 and not _difference(wanted[key], rows[0])
    }


def adopt_devices(
    topology: Topology, owned: Owned, devices: Sequence[Row], adoption: Adoption, found: Diagnostics
) -> dict[int, str]:
    """Take devices over: the keys of those that were, by their ids."""
    wanted, taken = {device.key: device for device in topology.devices}, {}
    for key, rows in matching(topology, owned, devices).items():
        device = wanted[key]
        if len(rows) > 1:
            which = " and ".join(_called(row) for row in rows)
            found.error(
                "adopt-ambiguous", path_of(device), f"{key} ({device.name!r}) can be any of {len(rows)}: {which}.",
                "Give one of them another name, or state the `tenant` of the right one.",
            )
            adoption.differs |= {(DEVICE, row.id): f"{key} can be any of {len(rows)} devices" for row in rows}
            continue
        (row,) = rows
        difference = _difference(device, row)
        if difference:
            adoption.differs[DEVICE, row.id] = difference
            if row.values.get("site") != device.site:  # where its name is in nobody's way
                found.error(
                    "adopt-elsewhere", path_of(device), f"{key} would be made a second time: {_called(row)} is called"
                    f" like it, and {difference}.", "Correct `site` in the plan or in NetBox, or rename one of them.",
                )
            continue
        owned.devices[key] = _adopted(row, row.name, row.values)
        taken[row.id] = key
    return taken


def adopt_interfaces(owned: Owned, others: Others, devices: Mapping[int, str], plan_ids: Collection[str]) -> None:
    """Put the interfaces of adopted devices beside those on ours that carry no mark: names say which are wanted.

    Args:
        devices: the keys of the adopted devices, by their ids.
        plan_ids: whose interfaces may be taken over, beside nobody's.
    """
    keys = {f"#{row_id}": key for row_id, key in devices.items()}
    for row in others.interfaces:
        key = keys.get(str(row.values["device"]))
        if key is None:
            continue
        if row.id in others.cable_on:
            owned.cable_on[row.id] = others.cable_on[row.id]
        if row.plan_id and row.plan_id not in plan_ids:
            owned.strays.append(f"interface {key} {row.name} carries the id of the plan {row.plan_id!r}")
            continue
        owned.nameless[key, row.name] = replace(row, values={**row.values, "device": key})


def adopt_unwanted_interfaces(topology: Topology, owned: Owned, ports: Mapping[str, Mapping[str, str]]) -> None:
    """What another plan marked on our devices and ours does not want is a leftover of ours from now on.

    Else it would be another plan's on a device of ours, which no run can work with.

    Args:
        ports: port keys by class and name of the interface. One that they do not have is known by its name.
    """
    wanted = {(interface.device, interface.name) for interface in topology.interfaces}
    for (device, name), row in list(owned.nameless.items()):
        if not row.plan_id or (device, name) in wanted:
            continue
        key = interface_key(device, ports.get(split_device_key(device)[0], {}).get(name, name))
        if key not in owned.interfaces:
            owned.interfaces[key] = _adopted(row, name, row.values)
            del owned.nameless[device, name]


def adopt_cable(owned: Owned, key: str, row: Row) -> None:
    owned.cables[key] = _adopted(row, key, row.values)


def tell_unwanted(lender: str, owned: Owned, found: Diagnostics) -> None:
    """Warn of what stays with the plan that objects are adopted from."""
    taken = [{row.id for row in owned.of(kind).values()} for kind in (DEVICE, CABLE)]
    devices, cables = ([row for row in owned.lent.of(kind) if row.id not in ids] for kind, ids in zip(
        (DEVICE, CABLE), taken, strict=True
    ))
    if devices or cables:
        shown = ", ".join(sorted(row.name for row in devices)[:SHOWN]) + (", ..." if len(devices) > SHOWN else "")
        found.warn(
            "adopt-unwanted", (),
            f"{counted(len(devices), 'device')} and {counted(len(cables), 'cable')} of the plan {lender!r} are not"
            f" wanted by this plan, and stay as they are{': ' if shown else ''}{shown}.",
        )


def path_of(device: Device) -> Path:
    """Where the plan describes the class of a device."""
    return ("switch_classes" if device.role else "server_classes", device.class_key)


def _adopted(row: Row, name: str, values: Mapping[str, Value]) -> Row:
    """The object as one of ours; the marks it has, or has not, stand beside its values, and so are rewritten."""
    former = {"plan_id": row.plan_id or None, "key": values.get("former key")}
    return Row(row.id, name, with_former(values, former), row.plan_id, adopted=True)


def _difference(device: Device, row: Row) -> str:
    """In what a device that is called like a wanted one is another one, empty for nothing."""
    parts = []
    for name, wanted in (("site", device.site), ("device_type", device.device_type)):
        if row.values.get(name) != wanted:
            parts.append(f"its {name.replace('_', ' ')} is {row.values.get(name)!r}, and the plan wants {wanted!r}")
    return "; ".join(parts)


def _called(row: Row) -> str:
    tenant = row.values.get("tenant")
    whose = f" of the plan {row.plan_id!r}" if row.plan_id else ""
    return f"device {row.id} ({row.name!r}{f' of the tenant {tenant!r}' if tenant else ''}){whose}"
