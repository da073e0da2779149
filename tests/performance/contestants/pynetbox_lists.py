#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody writes with pynetbox who knows its lists: to write lists of a hundred, to compare whole lists.

    pynetbox_lists.py work.json
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pynetbox_work import Ids, Row, Rows, cable_row, cli, interface_row, same

AT_ONCE = 100  # objects in a list; above 50 it hardly matters
KEYS = 50  # asked for by one URL, of which gunicorn takes 4,094 bytes
DEVICES = 20  # that are deleted at once: each takes its interfaces with it, which may be hundreds
PAGE = 1000


def look_devices(api: Any, _ids: Ids, rows: Rows) -> None:
    there = {one.name: one for one in api.dcim.devices.filter(cf_hedgehog_plan_id=_plan(rows), limit=PAGE)}
    for row in rows:
        found = there[row["name"]]
        same(row, device_type=found.device_type.id, role=found.role.id, status=found.status.value)


def look_interfaces(api: Any, _ids: Ids, rows: Rows) -> None:
    listed = api.dcim.interfaces.filter(cf_hedgehog_plan_id=_plan(rows), limit=PAGE)
    there = {(one.device.name, one.name): one for one in listed}
    for row in rows:
        found = there[row["device"], row["name"]]
        same(row, type=found.type.value, speed=found.speed)


def look_cables(api: Any, _ids: Ids, rows: Rows) -> None:
    listed = api.dcim.cables.filter(cf_hedgehog_plan_id=_plan(rows), limit=PAGE)
    there = {
        tuple((end.device.name, end.name) for end in (*one.a_terminations, *one.b_terminations)): one for one in listed
    }
    for row in rows:
        found = there[tuple(row["a_terminations"]), tuple(row["b_terminations"])]
        same(row, status=found.status.value)


def create_devices(api: Any, ids: Ids, rows: Rows) -> None:
    for some in _portions(rows, AT_ONCE):
        for row, made in zip(some, api.dcim.devices.create(some), strict=True):
            ids.devices[row["name"]] = made.id


def create_interfaces(api: Any, ids: Ids, rows: Rows) -> None:
    for some in _portions(rows, AT_ONCE):
        made = api.dcim.interfaces.create([interface_row(api, ids, row) for row in some])
        for row, one in zip(some, made, strict=True):
            ids.interfaces[row["device"], row["name"]] = one.id


def create_cables(api: Any, ids: Ids, rows: Rows) -> None:
    for some in _portions(rows, AT_ONCE):
        api.dcim.cables.create([cable_row(ids, row) for row in some])


def delete_cables(api: Any, _ids: Ids, rows: Rows) -> None:
    _delete_by_key(api.dcim.cables, rows, KEYS)


def delete_interfaces(api: Any, _ids: Ids, rows: Rows) -> None:
    _delete_by_key(api.dcim.interfaces, rows, KEYS)


def delete_devices(api: Any, _ids: Ids, rows: Rows) -> None:
    _delete_by_key(api.dcim.devices, rows, DEVICES)


def _delete_by_key(endpoint: Any, rows: Rows, size: int) -> None:
    for some in _portions(rows, size):
        keys = [row["custom_fields"]["hedgehog_key"] for row in some]
        endpoint.delete([one.id for one in endpoint.filter(cf_hedgehog_key=keys, limit=PAGE, fields="id")])


def _plan(rows: Rows) -> str:
    return str(rows[0]["custom_fields"]["hedgehog_plan_id"])


def _portions(rows: Rows, size: int) -> Iterator[list[Row]]:
    for start in range(0, len(rows), size):
        yield list(rows[start:start + size])


if __name__ == "__main__":
    cli(globals())
