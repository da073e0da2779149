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
    """Switch classes made so far; `targets` are the zones that take servers, with what may land there.

    `taken` are ports of external switches that others have cabled.
    """

    rows: Document = field(default_factory=dict)
    targets: list[tuple[str, bool]] = field(default_factory=list)
    fabrics: Document = field(default_factory=dict)
    taken: dict[str, list[str]] = field(default_factory=dict)


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
    first = 1
    for number in range(draw(st.integers(1, 2))):
        name = ("data", "more")[number]
        count = draw(st.integers(2, 8))
        zones[name] = _zone(draw, first, count, draw(st.sampled_from(SERVER_BREAKOUTS)), kind)
        classes.targets.append((f"{key}/{name}", grouped))
        # Rarely, the second claims ports of the first: none may be used twice.
        first = 2 if draw(st.integers(0, 7)) == 0 else 101
    return zones


def _redundancy(draw: Draw) -> Document:
    return draw(
        st.sampled_from(
            ({}, {}, {}, {"redundancy": {"type": "mclag"}}, {"redundancy": {"type": "eslag", "group_size": 3}},
             {"redundancy": {"type": "eslag"}})
        )
    )


def _more_of_switches(draw: Draw, row: Document) -> None:
    """Absent switches, links inside pairs, ports without cables."""
    if draw(st.integers(0, 3)) == 0:
        row["absent"] = sorted(draw(st.sets(st.integers(1, 4), min_size=1, max_size=2)))
    if row.get("redundancy") == {"type": "mclag"} and draw(st.booleans()):
        row["zones"]["twin"] = _zone(draw, 301, draw(st.integers(1, 2)), "2x400g", "peer")
        row["zones"]["talk"] = _zone(draw, 311, 1, "1x100g", "session")
    if draw(st.integers(0, 3)) == 0:
        row["ports"] = "all"


def _make_external(draw: Draw, classes: _Classes, key: str) -> None:
    """A class becomes switches that are there, with names, holes in their indices, and cables of others."""
    row = classes.rows[key]
    row["external"] = True
    described = draw(st.sets(st.integers(1, 6), min_size=1, max_size=4))
    row["instances"] = {str(index): {"name": f"core room {key} {index}"} for index in described}
    lanes = [
        f"{port}/{lane}" if whole else f"{port}"
        for zone in row["zones"].values() for port in numbers_of(zone["ports"])
        for lane in range(1, int(zone["breakout"][0]) + 1) for whole in (True, False)
    ]
    for index in described:
        classes.taken[f"{key}/{index}"] = sorted(draw(st.sets(st.sampled_from(lanes), max_size=6)))


def numbers_of(ports: str) -> list[int]:
    """The ports that the zones made here say they have: a list, a range or a stepped range."""
    span, _colon, step = ports.partition(":")
    first, dash, last = span.partition("-")
    return list(range(int(first), int(last) + 1, int(step or 1))) if dash else [int(port) for port in ports.split(",")]


def _spine_leaf(draw: Draw, classes: _Classes, fabric: str) -> None:
    classes.fabrics[fabric] = {}
    shape = draw(st.sampled_from(("no spines", "no spines", "even", "even", "uneven", "pods", "external")))
    uplink = draw(st.sampled_from(("1x800g", "2x800g")))
    leaves = []
    for number in range(draw(st.integers(1, 2))):
        key = f"{fabric}-leaf{number}"
        leaves.append(key)
        row = classes.rows[key] = {
            "fabric": fabric, "role": draw(st.sampled_from(("server-leaf", "server-leaf", "border-leaf"))),
            "device_type": "leaf-switch", **_redundancy(draw),
        }
        row["zones"] = _server_zones(draw, classes, key)
        if shape != "no spines":
            row["zones"]["up"] = _zone(draw, 201, draw(st.sampled_from((2, 4, 6, 12))), uplink, "uplink")
        if shape == "uneven" and draw(st.booleans()):
            row |= {"balance": "uneven", "partial": draw(st.booleans())}
        _more_of_switches(draw, row)
    if shape != "no spines":
        _spines(draw, classes, fabric, uplink, shape)
    if shape == "pods":
        sizes = {key: draw(st.integers(1, 3)) for key in leaves}
        classes.fabrics[fabric]["leaves_per_pod"] = sizes if len(leaves) > 1 else sizes[leaves[0]]


def _spines(draw: Draw, classes: _Classes, fabric: str, uplink: str, shape: str) -> None:
    key = f"{fabric}-spine"
    zones = {"down": _zone(draw, 1, draw(st.sampled_from((8, 16, 48, 64))), uplink, "fabric")}
    row = classes.rows[key] = {"fabric": fabric, "role": "spine", "device_type": "spine-switch", "zones": zones}
    if draw(st.booleans()):
        zones["gateways"] = _zone(draw, 201, draw(st.integers(1, 4)), "4x100g", "server")
        classes.targets.append((f"{key}/gateways", False))
    if shape == "external":
        _make_external(draw, classes, key)
        return
    if shape == "pods":
        zones["up"] = _zone(draw, 301, draw(st.sampled_from((2, 4, 6))), uplink, "uplink")
        core = f"{fabric}-core"
        classes.rows[core] = {"fabric": fabric, "role": "core", "device_type": "spine-switch", "zones": {
            "down": _zone(draw, 1, draw(st.sampled_from((6, 12, 48))), uplink, "fabric"),
        }}
        _more_of_switches(draw, classes.rows[core])
    _more_of_switches(draw, row)


def _existing(draw: Draw, classes: _Classes, fabric: str) -> None:
    """Switches that are there already, and take servers."""
    classes.fabrics[fabric] = {}
    key = f"{fabric}-switch"
    classes.rows[key] = {"fabric": fabric, "role": "border-leaf", "device_type": "leaf-switch"}
    classes.rows[key]["zones"] = {"data": _zone(draw, 1, draw(st.integers(8, 24)), "2x100g", "server")}
    classes.targets.append((f"{key}/data", False))
    _make_external(draw, classes, key)


def _mesh(draw: Draw, classes: _Classes, fabric: str) -> None:
    classes.fabrics[fabric] = {"mode": "mesh"}
    key = f"{fabric}-member"
    classes.rows[key] = {"fabric": fabric, "role": "server-leaf", "device_type": "leaf-switch"}
    classes.rows[key]["zones"] = {
        "data": _zone(draw, 1, 12, "4x100g", "server"),
        "mesh": _zone(draw, 201, draw(st.integers(2, 6)), "1x800g", "mesh"),
    }
    classes.targets.append((f"{key}/data", False))
    _more_of_switches(draw, classes.rows[key])


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
    _more_of_switches(draw, classes.rows[key])


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
    if draw(st.integers(0, 4)) == 0:
        row["ports"] = "all"
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
    if draw(st.integers(0, 3)) == 0:
        _existing(draw, classes, "campus")
    servers = {
        name: server_class(draw, classes.targets, most)
        for name in ("gpu", "s2", "s10", "storage")[:draw(st.integers(1, 4))]
    }
    plan = document(classes.rows, servers, fabrics=classes.fabrics, overlap="warn", _taken=classes.taken)
    if absent:
        for row in servers.values():
            row["absent"] = draw(st.lists(st.integers(1, max(row["quantity"], 1)), unique=True, max_size=3))
            row["absent"] = [index for index in row["absent"] if index <= row["quantity"]]
    return plan


@st.composite
def described(draw: Draw, plan: Document) -> Document:
    """A plan that says what its devices and cables are like: on whatever can say it, or nothing."""
    plan = copy.deepcopy(plan)
    plan["defaults"] = draw(_ATTRIBUTES)
    plan["naming"] = {"server": draw(st.sampled_from(("{class}-{index:04d}", "{site}.{plan}.{class}.{index}")))}
    for section, inner in (("switch_classes", "zones"), ("server_classes", "connections")):
        for key, row in plan[section].items():
            row |= draw(_ATTRIBUTES)
            for part in row[inner].values():
                part |= draw(_LOOKS)
            if section == "server_classes" and row["quantity"] and not row.get("absent"):
                index = draw(st.integers(1, row["quantity"]))
                row["instances"] = {str(index): {"name": f"the {key} {index}", **draw(_ATTRIBUTES)}}
    return plan


_ATTRIBUTES = st.fixed_dictionaries({}, optional={
    "tenant": st.just("ml"), "rack": st.sampled_from(("r1", "r2")), "platform": st.just("sonic"),
    "status": st.sampled_from(("active", "staged")), "description": st.text("ab ", min_size=1, max_size=3),
    "tags": st.lists(st.sampled_from(("gpu", "hot", "old")), unique=True, max_size=2),
})
_LOOKS = st.fixed_dictionaries({}, optional={"cable": st.fixed_dictionaries({}, optional={
    "type": st.sampled_from(("smf", "dac-active")), "color": st.just("00ff00"), "length": st.sampled_from((3, 1.5)),
    "label": st.sampled_from(("{a_device} {a_interface} > {b_device}", "{kind}", "{plan} {b_interface}")),
})})


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
