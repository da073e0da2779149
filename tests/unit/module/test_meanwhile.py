# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody else changes while a run goes on is read again, or stops it."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, is_read

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CHANGES, DEVICES, INTERFACES, TAGS
from ..netbox.scene import row_of
from .running import LOCK, Run, Through, codes, plan, tags


class Meddler(FakeNetBox):
    """Somebody else does something right after the n-th write of a run."""

    def __init__(self, at: int, meddle: Callable[[FakeNetBox], None]) -> None:
        super().__init__()
        self.at, self.meddle, self.count = at, meddle, -1000

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        response = super().send(method, path, params, body)
        self.count += not is_read(method, path)
        if self.count == self.at and not is_read(method, path):
            self.count += 1000
            self.meddle(self)
        return response


def edit(netbox: FakeNetBox, endpoint: str, key: str, **values: Any) -> None:
    row = row_of(netbox, endpoint, key)
    FakeNetBox.send(netbox, "PATCH", f"/api/{endpoint}/", body=[{"id": row["id"], **values}])


def meddled(run: Run, through: Through, at: int, meddle: Callable[[FakeNetBox], None]) -> Meddler:
    """A plan of three servers that is built, and then somebody who waits for the next run."""
    netbox = Meddler(at, meddle)
    through(netbox)
    assert run(plan=plan())["changed"]
    netbox.count = 0
    return netbox


def test_what_is_changed_between_reading_and_the_first_write_is_read_again(run: Run, through: Through) -> None:
    """The lock is the first write; the name that somebody gives meanwhile is put right as well."""
    netbox = meddled(run, through, 1, lambda one: edit(one, DEVICES, "gpu/2", name="by-hand"))
    done = run(plan=plan(4))
    assert done["changes"]["device"] == {"create": 1, "update": 1}
    assert row_of(netbox, DEVICES, "gpu/2")["name"] == "gpu-002"
    assert run(plan=plan(4))["changed"] is False


def test_what_another_run_has_done_meanwhile_is_not_done_twice(run: Run, through: Through) -> None:
    netbox = meddled(run, through, 1, lambda one: None)
    before = copy.deepcopy(netbox)
    through(before)
    run(plan=plan(4))  # the other run, on a copy that then is what NetBox has

    def other_run_ends(one: FakeNetBox) -> None:
        lock = next(row for row in one.tables[TAGS].values() if row["slug"] == LOCK)
        one.tables, one.history = before.tables, before.history
        one.tables[TAGS][lock["id"]] = lock

    netbox.meddle = other_run_ends
    through(netbox)
    netbox.count = 0
    done = run(plan=plan(4))
    assert done["changed"] is False and LOCK not in tags(netbox)
    assert (done["run"], done["journal"]) == ("", "")


def test_what_is_changed_before_its_own_request_stops_the_run(run: Run, through: Through) -> None:
    """After the lock and the second look: the devices are made, then somebody saves one that is to be renamed."""
    larger = plan(4) | {"naming": {"server": "node-{index:02d}"}}
    netbox = meddled(run, through, 1, lambda one: None)
    netbox.at, netbox.meddle = 2, lambda one: edit(one, INTERFACES, "gpu/1:c0/0", description="mine", speed=7)
    # What is written: lock, devices renamed. Then the device gpu/2 would lose its interfaces.
    done = run(plan=larger)
    assert "failed" not in done  # an object that is not written to again is nobody's business
    netbox = meddled(run, through, 2, lambda one: edit(one, DEVICES, "gpu/3", description="mine"))
    failed = run(plan=plan(1), prune=True)  # lock, cables, then devices
    assert failed["failed"]
    assert "Somebody else changed what this run was about to write: device gpu-003 (saved at " in failed["msg"]
    assert "This request was not sent" in failed["msg"]
    assert row_of(netbox, DEVICES, "gpu/3")["description"] == "mine" and LOCK not in tags(netbox)
    assert run(plan=plan(1), prune=True)["changed"]


@pytest.mark.parametrize("logged", [True, False])
def test_where_clocks_differ_it_is_read_once_more_by_the_change_log(
    logged: bool, run: Run, netbox: FakeNetBox, through: Through
) -> None:
    class Clockless(FakeNetBox):
        def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
            return dataclasses.replace(super().send(method, path, params, body), time=None)

    clockless = Clockless()
    through(clockless)
    run(plan=plan(2))
    if not logged:
        clockless.may_not = {f"view {CHANGES}"}
    done = run(plan=plan(3))
    assert done["changed"] and ("nothing-watched" in codes(done)) is not logged
