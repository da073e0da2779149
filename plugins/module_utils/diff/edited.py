# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that somebody edited: an object whose other marks say that it is one which the plan would make a second time.

Taken for what its key says, it would be left over, or deleted with `prune`, and made anew without all that hangs on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Diagnostics
from ..model.keys import device_key, interface_key, switch_port_key
from ..model.state import DEVICE, INTERFACE, Owned, Row
from .changeset import CREATE, ChangeSet

SHOWN = 20
WAY_OUT = "Correct its custom fields hedgehog_plan_id and hedgehog_key with the API, or delete it."


def guard_edited(changes: ChangeSet, owned: Owned, found: Diagnostics) -> bool:
    """Collect objects with an edited key; whether there are any."""
    edited = list(_edited(changes, owned))
    for kind, key, row, other in edited[:SHOWN]:
        found.error(
            "damaged-mark", (),
            f"{kind} {row.name!r} (id {row.id}) carries the key {key!r}, and by its other marks it is {other}, which"
            " would be made a second time.", WAY_OUT,
        )
    return bool(edited)


def _edited(changes: ChangeSet, owned: Owned) -> Iterator[tuple[str, str, Row, str]]:
    """Kind, key, the object, and the key that its marks make; what is adopted has those of another plan."""
    new = {kind: {change.key for change in changes.of(kind, CREATE)} for kind in (DEVICE, INTERFACE)}
    for key, row in owned.devices.items() if new[DEVICE] else ():
        other = device_key(str(row.values.get("class_key")), _number(row.values.get("index")))
        if other != key and other in new[DEVICE] and not row.adopted:
            yield DEVICE, key, row, other
    for key, row in owned.interfaces.items() if new[INTERFACE] else ():
        port = switch_port_key(_number(row.values.get("physical_port")), _number(row.values.get("lane")) or 1)
        other = interface_key(str(row.values.get("device")), port)
        if other != key and other in new[INTERFACE] and not row.adopted:
            yield INTERFACE, key, row, other


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
