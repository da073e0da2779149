# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terms in which the schema of the plan language is written: small JSON Schemas, and the patterns of its words."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# Python lets `$` stand before a last line break, which other dialects of JSON Schema do not.
END = r"$(?!\n)"
KEY = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}" + END
PLAN_ID = r"^[a-z][a-z0-9-]{0,49}" + END
SLUG = r"^[-a-zA-Z0-9_]+" + END
PORTS = r"^\s*\d+\s*(-\s*\d+\s*(:\s*\d+\s*)?)?(,\s*\d+\s*(-\s*\d+\s*(:\s*\d+\s*)?)?)*" + END
BREAKOUT = r"^[1-9]\d?x[1-9]\d{0,3}g" + END
ZONE_REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*" + END

PORT_TEMPLATE = r"\{port\}"
COLOR = r"^[0-9a-f]{6}" + END

# Limits that keep a slip of the keyboard from eating the machine; far above what NetBox is used for.
MAX_QUANTITY = 100_000
MAX_ZONES = 200
INDEX = r"^[1-9]\d{0,5}" + END
MAX_PORT = 1024
MAX_PORTS = 5_000  # characters: all of them one by one are 4,000

# What the patterns want, in words.
IN_WORDS = {
    KEY: "It begins with a letter or digit, then letters, digits, '_', '.' and '-', 100 at most.",
    PLAN_ID: "It begins with a small letter, then small letters, digits and '-', 50 characters at most.",
    SLUG: "A slug has letters, digits, '-' and '_'.",
    PORTS: "Ports are numbers, ranges and stepped ranges: `1-32`, `1,3,5`, `1-63:2`.",
    BREAKOUT: "It is `<lanes>x<speed in Gb/s>g`, such as `4x200g`, and `1x800g` for a port not broken out.",
    ZONE_REFERENCE: "It is `switch class/zone`.",
    COLOR: "It is six hexadecimal digits in small letters, such as `00b0ff`.",
    PORT_TEMPLATE: "It has `{port}` in it, where the number goes.",
}


def mapping(meaning: str, required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": meaning,
        "properties": properties,
        "required": list(required),
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def keyed(description: str, item: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "patternProperties": {"^_": {}, KEY: item},
        "additionalProperties": False,
    }


def text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, "minLength": 1, **more}


def slug(description: str) -> Schema:
    return text(description, pattern=SLUG, maxLength=100)


def integer(description: str, minimum: int, maximum: int, **more: Any) -> Schema:
    return {"type": "integer", "description": description, "minimum": minimum, "maximum": maximum, **more}


def choice(description: str, *values: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, "enum": list(values), **more}


def ports(description: str) -> Schema:
    text_or_number = ["string", "integer"]
    return {
        "type": text_or_number, "description": description, "pattern": PORTS, "maxLength": MAX_PORTS, "minimum": 1,
        "maximum": MAX_PORT,
    }


def named(description: str, one: str) -> Schema:
    """A mapping of slugs to things that only have a name."""
    return keyed(description, mapping(one, ("name",), name=text("Name.", maxLength=100))) | {"default": {}}
