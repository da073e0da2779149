# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both programs with pynetbox have in common: the file that says what there is to do, and ids found on the way.

The file has rows to `look` at, that is to compare with what NetBox has, to `create` and to `delete`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pynetbox

Row = dict[str, Any]
Rows = Sequence[Row]

KINDS = ("devices", "interfaces", "cables")
SIDES = ("a_terminations", "b_terminations")


@dataclass
class Ids:
    """Of devices by name, and of interfaces by device and name."""

    devices: dict[str, int] = field(default_factory=dict)
    interfaces: dict[tuple[str, str], int] = field(default_factory=dict)

    def device(self, api: Any, name: str) -> int:
        """Asked for once."""
        if name not in self.devices:
            self.devices[name] = api.dcim.devices.get(name=name).id
        return self.devices[name]

    def ends(self, row: Row) -> list[int]:
        """Both ends of a cable."""
        return [self.interfaces[tuple(row[side])] for side in SIDES]


def cli(program: Mapping[str, Any]) -> None:
    """Do the work with the functions of a program; print, as a line of JSON, when it did what."""
    token = os.environ["NETBOX_TOKEN"]
    api = pynetbox.api(os.environ["NETBOX_URL"], token=token)
    api.http_session.headers["Authorization"] = f"Bearer {token}"
    work, ids, parts = json.loads(Path(sys.argv[1]).read_text()), Ids(), []
    new = {row["name"] for row in work["create"]["devices"]}
    for name in sorted({row["device"] for row in work["create"]["interfaces"]} - new):
        ids.device(api, name)  # leaves that are there: asked for once, however many servers come
    for verb in ("look", "create", "delete"):
        for kind in reversed(KINDS) if verb == "delete" else KINDS:
            rows = work[verb][kind]
            if rows:
                begin = time.time()
                program[f"{verb}_{kind}"](api, ids, rows)
                parts.append({"verb": verb, "kind": kind, "count": len(rows), "begin": begin, "end": time.time()})
    print(json.dumps(parts))


def interface_row(api: Any, ids: Ids, row: Row) -> Row:
    return {**row, "device": ids.device(api, row["device"])}


def cable_row(ids: Ids, row: Row) -> Row:
    ends = zip(SIDES, ids.ends(row), strict=True)
    return {**row, **{side: [{"object_type": "dcim.interface", "object_id": one}] for side, one in ends}}


def same(row: Row, **values: Any) -> None:
    """End unless an object has the values of its row."""
    if any(row[name] != value for name, value in values.items()):
        raise SystemExit(f"not as the plan says: {row}, {values}")
