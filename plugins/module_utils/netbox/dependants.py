# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what is not ours on devices and interfaces that would be deleted: one row per kind of object.

Told is what NetBox 4.7 deletes along with a device or an interface (`on_delete` CASCADE, generic relations), strips of
one (SET_NULL), or refuses to let go of (PROTECT, RESTRICT). What only describes a device goes with it untold: its own
ports and bays, interfaces of others without anything on them, journal entries, images, contacts, bookmarks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..diff.dependants import SHOWN, Dependant, Leaving, Place
from ..model.state import CABLE, DEVICE, INTERFACE, Owned
from .client import Client
from .errors import AccessError
from .paging import IDS, PAGE
from .parallel import in_order
from .resources import RESOURCES

JsonRow = Mapping[str, Any]

_TYPES = {f"dcim.{kind}": kind for kind in (DEVICE, INTERFACE)}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that may hang on devices or interfaces.

    `parameter` asks for those of some ids, which are of the kind `of`; `narrow` leaves out what never hangs on any.
    `on` is what a row hangs on, where it is several the most exact first, and `how`. `itself` is the field with the
    device that is meant, where the row is its bay; `own` the kind of what is meant, where it may go as well.
    """

    word: str
    endpoint: str
    view: str
    parameter: str
    of: str
    fields: str
    on: Callable[[JsonRow], list[Place]]
    how: str = "is on"
    narrow: Mapping[str, str] = field(default_factory=dict)
    itself: str = ""
    own: str = ""


def _by_type(*names: str) -> Callable[[JsonRow], list[Place]]:
    """Pairs of fields with a content type and an id: `assigned_object_type`, `assigned_object_id`."""
    pairs = [(f"{name}_type", f"{name}_id") for name in names]
    return lambda row: [(_TYPES[row[kind]], int(row[one])) for kind, one in pairs if row.get(kind) in _TYPES]


def _by_field(kind: str, name: str) -> Callable[[JsonRow], list[Place]]:
    return lambda row: [(kind, int(row[name]["id"]))] if row.get(name) else []


def _either(*ways: Callable[[JsonRow], list[Place]]) -> Callable[[JsonRow], list[Place]]:
    return lambda row: [place for way in ways for place in way(row)]


def _of_device(word: str, endpoint: str, view: str, how: str) -> Kind:
    return Kind(word, endpoint, view, "device_id", DEVICE, "device", _by_field(DEVICE, "device"), how)


def _referring(name: str, how: str) -> Kind:
    """Interfaces that refer to another one, on the same device or within a virtual chassis."""
    return Kind(
        "interface", "dcim/interfaces", "dcim.view_interface", f"{name}_id", INTERFACE, f"device,{name}",
        _by_field(INTERFACE, name), how, {f"{name}_id__n": "null"}, own=INTERFACE,
    )


def _wireless(side: str) -> Kind:
    return Kind(
        "wireless link", "wireless/wireless-links", "wireless.view_wirelesslink", f"interface_{side}_id", INTERFACE,
        f"interface_{side}", _by_field(INTERFACE, f"interface_{side}"), "ends on",
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        "IP address", "ipam/ip-addresses", "ipam.view_ipaddress", "device_id", DEVICE,
        "assigned_object_type,assigned_object_id", _by_type("assigned_object"),
    ),
    Kind(
        "MAC address", "dcim/mac-addresses", "dcim.view_macaddress", "device_id", DEVICE,
        "assigned_object_type,assigned_object_id", _by_type("assigned_object"),
    ),
    Kind(
        "FHRP group assignment", "ipam/fhrp-group-assignments", "ipam.view_fhrpgroupassignment", "device_id", DEVICE,
        "interface_type,interface_id", _by_type("interface"),
    ),
    Kind(
        "service", "ipam/services", "ipam.view_service", "device_id", DEVICE,
        "parent_object_type,parent_object_id,device",  # up to 4.2 it is the device
        _either(_by_type("parent_object"), _by_field(DEVICE, "device")),
    ),
    _of_device("module", "dcim/modules", "dcim.view_module", "is in"),
    Kind(
        "inventory item", "dcim/inventory-items", "dcim.view_inventoryitem", "device_id", DEVICE,
        "component_type,component_id,device", _either(_by_type("component"), _by_field(DEVICE, "device")), "is in",
    ),
    Kind(
        "device", "dcim/device-bays", "dcim.view_devicebay", "device_id", DEVICE, "device,installed_device",
        lambda row: _by_field(DEVICE, "device")(row) if row.get("installed_device") else [], "is in a bay of",
        {"installed_device_id__n": "null"}, "installed_device", DEVICE,
    ),
    Kind(
        "virtual chassis", "dcim/virtual-chassis", "dcim.view_virtualchassis", "master_id", DEVICE, "master",
        _by_field(DEVICE, "master"), "has as its master",
    ),
    _of_device("virtual device context", "dcim/virtual-device-contexts", "dcim.view_virtualdevicecontext", "is on"),
    _of_device("virtual machine", "virtualization/virtual-machines", "virtualization.view_virtualmachine", "runs on"),
    Kind(
        "L2VPN termination", "vpn/l2vpn-terminations", "vpn.view_l2vpntermination", "device_id", DEVICE,
        "assigned_object_type,assigned_object_id", _by_type("assigned_object"),
    ),
    Kind(
        "tunnel termination", "vpn/tunnel-terminations", "vpn.view_tunneltermination", "interface_id", INTERFACE,
        "termination_type,termination_id", _by_type("termination"),
    ),
    Kind(
        "virtual circuit termination", "circuits/virtual-circuit-terminations",
        "circuits.view_virtualcircuittermination", "interface_id", INTERFACE, "interface",
        _by_field(INTERFACE, "interface"),
    ),
    _wireless("a"),
    _wireless("b"),
    _referring("parent", "is a child of"),
    _referring("lag", "is a member of"),
    _referring("bridge", "is bridged to"),
)


def read_dependants(client: Client, going: Leaving, owned: Owned) -> tuple[list[Dependant], list[str]]:
    """What hangs on what goes, and the kinds that the token may not view, with the permissions for them.

    Raises:
        NetBoxError: of any other kind.
    """
    if not going.names:
        return [], []
    hanging, unseen = list(_foreign_cables(client, going, owned)), []
    counts = in_order(partial(_count, client), KINDS, client.transport.at_once)
    for kind, count in zip(KINDS, counts, strict=True):
        if count is None:
            unseen.append(f"{kind.word} ({kind.view})")
        elif count:
            hanging += _hanging(kind, _rows(client, kind, count, going), going)
    return hanging, list(dict.fromkeys(unseen))


def _count(client: Client, kind: Kind) -> int | None:
    """How many of a kind NetBox has that hang on anything; None where the token may not view them."""
    try:
        return client.extent(kind.endpoint, **kind.narrow, fields="id")[0].count
    except AccessError:
        return None


def _rows(client: Client, kind: Kind, count: int, going: Leaving) -> Iterator[JsonRow]:
    """All of a kind, or those of what goes: whatever takes fewer requests. `_hanging` looks at each."""
    ids = sorted(going.touched) if kind.of == DEVICE else sorted(one for of, one in going.names if of == INTERFACE)
    fields = f"id,display,{kind.fields}"
    if -(-count // PAGE) <= -(-len(ids) // IDS):
        return client.rest_rows(kind.endpoint, {**kind.narrow, "fields": fields})
    return client.rest_list(kind.endpoint, **{kind.parameter: ids}, fields=fields)


def _hanging(kind: Kind, rows: Iterable[JsonRow], going: Leaving) -> Iterator[Dependant]:
    for row in rows:
        meant = row[kind.itself] if kind.itself and row.get(kind.itself) else row
        owner = next((going.names[place] for place in kind.on(row) if place in going.names), None)
        if owner is None or (kind.own, int(meant["id"])) in going.names:
            continue
        name = str(meant.get("display") or meant["id"])
        if kind.own == INTERFACE:
            name = f"{row['device'].get('display') or row['device']['id']} {name}"
        yield Dependant(kind.word, f"{kind.word} {name} {kind.how} {owner}")


# -- cables ----------------------------------------------------------------------------------------------------------


def _foreign_cables(client: Client, going: Leaving, owned: Owned) -> Iterator[Dependant]:
    """Cables that are not ours on any port of what goes: NetBox would strip them to one end, or to none."""
    ours = {row.id for row in owned.cables.values()}
    on_interfaces = (owned.cable_on.get(one) for kind, one in going.names if kind == INTERFACE)
    ids = {cable for cable in on_interfaces if cable is not None}
    if going.devices:
        endpoint = RESOURCES[CABLE].endpoint
        ids |= {int(row["id"]) for row in client.rest_list(endpoint, device_id=going.devices, fields="id")}
    foreign = sorted(ids - ours)
    told = _with_ends(client, foreign[:SHOWN], going) if foreign else {}
    for cable in foreign:
        yield Dependant(CABLE, told.get(cable, f"cable {cable} ends on something"))


def _with_ends(client: Client, cables: Sequence[int], going: Leaving) -> dict[int, str]:
    """What some cables are called, and where they go."""
    rows = client.rest_list(
        RESOURCES[CABLE].endpoint, id=list(cables), fields="id,label,a_terminations,b_terminations"
    )
    told = {}
    for row in rows:
        ends = [end for side in ("a_terminations", "b_terminations") for end in row[side]]
        goes = [_end(end) for end in ends if _leaves(end, going)]
        stays = [_end(end) for end in ends if not _leaves(end, going)]
        label = f" ({row['label']})" if row.get("label") else ""
        whence = f" from {' and '.join(stays)}" if stays else ""
        told[int(row["id"])] = f"cable {row['id']}{label}{whence} is not ours and ends on {' and '.join(goes)}"
    return told


def _leaves(end: JsonRow, going: Leaving) -> bool:
    kind, device = _TYPES.get(str(end["object_type"])), (end.get("object") or {}).get("device") or {}
    return (kind, int(end["object_id"])) in going.names or device.get("id") in going.devices


def _end(end: JsonRow) -> str:
    what = end.get("object") or {}
    device = what.get("device") or {}
    name = str(what.get("display") or what.get("name") or f"{end['object_type']} {end['object_id']}")
    return f"{device.get('display') or device['name']} {name}" if device.get("name") else name
