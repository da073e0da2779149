# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adoption within a survey: what another plan lends (`adopt_from`) and what is nobody's (`adopt`) becomes the plan's.

Cables of the other plan are looked at before the plan is expanded, because they say where links are; everything else
once it is known what the plan wants. Nothing is read, and nothing done, where nobody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..diagnostics import Diagnostics
from ..diff.adopt import (
    Adoption,
    adopt_cable,
    adopt_devices,
    adopt_interfaces,
    adopt_unwanted_interfaces,
    agreeing,
    tell_unwanted,
)
from ..diff.external import Port
from ..diff.lent import Link, lent_links
from ..diff.normalize import same
from ..expand.pipeline import expand
from ..expand.ports import mesh_near_ends, ports_by_name
from ..model.keys import split_device_key, split_interface_key
from ..model.ledger import End, Ledger
from ..model.objects import Topology
from ..model.plan import Plan
from ..model.state import CABLE, Owned, Row
from ..netbox.adopt import read_cables, read_interfaces, read_nobodys_devices, read_port_names
from ..netbox.client import Client
from ..netbox.fields import References


def lent(plan: Plan, ledger: Ledger, owned: Owned, prune: bool) -> dict[str, Link]:
    """The links of the plan that cables of the plan it adopts from are, by key.

    Raises:
        PlanError: the plan does not fit, whatever those cables are.
    """
    if not owned.lent.cables:
        return {}
    topology, _warnings = expand(plan, ledger, prune)
    cables = owned.lent.cables
    found = lent_links(topology, cables, _ends(plan, topology, owned, cables), mesh_near_ends(plan, topology))
    return {key: link for key, link in found.items() if key not in owned.cables}


def _ends(plan: Plan, topology: Topology, owned: Owned, cables: Iterable[Row]) -> dict[str, End]:
    """The ports of the plan that cables end on, by what stands for them there."""
    named = ports_by_name(plan)
    devices = {f"#{row_id}": key for row_id, key in agreeing(topology, owned, owned.lent.devices).items()}
    found: dict[str, End] = {}

    def add(token: str, device: str, port: End | None) -> None:
        if port is not None:
            found[token] = replace(port, device=device)

    for row in owned.lent.interfaces:
        device = devices.get(str(row.values["device"]))
        if device is not None:
            add(f"#{row.id}", device, named[split_device_key(device)[0]].get(row.name))
    for (device, name), row in owned.nameless.items():
        add(f"#{row.id}", device, named.get(device.rpartition("/")[0], {}).get(name))
    ports = {class_key: {end.port: end for end in ends.values()} for class_key, ends in named.items()}
    for token in {end for row in cables for end in _texts(row.values.get("ends")) if not end.startswith("#")}:
        device, port = split_interface_key(token)
        add(token, device, ports.get(device.rpartition("/")[0], {}).get(port))
    return found


def adopt(
    plan: Plan, topology: Topology, owned: Owned, links: Mapping[str, Link], external: Mapping[str, Port],
    unmarked: bool, lender: str, client: Client, refs: References, found: Diagnostics,
) -> Adoption:
    """Take over what the plan wants and does not have: it joins `owned`.

    Args:
        links: what `lent` found.
        external: the interfaces of external devices that links end on, by key.
        unmarked: whether what carries no plan's id is taken over too.
        lender: id of the plan that objects are adopted from, empty for none.

    Raises:
        NetBoxError: of any kind.
    """
    adoption, site = Adoption(), topology.site.slug
    nobodys: list[Row] = []
    names = {device.name.lower() for device in topology.devices if device.key not in owned.devices}
    if unmarked and names and refs.knows("site", site):
        nobodys = read_nobodys_devices(client, site, names, refs)
    taken = adopt_devices(topology, owned, [*owned.lent.devices, *nobodys], adoption, found)
    for theirs in (owned.lent, read_interfaces(client, site, [row for row in nobodys if row.id in taken], refs)):
        adopt_interfaces(owned, theirs, taken, (topology.plan_id, lender))
    if any(row.plan_id for row in owned.nameless.values()):
        ports = {key: {name: end.port for name, end in ends.items()} for key, ends in ports_by_name(plan).items()}
        adopt_unwanted_interfaces(topology, owned, ports)
    if lender:
        wanted = {cable.key for cable in topology.cables}
        for key, link in links.items():
            if key in wanted:
                adopt_cable(owned, key, link.row)
        tell_unwanted(lender, owned, found)
    if unmarked:
        _adopt_cables(topology, owned, external, adoption, client, refs)
    return adoption


def _adopt_cables(
    topology: Topology, owned: Owned, ports: Mapping[str, Port], adoption: Adoption, client: Client, refs: References
) -> None:
    """Take over cables of nobody that have both ends of a wanted one, and say of the others where they go."""
    ids = {key: row.id for key, row in owned.interfaces.items()} | {key: port.id for key, port in ports.items()}
    for interface in topology.interfaces:
        row = owned.nameless.get((interface.device, interface.name))
        if row is not None:
            ids.setdefault(interface.key, row.id)
    cable_on = owned.cable_on | {port.id: port.cable for port in ports.values() if port.cable is not None}
    ours = {row.id for row in owned.cables.values()}
    wanted: dict[int, list[str]] = {}  # links by the cables that are on their ports
    for cable in topology.cables:
        if cable.key not in owned.cables:
            for there in {cable_on.get(ids.get(end, 0)) for end in cable.ends} - ours - {None}:
                if there is not None:
                    wanted.setdefault(there, []).append(cable.key)
    if not wanted:
        return
    tokens = {f"#{row_id}": key for key, row_id in ids.items()}
    ends = {cable.key: cable.ends for cable in topology.cables}
    left: list[tuple[Row, list[int]]] = []
    for row in read_cables(client, wanted, refs):
        at = tuple(tokens.get(end, end) for end in _texts(row.values.get("ends")))
        key = next((key for key in wanted[row.id] if same("ends", at, ends[key])), "")
        if row.plan_id:
            adoption.differs[CABLE, row.id] = f"it carries the id of the plan {row.plan_id!r}"
        elif key:
            adopt_cable(owned, key, row)
        else:
            left.append((row, [ids.get(end) or int(end.removeprefix("#")) for end in at if end[0] != "("]))
    names = read_port_names(client, {row_id for _row, at_ids in left for row_id in at_ids})
    for row, at_ids in left:
        where = " to ".join(names.get(row_id, "somewhere else") for row_id in at_ids)
        adoption.differs[CABLE, row.id] = f"it goes from {where}" if len(at_ids) > 1 else f"its only port is {where}"


def _texts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
