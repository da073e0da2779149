# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan language: one JSON Schema for shape validation, defaults, editors and the option tables in the docs.

A new plan field is one line here. Rules that relate several fields are in `expand/rules`.
"""

from __future__ import annotations

from typing import Any

from .schema_catalog import CATALOG, INTERFACE_TYPE, PORT_NAMES
from .schema_terms import (
    BREAKOUT,
    COLOR,
    INDEX,
    KEY,
    MAX_QUANTITY,
    MAX_ZONES,
    PLAN_ID,
    ZONE_REFERENCE,
    Schema,
    choice,
    integer,
    keyed,
    mapping,
    ports,
    slug,
    text,
)

_FORMERLY = {
    "type": "array",
    "description": "Keys it had before: what NetBox has under them stays the same object.",
    "items": text("A former key.", pattern=KEY),
    "uniqueItems": True,
}

STATUSES = ("offline", "active", "planned", "staged", "failed", "inventory", "decommissioning")

# What a device takes from `defaults`, its class and its instance, the nearest one that says it; tags add up.
_ATTRIBUTES: dict[str, Schema] = {
    "tenant": slug("Slug of the tenant."),
    "location": slug("Slug of the location within the site."),
    "rack": text("Name of the rack within the site.", maxLength=100),
    "position": {"type": "number", "description": "Lowest rack unit it takes.", "minimum": 1, "maximum": 100,
                 "multipleOf": 0.5},
    "face": choice("Side of the rack that it faces.", "front", "rear"),
    "platform": slug("Slug of the platform."),
    "status": choice("Status. Devices are made planned; without this key their status is then left alone.", *STATUSES),
    "tags": {
        "type": "array", "description": "Slugs of tags. They are added, and others are left alone.",
        "items": slug("Slug of a tag."), "uniqueItems": True,
    },
    "description": text("Description.", maxLength=200),
}

CABLE = mapping(
    "What its cables are like. What is not given is left alone.",
    type=choice(
        "NetBox cable type.",
        "cat3", "cat5", "cat5e", "cat6", "cat6a", "cat7", "cat7a", "cat8", "mrj21-trunk", "dac-active", "dac-passive",
        "coaxial", "mmf", "mmf-om1", "mmf-om2", "mmf-om3", "mmf-om4", "mmf-om5", "smf", "smf-os1", "smf-os2", "aoc",
        "usb",
    ),
    color=text("Colour, as six hexadecimal digits.", pattern=COLOR),
    label=text(
        "Label, a pattern with a_device, a_interface, b_device, b_interface, kind and plan in braces.", maxLength=200
    ),
    length={"type": "number", "description": "Length.", "exclusiveMinimum": 0, "maximum": 100_000},
    length_unit=choice("Unit of the length.", "km", "m", "cm", "mi", "ft", "in", default="m"),
) | {"dependentRequired": {"length_unit": ["length"]}}

_INSTANCES = {
    "type": "object",
    "description": "Single devices of the class, by index: their names and what else sets them apart.",
    "patternProperties": {
        "^_": {},
        INDEX: mapping(
            "One device.",
            (),
            name=text("Its name, instead of the one that the naming pattern gives.", maxLength=64),
            **_ATTRIBUTES,
        ),
    },
    "additionalProperties": False,
}

_ABSENT = {
    "type": "array",
    "description": "Indices that do not exist: removes devices from the middle, and nothing else moves.",
    "items": integer("An index.", 1, MAX_QUANTITY),
    "uniqueItems": True,
    "default": [],
}

_CLASS_PORTS = choice(
    "Which interfaces are made: those with a cable, or all: every lane of the zones and every NIC port.",
    "cabled", "all", default="cabled",
)

FABRIC = mapping(
    "A fabric: a set of switches that are cabled together.",
    fabric_class=choice(
        "Whether the fabric controller manages its switches.", "managed", "unmanaged", default="managed"
    ),
    mode=choice(
        "How its switches are joined: leaves to spines, or every switch to every other.",
        "spine-leaf", "mesh", default="spine-leaf",
    ),
    leaves_per_pod={
        "type": ["integer", "object"],
        "description": "How many leaves make a pod with spines of its own; pods are joined by cores. A number where the"
        " fabric has one leaf class, else a number for each. Without it the fabric is one pod.",
        "minimum": 1, "maximum": MAX_QUANTITY,
        "patternProperties": {"^_": {}, KEY: integer("Leaves of this class per pod.", 1, MAX_QUANTITY)},
        "additionalProperties": False,
    },
)

ZONE = mapping(
    "A port zone: physical ports of a switch class that are used alike.",
    ("type", "ports", "breakout"),
    type=choice(
        "What its ports are for: server (data links of servers, and links that arrive from a peer zone), uplink (to the"
        " spines, of spines to the cores, or to `peer`), fabric (far side of uplinks), mesh (to the other switches of a"
        " mesh), oob (management links of servers; with `peer` the uplinks of a management switch), peer and session"
        " (to the other switch of a redundancy pair).",
        "server", "uplink", "fabric", "mesh", "oob", "peer", "session",
    ),
    ports=ports("Physical ports, as numbers, ranges and stepped ranges: `1-32`, `1,3,5`, `1-63:2`."),
    breakout=text(
        "How every port of the zone is used: `<lanes>x<speed in Gb/s>g`, `1x800g` for a port not broken out.",
        pattern=BREAKOUT,
    ),
    allocation=choice(
        "The order in which ports are drawn. interleaved takes every second port first, spaced zips the two halves,"
        " custom follows `order`.",
        "sequential", "interleaved", "spaced", "custom", default="sequential",
    ),
    order=ports("With `allocation: custom`: the ports of the zone, each once, in the order to draw them."),
    priority=integer("Zones with a lower number are drawn first, and claim ports first.", 1, 1_000_000, default=100),
    peer=text(
        "`switch class/zone` at the far end, for uplinks that do not go to the spines.", pattern=ZONE_REFERENCE
    ),
    optic=slug("Slug of the optic in its ports, one of `catalog.optics`."),
    cable=CABLE,
    formerly=_FORMERLY,
)

SWITCH_CLASS = mapping(
    "Switches that are alike.",
    ("fabric", "role", "device_type", "zones"),
    fabric=text("Key of the fabric they belong to.", pattern=KEY),
    role=choice("What they do in the fabric.", "spine", "server-leaf", "border-leaf", "core", "oob"),
    device_role=slug(
        "Slug of their device role in NetBox. By default spine, leaf, border, core or oob, by `role`."
    ),
    device_type=slug("Slug of their device type: a built-in one, one of `catalog`, or one that NetBox has."),
    quantity=integer("How many, those in `absent` not counted. Computed when not given.", 0, MAX_QUANTITY),
    absent=_ABSENT,
    external={
        "type": "boolean",
        "description": "Whether they are devices that NetBox has already: `instances` names them, we neither make nor"
        " change them, and links to them are ours.",
        "default": False,
    },
    redundancy=mapping(
        "Switches in redundancy groups: the alternating links of a server stay inside one group.",
        ("type",),
        type=choice("mclag groups are pairs, eslag groups have two to four switches.", "mclag", "eslag"),
        group_size=integer(
            "Switches per eslag group. By default all switches of the class are one group.", 2, 4
        ),
    ),
    balance=choice(
        "Whether every leaf has the same number of links to every spine, or the uplinks of the class are dealt in one"
        " rotation over the spines, so that any number of spines will do.",
        "even", "uneven", default="even",
    ),
    partial={
        "type": "boolean",
        "description": "With `balance: uneven`: whether a leaf may have fewer uplinks than there are spines.",
        "default": False,
    },
    ports=_CLASS_PORTS,
    zones=keyed("Its port zones.", ZONE) | {"maxProperties": MAX_ZONES},
    instances=_INSTANCES,
    formerly=_FORMERLY,
    **_ATTRIBUTES,
)

NIC = mapping(
    "A network card of a server.",
    module_type=slug("Slug of its module type, built-in or of `catalog`; gives the port names."),
    ports=PORT_NAMES,
    interface_type=INTERFACE_TYPE,
    formerly=_FORMERLY,
)

CONNECTION = mapping(
    "NIC ports of every server of the class, linked to a zone.",
    ("nic", "zone"),
    nic=text("Key of the NIC.", pattern=KEY),
    zone=text("`switch class/zone` to connect to.", pattern=ZONE_REFERENCE),
    ports=integer("How many NIC ports, one link each.", 1, 64, default=1),
    first_port=integer("Index of the first of them, counted from 0.", 0, 63, default=0),
    distribution=choice(
        "How the links of one server spread over the switches: on different ones (alternating), all on one, servers in"
        " contiguous blocks (same-switch), all on the least loaded one (none), or by rail (rail-optimized).",
        "alternating", "same-switch", "rail-optimized", "none", default="none",
    ),
    rail=integer("Rail number; needed with, and only with, `distribution: rail-optimized`.", 0, 1023),
    speed=integer("Speed in Gb/s, if you want it checked against the zone's breakout.", 1, 10_000),
    bond=choice(
        "How the server bonds the links; mclag and eslag need a zone whose switches are such groups.",
        "none", "bundled", "mclag", "eslag", default="none",
    ),
    optic=slug("Slug of the optic in the NIC ports, one of `catalog.optics`."),
    cable=CABLE,
    formerly=_FORMERLY,
)

SERVER_CLASS = mapping(
    "Servers that are alike.",
    ("quantity", "device_type"),
    quantity=integer("The highest index; servers 1 to `quantity` exist, except those in `absent`.", 0, MAX_QUANTITY),
    absent=_ABSENT,
    device_type=slug("Slug of their device type: one of `catalog`, or one that NetBox has."),
    device_role=slug("Slug of their device role in NetBox.") | {"default": "server"},
    nics=keyed("Their network cards.", NIC) | {"default": {}},
    connections=keyed("Their connections.", CONNECTION) | {"default": {}},
    gpus=integer("GPUs per server, for the summary of the plan.", 0, 1024, default=0),
    ports=_CLASS_PORTS,
    instances=_INSTANCES,
    formerly=_FORMERLY,
    **_ATTRIBUTES,
)

_PATTERN = text(
    "A name with variables in braces: site, fabric, class, role, category, index, plan, and pod on switches of fabrics"
    " with pods; `{index:03d}` for digits.",
    maxLength=200,
)

PLAN: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "DIET plan",
    **mapping(
        "A plan of a GPU-cluster network.",
        ("schema", "id", "site", "fabrics", "switch_classes", "server_classes"),
        schema={"const": 1, "description": "Version of the plan language."},
        id=text("Ownership key in NetBox: what carries it belongs to this plan.", pattern=PLAN_ID),
        name=text("Name for people.", maxLength=200),
        site=slug("Slug of the site; made where missing."),
        overlap=choice(
            "Whether two zones of a switch class that claim one port are an error or a warning. In no case is a port"
            " used twice.",
            "error", "warn", default="error",
        ),
        strict={
            "type": "boolean",
            "description": "Whether what the hardware does not support, and optics that need a look, are errors"
            " instead of warnings.",
            "default": False,
        },
        formerly={
            "type": "array",
            "description": "Ids that the plan had before: what carries them in NetBox is this plan's.",
            "items": text("A former id.", pattern=PLAN_ID),
            "uniqueItems": True,
        },
        defaults=mapping("What every device takes, unless its class or instance says otherwise.", (), **_ATTRIBUTES)
        | {"default": {}},
        fabrics=keyed("Its fabrics.", FABRIC),
        switch_classes=keyed("Its switch classes.", SWITCH_CLASS),
        server_classes=keyed("Its server classes.", SERVER_CLASS),
        naming=mapping(
            "Name patterns per category of device.",
            server=_PATTERN | {"default": "{class}-{index:03d}"},
            leaf=_PATTERN | {"default": "{class}-{index:02d}"},
            spine=_PATTERN | {"default": "{class}-{index:02d}"},
            border=_PATTERN | {"default": "{class}-{index:02d}"},
            core=_PATTERN | {"default": "{class}-{index:02d}"},
            oob=_PATTERN | {"default": "{class}-{index:02d}"},
        ) | {"default": {}},
        catalog=CATALOG | {"default": {}},
    ),
}


def default(schema: Schema, name: str) -> Any:
    """The default of a property, None where it has none."""
    return schema["properties"][name].get("default")


NAMING = PLAN["properties"]["naming"]
