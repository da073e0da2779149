# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests that run the module share: plans, and short ways to look at results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, TAGS
from ..netbox.scene import small
from ..plans import Document, acme, document, rails, servers, switches, zone

LOCK = "diet-lock_test"
Run = Callable[..., dict[str, Any]]
Through = Callable[[Any], None]


def plan(number: int = 3, **leaf: Any) -> Document:
    return document(
        {"leaf": switches(servers=zone("1-4", "2x100g"), **leaf)},
        {"gpu": servers(number, {"ports": 2, "distribution": "alternating"}, *rails(2))},
        catalog=acme(),
    )


def codes(result: Mapping[str, Any]) -> list[str]:
    return [row["code"] for row in result.get("diagnostics", ()) if row["code"] != "unchecked-hardware"]


def tags(netbox: FakeNetBox) -> set[str]:
    return {str(row["slug"]) for row in netbox.tables[TAGS].values()}


def larger() -> Document:
    """Five servers more than `small`, a second spine that takes uplinks over, other names of servers."""
    found = small(5) | {"naming": {"server": "node-{index:02d}"}}
    found["switch_classes"]["spine"]["quantity"] = 2
    return found


def fabric(netbox: FakeNetBox) -> dict[str, Any]:
    """What a plan has, without what is shared."""
    state = netbox.state()
    return {endpoint: state[endpoint] for endpoint in (DEVICES, INTERFACES, CABLES)}
