# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a plan owns, and what it would meet, with the cheapest requests that NetBox has.

GraphQL lists of 1,000 rows cost a tenth to a hundredth of REST's; shared objects are few and come by REST, where a
missing right is an error rather than an empty list. Never a request per object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..model.ledger import Entry, Ledger
from ..model.objects import Topology
from ..model.state import CABLE, DEVICE, INTERFACE, Owned, Row, SharedRow, Surroundings
from .client import Client
from .errors import AccessError
from .resources import (
    KEY_MARK,
    MARKS,
    PLAN_MARK,
    RESOURCES,
    SHARED_RESOURCES,
    References,
    mark_payload,
    plan_tag,
)

ROLE_COLOR = "9e9e9e"
_ROLE_NAMES = {"oob": "Out of band"}


def prove_view_rights(client: Client) -> None:
    """Raises: AccessError, where the token may not view what we own; a GraphQL list would be empty instead."""
    for resource in RESOURCES.values():
        client.prove_view(resource.endpoint, resource.view)


def read_owned(client: Client, plan_id: str, refs: References) -> Owned:
    """Everything that carries the plan's id. `refs` learns the ids of all of it."""
    owned = Owned()
    mine = f'custom_field_data: {{path: "{PLAN_MARK}", lookup: {{string_lookup: {{exact: {json.dumps(plan_id)}}}}}}}'
    _read_devices(client, mine, plan_id, owned, refs)
    if owned.devices:
        _read_interfaces(client, f"device: {{{mine}}}", plan_id, owned, refs)
    _read_cables(client, mine, plan_id, owned, refs)
    return owned


def _read_devices(client: Client, filters: str, plan_id: str, owned: Owned, refs: References) -> None:
    resource = RESOURCES[DEVICE]
    for row in client.graphql_list(resource.graphql, filters, resource.selection):
        key = _key(row, plan_id, f"device {row['name']!r}", owned.devices, owned)
        if key:
            owned.devices[key] = Row(int(row["id"]), str(row["name"]), resource.values(row, refs), plan_id)
            refs.add(DEVICE, key, int(row["id"]))


def _read_interfaces(client: Client, filters: str, plan_id: str, owned: Owned, refs: References) -> None:
    """All interfaces of our devices: ours, and those that others or a template put there."""
    resource = RESOURCES[INTERFACE]
    for row in client.graphql_list(resource.graphql, filters, resource.selection):
        values = resource.values(row, refs)
        if str(values["device"]).startswith("#"):
            continue  # on a device whose own marks are damaged, reported as a stray
        marked = str(_marks(row).get(PLAN_MARK) or "")
        one = Row(int(row["id"]), str(row["name"]), values, marked)
        if row.get("cable"):
            owned.cable_on[one.id] = int(row["cable"]["id"])
        if marked == plan_id:
            key = _key(row, plan_id, f"interface {values['device']} {row['name']}", owned.interfaces, owned)
            if key:
                owned.interfaces[key] = one
                refs.add(INTERFACE, key, one.id)
        elif not marked:
            owned.nameless[str(values["device"]), one.name] = one
        else:
            owned.strays.append(f"interface {values['device']} {row['name']} carries the id of the plan {marked!r}")


def _read_cables(client: Client, filters: str, plan_id: str, owned: Owned, refs: References) -> None:
    resource = RESOURCES[CABLE]
    for row in client.graphql_list(resource.graphql, filters, resource.selection):
        key = _key(row, plan_id, f"cable {row['id']}", owned.cables, owned)
        if key:
            owned.cables[key] = Row(int(row["id"]), key, resource.values(row, refs), plan_id)


def _key(row: Mapping[str, Any], plan_id: str, name: str, known: Mapping[str, Row], owned: Owned) -> str:
    """The key an owned object carries; nothing, and a stray, where it carries none or one that another has."""
    key = str(_marks(row).get(KEY_MARK) or "")
    if not key:
        owned.strays.append(f"{name} carries the plan's id {plan_id!r} and no key")
    elif key in known:
        owned.strays.append(f"{name} carries the key {key!r}, and so does id {known[key].id}")
        key = ""
    return key


def _marks(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return row.get("custom_fields") or {}


def ledger_of(owned: Owned) -> Ledger:
    """The ledger that the owned cables carry. A cable whose entry is unreadable has none, and is placed anew."""
    entries = {}
    for key, row in owned.cables.items():
        entry = Entry.parse(str(row.values.get("ports") or ""))
        if entry is not None:
            entries[key] = entry
    return Ledger(entries)


# -- shared objects ----------------------------------------------------------------------------------------------


def shared_wanted(topology: Topology) -> list[SharedRow]:
    """The shared objects that a topology refers to, as they would be made; none is looked up yet."""
    types = {slug: topology.device_types[slug] for slug in sorted({d.device_type for d in topology.devices})}
    makers = sorted({t.manufacturer for t in types.values() if t.manufacturer})
    rows = []
    for slug in makers:
        maker = topology.manufacturers.get(slug)
        rows.append(SharedRow("manufacturer", slug, {"name": maker.name if maker else slug, "slug": slug}))
    for slug, one in types.items():
        payload: dict[str, Any] = {}
        if one.model:
            payload = {
                "manufacturer": one.manufacturer, "model": one.model, "slug": slug, "u_height": one.u_height,
                "is_full_depth": one.is_full_depth,
            }
        rows.append(SharedRow("device_type", slug, payload))
    for slug in sorted({d.device_role for d in topology.devices}):
        name = _ROLE_NAMES.get(slug, slug.replace("-", " ").capitalize())
        rows.append(SharedRow("device_role", slug, {"name": name, "slug": slug, "color": ROLE_COLOR}))
    rows.append(SharedRow("site", topology.site.slug, {"name": topology.site.name, "slug": topology.site.slug}))
    rows += [SharedRow("custom_field", mark.name, mark_payload(mark)) for mark in MARKS]
    tag = plan_tag(topology.plan_id)
    rows.append(SharedRow("tag", tag, {"name": tag, "slug": tag, "color": ROLE_COLOR}))
    return rows


def read_shared(client: Client, wanted: Iterable[SharedRow], refs: References) -> list[SharedRow]:
    """The wanted shared objects with the ids they have; `refs` learns them. Manufacturers only where a type needs one.

    A token that may not list custom fields or tags is common: those are then taken to be there, and a write says so
    if they are not.
    """
    by_kind: dict[str, list[SharedRow]] = {}
    for row in wanted:
        by_kind.setdefault(row.kind, []).append(row)
    found: list[SharedRow] = []
    for kind, rows in by_kind.items():
        resource = SHARED_RESOURCES[kind]
        fields = "id,name,type,object_types" if kind == "custom_field" else f"id,{resource.by}"
        try:
            present = {
                row[resource.by]: row
                for row in client.rest_list(
                    resource.endpoint, **{resource.by: [r.key for r in rows], "fields": fields}
                )
            }
        except AccessError:
            if kind not in ("custom_field", "tag"):
                raise
            continue
        for row in rows:
            there = present.get(row.key)
            if there is None:
                found.append(row)
                continue
            refs.add(kind, row.key, int(there["id"]))
            missing = _missing_types(row, there) if kind == "custom_field" else {}
            found.append(SharedRow(kind, row.key, row.payload, int(there["id"]), missing))
    makers = {r.payload.get("manufacturer") for r in found if r.kind == "device_type" and r.id is None}
    return [r for r in found if r.kind != "manufacturer" or r.id is not None or r.key in makers]


def _missing_types(row: SharedRow, there: Mapping[str, Any]) -> dict[str, Any]:
    """What an existing custom field of ours lacks: object types only ever get added."""
    kind = there["type"]["value"] if isinstance(there["type"], Mapping) else there["type"]
    if kind != row.payload["type"]:
        raise AccessError(
            f"The custom field {row.key!r} exists with the type {kind}; hedgehog.diet needs {row.payload['type']}."
            " Rename or remove the existing one."
        )
    present = [str(t) for t in there["object_types"]]
    lacking = [t for t in row.payload["object_types"] if t not in present]
    return {"object_types": present + lacking} if lacking else {}


# -- surroundings ------------------------------------------------------------------------------------------------


def read_names(client: Client, site: str, around: Surroundings) -> None:
    """The device names of a site that NetBox would not give twice: names are unique per site and tenant."""
    filters = f"site: {{slug: {{exact: {json.dumps(site)}}}}}"
    for row in client.graphql_list("device_list", filters, "name custom_fields tenant { id }"):
        if row["name"] and row["tenant"] is None:
            around.names[row["name"].lower()] = (int(row["id"]), str(_marks(row).get(PLAN_MARK) or ""))


def read_templates(client: Client, types: Mapping[str, int], around: Surroundings) -> None:
    """The interfaces that NetBox itself makes on new devices of some types."""
    slugs = {row_id: slug for slug, row_id in types.items()}
    names: dict[str, set[str]] = {}
    rows = client.rest_list(
        "dcim/interface-templates", device_type_id=list(slugs), fields="id,name,device_type"
    ) if slugs else ()
    for row in rows:
        names.setdefault(slugs[int(row["device_type"]["id"])], set()).add(str(row["name"]))
    around.templates = {slug: frozenset(found) for slug, found in names.items()}


def read_foreign_cables(client: Client, device_ids: Iterable[int], owned: Owned, around: Surroundings) -> None:
    """Cables on any port of some devices that are not ours: NetBox would silently strip them."""
    ours = {row.id for row in owned.cables.values()}
    ids = list(device_ids)
    for row in client.rest_list("dcim/cables", device_id=ids, fields="id,label,display") if ids else ():
        if int(row["id"]) not in ours:
            around.foreign_cables[int(row["id"])] = str(row.get("label") or row.get("display") or "no label")
