# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what changed gives what reading everything gives, whatever was done in between; else everything is read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.events import Event
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames
from ansible_collections.hedgehog.diet.plugins.module_utils.module.snapshot_file import SnapshotFile, line
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.reader import Observe, Observed, read_owned

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, CHANGES, DEVICES, FIELDS, INTERFACES, TAGS
from .test_reader import built

Edit = Callable[[FakeNetBox], Any]

URL = "http://netbox.example"


class Desk:
    """A NetBox with a plan in it, and a directory with what the last run left."""

    def __init__(self, netbox: FakeNetBox, path: Path) -> None:
        self.netbox, self.path, self.told = netbox, path, list[str]()

    def read(self, changed: bool = True, url: str = URL, plan_ids: tuple[str, ...] = ()) -> Observed:
        snapshots = SnapshotFile(str(self.path), url, self.told.append)
        return read_owned(
            Client(self.netbox), "test", Renames(plan_ids=plan_ids), References(), Diagnostics(),
            Observe(snapshots, changed), self._say,
        )

    def _say(self, event: Event) -> None:
        self.told.append(event.phase)


@pytest.fixture(params=["4.3.1", "4.5.9", "4.6.8", "4.7.3", "no GraphQL"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    netbox = built("4.7.3" if request.param == "no GraphQL" else request.param)
    netbox.graphql_enabled = request.param != "no GraphQL"
    first = Desk(netbox, tmp_path / "state.jsonl.gz")
    netbox.history.tick(60)
    assert first.read(changed=False).mode == "full"
    netbox.history.tick(60)
    return first


def of(netbox: FakeNetBox, endpoint: str, number: int = 0) -> dict[str, Any]:
    return list(netbox.tables[endpoint].values())[number]


def patch(netbox: FakeNetBox, endpoint: str, row_id: int, **values: Any) -> None:
    response = netbox.send("PATCH", f"/api/{endpoint}/", body=[{"id": row_id, **values}])
    assert response.status == 200, response


def post(netbox: FakeNetBox, endpoint: str, **values: Any) -> int:
    response = netbox.send("POST", f"/api/{endpoint}/", body=[values])
    assert response.status == 201, response
    return int(response.body[0]["id"])


def delete(netbox: FakeNetBox, endpoint: str, row_id: int) -> None:
    assert netbox.send("DELETE", f"/api/{endpoint}/", body=[{"id": row_id}]).status == 204


def end(interface: int) -> list[dict[str, Any]]:
    return [{"object_type": "dcim.interface", "object_id": interface}]


def foreign_port(netbox: FakeNetBox) -> int:
    like = of(netbox, DEVICES)
    given = {name: like[name] for name in ("role", "device_type", "site")}
    device = post(netbox, DEVICES, name="theirs", **given)
    return post(netbox, INTERFACES, device=device, name="p1", type="100gbase-x-qsfp28")


def our_port(netbox: FakeNetBox) -> int:
    """A port on a device of ours that the plan knows nothing of."""
    return post(netbox, INTERFACES, device=of(netbox, DEVICES)["id"], name="extra", type="100gbase-x-qsfp28")


# -- edits -----------------------------------------------------------------------------------------------------------


def move_a_cable(netbox: FakeNetBox) -> None:
    patch(netbox, CABLES, of(netbox, CABLES)["id"], b_terminations=end(our_port(netbox)))


def plug_in_a_foreign_cable(netbox: FakeNetBox) -> None:
    post(netbox, CABLES, a_terminations=end(our_port(netbox)), b_terminations=end(foreign_port(netbox)))


def pull_a_foreign_cable(netbox: FakeNetBox) -> None:
    plug_in_a_foreign_cable(netbox)
    delete(netbox, CABLES, of(netbox, CABLES, -1)["id"])


def delete_a_far_end(netbox: FakeNetBox) -> None:
    """On a device of somebody else: NetBox says nothing of it at the cable."""
    port = foreign_port(netbox)
    patch(netbox, CABLES, of(netbox, CABLES)["id"], b_terminations=end(port))
    netbox.history.tick(60)
    delete(netbox, INTERFACES, port)


def swap_two_servers_names(netbox: FakeNetBox) -> None:
    one, other = (row for row in netbox.tables[DEVICES].values() if row["name"] in ("gpu-001", "gpu-002"))
    names = one["name"], other["name"]
    patch(netbox, DEVICES, one["id"], name=None)
    patch(netbox, DEVICES, other["id"], name=names[0])
    patch(netbox, DEVICES, one["id"], name=names[1])


def take_a_mark_away(netbox: FakeNetBox) -> None:
    patch(netbox, INTERFACES, of(netbox, INTERFACES)["id"], custom_fields={"hedgehog_plan_id": None})


EDITS: list[Edit] = [
    lambda netbox: None,
    lambda netbox: patch(netbox, DEVICES, of(netbox, DEVICES)["id"], name="renamed"),
    lambda netbox: patch(netbox, INTERFACES, of(netbox, INTERFACES)["id"], type="other"),
    lambda netbox: patch(netbox, CABLES, of(netbox, CABLES)["id"], label="by hand"),
    lambda netbox: delete(netbox, CABLES, of(netbox, CABLES)["id"]),
    lambda netbox: delete(netbox, INTERFACES, of(netbox, INTERFACES)["id"]),
    lambda netbox: delete(netbox, DEVICES, of(netbox, DEVICES)["id"]),
    lambda netbox: delete(netbox, DEVICES, of(netbox, DEVICES, -1)["id"]),
    our_port,
    lambda netbox: delete(netbox, INTERFACES, our_port(netbox)),
    foreign_port,
    move_a_cable,
    plug_in_a_foreign_cable,
    pull_a_foreign_cable,
    swap_two_servers_names,
    take_a_mark_away,
    lambda netbox: patch(netbox, "dcim/sites", of(netbox, "dcim/sites")["id"], name="Another name, the same slug"),
    lambda netbox: post(netbox, TAGS, name="new", slug="new"),
]


@pytest.mark.parametrize("number", range(len(EDITS)))
def test_what_changed_and_the_snapshot_are_everything(desk: Desk, number: int) -> None:
    EDITS[number](desk.netbox)
    changed = desk.read()
    assert (changed.mode, changed.reason) == ("changed", "")
    assert changed.owned == desk.read(changed=False).owned
    # What it left is as good as what it began with.
    assert desk.read().owned == changed.owned
    assert desk.told == []


@pytest.mark.parametrize("number", range(1, len(EDITS)))
def test_what_changed_soon_after_is_read_again(desk: Desk, number: int) -> None:
    """The next run finds deletes and saves that the snapshot has already."""
    EDITS[number](desk.netbox)
    desk.read()
    EDITS[1](desk.netbox)
    assert desk.read().owned == desk.read(changed=False).owned


def test_a_far_end_that_is_deleted_is_seen(desk: Desk) -> None:
    desk.netbox.history.tick(60)
    delete_a_far_end(desk.netbox)
    cable = of(desk.netbox, CABLES)
    assert cable["b_terminations"] == []
    changed = desk.read()
    assert changed.mode == "changed"
    assert changed.owned == desk.read(changed=False).owned


def test_a_far_end_that_is_deleted_later_is_seen(desk: Desk) -> None:
    """When the cable itself was last saved long before the snapshot."""
    port = foreign_port(desk.netbox)
    patch(desk.netbox, CABLES, of(desk.netbox, CABLES)["id"], b_terminations=end(port))
    desk.netbox.history.tick(60)
    desk.read(changed=False)
    desk.netbox.history.tick(60)
    delete(desk.netbox, INTERFACES, port)
    changed = desk.read()
    assert (changed.mode, changed.changed) == ("changed", 0)
    assert changed.owned == desk.read(changed=False).owned


def test_a_device_that_is_marked_brings_its_old_interfaces(desk: Desk) -> None:
    port = foreign_port(desk.netbox)
    desk.netbox.history.tick(60)
    desk.read(changed=False)
    desk.netbox.history.tick(60)
    device = desk.netbox.tables[INTERFACES][port]["device"]
    patch(
        desk.netbox, DEVICES, device, custom_fields={"hedgehog_plan_id": "test", "hedgehog_key": "gpu/7"}
    )
    changed = desk.read()
    assert changed.mode == "changed"
    assert ("gpu/7", "p1") in changed.owned.nameless
    assert changed.owned == desk.read(changed=False).owned


def test_an_original_that_changed_after_it_was_copied_is_still_the_original(desk: Desk) -> None:
    one = of(desk.netbox, DEVICES)
    theirs = {name: one[name] for name in ("role", "device_type", "site", "custom_fields")}
    post(desk.netbox, DEVICES, name="copy", **theirs)
    desk.netbox.history.tick(3600)
    desk.read(changed=False)
    desk.netbox.history.tick(3600)
    patch(desk.netbox, DEVICES, one["id"], name="renamed")
    seen, all_of_it = desk.read(), desk.read(changed=False)
    assert seen.mode == "changed" and seen.owned == all_of_it.owned
    assert "device 'copy'" in seen.owned.strays[0]


def test_a_change_that_is_seen_late_is_seen(desk: Desk) -> None:
    """It was made before the snapshot, and its transaction ended after it."""
    desk.netbox.history.tick(-70)
    EDITS[1](desk.netbox)
    desk.netbox.history.tick(70)
    changed = desk.read()
    assert (changed.mode, changed.changed) == ("changed", 1)
    assert changed.owned == desk.read(changed=False).owned


def test_what_was_read_once_is_not_read_again(desk: Desk) -> None:
    EDITS[1](desk.netbox)
    desk.netbox.history.tick(60)
    assert [desk.read().changed, desk.read().changed] == [1, 0]


def test_a_run_without_changes_asks_little(desk: Desk) -> None:
    desk.netbox.log.clear()
    desk.read()
    assert len(desk.netbox.log) < 35
    size = {endpoint: len(rows) for endpoint, rows in desk.netbox.tables.items()}
    assert size[INTERFACES] > 20  # of which none is asked for


# -- what cannot be told ---------------------------------------------------------------------------------------------


def strip_in_sql(netbox: FakeNetBox) -> None:
    of(netbox, CABLES)["b_terminations"] = []


def remove_in_sql(netbox: FakeNetBox) -> None:
    del netbox.tables[CABLES][of(netbox, CABLES)["id"]]


def rename_the_site(netbox: FakeNetBox) -> None:
    patch(netbox, "dcim/sites", of(netbox, "dcim/sites")["id"], slug="elsewhere")


def rename_a_type(netbox: FakeNetBox) -> None:
    patch(netbox, "dcim/device-types", of(netbox, "dcim/device-types")["id"], slug="another-switch")


def delete_a_tag(netbox: FakeNetBox) -> None:
    delete(netbox, TAGS, post(netbox, TAGS, name="new", slug="new"))


def change_our_field(netbox: FakeNetBox) -> None:
    row = next(row for row in netbox.tables[FIELDS].values() if row["name"] == "hedgehog_zone")
    patch(netbox, FIELDS, row["id"], object_types=["dcim.interface"])


def edit_most(netbox: FakeNetBox) -> None:
    for endpoint in (INTERFACES, DEVICES):
        for row_id in list(netbox.tables[endpoint]):
            patch(netbox, endpoint, row_id, description="edited")


def forbid_the_log(netbox: FakeNetBox) -> None:
    netbox.may_not.add(f"view {CHANGES}")


def upgrade(netbox: FakeNetBox) -> None:
    netbox.version = "4.8.0"


UNPROVEN: list[tuple[Edit, str]] = [
    (lambda netbox: netbox.history.purge(), "the change log is empty"),
    (forbid_the_log, "may not be read (permission core.view_objectchange)"),
    (strip_in_sql, "1 cables lack an end"),
    (remove_in_sql, "12 cables where 11 are counted"),
    (rename_the_site, "the site 'dc1' was changed after"),
    (rename_a_type, "the device type 'some-"),
    (delete_a_tag, "a tag was deleted after"),
    (change_our_field, "the custom field 'hedgehog_zone' was changed after"),
    (edit_most, "objects were changed after"),
    (upgrade, "and this is 4.8.0 now"),
]


@pytest.mark.parametrize(("edit", "reason"), UNPROVEN, ids=[reason for _edit, reason in UNPROVEN])
def test_where_it_cannot_be_told_everything_is_read(desk: Desk, edit: Edit, reason: str) -> None:
    edit(desk.netbox)
    read = desk.read()
    assert read.mode == "full"
    assert reason in read.reason
    assert desk.told == [f"Reading everything: {read.reason}"]
    assert read.owned == desk.read(changed=False).owned


def test_a_purged_log_proves_nothing(desk: Desk) -> None:
    """Though there are newer records: what was deleted in between may have been purged too."""
    desk.netbox.history.purge()
    foreign_port(desk.netbox)
    read = desk.read()
    assert (read.mode, "no longer reaches back" in read.reason) == ("full", True)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: path.unlink(), "there is no snapshot of an earlier run"),
        (lambda path: path.write_bytes(b""), "does not begin with a header"),
        (lambda path: path.write_bytes(b"no archive"), "cannot be read"),
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), "cannot be read"),
        (lambda path: path.write_bytes(gzip.compress(line([]))), "does not begin with a header"),
        (lambda path: path.write_bytes(gzip.compress(line({"format": 99}))), "another version of hedgehog.diet"),
        (lambda path: path.write_bytes(gzip.compress(b"\xff\n")), "is not as it was written"),
        (lambda path: path.write_bytes(gzip.compress(b'{"format": 1}\n')), "is not as it was written"),
    ],
)
def test_a_snapshot_that_cannot_be_read_is_none(desk: Desk, spoil: Edit, reason: str) -> None:
    spoil(desk.path)  # type: ignore[arg-type]
    read = desk.read()
    assert (read.mode, reason in read.reason) == ("full", True), read.reason
    assert desk.read().mode == "changed"


def test_a_snapshot_of_something_else_is_none(desk: Desk) -> None:
    assert desk.read(url="http://other.example").reason == f"the snapshot is of {URL}"
    assert "another id" in desk.read(url="http://other.example", plan_ids=("former",)).reason


# -- what is kept ----------------------------------------------------------------------------------------------------


def test_the_snapshot_is_for_its_owner_and_has_our_marks_only(desk: Desk) -> None:
    assert desk.path.stat().st_mode & 0o777 == 0o600
    with gzip.open(desk.path, "rt") as file:
        header, *rows = (json.loads(text[8:]) for text in file)  # behind its checksum
    assert header["netbox"] == URL
    assert {kind for kind, _plan_id, _row in rows} == {"device", "interface", "cable"}
    assert all(name.startswith(("hedgehog_", "boot_mac")) for row in rows for name in row[2]["custom_fields"])


def test_a_snapshot_of_today_that_is_still_true_is_kept(desk: Desk) -> None:
    before = desk.path.stat().st_mtime_ns
    desk.read()
    assert desk.path.stat().st_mtime_ns == before
    desk.netbox.history.tick(60 * 24)
    foreign_port(desk.netbox)
    desk.read()
    assert desk.path.stat().st_mtime_ns != before


def test_that_none_can_be_kept_stops_nothing(desk: Desk) -> None:
    desk.path.unlink()
    desk.path = desk.path.parent / "missing" / "state.jsonl.gz"
    assert desk.read(changed=False).mode == "full"
    assert len(desk.told) == 1
    assert "No snapshot is kept" in desk.told[0]


def test_without_a_change_log_there_is_no_snapshot(desk: Desk) -> None:
    desk.path.unlink()
    forbid_the_log(desk.netbox)
    desk.read(changed=False)
    assert not desk.path.exists()
