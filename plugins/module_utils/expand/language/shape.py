# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the shape of a plan document against the schema, and says what is wrong in a plan's own words.

jsonschema finds; this file only translates its findings into diagnostics with a code, a path and a way out.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from ...diagnostics import Diagnostics, Path, nearest
from ...model.schema import PLAN
from ...model.schema_terms import IN_WORDS, INDEX, KEY
from .usable import usable

try:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
except ImportError:  # reported by the callers that know how to talk to the user
    Draft202012Validator = None  # type: ignore[assignment,misc]

_TYPE_NAMES: Mapping[str, str] = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


# Of one mapping that many wrong keys are told one by one.
_MAX_ALIKE = 100
_MAX_ERRORS = 1_500  # more than are told


class MissingLibraryError(ImportError):
    """A library that this collection needs at run time is not installed. `name` is what pip calls it."""


def check_shape(document: Mapping[str, Any], found: Diagnostics) -> dict[str, Any] | None:
    """Collect every way in which a document is not shaped like a plan.

    Returns:
        What of it can be checked further, None when nothing can.

    Raises:
        MissingLibraryError: jsonschema is not installed.
    """
    if Draft202012Validator is None:
        raise MissingLibraryError("jsonschema", name="jsonschema")
    validator = Draft202012Validator(PLAN)
    before = len(found.errors)
    first = islice(validator.iter_errors(document), _MAX_ERRORS)
    errors = sorted(first, key=lambda e: [str(p) for p in e.absolute_path])
    for error in errors:
        _translate(error, found)
    unknown = [d.path for d in found.errors[before:] if d.code in ("unknown-key", "invalid-key")]
    wrong = [tuple(map(str, e.absolute_path)) for e in errors if e.validator != "additionalProperties"]
    rest = usable(document, unknown, wrong)
    return rest if validator.is_valid(rest) else None


def _translate(error: ValidationError, found: Diagnostics) -> None:
    path: Path = tuple(str(p) for p in error.absolute_path)
    rule = str(error.validator)
    value: Any = error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    if rule == "additionalProperties" and limit is False:
        _unknown_keys(error, path, found)
    elif rule == "required":
        told = {(d.path, d.message) for d in found}  # jsonschema finds this once per missing key
        for name in limit:
            if name not in value and (path, f"the key {name!r} is missing.") not in told:
                found.error("missing-key", path, f"the key {name!r} is missing.", _describe(schema, name))
    elif rule == "dependentRequired":
        for name, needed in limit.items():
            for other in needed:
                if name in value and other not in value:
                    found.error("missing-key", (*path, name), f"{name!r} says nothing without {other!r}.")
    elif rule == "type":
        wanted = [limit] if isinstance(limit, str) else list(limit)
        names = " or ".join(_TYPE_NAMES.get(w, w) for w in wanted)
        hint = "Put it in quotes." if wanted == ["string"] and isinstance(value, (bool, int, float)) else ""
        found.error("wrong-type", path, f"{_show(value)} is not {names}.", hint)
    elif rule == "const":
        found.error("invalid-value", path, f"{_show(value)} is not {limit}, the only one there is.")
    elif rule == "enum":
        valid = list(limit)
        hint = nearest(str(value), [str(v) for v in valid])
        # The message lists them already.
        hint = "" if hint.startswith("Known") else hint
        found.error("invalid-value", path, f"{_show(value)} is not one of {', '.join(str(v) for v in valid)}.", hint)
    elif rule == "pattern":
        wanted_text = IN_WORDS.get(str(limit), schema.get("description", ""))
        found.error("invalid-value", path, f"{_show(value)} is not valid here.", wanted_text)
    elif rule in ("minimum", "maximum"):
        word = "below" if rule == "minimum" else "above"
        found.error("out-of-range", path, f"{_show(value)} is {word} {limit}, the {rule}.")
    elif rule == "maxProperties":
        found.error("out-of-range", path, f"it has {len(value):,} keys: the limit is {limit}.")
    elif rule in ("minLength", "maxLength", "minItems", "maxItems"):
        if not value:
            found.error("out-of-range", path, "it is empty.", f"Give at least {limit}, or leave it out.")
            return
        word = "too short" if rule.startswith("min") else "too long"
        found.error("out-of-range", path, f"{_show(value)} is {word}: the limit is {limit}.")
    else:
        found.error("invalid-value", path, f"{_show(value)} is not valid here: {error.message}.")


def _unknown_keys(error: ValidationError, path: Path, found: Diagnostics) -> None:
    schema: Any = error.schema
    instance: Any = error.instance
    known = schema.get("properties", {})
    before, left_out = len(found.errors), 0
    free = KEY in schema.get("patternProperties", {})
    for name in instance:
        if name in known or str(name).startswith("_"):
            continue
        if len(found.errors) - before == _MAX_ALIKE:
            left_out += 1
            continue
        if free:
            if Draft202012Validator({"pattern": KEY}).is_valid(name):
                continue
            found.error(
                "invalid-key", (*path, name), f"{name!r} cannot be a key.",
                IN_WORDS[KEY],
            )
        elif INDEX in schema.get("patternProperties", {}):
            found.error("invalid-key", (*path, name), f"{name!r} is no index.", "Indices are numbers from 1 on.")
        else:
            found.error("unknown-key", (*path, name), f"unknown key {name!r}.", nearest(name, known))
    if left_out:
        found.error("unknown-key", path, f"{left_out:,} more of its keys are unknown or invalid.")


def _describe(schema: Any, name: str) -> str:
    described = schema.get("properties", {}).get(name, {}).get("description", "")
    return f"It says: {described}" if described else ""


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
