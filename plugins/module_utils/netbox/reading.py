# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reading of what a plan owns: rows of a source become values under present keys.

Rows are normalised as they come, so that only a few pages are in memory as NetBox sends them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..diff.marks import with_former
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS, Owned, Row, Value
from .errors import ServerError
from .fields import References
from .former import Former
from .paging import Extent
from .resources import KEY_MARK, PLAN_MARK, RESOURCES
from .source import OwnedSource

JsonRow = Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """One reading: what it found, the ids of what carries the plan's id, and how many rows came twice.

    `lender` is the one of the plan ids whose objects are another plan's: they are read, and set aside.
    """

    source: OwnedSource
    extents: Mapping[tuple[str, str], Extent]
    plan_ids: tuple[str, ...]
    lender: str = ""
    state: Owned = field(default_factory=Owned)
    ids: dict[str, set[int]] = field(default_factory=lambda: {kind: set() for kind in OWNED_KINDS})
    devices: dict[str, list[int]] = field(default_factory=dict)  # by the id of the plan that they carry
    twice: int = 0

    def read(self, former: Former, refs: References) -> None:
        """Raises: NetBoxError. `refs` learns the ids of what is read."""
        self._read_devices(former, refs)
        if self.state.devices or self.state.lent.devices:
            self._read_interfaces(former, refs)
        self._read_cables(former, refs)

    def _lend(self, kind: str, row: JsonRow, refs: References) -> None:
        self.state.lent.of(kind).append(foreign_row(kind, row, refs))
        if kind == INTERFACE and row.get("cable"):
            self.state.lent.cable_on[int(row["id"])] = int(row["cable"]["id"])

    def _once(self, kind: str, rows: Iterator[JsonRow], plan_id: str = "") -> Iterator[JsonRow]:
        """Rows that have not come before; `plan_id` is what every one of them has to carry."""
        seen: set[int] = set()
        for row in rows:
            row_id, mark = int(row["id"]), _mark(row, PLAN_MARK)
            if plan_id and mark != plan_id:
                raise ServerError(
                    f"NetBox was asked for the {kind}s of the plan {plan_id!r}, and answered with one of {mark!r}"
                    f" (id {row_id})."
                )
            if row_id in seen:
                self.twice += 1
                continue
            seen.add(row_id)
            if mark in self.plan_ids:
                self.ids[kind].add(row_id)
            yield row

    def _marked(self, kind: str, refs: References) -> Iterator[tuple[str, str, JsonRow, str]]:
        """An id of the plan a query: NetBox knows no list of them."""
        for plan_id in self.plan_ids:
            extent = self.extents[kind, plan_id]
            if extent.count:
                for row in self._once(kind, self.source.marked(kind, plan_id, extent), plan_id):
                    if kind == DEVICE:
                        self.devices.setdefault(plan_id, []).append(int(row["id"]))
                    if plan_id == self.lender:
                        self._lend(kind, row, refs)
                        continue
                    yield plan_id, _mark(row, KEY_MARK), row, ""

    def _read_devices(self, former: Former, refs: References) -> None:
        resource = RESOURCES[DEVICE]
        rows = self._marked(DEVICE, refs)
        for key, marks, row in former.keyed(DEVICE, rows, _called_device):
            values = with_former(resource.values(row, refs), marks)
            self.state.devices[key] = Row(int(row["id"]), str(row["name"]), values, former.plan_id)
            refs.add(DEVICE, key, int(row["id"]))

    def _read_interfaces(self, former: Former, refs: References) -> None:
        """All interfaces of our devices: ours, and those that others or a template put there."""
        resource, owned = RESOURCES[INTERFACE], self.state
        read: dict[int, dict[str, Value]] = {}

        def of_ours() -> Iterator[tuple[str, str, JsonRow, str]]:
            for device_plan, devices in self.devices.items():
                rows = self.source.interfaces(device_plan, devices, self.extents[INTERFACE, device_plan])
                for row in self._once(INTERFACE, rows):
                    values, row_id = resource.values(row, refs), int(row["id"])
                    device, name, marked = str(values["device"]), str(row["name"]), _mark(row, PLAN_MARK)
                    if device_plan == self.lender:
                        self._lend(INTERFACE, row, refs)
                        continue
                    if device.startswith("#"):
                        continue  # on a device whose own marks are damaged, reported as a stray
                    if row.get("cable"):
                        owned.cable_on[row_id] = int(row["cable"]["id"])
                    if marked in former.plan_ids:
                        read[row_id] = values
                        yield marked, _mark(row, KEY_MARK), row, device
                    elif not marked or marked == self.lender:
                        owned.nameless[device, name] = foreign_row(INTERFACE, row, refs)
                    else:
                        owned.strays.append(f"interface {device} {name} carries the id of the plan {marked!r}")

        def called(row: JsonRow) -> str:
            return f"interface {read[int(row['id'])]['device']} {row['name']} (id {row['id']})"

        for key, marks, row in former.keyed(INTERFACE, of_ours(), called):
            row_id = int(row["id"])
            values = with_former(read.pop(row_id), marks)
            owned.interfaces[key] = Row(row_id, str(row["name"]), values, former.plan_id)
            refs.add(INTERFACE, key, row_id)

    def _read_cables(self, former: Former, refs: References) -> None:
        resource = RESOURCES[CABLE]
        rows = self._marked(CABLE, refs)
        for key, marks, row in former.keyed(CABLE, rows, lambda row: f"cable {row['id']}"):
            values = resource.values(row, refs)
            stored, values["ports"] = values["ports"], former.ports(values["ports"])
            if values["ports"] != stored:
                marks = {**marks, "ports": stored}
            self.state.cables[key] = Row(int(row["id"]), key, with_former(values, marks), former.plan_id)


def _called_device(row: JsonRow) -> str:
    return f"device {row['name']!r} (id {row['id']})"


def foreign_row(kind: str, row: JsonRow, refs: References) -> Row:
    """An object that is not the plan's, with the marks that it carries of another."""
    values, plan_id, key = RESOURCES[kind].values(row, refs), _mark(row, PLAN_MARK), _mark(row, KEY_MARK)
    marks = {name: mark for name, mark in (("plan_id", plan_id), ("key", key)) if mark}
    return Row(int(row["id"]), str(row.get("name") or ""), with_former(values, marks), plan_id)


def _mark(row: JsonRow, name: str) -> str:
    fields = row.get("custom_fields")
    return str(fields.get(name) or "") if fields else ""
