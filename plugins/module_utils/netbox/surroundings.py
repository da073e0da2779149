# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a plan would meet beside what it owns: names on its site, templates of its types, demands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ..diff.racks import Occupant, Size
from ..model.state import INTERFACE
from .answers import asked_for
from .client import Client
from .errors import AccessError, RefusedError
from .resources import PLAN_MARK, RESOURCES
from .source import source_of


def read_names(client: Client, site: str) -> dict[tuple[str, str], tuple[int, str]]:
    """Who has which device name on a site: id and plan id, by the tenant's slug and the name in lower case.

    NetBox gives a name once per site and tenant, and once to devices without a tenant.
    """
    return {
        ((row["tenant"] or {}).get("slug", ""), row["name"].lower()): (
            int(row["id"]), str((row.get("custom_fields") or {}).get(PLAN_MARK) or "")
        )
        for row in source_of(client).on_site(site) if row["name"]
    }


def read_racked(client: Client, site: str, racks: Iterable[str]) -> list[Occupant]:
    """The devices that have units in some racks of a site."""
    return [
        Occupant(
            str(row["name"] or ""), str(row["rack"]["name"]), float(row["position"]), str(row["face"] or ""),
            Size(float(row["device_type"]["u_height"]), bool(row["device_type"]["is_full_depth"])), int(row["id"]),
        )
        for row in source_of(client).racked(site, racks) if row["position"] is not None
    ]


def read_templates(client: Client, types: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """Names of the interfaces that NetBox itself makes on new devices, by the slug of their type."""
    slugs = {row_id: slug for slug, row_id in types.items()}
    names: dict[str, set[str]] = {}
    rows = client.rest_list(
        "dcim/interface-templates", device_type_id=list(slugs), fields="id,name,device_type"
    ) if slugs else ()
    for row in rows:
        slug = asked_for(slugs, int(row["device_type"]["id"]), "dcim/interface-templates")
        names.setdefault(slug, set()).add(str(row["name"]))
    return {slug: frozenset(found) for slug, found in names.items()}


def read_required(client: Client) -> dict[str, list[str]]:
    """Custom fields that must have a value, with the kinds of ours that they are for.

    A default does not help: NetBox gives it only to objects that are sent without any custom field. None are told where
    the token may not list custom fields, as many may not.
    """
    kinds = {resource.object_type: kind for kind, resource in RESOURCES.items()}
    wanted = {"required": "true", "fields": "id,name,object_types,required"}
    try:
        rows = list(client.rest_list("extras/custom-fields", **wanted))
    except AccessError:
        return {}
    found = {
        str(row["name"]): [kinds[one] for one in row["object_types"] if one in kinds]
        for row in rows if row.get("required")
    }
    return {name: those for name, those in found.items() if those}


def unknown_interface_types(client: Client, types: Collection[str]) -> list[str]:
    """Of some interface types those that NetBox does not know: it refuses to look for them, and names them."""
    left, unknown = set(types), list[str]()
    while left:
        try:
            client.extent(RESOURCES[INTERFACE].endpoint, type=sorted(left), fields="id")
        except RefusedError as error:
            wrong = [one for one in left if f" {one} is not " in str(error)]
            if not wrong:
                return unknown
            unknown += wrong
            left -= set(wrong)
        else:
            return unknown
    return unknown


def read_closed(client: Client, plan_id: str) -> set[int]:
    """Ids of interfaces of a plan that are marked as connected without a cable."""
    wanted = {f"cf_{PLAN_MARK}": plan_id, "mark_connected": "true", "fields": "id,mark_connected,custom_fields"}
    return {
        int(row["id"]) for row in client.rest_list(RESOURCES[INTERFACE].endpoint, **wanted)
        if row.get("mark_connected") and (row.get("custom_fields") or {}).get(PLAN_MARK) == plan_id
    }
