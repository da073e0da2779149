# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the keys of a plan into the order of the schema, in which people read and write plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...model.schema_terms import KEY, Schema


def in_order(value: Any, schema: Schema) -> Any:
    """A value with the keys of its mappings in the order of the schema, notes (`_...`) last.

    A key that the schema does not have becomes a note: a converted plan may know more than a plan can say.
    """
    if not isinstance(value, Mapping):
        return value
    properties: Mapping[str, Schema] = schema.get("properties", {})
    free = schema.get("patternProperties", {}).get(KEY) or schema.get("additionalProperties")
    if isinstance(free, dict):
        return {key: in_order(item, free) for key, item in value.items()}
    known = {key: in_order(value[key], rule) for key, rule in properties.items() if key in value}
    notes = {key if key.startswith("_") else f"_{key}": item for key, item in value.items() if key not in properties}
    return known | notes
