# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes answers of a NetBox apart, and finds out first that they are what was asked for: the only place that does.

Something between us and NetBox may answer in its stead, cut an answer, or change it; a NetBox newer than we know may
say something else. Whoever gets rows from here may rely on it: every field that was asked for is there, and is of its
type. What the values say is for others to judge.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeGuard, TypeVar

from ..diagnostics import InvariantError
from .errors import AccessError, ServerError
from .paging import Extent, JsonRow
from .permissions import permission

Key = TypeVar("Key")
Value = TypeVar("Value")
Check = Callable[[Any], bool]
Shape = tuple[tuple[str, Check], ...]

# What GraphQL says of a row that refers to something which the token may not view, and always refers to one. The fields
# are called as their models, but for the role of a device.
_HIDDEN = re.compile(r"Cannot return null for non-nullable field \w+\.(role|device_type|site|device)\b")

_MISSING = object()
_SHOWN = 100  # characters of what is wrong
_TOLD = 1000  # of what is said of one object


# -- values ----------------------------------------------------------------------------------------------------------


def _whole(value: Any) -> TypeGuard[int]:
    """A whole number, which to Python a truth value is too."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_id(value: Any) -> bool:
    """An id: a number by REST, text by GraphQL."""
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) <= 18
    return _whole(value) and 0 <= value < 10**18


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _or_missing(check: Check) -> Check:
    return lambda value: value is _MISSING or check(value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _whole_or_none(value: Any) -> bool:
    return value is None or _whole(value)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _decimal(value: Any) -> bool:
    """A number by REST, text by GraphQL, or nothing."""
    if isinstance(value, str):
        return not value or re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", value) is not None
    return value is None or _whole(value) or (isinstance(value, float) and math.isfinite(value))


def _choice(value: Any) -> bool:
    """A value by GraphQL, a pair of value and label by REST, or nothing."""
    return _text_or_none(value) or (isinstance(value, dict) and _text_or_none(value.get("value", _MISSING)))


def _time(value: Any) -> bool:
    """A time with its zone, as `datetime` reads it."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _mapping_or_none(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _tags(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) and _text(one.get("slug")) for one in value)


def _ends(value: Any) -> bool:
    """The ends of a cable at one side: by REST `object_type` and `object_id`; by GraphQL an id if on an interface."""
    return isinstance(value, list) and all(isinstance(one, dict) and _end(one) for one in value)


def _end(one: Mapping[str, Any]) -> bool:
    if "object_type" in one:
        return _text(one["object_type"]) and is_id(one.get("object_id"))
    kind = one.get("__typename")
    return _text(kind) and (kind != "InterfaceType" or is_id(one.get("id")))


def _logged(value: Any) -> bool:
    """What an object was, as the change log has it: nothing, or fields of it."""
    if value is None:
        return True
    if not isinstance(value, dict) or not _mapping_or_none(value.get("custom_fields")):
        return False
    return not any(isinstance(value.get(name), (dict, list)) for name in ("name", "slug", "cable"))


def _reference(*members: str) -> Check:
    """A reference to another object: a mapping that has some members."""
    checks = tuple((name, _MEMBERS[name]) for name in members)
    return lambda value: isinstance(value, dict) and all(check(value.get(name, _MISSING)) for name, check in checks)


# -- fields by name --------------------------------------------------------------------------------------------------

_MEMBERS: Mapping[str, Check] = {
    "id": is_id, "slug": _text, "name": _text, "u_height": _decimal, "is_full_depth": _flag,
}
_NAMES: tuple[tuple[Check, str], ...] = (
    (is_id, "id changed_object_id termination_id interface_id"),
    (_or_none(is_id), "assigned_object_id component_id parent_object_id"),
    (_text, "name slug description label display color comments request_id changed_object_type termination_type"),
    (_text, "interface_type"),
    (_text_or_none, "user_name cable_end assigned_object_type component_type parent_object_type"),
    (_time, "time"),
    (_or_none(_time), "created last_updated"),
    (_choice, "type status face length_unit subdevice_role"),
    (_whole_or_none, "speed"),
    (_decimal, "position length u_height starting_unit"),
    (_flag, "is_full_depth required mark_connected"),
    (_mapping_or_none, "custom_fields"),
    (_logged, "prechange_data postchange_data"),
    (_tags, "tags"),
    (_ends, "a_terminations b_terminations"),
    (_texts, "object_types"),
)
_FIELDS: Mapping[str, Check] = {name: check for check, names in _NAMES for name in names.split()}
# References by REST, which shows more of an object than we look at, and what may be none of them.
_REFERENCES: Mapping[str, tuple[str, ...]] = {
    "device": ("id",), "cable": ("id",), "role": ("slug",), "device_type": ("id", "slug"), "site": ("slug",),
    "tenant": ("slug",), "rack": ("name",), "location": ("slug",), "platform": ("slug",), "manufacturer": ("slug",),
    "installed_device": ("id",), "master": ("id",), "parent": ("id",), "lag": ("id",), "bridge": ("id",),
    "interface": ("id",), "interface_a": ("id",), "interface_b": ("id",),
}
_OPTIONAL = (
    "cable", "tenant", "rack", "location", "platform", "manufacturer", "installed_device", "master", "parent", "lag",
    "bridge", "interface_a", "interface_b",
)
# Where a name means something else, or may be none.
_ELSEWHERE: Mapping[tuple[str, str], Check] = {
    ("dcim/devices", "name"): _text_or_none,
    ("device_list", "name"): _text_or_none,
    ("dcim/cable-terminations", "cable"): is_id,
    ("virtualization/virtual-machines", "device"): _or_none(_reference("id")),
    ("dcim/virtual-device-contexts", "device"): _or_none(_reference("id")),
    ("dcim/inventory-items", "device"): _or_none(_reference("id")),
    # Up to 4.2 a service has a device, from then on a parent.
    ("ipam/services", "device"): _or_missing(_or_none(_reference("id"))),
    ("ipam/services", "parent_object_type"): _or_missing(_text_or_none),
    ("ipam/services", "parent_object_id"): _or_missing(_or_none(is_id)),
}
_TOKEN = re.compile(r"\.\.\. on \w+|[{}]|\w+")


@lru_cache(maxsize=256)
def rest_shape(endpoint: str, fields: str) -> Shape:
    """What a row of a REST list has, of which these fields were asked for."""
    return tuple((name, _check(endpoint, name, _REFERENCES.get(name, ()))) for name in fields.split(",") if name)


@lru_cache(maxsize=256)
def graphql_shape(name: str, selection: str) -> Shape:
    """What a row of a GraphQL list has, of which this was selected."""
    inner: dict[str, list[str]] = {"id": []}
    depth, last = 0, ""
    for token in _TOKEN.findall(selection):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if token[0] in "{}.":
            continue
        if depth == 0:
            last = token
            inner.setdefault(last, [])
        elif depth == 1:
            inner[last].append(token)
    return tuple((one, _check(name, one, tuple(members))) for one, members in inner.items())


def _check(where: str, name: str, members: tuple[str, ...]) -> Check:
    check = _ELSEWHERE.get((where, name)) or _FIELDS.get(name)
    if check is not None:
        return check
    if not members:
        raise InvariantError(f"nobody says what {name!r} of {where} has to be")
    reference = _reference(*members)
    return _or_none(reference) if name in _OPTIONAL else reference


# -- answers ---------------------------------------------------------------------------------------------------------


def rows_of(body: Any, shape: Shape, where: str) -> list[JsonRow]:
    """The rows of a REST list.

    Raises:
        ServerError: that is not what a NetBox answers, as for all that follow.
    """
    if not isinstance(body, dict) or "results" not in body:
        raise _unlike(where, f"no page of a list, but {_show(body)}")
    return _rows(body["results"], shape, where)


def page_of(body: Any, shape: Shape, where: str) -> tuple[list[JsonRow], int | None]:
    """The rows of one page of a REST list, and how many NetBox counts, which it does unless it is asked for by id."""
    rows = rows_of(body, shape, where)
    count = body.get("count")
    if count is not None and (not _whole(count) or count < 0):
        raise _unlike(where, f"`count` is {_show(count)}")
    return rows, count


def extent_of(body: Any, shape: Shape, where: str) -> tuple[Extent, JsonRow | None]:
    """How far a REST list goes, by its last row and its count."""
    rows = rows_of(body, shape, where)
    count, last = body.get("count"), int(rows[0]["id"]) if rows else 0
    # No two rows have one id, so there are no more of them than the last one says.
    if not _whole(count) or not len(rows) <= count <= last:
        raise _unlike(where, f"`count` is {_show(count)}, and the highest id {last}")
    return Extent(count, last), rows[0] if rows else None


def graphql_rows(body: Any, name: str, shape: Shape) -> list[JsonRow]:
    """The rows of a GraphQL list. Raises: AccessError, ServerError."""
    errors, data = (body.get("errors"), body.get("data")) if isinstance(body, dict) else (None, None)
    if errors or not isinstance(data, dict) or name not in data:
        told = [_said(one) for one in errors] if isinstance(errors, list) else []
        problems = "; ".join(told) or _show(body)
        if hidden := _HIDDEN.search(problems):
            needed = permission("read", "dcim/device-roles" if hidden[1] == "role" else f"dcim/{hidden[1]}s")
            raise AccessError(
                f"The token may not view what {name.removesuffix('_list')}s refer to as their {hidden[1]}. That needs"
                f" the permission {needed!r}."
            )
        raise ServerError(f"NetBox cannot answer a GraphQL query for {name}: {problems[:_TOLD]}")
    return _rows(data[name], shape, name)


def written_rows(body: Any, where: str) -> list[JsonRow]:
    """The rows that were created or updated."""
    return _rows(body, (("id", is_id),), where)


def asked_for(known: Mapping[Key, Value], key: Any, where: str) -> Value:
    """What we know under the key of a row that came back: it has to be one of those that were asked for."""
    if key not in known:
        raise _unlike(where, f"a row about {_show(key)}, which nobody asked for")
    return known[key]


def _rows(rows: Any, shape: Shape, where: str) -> list[JsonRow]:
    if not isinstance(rows, list):
        raise _unlike(where, f"no list of rows, but {_show(rows)}")
    for row in rows:
        if not isinstance(row, dict):
            raise _unlike(where, f"among the rows is {_show(row)}")
        for name, check in shape:
            if not check(row.get(name, _MISSING)):
                which = f" of id {row['id']}" if is_id(row.get("id")) else ""
                wrong = f"is {_show(row[name])}" if name in row else "is missing"
                raise _unlike(where, f"`{name}`{which} {wrong}")
    return rows


def _said(error: Any) -> str:
    return str(error.get("message", "")) if isinstance(error, dict) else _show(error)


def _unlike(where: str, what: str) -> ServerError:
    return ServerError(
        f"The answer about {where} is not one of a NetBox that hedgehog.diet knows: {what}. See whether something"
        " between you and NetBox changes its answers."
    )


# -- what a refusal says ---------------------------------------------------------------------------------------------


def row_errors(body: Any, ids: list[int]) -> list[tuple[int | None, str]]:
    """Errors by position in the request. Servers up to 4.6 answer a list with one mapping a row, empty where fine."""
    if isinstance(body, dict) and isinstance(body.get("errors"), list):
        return [_row_error(item, ids) for item in body["errors"]]
    if isinstance(body, list) and all(isinstance(item, dict) for item in body):
        return [(position, flat(item)[:_TOLD]) for position, item in enumerate(body) if item]
    return [(None, flat(body)[:_TOLD])] if body else []


def _row_error(item: Any, ids: list[int]) -> tuple[int | None, str]:
    if not isinstance(item, dict):
        return None, flat(item)[:_TOLD]
    position = item.get("index")
    if position is None and item.get("id") in ids:
        position = ids.index(item["id"])
    return position if _whole(position) and position >= 0 else None, flat(item.get("errors", item))[:_TOLD]


def flat(value: Any, depth: int = 0) -> str:
    """Whatever a refusal says, as a line of text."""
    if depth > 10:
        return "..."
    if isinstance(value, dict):
        return "; ".join(f"{key}: {flat(item, depth + 1)}" for key, item in value.items())
    if isinstance(value, list):
        return " ".join(flat(item, depth + 1) for item in value)
    return str(value)


def _show(value: Any) -> str:
    """A value for a message, however large or deep it is."""
    if value is _MISSING:
        return "nothing"
    text = flat(value)
    called = ((dict, "a mapping"), (list, "a list"), (str, "the text"))
    words = [word for kind, word in called if isinstance(value, kind)]
    return f"{words[0]} {text[:_SHOWN]!r}" if words else text[:_SHOWN]
