# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who changed what and when, out of the records of a change log; and what nobody can say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.standing import Origin
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import history
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.history import (
    DELETIONS,
    IDS_A_REQUEST,
    NO_RECORD,
    TOO_MANY,
    deletions,
    last_run,
    lost_ends,
    may_read,
    origins,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics

Row = dict[str, Any]


class Log:
    """A NetBox that has a change log and no more: it answers what it is asked for, the newest first."""

    def __init__(self, *rows: Row) -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.rows = [{"id": number, **row} for number, row in enumerate(rows, 1)]
        self.asked: list[Mapping[str, Any]] = []
        self.status = 200

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        params = params or {}
        if path == "/api/status/":
            return Response(200, {"netbox-version": "4.7.3"})
        assert method == "GET" and path == "/api/core/object-changes/"
        self.asked.append(params)
        if self.status != 200:
            return Response(self.status, {"detail": "You do not have permission to perform this action."})
        ids = params.get("changed_object_id")
        rows = [
            row for row in reversed(self.rows)
            if row.get("action", "update") == params.get("action", row.get("action", "update"))
            and row["changed_object_type"] == params.get("changed_object_type", row["changed_object_type"])
            and (ids is None or row["changed_object_id"] in ids)
        ]
        offset = int(params.get("offset", 0))
        page = rows[offset:offset + params["limit"]]
        fields = params["fields"].split(",")
        shown = [{name: row.get(name) for name in fields} for row in page]
        more = "more" if offset + len(page) < len(rows) else None
        return Response(200, {"count": len(rows), "next": more, "results": shown})


def edit(user: str, minute: int, before: Row, after: Row, row_id: int = 1, kind: str = DEVICE) -> Row:
    return {
        "time": f"2026-01-01T00:{minute:02d}:00Z", "user_name": user, "changed_object_id": row_id,
        "changed_object_type": RESOURCES[kind].object_type, "prechange_data": before, "postchange_data": after,
    }


def origin(log: Log, *fields: str, kind: str = DEVICE) -> Origin:
    return origins(Client(log), kind, {1: fields})[1]


def test_the_newest_record_that_changed_the_field_counts() -> None:
    log = Log(
        edit("alice", 1, {"name": "a"}, {"name": "b"}),
        edit("bob", 2, {"name": "b"}, {"name": "c"}),
        edit("carol", 3, {"name": "c", "comments": ""}, {"name": "c", "comments": "x"}),
    )
    assert origin(log, "name") == Origin("2026-01-01T00:02:00Z", ("bob",))


def test_of_several_fields_the_first_time_and_all_users() -> None:
    log = Log(
        edit("alice", 1, {"name": "a", "role": 1}, {"name": "b", "role": 1}),
        edit("bob", 2, {"name": "b", "role": 1}, {"name": "b", "role": 2}),
    )
    assert origin(log, "name", "device_role") == Origin("2026-01-01T00:01:00Z", ("alice", "bob"))
    assert origin(log, "device_role") == Origin("2026-01-01T00:02:00Z", ("bob",))


def test_custom_fields_are_told_apart() -> None:
    log = Log(
        edit("alice", 1, {"custom_fields": {"hedgehog_class": "gpu"}}, {"custom_fields": {"hedgehog_class": "x"}}),
        edit("bob", 2, {"custom_fields": {"asset": 1}}, {"custom_fields": {"asset": 2}}),
    )
    assert origin(log, "class_key").by == ("alice",)
    assert origin(log, "fabric") == Origin(unknown=NO_RECORD)


def test_either_side_of_a_cable_counts() -> None:
    sides = {"a_terminations": [1], "b_terminations": [2]}
    log = Log(edit("alice", 1, sides, {**sides, "b_terminations": [3]}, kind=CABLE))
    assert origin(log, "ends", kind=CABLE).by == ("alice",)


def test_a_creation_is_no_change_of_a_field() -> None:
    """NetBox logs a new cable a second time, as an update from nothing."""
    log = Log(edit("admin", 1, {}, {"type": "dac-passive"}, kind=CABLE))
    assert origin(log, "type", kind=CABLE) == Origin(unknown=NO_RECORD)


def test_every_managed_field_is_found_in_the_log() -> None:
    for kind in OWNED_KINDS:
        for field in RESOURCES[kind].fields:
            for path in history._paths(kind, [field.name]):
                before: Row = {path[0]: {path[1]: 1}} if len(path) == 2 else {path[0]: 1}
                log = Log(edit("alice", 1, before, {"other": 1}, kind=kind))
                assert origin(log, field.name, kind=kind).by == ("alice",), field.name


def test_a_hundred_objects_travel_in_one_request() -> None:
    rows = [edit("alice", 1, {"type": "a"}, {"type": "b"}, row_id, INTERFACE) for row_id in range(1, 251)]
    log = Log(*rows)
    found = origins(Client(log), INTERFACE, dict.fromkeys(range(1, 251), ("type",)))
    assert len(found) == 250 and all(one.by == ("alice",) for one in found.values())
    assert [len(params["changed_object_id"]) for params in log.asked] == [IDS_A_REQUEST, IDS_A_REQUEST, 50]
    assert {params["changed_object_type"] for params in log.asked} == {"dcim.interface"}


def test_an_object_that_is_written_all_the_time_is_not_read_to_the_end() -> None:
    log = Log(*(edit("robot", n % 60, {"comments": str(n)}, {"comments": str(n + 1)}) for n in range(5000)))
    assert origin(log, "name") == Origin(unknown=TOO_MANY)
    assert len(log.asked) == 1


def gone(user: str, minute: int, key: str, plan_id: str = "tiny", kind: str = DEVICE) -> Row:
    marks = {"custom_fields": {"hedgehog_plan_id": plan_id, "hedgehog_key": key}}
    return {**edit(user, minute, marks, {}, 5, kind), "postchange_data": None, "action": "delete"}


def test_deletions_are_found_by_the_marks_that_the_objects_had() -> None:
    log = Log(
        gone("alice", 1, "gpu/1"), gone("bob", 2, "gpu/1"), gone("carol", 3, "gpu/1", "other"),
        gone("dave", 4, "gpu/2", "former"), gone("eve", 5, "gpu/3", kind=INTERFACE),
    )
    wanted = {(DEVICE, "gpu/1"), (DEVICE, "gpu/2"), (DEVICE, "gpu/3")}
    found = deletions(Client(log), ("tiny", "former"), wanted)
    assert {place: one.by for place, one in found.items()} == {
        (DEVICE, "gpu/1"): ("bob",), (DEVICE, "gpu/2"): ("dave",),
    }
    assert {params["changed_object_type"] for params in log.asked} == {"dcim.device"}


def test_only_the_newest_deletions_are_looked_at() -> None:
    log = Log(gone("alice", 1, "gpu/1"), *(gone("bob", 2, f"old/{n}") for n in range(DELETIONS + 10)))
    assert deletions(Client(log), ("tiny",), {(DEVICE, "gpu/1")}) == {}
    assert len(log.asked) <= DELETIONS // 1000 + 1


def test_what_took_an_end_off_a_cable() -> None:
    def end(user: str, cable: int) -> Row:
        row = {**edit(user, cable, {"cable": cable}, {}), "action": "delete"}
        return {**row, "changed_object_type": "dcim.cabletermination"}

    log = Log(end("alice", 1), end("bob", 2), end("carol", 2))
    found = lost_ends(Client(log), [2, 3])
    assert {cable: one.by for cable, one in found.items()} == {2: ("carol",)}
    log.asked.clear()
    assert lost_ends(Client(log), []) == {} and not log.asked


def test_a_token_without_the_right_may_not_read() -> None:
    log = Log()
    assert may_read(Client(log))
    log.status = 403
    assert not may_read(Client(log))


@pytest.mark.parametrize("status", [403, 400])
def test_no_run_is_known_where_the_journal_is_closed_or_has_no_such_tag(status: int) -> None:
    class Closed(Log):
        def send(
            self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
        ) -> Response:
            return Response(status, {}) if "journal" in path else super().send(method, path, params, body)

    assert last_run(Client(Closed()), ("tiny",)) == ""
