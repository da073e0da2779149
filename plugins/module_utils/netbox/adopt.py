# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a plan may take over with `adopt`: devices and cables of nobody. Lists only, and only where asked to."""

from __future__ import annotations

from collections.abc import Collection

from ..model.state import CABLE, DEVICE, INTERFACE, Others, Row
from .client import Client
from .fields import References
from .reading import foreign_row
from .resources import PLAN_MARK, RESOURCES
from .rest import RestSource
from .source import source_of


def read_nobodys_devices(client: Client, site: str, names: Collection[str], refs: References) -> list[Row]:
    """The devices of a site that have one of some names and no plan's id. Names are given in lower case."""
    source = source_of(client)
    called = {
        int(row["id"]): str(row["name"]) for row in source.on_site(site)
        if row["name"] and row["name"].lower() in names and not (row.get("custom_fields") or {}).get(PLAN_MARK)
    }
    rows = source.named(site, sorted(set(called.values()))) if called else ()
    return [foreign_row(DEVICE, row, refs) for row in rows if int(row["id"]) in called]


def read_interfaces(client: Client, site: str, devices: Collection[Row], refs: References) -> Others:
    """All interfaces of some devices of a site, and the cables that these have."""
    found, ids = Others(), {row.id for row in devices}
    names = sorted({row.name for row in devices})
    for row in source_of(client).interfaces_of_named(site, names, sorted(ids)) if ids else ():
        if int(row["device"]["id"]) in ids:
            found.interfaces.append(foreign_row(INTERFACE, row, refs))
            if row.get("cable"):
                found.cable_on[int(row["id"])] = int(row["cable"]["id"])
    return found


def read_cables(client: Client, ids: Collection[int], refs: References) -> list[Row]:
    """Cables by their ids."""
    return [foreign_row(CABLE, row, refs) for row in RestSource(client).cables(sorted(ids))]


def read_port_names(client: Client, ids: Collection[int]) -> dict[int, str]:
    """What interfaces are called, with their devices."""
    wanted = {"id": sorted(ids), "fields": "id,name,device"}
    rows = client.rest_list(RESOURCES[INTERFACE].endpoint, **wanted) if ids else ()
    return {
        int(row["id"]): f"{row['device'].get('name') or row['device'].get('display')} {row['name']}" for row in rows
    }
