# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan language: one JSON Schema for shape validation, defaults, editors and the option tables in the docs.

A new plan field is one line here. Rules that relate several fields are in `expand/validate.py`.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# Python lets `$` stand before a last line break, which other dialects of JSON Schema do not.
_END = r"$(?!\n)"
KEY = r"^[A-Za-z0-9][A-Za-z0-9_.-]*" + _END
PLAN_ID = r"^[a-z][a-z0-9-]{0,49}" + _END
SLUG = r"^[-a-zA-Z0-9_]+" + _END
PORTS = r"^\s*\d+\s*(-\s*\d+\s*(:\s*\d+\s*)?)?(,\s*\d+\s*(-\s*\d+\s*(:\s*\d+\s*)?)?)*" + _END
BREAKOUT = r"^[1-9]\d?x[1-9]\d{0,3}g" + _END
ZONE_REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*" + _END

# Limits that keep a slip of the keyboard from eating the machine; far above what NetBox is used for.
MAX_QUANTITY = 100_000
MAX_PORT = 1024


def _object(description: str, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def _map(description: str, item: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "patternProperties": {"^_": {}, KEY: item},
        "additionalProperties": False,
    }


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, "minLength": 1, **more}


def _slug(description: str) -> Schema:
    return _text(description, pattern=SLUG, maxLength=100)


def _integer(description: str, minimum: int, maximum: int, **more: Any) -> Schema:
    return {"type": "integer", "description": description, "minimum": minimum, "maximum": maximum, **more}


def _choice(description: str, *values: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, "enum": list(values), **more}


def _ports(description: str) -> Schema:
    text_or_number = ["string", "integer"]
    return {"type": text_or_number, "description": description, "pattern": PORTS, "minimum": 1, "maximum": MAX_PORT}


_FABRIC = _object(
    "A fabric: a set of switches that are cabled together.",
    fabric_class=_choice(
        "Whether the fabric controller manages its switches.", "managed", "unmanaged", default="managed"
    ),
    mode=_choice(
        "How its switches are joined: leaves to spines, or every switch to every other.",
        "spine-leaf", "mesh", default="spine-leaf",
    ),
)

_ZONE = _object(
    "A port zone: physical ports of a switch class that are used alike.",
    ("type", "ports", "breakout"),
    type=_choice(
        "What its ports are for: server (data links of servers, and links that arrive from a peer zone), uplink (to the"
        " spines, or to `peer`), fabric (spine side of uplinks), mesh (to the other switches of a mesh), oob"
        " (management links of servers; with `peer` the uplinks of a management switch).",
        "server", "uplink", "fabric", "mesh", "oob",
    ),
    ports=_ports("Physical ports, as numbers, ranges and stepped ranges: `1-32`, `1,3,5`, `1-63:2`."),
    breakout=_text(
        "How every port of the zone is used: `<lanes>x<speed in Gb/s>g`, `1x800g` for a port not broken out.",
        pattern=BREAKOUT,
    ),
    allocation=_choice(
        "The order in which ports are drawn. interleaved takes every second port first, spaced zips the two halves,"
        " custom follows `order`.",
        "sequential", "interleaved", "spaced", "custom", default="sequential",
    ),
    order=_ports("With `allocation: custom`: the ports of the zone, each once, in the order to draw them."),
    priority=_integer("Zones with a lower number are drawn first, and claim ports first.", 1, 1_000_000, default=100),
    peer=_text(
        "`switch class/zone` at the far end, for uplinks that do not go to the spines.", pattern=ZONE_REFERENCE
    ),
)

_SWITCH_CLASS = _object(
    "Switches that are alike.",
    ("fabric", "role", "device_type", "zones"),
    fabric=_text("Key of the fabric they belong to.", pattern=KEY),
    role=_choice("What they do in the fabric.", "spine", "server-leaf", "border-leaf", "oob"),
    device_role=_slug(
        "Slug of their device role in NetBox. By default spine, leaf, border or oob, by `role`."
    ),
    device_type=_slug("Slug of their device type: a built-in one, one of `catalog`, or one that NetBox has."),
    quantity=_integer("How many. Computed when not given.", 0, MAX_QUANTITY),
    redundancy=_object(
        "Switches in redundancy groups: the alternating links of a server stay inside one group.",
        ("type",),
        type=_choice("mclag groups are pairs, eslag groups have two to four switches.", "mclag", "eslag"),
        group_size=_integer(
            "Switches per eslag group. By default all switches of the class are one group.", 2, 4
        ),
    ),
    zones=_map("Its port zones.", _ZONE),
)

_INTERFACE_TYPE = _text(
    "NetBox interface type of the ports. By default the usual one for the speed of the link.", maxLength=50
)

_NIC = _object(
    "A network card of a server.",
    module_type=_slug("Slug of its module type, built-in or of `catalog`; gives the port names."),
    ports={
        "type": "array",
        "description": "Names of its ports, where no module type gives them.",
        "items": _text("Name of a port.", pattern=r"^[^\x00-\x1f\x7f]+" + _END, maxLength=48),
        "minItems": 1,
        "maxItems": 64,
        "uniqueItems": True,
    },
    interface_type=_INTERFACE_TYPE,
)

_CONNECTION = _object(
    "NIC ports of every server of the class, linked to a zone.",
    ("nic", "zone"),
    nic=_text("Key of the NIC.", pattern=KEY),
    zone=_text("`switch class/zone` to connect to.", pattern=ZONE_REFERENCE),
    ports=_integer("How many NIC ports, one link each.", 1, 64, default=1),
    first_port=_integer("Index of the first of them, counted from 0.", 0, 63, default=0),
    distribution=_choice(
        "How the links of one server spread over the switches: on different ones (alternating), all on one, servers in"
        " contiguous blocks (same-switch), all on the least loaded one (none), or by rail (rail-optimized).",
        "alternating", "same-switch", "rail-optimized", "none", default="none",
    ),
    rail=_integer("Rail number; needed with, and only with, `distribution: rail-optimized`.", 0, 1023),
    speed=_integer("Speed in Gb/s, if you want it checked against the zone's breakout.", 1, 10_000),
)

_SERVER_CLASS = _object(
    "Servers that are alike.",
    ("quantity", "device_type"),
    quantity=_integer("The highest index; servers 1 to `quantity` exist, except those in `absent`.", 0, MAX_QUANTITY),
    absent={
        "type": "array",
        "description": "Indices that do not exist: removes servers from the middle, and nothing else moves.",
        "items": _integer("An index.", 1, MAX_QUANTITY),
        "uniqueItems": True,
        "default": [],
    },
    device_type=_slug("Slug of their device type: one of `catalog`, or one that NetBox has."),
    device_role=_slug("Slug of their device role in NetBox.") | {"default": "server"},
    nics=_map("Their network cards.", _NIC) | {"default": {}},
    connections=_map("Their connections.", _CONNECTION) | {"default": {}},
)

_DEVICE_TYPE = _object(
    "A device type: made in NetBox where it is missing, never changed there.",
    ("manufacturer", "model"),
    manufacturer=_slug("Slug of its manufacturer."),
    model=_text("Model name.", maxLength=100),
    u_height={"type": "number", "description": "Height in rack units.", "minimum": 0, "maximum": 100, "default": 1},
    is_full_depth={"type": "boolean", "description": "Whether it takes the full rack depth.", "default": True},
    port_name=_text("How a physical port is called.", pattern=r"\{port\}", maxLength=48, default="E1/{port}"),
    ports={
        "type": "object",
        "description": "Its ports, as port ranges. Without them ports of this type are not checked.",
        "additionalProperties": _object(
            "Ports of one kind.",
            ("speed",),
            speed=_integer("Native speed in Gb/s.", 1, 10_000),
            breakouts={
                "type": "array",
                "description": "Breakouts that these ports support. Not checked when not given.",
                "items": _text("A breakout.", pattern=BREAKOUT),
            },
            interface_type=_text("NetBox interface type of a port that is not broken out.", maxLength=50),
        ),
        "propertyNames": {"pattern": PORTS},
        "default": {},
    },
)

_CATALOG = _object(
    "Hardware and other shared objects that the plan needs: made where missing, never changed.",
    manufacturers=_map(
        "Manufacturers by slug.",
        _object("A manufacturer.", ("name",), name=_text("Name.", maxLength=100)),
    ) | {"default": {}},
    device_types=_map("Device types by slug.", _DEVICE_TYPE) | {"default": {}},
    module_types=_map(
        "Module types (network cards) by slug.",
        _object("A module type.", ("ports",), ports=_NIC["properties"]["ports"], interface_type=_INTERFACE_TYPE),
    ) | {"default": {}},
    sites=_map(
        "Sites by slug.", _object("A site.", ("name",), name=_text("Name.", maxLength=100))
    ) | {"default": {}},
)

_PATTERN = _text(
    "A name with variables in braces: site, fabric, class, role, category, index, plan; `{index:03d}` for digits.",
    maxLength=200,
)

PLAN: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "DIET plan",
    **_object(
        "A plan of a GPU-cluster network.",
        ("schema", "id", "site", "fabrics", "switch_classes", "server_classes"),
        schema={"const": 1, "description": "Version of the plan language."},
        id=_text("Ownership key in NetBox: what carries it belongs to this plan.", pattern=PLAN_ID),
        name=_text("Name for people.", maxLength=200),
        site=_slug("Slug of the site; made where missing."),
        overlap=_choice(
            "Whether two zones of a switch class that claim one port are an error or a warning. In no case is a port"
            " used twice.",
            "error", "warn", default="error",
        ),
        fabrics=_map("Its fabrics.", _FABRIC),
        switch_classes=_map("Its switch classes.", _SWITCH_CLASS),
        server_classes=_map("Its server classes.", _SERVER_CLASS),
        naming=_object(
            "Name patterns per category of device.",
            server=_PATTERN | {"default": "{class}-{index:03d}"},
            leaf=_PATTERN | {"default": "{class}-{index:02d}"},
            spine=_PATTERN | {"default": "{class}-{index:02d}"},
            border=_PATTERN | {"default": "{class}-{index:02d}"},
            oob=_PATTERN | {"default": "{class}-{index:02d}"},
        ) | {"default": {}},
        catalog=_CATALOG | {"default": {}},
    ),
}


def default(schema: Schema, name: str) -> Any:
    """The default of a property, None where it has none."""
    return schema["properties"][name].get("default")


FABRIC, ZONE, SWITCH_CLASS = _FABRIC, _ZONE, _SWITCH_CLASS
SERVER_CLASS, CONNECTION, DEVICE_TYPE, CATALOG = _SERVER_CLASS, _CONNECTION, _DEVICE_TYPE, _CATALOG
NAMING = PLAN["properties"]["naming"]
