# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who made owned objects what they are, and when, as NetBox's change log tells it.

A field is as it is since the newest record that changed it: others may have changed other fields since. What went with
its device has no record but that of its deletion, where its marks are still to be seen. The log may be closed to the
token, purged (after 90 days unless told otherwise), or passed by, so everything here may be unknown, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from ..diff.marks import plan_tag
from ..diff.standing import Origin
from ..model.state import OWNED_KINDS
from .changelog import ENDPOINT
from .client import Client
from .errors import AccessError, RefusedError
from .fields import Field
from .paging import parts
from .parallel import in_order
from .resources import KEY_MARK, PLAN_MARK, RESOURCES
from .run_record import ENDPOINT as JOURNAL
from .run_record import TITLE

JsonRow = Mapping[str, Any]
Place = tuple[str, str]  # kind and key

IDS_A_REQUEST = 100
RECORDS_A_REQUEST = 1000  # of a hundred objects: ten changes of each
DELETIONS = 5000  # of a kind, the newest

NO_RIGHT = "the token may not view NetBox's change log (permission 'core.view_objectchange')"
NO_RECORD = "NetBox's change log has no record of it: it is older than what the log keeps, or was made past it"
NO_DELETION = f"it is not among the {DELETIONS:,} newest deletions of its kind in NetBox's change log"
TOO_MANY = f"NetBox's change log has more than {RECORDS_A_REQUEST:,} records of it and others asked about with it"

# Their own records name both sides; which of them changed does not matter.
_ENDS = (("a_terminations",), ("b_terminations",))


def may_read(client: Client) -> bool:
    """Whether the token may read the change log."""
    try:
        client.extent(ENDPOINT, fields="id")
    except AccessError:
        return False
    return True


def origins(client: Client, kind: str, fields: Mapping[int, Iterable[str]]) -> dict[int, Origin]:
    """Since when some fields of objects are as they are, and by whom.

    Args:
        fields: names of managed fields, by the id of the object.

    Raises:
        NetBoxError: of any kind.
    """
    asked = list(parts(sorted(fields), IDS_A_REQUEST))
    ask = partial(_records, client, RESOURCES[kind].object_type)
    found: dict[int, Origin] = {}
    for some, (records, whole) in zip(asked, in_order(ask, asked, client.transport.at_once), strict=True):
        for one in some:
            found[one] = _origin(records.get(one, ()), _paths(kind, fields[one]), whole)
    return found


def _records(client: Client, content_type: str, ids: Sequence[int]) -> tuple[dict[int, list[JsonRow]], bool]:
    """Updates of some objects by id, the newest first, and whether these are all."""
    rows = client.rest_newest(
        ENDPOINT, changed_object_type=content_type, changed_object_id=list(ids), action="update",
        fields="id,time,user_name,changed_object_id,prechange_data,postchange_data",
    )
    by_id: dict[int, list[JsonRow]] = {}
    for row in islice(rows, RECORDS_A_REQUEST):
        by_id.setdefault(int(row["changed_object_id"]), []).append(row)
    return by_id, sum(map(len, by_id.values())) < RECORDS_A_REQUEST


def _origin(records: Iterable[JsonRow], paths: Iterable[tuple[str, ...]], whole: bool) -> Origin:
    """Of every field the newest record that changed it; together the first of their times, and all their users."""
    newest: dict[int, JsonRow] = {}
    for path in paths:
        row = next((row for row in records if _changes(row, path)), None)
        if row is not None:
            newest[int(row["id"])] = row
    if not newest:
        return Origin(unknown=NO_RECORD if whole else TOO_MANY)
    told = [newest[one] for one in sorted(newest)]
    return _by(*told)


def _by(*rows: JsonRow) -> Origin:
    return Origin(str(rows[0]["time"]), tuple(dict.fromkeys(str(row["user_name"]) for row in rows)))


def _changes(row: JsonRow, path: tuple[str, ...]) -> bool:
    before, after = row["prechange_data"], row["postchange_data"]
    # NetBox logs the creation of a cable once more, as an update from nothing.
    return bool(before) and bool(after) and _at(before, path) != _at(after, path)


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _paths(kind: str, names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Where the log has some managed fields."""
    asked = set(names)
    for one in RESOURCES[kind].fields:
        if one.name in asked:
            yield from _ENDS if one.name == "ends" else (_path(one),)


def _path(one: Field) -> tuple[str, ...]:
    if one.custom_field:
        return "custom_fields", one.custom_field
    return (one.select.partition(" ")[0],)


def deletions(client: Client, plan_ids: Iterable[str], wanted: Iterable[Place]) -> dict[Place, Origin]:
    """When objects of a plan were deleted last, and by whom, by kind and the key that they had.

    Only the newest deletions of each kind are looked at.

    Raises:
        NetBoxError: of any kind.
    """
    ids, left = set(plan_ids), set(wanted)
    found: dict[Place, Origin] = {}
    for kind in OWNED_KINDS:
        keys = {key for one, key in left if one == kind}
        for row in _deleted(client, RESOURCES[kind].object_type) if keys else ():
            marks = (row["prechange_data"] or {}).get("custom_fields") or {}
            key = str(marks.get(KEY_MARK) or "")
            if marks.get(PLAN_MARK) in ids and key in keys:
                found[kind, key] = _by(row)
                keys.discard(key)
                if not keys:
                    break
    return found


def lost_ends(client: Client, cables: Iterable[int]) -> dict[int, Origin]:
    """When cables lost an end to the deletion of what it was on, by the id of the cable: such a cable has no record.

    Raises:
        NetBoxError: of any kind.
    """
    left = set(cables)
    found: dict[int, Origin] = {}
    for row in _deleted(client, "dcim.cabletermination") if left else ():
        cable = (row["prechange_data"] or {}).get("cable")
        if cable in left:
            found[int(cable)] = _by(row)
            left.discard(cable)
            if not left:
                break
    return found


def _deleted(client: Client, content_type: str) -> Iterator[JsonRow]:
    """The newest deletions of a content type, the newest first."""
    rows = client.rest_newest(
        ENDPOINT, action="delete", changed_object_type=content_type,
        fields="id,time,user_name,prechange_data",
    )
    return islice(rows, DELETIONS)


def last_run(client: Client, plan_ids: Iterable[str]) -> str:
    """When a run of a plan was last recorded, of whatever kind; empty where that is not to be seen."""
    for plan_id in plan_ids:
        try:
            _extent, row = client.extent(JOURNAL, tag=plan_tag(plan_id), q=TITLE, fields="id,created")
        except AccessError:
            return ""
        except RefusedError:
            continue  # NetBox has no such tag
        if row is not None:
            return str(row.get("created") or "")
    return ""
