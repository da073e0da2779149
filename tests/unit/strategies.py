# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole plans, made at random: what the plan language can say, small enough to expand in a few milliseconds.

Most of them place; some do not, and tests must take that as an answer. Sizes and breakouts are chosen so that zones
fill up, because that is where placement has to think.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st

from .plans import Document, document

Draw = Any  # hypothesis.strategies.DrawFn

SERVER_BREAKOUTS = ("1x100g", "2x100g", "4x100g")
DISTRIBUTIONS = ("alternating", "alternating", "same-switch", "none", "rail-optimized")


@dataclass
class _Classes:
    """Switch classes made so far; `targets` are the zones that take servers, with what may land there."""

    rows: Document = field(default_factory=dict)
    targets: list[tuple[str, bool]] = field(default_factory=list)
    fabrics: Document = field(default_factory=dict)


def _zone(draw: Draw, first: int, count: int, breakout: str, kind: str, **more: Any) -> Document:
    """A zone of `count` ports from `first` on, written and drawn in one of the ways there are."""
    shape = draw(st.sampled_from(("range", "stepped", "list")))
    if shape == "stepped":
        ports = f"{first}-{first + 2 * count - 2}:2"
    elif shape == "list":
        ports = ",".join(str(first + n) for n in reversed(range(count)))
    else:
        ports = f"{first}-{first + count - 1}"
    row = {"type": kind, "ports": ports, "breakout": breakout, **more}
    allocation = draw(st.sampled_from(("sequential", "sequential", "interleaved", "spaced", "custom")))
    if allocation == "custom" and shape == "range":
        row |= {"allocation": "custom", "order": ",".join(str(first + n) for n in reversed(range(count)))}
    elif allocation != "custom":
        row["allocation"] = allocation
    return row


def _server_zones(draw: Draw, classes: _Classes, key: str, kind: str = "server") -> Document:
    grouped = "redundancy" in classes.rows[key]
    zones: Document = {}
    for number in range(draw(st.integers(1, 2))):
        name = ("data", "more")[number]
        zones[name] = _zone(
            draw, 1 + 100 * number, draw(st.integers(2, 8)), draw(st.sampled_from(SERVER_BREAKOUTS)), kind
        )
        classes.targets.append((f"{key}/{name}", grouped))
    return zones


def _redundancy(draw: Draw) -> Document:
    return draw(
        st.sampled_from(
            ({}, {}, {}, {"redundancy": {"type": "mclag"}}, {"redundancy": {"type": "eslag", "group_size": 3}},
             {"redundancy": {"type": "eslag"}})
        )
    )


def _spine_leaf(draw: Draw, classes: _Classes, fabric: str) -> None:
    classes.fabrics[fabric] = {}
    spines = draw(st.booleans())
    uplink = draw(st.sampled_from(("1x800g", "2x800g")))
    for number in range(draw(st.integers(1, 2))):
        key = f"{fabric}-leaf{number}"
        classes.rows[key] = {
            "fabric": fabric, "role": draw(st.sampled_from(("server-leaf", "server-leaf", "border-leaf"))),
            "device_type": "leaf-switch", **_redundancy(draw),
        }
        classes.rows[key]["zones"] = _server_zones(draw, classes, key)
        if spines:
            count = draw(st.sampled_from((2, 4, 6, 12)))
            classes.rows[key]["zones"]["up"] = _zone(draw, 201, count, uplink, "uplink")
    if spines:
        key = f"{fabric}-spine"
        zones = {"down": _zone(draw, 1, draw(st.sampled_from((8, 16, 48, 64))), uplink, "fabric")}
        classes.rows[key] = {"fabric": fabric, "role": "spine", "device_type": "spine-switch", "zones": zones}
        if draw(st.booleans()):
            zones["gateways"] = _zone(draw, 201, draw(st.integers(1, 4)), "4x100g", "server")
            classes.targets.append((f"{key}/gateways", False))


def _mesh(draw: Draw, classes: _Classes, fabric: str) -> None:
    classes.fabrics[fabric] = {"mode": "mesh"}
    key = f"{fabric}-member"
    classes.rows[key] = {"fabric": fabric, "role": "server-leaf", "device_type": "leaf-switch"}
    classes.rows[key]["zones"] = {
        "data": _zone(draw, 1, 12, "4x100g", "server"),
        "mesh": _zone(draw, 201, draw(st.integers(2, 6)), "1x800g", "mesh"),
    }
    classes.targets.append((f"{key}/data", False))


def _peered(draw: Draw, classes: _Classes, fabric: str, kind: str) -> None:
    """A class whose uplinks end in a zone that takes servers, of a class made before it."""
    far = draw(st.sampled_from([target for target, _grouped in classes.targets]))
    key = f"{fabric}-switch"
    managed = kind == "border"
    classes.fabrics[fabric] = {} if managed else {"fabric_class": "unmanaged"}
    classes.rows[key] = {
        "fabric": fabric, "role": "border-leaf" if managed else "oob", "device_type": "leaf-switch",
    }
    classes.rows[key]["zones"] = {
        "data": _zone(draw, 1, draw(st.integers(4, 12)), "1x100g", "server" if managed else "oob"),
        "up": _zone(draw, 201, draw(st.integers(1, 3)), draw(st.sampled_from(SERVER_BREAKOUTS)),
                    "uplink" if managed else "oob", peer=far),
    }
    classes.targets.append((f"{key}/data", False))


def _connection(draw: Draw, targets: list[tuple[str, bool]], key: str, rail: int) -> Document:
    target, grouped = draw(st.sampled_from(targets))
    distribution = draw(st.sampled_from(DISTRIBUTIONS))
    if distribution == "rail-optimized" and grouped:
        distribution = "alternating"
    row = {"nic": key, "zone": target, "ports": draw(st.integers(1, 3)), "distribution": distribution}
    if distribution == "rail-optimized":
        row |= {"rail": rail, "ports": 1}
    return row


def server_class(draw: Draw, targets: list[tuple[str, bool]], most: int = 12) -> Document:
    row: Document = {"quantity": draw(st.integers(0, most)), "device_type": "server", "nics": {}, "connections": {}}
    if draw(st.booleans()):
        free = [target for target, grouped in targets if not grouped]
        if free:
            zone = draw(st.sampled_from(free))
            for rail in range(draw(st.integers(2, 5))):
                add_connection(row, f"rail-{rail}", {"nic": f"rail-{rail}", "zone": zone, "ports": 1,
                                                     "distribution": "rail-optimized", "rail": rail})
    for number in range(draw(st.integers(1, 3))):
        add_connection(row, f"c{number}", _connection(draw, targets, f"c{number}", number))
    return row


def add_connection(row: Document, key: str, connection: Document) -> None:
    row["nics"][key] = {"ports": [f"p{n}" for n in range(connection["ports"])]}
    row["connections"][key] = connection


@st.composite
def plans(draw: Draw, absent: bool = False, most: int = 12) -> Document:
    """A plan of one to three fabrics with up to four server classes that share their zones."""
    classes = _Classes()
    _spine_leaf(draw, classes, "fe")
    if draw(st.booleans()):
        _spine_leaf(draw, classes, "be")
    if draw(st.integers(0, 3)) == 0:
        _mesh(draw, classes, "ring")
    if draw(st.integers(0, 2)) == 0:
        _peered(draw, classes, "edge", "border")
    if draw(st.integers(0, 2)) == 0:
        _peered(draw, classes, "mgmt", "oob")
    servers = {
        name: server_class(draw, classes.targets, most)
        for name in ("gpu", "s2", "s10", "storage")[:draw(st.integers(1, 4))]
    }
    plan = document(classes.rows, servers, fabrics=classes.fabrics)
    if absent:
        for row in servers.values():
            row["absent"] = draw(st.lists(st.integers(1, max(row["quantity"], 1)), unique=True, max_size=3))
            row["absent"] = [index for index in row["absent"] if index <= row["quantity"]]
    return plan


def targets_of(plan: Document) -> list[tuple[str, bool]]:
    """The zones of a plan that servers can connect to, and whether their class is in groups."""
    return [
        (f"{key}/{name}", "redundancy" in row)
        for key, row in plan["switch_classes"].items()
        for name, zone in row["zones"].items()
        if zone["type"] in ("server", "oob") and "peer" not in zone
    ]


@st.composite
def grown(draw: Draw, before: Document) -> Document:
    """A plan with more of everything: larger quantities, a class that sorts first, a connection more."""
    plan = copy.deepcopy(before)
    servers = plan["server_classes"]
    ways = draw(st.sets(st.sampled_from(("quantity", "class", "connection")), min_size=1))
    if "quantity" in ways:
        for row in servers.values():
            row["quantity"] += draw(st.integers(0, 5))
    if "class" in ways:
        servers["a-first"] = server_class(draw, targets_of(plan), 6)
    if "connection" in ways:
        row = servers[draw(st.sampled_from(sorted(before["server_classes"])))]
        add_connection(row, "new", _connection(draw, targets_of(plan), "new", draw(st.integers(0, 5))))
    return plan


def shuffled(value: Any, random: Random) -> Any:
    """The same document with the keys of its mappings in another order."""
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    return value
