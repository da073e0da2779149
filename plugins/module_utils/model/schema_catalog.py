# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the plan language that describes hardware and other shared objects: `catalog`."""

from __future__ import annotations

from .schema_terms import (
    BREAKOUT,
    END,
    MAX_PORT,
    MAX_PORTS,
    PORT_TEMPLATE,
    PORTS,
    Schema,
    choice,
    integer,
    keyed,
    mapping,
    named,
    ports,
    slug,
    text,
)

INTERFACE_TYPE = text(
    "NetBox interface type of the ports. By default the usual one for the speed of the link.", maxLength=50
)

PORT_NAMES: Schema = {
    "type": "array",
    "description": "Names of its ports, where no module type gives them.",
    "items": text("Name of a port.", pattern=r"^[^\x00-\x1f\x7f]+" + END, maxLength=48),
    "minItems": 1,
    "maxItems": 64,
    "uniqueItems": True,
}

DEVICE_TYPE = mapping(
    "A device type: made in NetBox where it is missing, never changed there.",
    ("manufacturer", "model"),
    manufacturer=slug("Slug of its manufacturer."),
    model=text("Model name.", maxLength=100),
    u_height={
        "type": "number", "description": "Height in rack units.", "minimum": 0, "maximum": 100, "multipleOf": 0.5,
        "default": 1,
    },
    is_full_depth={"type": "boolean", "description": "Whether it takes the full rack depth.", "default": True},
    port_name=text("How a physical port is called.", pattern=PORT_TEMPLATE, maxLength=48, default="E1/{port}"),
    ports={
        "type": "object",
        "description": "Its ports, as port ranges. Without them ports of this type are not checked.",
        "additionalProperties": mapping(
            "Ports of one kind.",
            ("speed",),
            speed=integer("Native speed in Gb/s.", 1, 10_000),
            breakouts={
                "type": "array",
                "description": "Breakouts that these ports support. Not checked when not given.",
                "items": text("A breakout.", pattern=BREAKOUT),
            },
            interface_type=text("NetBox interface type of a port that is not broken out.", maxLength=50),
            port_name=text(
                "How these ports are called, where that differs from the rest of the switch.", pattern=PORT_TEMPLATE,
                maxLength=48,
            ),
            first_number=integer("Number of the first of them in its name, where that is not its port.", 0, MAX_PORT),
            default_breakout=text("What a port is that no zone uses.", pattern=BREAKOUT),
        ),
        "propertyNames": {"pattern": PORTS, "maxLength": MAX_PORTS},
        "default": {},
    },
    redundancy={
        "type": "array",
        "description": "Redundancy groups that it can be in. Not checked when not given.",
        "items": choice("A type.", "mclag", "eslag"),
        "uniqueItems": True,
    },
    limits=mapping(
        "What its ports can do together.",
        lanes=integer("Lanes of all ports together.", 1, 100_000),
        pipelines={
            "type": "object",
            "description": "Lanes of the ports that share a pipeline, by port range.",
            "additionalProperties": integer("Lanes.", 1, 100_000),
            "propertyNames": {"pattern": PORTS, "maxLength": MAX_PORTS},
        },
        same_speed={
            "type": "array",
            "description": "Port ranges that must all have one lane speed.",
            "items": ports("Ports."),
        },
    ),
)

OPTIC = mapping(
    "A transceiver or cable assembly; what is given is compared at both ends of a link.",
    ("manufacturer", "model"),
    manufacturer=slug("Slug of its manufacturer."),
    model=text("Model name.", maxLength=100),
    medium=text("Medium: MMF or SMF (fibre), DAC or ACC (copper).", maxLength=50),
    cage_type=text("Cage it sits in, such as OSFP or QSFP112.", maxLength=50),
    connector=text("Connector, such as MPO-12 or LC.", maxLength=50),
    reach_class=text("Reach class, such as SR, DR, FR or DAC.", maxLength=50),
    assembly=choice("Whether it is a cable with both ends fixed.", "none", "DAC", "ACC", "AOC", default="none"),
    far_end_medium=text("Of an assembly: the medium at the server's end.", maxLength=50),
    far_end_cage_type=text("Of an assembly: the cage at the server's end.", maxLength=50),
)


CATALOG = mapping(
    "Hardware and other shared objects that the plan needs: made where missing, never changed.",
    library={
        "type": "array",
        "description": "Files of device types and module types in the format of the NetBox device type library,"
        " relative to the plan. What the catalog says itself wins.",
        "items": text("Path of a file."),
        "uniqueItems": True,
    },
    manufacturers=keyed(
        "Manufacturers by slug.",
        mapping("A manufacturer.", ("name",), name=text("Name.", maxLength=100)),
    ) | {"default": {}},
    device_types=keyed("Device types by slug.", DEVICE_TYPE) | {"default": {}},
    module_types=keyed(
        "Module types (network cards) by slug.",
        mapping(
            "A module type.",
            ("ports",),
            ports=PORT_NAMES,
            interface_type=INTERFACE_TYPE,
            manufacturer=slug("Slug of its manufacturer."),
            model=text("Model name.", maxLength=100),
        ),
    ) | {"default": {}},
    optics=keyed("Optics (transceivers and cable assemblies) by slug.", OPTIC) | {"default": {}},
    sites=named("Sites by slug.", "A site."),
    tenants=named("Tenants by slug.", "A tenant."),
    locations=named("Locations of the site by slug.", "A location."),
    racks={
        "type": "object",
        "description": "Racks of the site by name.",
        "additionalProperties": mapping(
            "A rack.",
            u_height=integer("Height in rack units.", 1, 100, default=42),
            location=slug("Slug of its location."),
        ),
        "propertyNames": {"maxLength": 100, "minLength": 1},
        "default": {},
    },
    platforms=named("Platforms by slug.", "A platform."),
    tags=named("Tags by slug.", "A tag."),
)
