# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared objects that a plan refers to: what they would be made as, and which of them NetBox has.

They are few and come by REST, where a missing right is an error rather than an empty list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..diff.marks import plan_tag
from ..model.objects import Device, Topology
from ..model.plan import SharedObject
from ..model.state import SharedRow
from .client import Client
from .errors import AccessError, RefusedError
from .fields import References
from .resources import MARKS, SHARED_RESOURCES, mark_payload

ROLE_COLOR = "9e9e9e"
_ROLE_NAMES = {"oob": "Out of band"}

# Fields of devices that refer to an object of the kind they are called by.
REFERENCES = ("tenant", "location", "rack", "platform")


def shared_wanted(topology: Topology) -> list[SharedRow]:
    """The shared objects that a topology refers to, as they would be made; none is looked up yet.

    One without a payload is one that nobody has described: NetBox must have it.
    """
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
    site = topology.site
    rows.append(SharedRow("site", site.slug, {"name": site.name, "slug": site.slug}))
    rows += _referred_to(topology)
    rows += [SharedRow("custom_field", mark.name, mark_payload(mark)) for mark in MARKS]
    tag = plan_tag(topology.plan_id)
    rows.append(SharedRow("tag", tag, {"name": tag, "slug": tag, "color": ROLE_COLOR}))
    return rows


def referred_to(device: Device) -> Iterator[tuple[str, str]]:
    """Kind and key of what the plan states of a device and somebody has to have made."""
    for kind in REFERENCES:
        key = getattr(device, kind)
        if key is not None:
            yield kind, key
    for tag in device.tags or ():
        yield "tag", tag


def _referred_to(topology: Topology) -> list[SharedRow]:
    """What devices refer to, and the locations of racks that would be made."""
    described = {(one.kind, one.key): one for one in topology.shared}
    wanted = {pair for device in topology.devices for pair in referred_to(device)}
    for kind, key in list(wanted):
        one = described.get((kind, key))
        if kind == "rack" and one is not None and one.location:
            wanted.add(("location", one.location))
    return [
        SharedRow(kind, key, _payload(described[kind, key], topology.site.slug) if (kind, key) in described else {})
        for kind, key in sorted(wanted)
    ]


def _payload(one: SharedObject, site: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": one.name}
    if SHARED_RESOURCES[one.kind].by == "slug":
        row["slug"] = one.key
    if SHARED_RESOURCES[one.kind].on_site:
        row["site"] = site
    if one.u_height is not None:
        row["u_height"] = one.u_height
    if one.location:
        row["location"] = one.location
    return row


def read_shared(client: Client, wanted: Iterable[SharedRow], refs: References, site: str = "") -> list[SharedRow]:
    """The wanted shared objects with the ids they have; `refs` learns them. Manufacturers only where a type needs one.

    A token that may not list custom fields or tags is common: those are then taken to be there, and a write says so
    if they are not.

    Args:
        site: slug of the site for what is looked up within one.

    Raises:
        AccessError: a custom field of ours has another type, or something cannot be listed.
        RefusedError: NetBox has two of something on the site.
    """
    by_kind: dict[str, list[SharedRow]] = {}
    for row in wanted:
        by_kind.setdefault(row.kind, []).append(row)
    found: list[SharedRow] = []
    for kind in (kind for kind in SHARED_RESOURCES if kind in by_kind):
        rows = by_kind[kind]
        try:
            present = _present(client, kind, [row.key for row in rows], refs, site)
        except AccessError as error:
            if kind not in ("custom_field", "tag"):
                raise
            if kind == "custom_field" and not client.capabilities.refuses_unknown_fields:
                raise AccessError(
                    f"{error} NetBox {client.capabilities.version} stores marks in fields that are not registered and"
                    " never shows them, so it has to be sure that ours are."
                ) from None
            continue
        for row in rows:
            there = present.get(row.key)
            if there is None:
                found.append(row)
                continue
            refs.add(kind, row.key, int(there["id"]))
            missing = _missing_types(row, there) if kind == "custom_field" else {}
            shown = {name: there.get(name) for name in SHARED_RESOURCES[kind].show}
            found.append(SharedRow(kind, row.key, {**row.payload, **shown}, int(there["id"]), missing))
    makers = {r.payload.get("manufacturer") for r in found if r.kind == "device_type" and r.id is None}
    return [r for r in found if r.kind != "manufacturer" or r.id is not None or r.key in makers]


def _present(
    client: Client, kind: str, keys: list[str], refs: References, site: str
) -> Mapping[str, Mapping[str, Any]]:
    """Rows that NetBox has, by what they are looked up by."""
    resource = SHARED_RESOURCES[kind]
    params: dict[str, Any] = {resource.by: keys, "fields": ",".join(("id", resource.by, *resource.show))}
    if resource.on_site:
        if not refs.knows("site", site):
            return {}  # a site that is still to be made has nothing; NetBox refuses to be asked about it
        params["site_id"] = refs.id("site", site)
    present: dict[str, Mapping[str, Any]] = {}
    for row in client.rest_list(resource.endpoint, **params):
        key = str(row[resource.by])
        if key in present:
            raise RefusedError(
                f"NetBox has two {resource.endpoint.partition('/')[2]} {key!r} on the site {site!r} (ids"
                f" {present[key]['id']} and {row['id']}), and the plan refers to one. Give one of them another"
                f" {resource.by}."
            )
        present[key] = row
    return present


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
