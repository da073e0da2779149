#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody writes with pynetbox who knows no lists: a request for each object.

    pynetbox_single.py work.json
"""

from __future__ import annotations

from typing import Any

from pynetbox_work import Ids, Row, Rows, cable_row, cli, interface_row, same


def look_devices(api: Any, ids: Ids, rows: Rows) -> None:
    for row in rows:
        found = api.dcim.devices.get(name=row["name"], site_id=row["site"])
        same(row, device_type=found.device_type.id, role=found.role.id, status=found.status.value)
        ids.devices[row["name"]] = found.id


def look_interfaces(api: Any, ids: Ids, rows: Rows) -> None:
    for row in rows:
        found = api.dcim.interfaces.get(device_id=ids.device(api, row["device"]), name=row["name"])
        same(row, type=found.type.value, speed=found.speed)
        ids.interfaces[row["device"], row["name"]] = found.id


def look_cables(api: Any, ids: Ids, rows: Rows) -> None:
    for row in rows:
        found = _cable(api, row)
        ends = [end.id for end in (*found.a_terminations, *found.b_terminations)]
        same({**row, "ends": ids.ends(row)}, status=found.status.value, ends=ends)


def create_devices(api: Any, ids: Ids, rows: Rows) -> None:
    for row in rows:
        ids.devices[row["name"]] = api.dcim.devices.create(row).id


def create_interfaces(api: Any, ids: Ids, rows: Rows) -> None:
    for row in rows:
        made = api.dcim.interfaces.create(interface_row(api, ids, row))
        ids.interfaces[row["device"], row["name"]] = made.id


def create_cables(api: Any, ids: Ids, rows: Rows) -> None:
    for row in rows:
        api.dcim.cables.create(cable_row(ids, row))


def delete_cables(api: Any, _ids: Ids, rows: Rows) -> None:
    for row in rows:
        _cable(api, row).delete()


def delete_interfaces(api: Any, _ids: Ids, rows: Rows) -> None:
    for row in rows:
        api.dcim.interfaces.get(device=row["device"], name=row["name"]).delete()


def delete_devices(api: Any, _ids: Ids, rows: Rows) -> None:
    for row in rows:
        api.dcim.devices.get(name=row["name"], site_id=row["site"]).delete()


def _cable(api: Any, row: Row) -> Any:
    """By its mark: a cable has no name."""
    return api.dcim.cables.get(cf_hedgehog_key=row["custom_fields"]["hedgehog_key"])


if __name__ == "__main__":
    cli(globals())
