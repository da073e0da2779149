# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small plan, built in the double, and short ways to look at what is there."""

from __future__ import annotations

from typing import Any

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..plans import Document, acme, document, expanded, rails, servers, switches, zone
from ..runs import bring


def small(number: int = 3, **more: Any) -> Document:
    """Leaves with uplinks, a spine, servers with alternating links and rails."""
    return document(
        {
            "leaf": switches(servers=zone("1-4", "2x100g"), up=zone("9-12", "1x800g", type="uplink")),
            "spine": switches(role="spine", down=zone("1-16", "1x800g", type="fabric")),
        },
        {"gpu": servers(number, {"ports": 2, "distribution": "alternating"}, *rails(2))},
        catalog=acme(),
        **more,
    )


# Versions between which NetBox takes cables off, and refuses, in different ways.
GENERATIONS = ["4.4.10", "4.6.8", "4.7.3"]


def built(plan: Document | None = None) -> FakeNetBox:
    netbox = FakeNetBox()
    bring(plan or small(), netbox)
    return netbox


def owned(netbox: FakeNetBox, plan_id: str = "test") -> dict[str, list[str]]:
    """Keys of what carries the plan's id."""
    return {
        endpoint: sorted(
            row["custom_fields"]["hedgehog_key"] for row in netbox.tables[endpoint].values()
            if row["custom_fields"].get("hedgehog_plan_id") == plan_id
        )
        for endpoint in (DEVICES, INTERFACES, CABLES)
    }


def keys_of(plan: Document) -> dict[str, list[str]]:
    topology = expanded(plan)
    return {
        DEVICES: sorted(d.key for d in topology.devices),
        INTERFACES: sorted(i.key for i in topology.interfaces),
        CABLES: sorted(c.key for c in topology.cables),
    }


def row_of(netbox: FakeNetBox, endpoint: str, key: str) -> dict[str, Any]:
    return next(r for r in netbox.tables[endpoint].values() if r["custom_fields"].get("hedgehog_key") == key)


def where_of(netbox: FakeNetBox) -> dict[str, int]:
    one = row_of(netbox, DEVICES, "gpu/1")
    return {name: one[name] for name in ("role", "device_type", "site")}
