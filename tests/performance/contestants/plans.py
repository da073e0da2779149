# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan that all contestants build, and what it comes to: rows as they are posted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import compare
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Statistics
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter

PLAN_ID = "bench"
KINDS = ("devices", "interfaces", "cables")

Row = dict[str, Any]
Document = dict[str, Any]
Find = Callable[[str, str], int]


def document(servers: int, absent: Sequence[int] = (), server_class: str = "server") -> Document:
    """A pair of leaves, given, and servers with a link to each: 2 + n devices, 4n interfaces, 2n cables."""
    server = {
        "quantity": servers,
        "device_type": "server",
        "nics": {"data": {"ports": ["p0", "p1"]}},
        "connections": {"data": {"nic": "data", "zone": "leaf/servers", "ports": 2, "distribution": "alternating"}},
    }
    if absent:
        server["absent"] = list(absent)
    if server_class != "server":
        server["formerly"] = ["server"]
    return {
        "schema": 1,
        "id": PLAN_ID,
        "site": "dc1",
        "fabrics": {"data": {}},
        "switch_classes": {
            "leaf": {
                "fabric": "data", "role": "server-leaf", "device_type": "large-switch", "quantity": 2,
                "zones": {"servers": {"type": "server", "ports": "1-128", "breakout": "4x200g"}},
            },
        },
        "server_classes": {server_class: server},
        "catalog": {
            "manufacturers": {"generic": {"name": "Generic"}},
            "device_types": {
                "large-switch": {
                    "manufacturer": "generic", "model": "Large switch", "u_height": 10,
                    "ports": {"1-128": {"speed": 800, "breakouts": ["1x800g", "4x200g"]}},
                },
                "server": {"manufacturer": "generic", "model": "Server"},
            },
        },
    }


def expanded(wanted: Document, ledger: Ledger) -> Topology:
    """A plan expanded; what the ledger has placed stays."""
    plan, _warnings = load(wanted)
    topology, _warnings = expand(plan, ledger)
    return topology


@dataclass(frozen=True, slots=True)
class Objects:
    """Rows to post, by what they are called: devices by name, interfaces by device and name, cables by their ends.

    References among them are these names; all others are ids.
    """

    devices: Mapping[str, Row]
    interfaces: Mapping[tuple[str, str], Row]
    cables: Mapping[tuple[tuple[str, str], tuple[str, str]], Row]

    @property
    def counts(self) -> dict[str, int]:
        return {kind: len(getattr(self, kind)) for kind in KINDS}

    @property
    def servers(self) -> list[str]:
        """Devices of the class that comes and goes; leaves are there once and for all."""
        return [name for name, row in self.devices.items() if row["custom_fields"]["hedgehog_class"] != "leaf"]

    def without(self, other: Objects) -> Objects:
        return Objects(*(_lacking(getattr(self, kind), getattr(other, kind)) for kind in KINDS))

    def around(self, devices: Collection[str]) -> Objects:
        """Some devices, their cables, and the interfaces at both ends of these."""
        cables = {ends: row for ends, row in self.cables.items() if any(end[0] in devices for end in ends)}
        ends = {end for pair in cables for end in pair}
        return Objects(
            {name: row for name, row in self.devices.items() if name in devices},
            {end: row for end, row in self.interfaces.items() if end in ends or end[0] in devices},
            cables,
        )

    def keys(self) -> dict[str, list[str]]:
        """Our keys, by kind."""
        return {
            kind: [row["custom_fields"]["hedgehog_key"] for row in getattr(self, kind).values()] for kind in KINDS
        }

    def plain(self) -> dict[str, list[Row]]:
        """As JSON can hold it."""
        return {
            "devices": list(self.devices.values()),
            "interfaces": [{**row, "device": device} for (device, _name), row in self.interfaces.items()],
            "cables": [
                {**row, "a_terminations": list(a), "b_terminations": list(b)} for (a, b), row in self.cables.items()
            ],
        }


NOTHING = Objects({}, {}, {})


def objects(rows: Mapping[str, Sequence[Row]]) -> Objects:
    """What `posted` gives, by name."""
    devices = {row["name"]: row for row in rows["devices"]}
    names = [row["name"] for row in rows["devices"]]
    places = [(names[row["device"] - 1], row["name"]) for row in rows["interfaces"]]
    ends = [
        (places[row["a_terminations"][0]["object_id"] - 1], places[row["b_terminations"][0]["object_id"] - 1])
        for row in rows["cables"]
    ]
    return Objects(
        devices, dict(zip(places, rows["interfaces"], strict=True)), dict(zip(ends, rows["cables"], strict=True))
    )


def posted(topology: Topology, find: Find) -> dict[str, list[Row]]:
    """All rows that our writer posts for a topology on an empty NetBox, in its order.

    Args:
        find: the id of a shared object, by kind and slug.
    """
    refs = References()
    for device in topology.devices:
        for kind, slug in (("device_type", device.device_type), ("device_role", device.device_role)):
            refs.add(kind, slug, find(kind, slug))
    refs.add("site", topology.site.slug, find("site", topology.site.slug))
    pretended = _Pretended()
    changes = compare(topology, Owned(), (), {}, prune=False)
    RestWriter(pretended, refs).write(changes, topology.plan_id, silent)  # type: ignore[arg-type]
    return pretended.rows


class _Pretended:
    """A NetBox that takes everything, and counts its ids from 1 as an empty database does."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {kind: [] for kind in KINDS}
        self.transport = self
        self.statistics = Statistics()

    def create(self, endpoint: str, rows: Sequence[Row]) -> list[Row]:
        kind = self.rows[endpoint.removeprefix("dcim/")]
        first = len(kind) + 1
        kind.extend(rows)
        return [{"id": number} for number in range(first, len(kind) + 1)]


def _lacking(rows: Mapping[Any, Row], others: Mapping[Any, Row]) -> dict[Any, Row]:
    return {name: row for name, row in rows.items() if name not in others}
