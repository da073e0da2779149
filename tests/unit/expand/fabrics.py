# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of plans that tests of placement share."""

from __future__ import annotations

from typing import Any

from ..plans import Document, document, rails, servers, switches, zone

UPLINKS = {"type": "uplink"}


def lanes(number: int, **more: Any) -> Document:
    return zone(f"1-{number}", **more)


def one_zone(number_of_lanes: int, classes: Document, **more: Any) -> Document:
    return document({"leaf": switches(servers=lanes(number_of_lanes), **more)}, classes)


def rail_plan(number: int, **more: Any) -> Document:
    """8 rails on leaves of 64 lanes."""
    return document({"leaf": switches(servers=zone("1-32", "2x400g"), **more)}, {"gpu": servers(number, *rails(8))})


def spine_plan(leaves: int, uplinks: int, spine_lanes: int, **spine: Any) -> Document:
    """One server per leaf, `none`, so that the number of leaves is the number of servers."""
    return document(
        {
            "leaf": switches(servers=zone("1", "1x100g"), up=zone(f"2-{uplinks + 1}", "1x800g", **UPLINKS)),
            "spine": switches(role="spine", down=lanes(spine_lanes, breakout="1x800g", type="fabric"), **spine),
        },
        {"gpu": servers(leaves, {})},
    )


def same(ports: int = 1) -> Document:
    return {"distribution": "same-switch", "ports": ports}


def alternating(ports: int = 1, **more: Any) -> Document:
    return {"distribution": "alternating", "ports": ports, **more}


def grouped(number: int, links: int, redundancy: Document, capacity: int = 8, **more: Any) -> Document:
    return one_zone(capacity, {"gpu": servers(number, alternating(links))}, redundancy=redundancy, **more)
