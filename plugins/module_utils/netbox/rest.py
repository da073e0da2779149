# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of devices, interfaces and cables, by REST alone, in the shape that GraphQL gives it.

Only the fields that are looked at, because every nested object costs. Cables come without their ends, of which each
costs several queries: interfaces say which end of which cable they are, and only the ends of cables that go elsewhere
are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..model.state import CABLE, DEVICE, INTERFACE
from .answers import asked_for
from .client import Client
from .errors import RefusedError
from .paging import IDS, Extent, parts
from .parallel import in_order
from .resources import PLAN_MARK, RESOURCES

JsonRow = Mapping[str, Any]

_NAMES_A_REQUEST = 30

_FIELDS = {
    DEVICE: (
        "id,name,role,device_type,site,tenant,rack,location,position,face,platform,status,tags,description,custom_fields"
    ),
    INTERFACE: "id,device,name,type,speed,cable,cable_end,custom_fields",
    CABLE: "id,type,color,label,length,length_unit,status,custom_fields",
}


class RestSource:
    """See `source.py`. Knows the ends of cables from the interfaces it has read, so it is good for one reading."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ends: dict[int, dict[str, list[JsonRow]]] = {}

    def marked(self, kind: str, plan_id: str, extent: Extent) -> Iterator[JsonRow]:
        wanted = {f"cf_{PLAN_MARK}": plan_id, "fields": _FIELDS[kind]}
        rows = self._client.rest_rows(RESOURCES[kind].endpoint, wanted, extent)
        # A field made by hand finds whatever contains the id, upper or lower case.
        ours = (_plain(row) for row in rows if (row.get("custom_fields") or {}).get(PLAN_MARK) == plan_id)
        return self._with_ends(ours) if kind == CABLE else ours

    def interfaces(self, plan_id: str, devices: Sequence[int], extent: Extent) -> Iterator[JsonRow]:
        for row in self._of_devices(devices, _FIELDS[INTERFACE]):
            if row.get("cable") and row.get("cable_end"):
                sides = self._ends.setdefault(int(row["cable"]["id"]), {})
                sides.setdefault(str(row["cable_end"]), []).append({"__typename": "InterfaceType", "id": row["id"]})
            yield row

    def changed(self, kind: str, plan_id: str, since: str) -> Iterator[JsonRow]:
        wanted = {"last_updated__gte": since, "fields": _FIELDS[kind]}
        if kind == INTERFACE:  # REST does not find interfaces by what is written on their device
            return map(_plain, self._client.rest_rows(RESOURCES[kind].endpoint, wanted))
        rows = self._client.rest_rows(RESOURCES[kind].endpoint, {**wanted, f"cf_{PLAN_MARK}": plan_id})
        ours = (_plain(row) for row in rows if (row.get("custom_fields") or {}).get(PLAN_MARK) == plan_id)
        return self._with_ends(ours) if kind == CABLE else ours

    def of_older_devices(self, devices: Sequence[int], since: str) -> Iterator[JsonRow]:
        """All interfaces of those of some devices that were made before a time."""
        older: list[int] = []
        for some in parts(devices, IDS):
            wanted = {"id": list(some), "created__lt": since, "fields": "id"}
            older += (int(row["id"]) for row in self._client.rest_rows(RESOURCES[DEVICE].endpoint, wanted))
        return self._of_devices(older, _FIELDS[INTERFACE])

    def cables(self, ids: Sequence[int]) -> Iterator[JsonRow]:
        """Cables by their ids; those that are gone are left out."""
        for some in parts(ids, IDS):
            rows = self._client.rest_rows(RESOURCES[CABLE].endpoint, {"id": list(some), "fields": _FIELDS[CABLE]})
            yield from self._with_ends(map(_plain, rows))

    def named(self, site: str, names: Sequence[str]) -> Iterator[JsonRow]:
        site_id = self._site(site)
        for some in parts(names if site_id else (), _NAMES_A_REQUEST):
            params = {"site_id": site_id, "name": list(some), "fields": _FIELDS[DEVICE]}
            yield from (_plain(row) for row in self._client.rest_rows("dcim/devices", params) if row["name"] in some)

    def interfaces_of_named(self, site: str, names: Sequence[str], devices: Sequence[int]) -> Iterator[JsonRow]:
        return self._of_devices(devices, _FIELDS[INTERFACE])

    def on_site(self, site: str) -> Iterator[JsonRow]:
        site_id = self._site(site)
        if site_id:
            params = {"site_id": site_id, "fields": "id,name,custom_fields,tenant"}
            yield from self._client.rest_rows("dcim/devices", params)

    def racked(self, site: str, racks: Iterable[str]) -> Iterator[JsonRow]:
        site_id = self._site(site)
        if not site_id:
            return
        found = self._client.rest_list("dcim/racks", site_id=site_id, name=list(racks), fields="id")
        ids = [int(row["id"]) for row in found]
        fields = "id,name,position,face,rack,device_type"
        if not ids:
            return
        rows = [_plain(row) for row in self._client.rest_list("dcim/devices", rack_id=ids, fields=fields)]
        types = {int(row["device_type"]["id"]) for row in rows}
        sizes = {
            int(one["id"]): one
            for one in self._client.rest_list("dcim/device-types", id=types, fields="id,u_height,is_full_depth")
        }
        for row in rows:
            yield {**row, "device_type": asked_for(sizes, int(row["device_type"]["id"]), "dcim/device-types")}

    def _site(self, slug: str) -> int | None:
        """NetBox refuses to be asked about a site that there is not."""
        row = next(iter(self._client.rest_list("dcim/sites", slug=slug, fields="id")), None)
        return int(row["id"]) if row else None

    def _of_devices(self, devices: Sequence[int], fields: str) -> Iterator[JsonRow]:
        def ask(some: Sequence[int]) -> list[JsonRow]:
            return [_plain(row) for row in self._within("dcim/interfaces", "device_id", some, "dcim/devices", fields)]

        for rows in in_order(ask, parts(devices, IDS), self._client.transport.at_once):
            yield from rows

    def _within(
        self, endpoint: str, parameter: str, ids: Sequence[int], owners: str, fields: str
    ) -> list[dict[str, Any]]:
        """Rows that belong to some objects. One of these that is gone by now makes NetBox refuse the request."""
        try:
            return list(self._client.rest_rows(endpoint, {parameter: list(ids), "fields": fields}))
        except RefusedError as error:
            if error.status != 400:
                raise
            left = [int(row["id"]) for row in self._client.rest_rows(owners, {"id": list(ids), "fields": "id"})]
            if len(left) == len(ids):
                raise
            return list(self._client.rest_rows(endpoint, {parameter: left, "fields": fields})) if left else []

    def _with_ends(self, cables: Iterable[JsonRow]) -> Iterator[JsonRow]:
        elsewhere = []
        for row in cables:
            sides = self._ends.get(int(row["id"]), {})
            if sides.keys() >= {"A", "B"}:
                yield {**row, "a_terminations": sides["A"], "b_terminations": sides["B"]}
            else:
                elsewhere.append(row)
        for some in parts(elsewhere, IDS):
            ends: dict[tuple[int, str], list[JsonRow]] = {}
            for cable, side, end in self._ends_of([int(row["id"]) for row in some]):
                ends.setdefault((cable, side), []).append(end)
            for row in some:
                sides = {f"{side.lower()}_terminations": ends.get((int(row["id"]), side), []) for side in "AB"}
                yield {**row, **sides}

    def _ends_of(self, cables: Sequence[int]) -> Iterator[tuple[int, str, JsonRow]]:
        """Ends of cables: of which, at which side, and what they are on."""
        if self._client.capabilities.terminations_by_cable:
            fields = "id,cable,cable_end,termination_type,termination_id"
            for end in self._within("dcim/cable-terminations", "cable_id", cables, "dcim/cables", fields):
                yield int(end["cable"]), str(end["cable_end"]), _end(end["termination_type"], end["termination_id"])
            return
        wanted = {"id": list(cables), "fields": "id,a_terminations,b_terminations"}
        for row in self._client.rest_rows("dcim/cables", wanted):
            for side in "AB":
                for end in row[f"{side.lower()}_terminations"]:
                    yield int(row["id"]), side, _end(end["object_type"], end["object_id"])


def _end(kind: str, row_id: int) -> JsonRow:
    """The end of a cable as GraphQL has it."""
    return {"__typename": "InterfaceType" if kind == "dcim.interface" else kind, "id": row_id}


def _plain(row: JsonRow) -> dict[str, Any]:
    """A row with its choices, which are pairs of value and label, as plain values."""
    shown = {
        name: value["value"] if isinstance(value, Mapping) and value.keys() == {"value", "label"} else value
        for name, value in row.items()
    }
    if "face" in shown:
        shown["face"] = shown["face"] or ""  # of all choices the one that GraphQL has as empty text
    return shown
