# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetBox that others use too: other plans, people who edit and copy our marks, things of theirs in our way."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, Diagnostic, PlanError, few
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, FIELDS, INTERFACES
from ..plans import Document, expanded
from ..runs import bring, conflicts, see, tear_down
from .scene import built, row_of, small
from .test_adopt import end, named, port

KINDS = (DEVICES, INTERFACES, CABLES)


def beside(plan_id: str = "other", number: int = 3) -> Document:
    """The same classes on the same site, with names of its own."""
    plan = small(number)
    return plan | {"id": plan_id, "naming": dict.fromkeys(("server", "leaf", "spine"), "o-{class}-{index}")}


def lines(plan: Document, netbox: FakeNetBox, **options: Any) -> list[str]:
    with pytest.raises(PlanError) as error:
        see(plan, netbox, **options)
    return str(error.value).splitlines()


def what_is_there(netbox: FakeNetBox) -> dict[str, Any]:
    return {endpoint: copy.deepcopy(netbox.tables[endpoint]) for endpoint in KINDS}


# -- other plans -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("graphql", [True, False])
@pytest.mark.parametrize("logic", ["exact", "loose"])
@pytest.mark.parametrize("plan_id", ["other", "tes", "test-1", "x-test"])
def test_two_plans_with_the_same_classes_on_one_site(plan_id: str, logic: str, graphql: bool) -> None:
    """Also under ids that contain one another, and where the custom field was made by hand and finds them all."""
    netbox = built()
    netbox.graphql_enabled = graphql
    for row in netbox.tables[FIELDS].values():
        row["filter_logic"] = logic
    ours = what_is_there(netbox)
    bring(beside(plan_id), netbox)
    assert all(netbox.tables[endpoint][i] == row for endpoint, rows in ours.items() for i, row in rows.items())
    written = len(netbox.writes())
    for plan in (small(), beside(plan_id)):
        assert not bring(plan, netbox, prune=True).changes
    assert len(netbox.writes()) == written
    theirs = what_is_there(netbox)
    bring(small(4), netbox)
    bring(small(1), netbox, prune=True)
    kept = {
        endpoint: {i: row for i, row in rows.items() if i not in ours[endpoint]} for endpoint, rows in theirs.items()
    }
    assert all(netbox.tables[endpoint][i] == row for endpoint, rows in kept.items() for i, row in rows.items())
    tear_down("test", netbox)
    assert what_is_there(netbox) == kept


def test_two_plans_that_want_the_same_names() -> None:
    netbox = built()
    told = lines(small() | {"id": "other"}, netbox)
    device = row_of(netbox, DEVICES, "gpu/1")["id"]
    assert f"the name 'gpu-001' for gpu/1 is taken on the site: device {device} of the plan 'test' has it." in told[0]
    assert "say `formerly: [test]` in it" in told[0] and "`adopt_from: test` takes over" in told[0]
    assert len(told) == len(netbox.tables[DEVICES])


def test_conflicts_of_one_kind_are_counted_when_they_are_many() -> None:
    """Names of 10,000 devices would be a message of megabytes."""
    told = few([Diagnostic(ERROR, "name-taken", (), str(n)) for n in range(10_000)] + [Diagnostic(ERROR, "x", (), "y")])
    assert len(told.errors) == 102
    assert told.errors[100].message == "9900 more of this kind are not shown."


def test_an_id_that_changed_with_formerly_is_the_same_plan() -> None:
    netbox = built()
    cables = {i: (row["a_terminations"], row["b_terminations"]) for i, row in netbox.tables[CABLES].items()}
    plan = small() | {"id": "pod-1", "formerly": ["test"]}
    done = bring(plan, netbox)
    assert {c.action for c in done.changes.changes if c.kind in ("device", "interface", "cable")} == {"update"}
    assert {i: (row["a_terminations"], row["b_terminations"]) for i, row in netbox.tables[CABLES].items()} == cables
    assert not see(plan, netbox).changes


# -- marks that somebody edited --------------------------------------------------------------------------------------


def device_key(netbox: FakeNetBox, key: str | None) -> None:
    row_of(netbox, DEVICES, "gpu/1")["custom_fields"]["hedgehog_key"] = key


def interface_key(netbox: FakeNetBox, key: str | None) -> None:
    row_of(netbox, INTERFACES, "leaf/1:1/1")["custom_fields"]["hedgehog_key"] = key


def cable_key(netbox: FakeNetBox, key: str | None) -> None:
    row_of(netbox, CABLES, "server gpu/1/c0/0")["custom_fields"]["hedgehog_key"] = key


EDITS: list[tuple[Callable[[FakeNetBox, str | None], None], str | None, str]] = [
    (device_key, "banana", "device 'gpu-001' (id {}) carries the key 'banana', which is no key of a device"),
    (device_key, None, "device 'gpu-001' (id {}) carries the plan's id 'test' and no key"),
    (device_key, "gpu/2", "device 'gpu-001' (id {}) carries the key 'gpu/2', and by its other marks it is gpu/1"),
    (device_key, "gpu/9", "device 'gpu-001' (id {}) carries the key 'gpu/9', and by its other marks it is gpu/1"),
    (device_key, "node/1", "device 'gpu-001' (id {}) carries the key 'node/1', and by its other marks it is gpu/1"),
    (interface_key, "banana", "interface leaf/1 E1/1/1 (id {}) carries the key 'banana', which is no key of a"),
    (interface_key, "leaf/1:1/2", "interface 'E1/1/1' (id {}) carries the key 'leaf/1:1/2', and by its other marks"),
    (interface_key, "leaf/2:9/9", "interface leaf/1 E1/1/1 (id {}) carries the key 'leaf/2:9/9', which is one of"),
    (interface_key, "leaf/1:9/9", "interface 'E1/1/1' (id {}) carries the key 'leaf/1:9/9', and by its other marks"),
    (cable_key, "banana", "cable {} carries the key 'banana', which is no key of a cable"),
    (cable_key, "server gpu/1/c0/1", "carries the key 'server gpu/1/c0/1', and so does id {}"),
    (cable_key, "server gpu/2/c9/0", "cable {} carries the key 'server gpu/2/c9/0', which is not that of a link which"),
]


@pytest.mark.parametrize(("edit", "key", "told"), EDITS, ids=[f"{e[0].__name__} {e[1]}" for e in EDITS])
def test_an_edited_key_stops_every_run_and_says_what_it_is(
    edit: Callable[[FakeNetBox, str | None], None], key: str | None, told: str
) -> None:
    netbox = built()
    edit(netbox, key)
    parts = told.split("{}")
    for plan, prune in ((small(), False), (small(), True), (small(4), False)):
        found = lines(plan, netbox, prune=prune)
        assert all("[damaged-mark]" in line for line in found), found
        assert any(all(part in line for part in parts) for line in found), found
    if key != "leaf/1:9/9":
        with pytest.raises(PlanError, match="damaged-mark"):
            tear_down("test", netbox)


def test_a_key_of_a_server_that_a_growing_plan_wants() -> None:
    """Else gpu-001 would be renamed, and made a second time."""
    netbox = built()
    device_key(netbox, "gpu/4")
    (line,) = lines(small(4), netbox)
    assert "carries the key 'gpu/4', and by its other marks it is gpu/1" in line


@pytest.mark.parametrize("plan_id", [None, "another"])
@pytest.mark.parametrize(("endpoint", "key", "code"), [
    (DEVICES, "gpu/1", "name-taken"), (CABLES, "server gpu/1/c0/0", "port-taken"),
])
def test_a_plan_id_that_was_cleared_or_changed(endpoint: str, key: str, code: str, plan_id: str | None) -> None:
    """An interface without one is taken over anyway, and one of another plan is a damaged mark."""
    netbox = built()
    row = row_of(netbox, endpoint, key)
    row["custom_fields"]["hedgehog_plan_id"] = plan_id
    (told,) = lines(small(), netbox)
    assert f"[{code}]" in told and str(row["id"]) in told
    ledger = ledger_of(expanded(small())).uncabled()
    if plan_id is None:
        assert see(small(), netbox, ledger=ledger, adopt=True).changes.reasons().keys() == {"adopted"}
    else:
        assert all("'another'" in line for line in lines(small(), netbox, ledger=ledger, adopt=True))


@pytest.mark.parametrize("version", ["4.4.10", "4.7.3"])
def test_a_copied_device_is_told_with_its_original(version: str) -> None:
    """Also one whose name comes first, by which GraphQL lists devices up to 4.5."""
    netbox = built()
    netbox.version = version
    one = row_of(netbox, DEVICES, "leaf/1")
    copied = netbox.make(
        DEVICES, name="copy", custom_fields=one["custom_fields"],
        **{name: one[name] for name in ("role", "device_type", "site")},
    )
    (line,) = lines(small(), netbox)
    assert f"device 'copy' (id {copied}) carries the key 'leaf/1', and so does id {one['id']} (" in line
    netbox.delete(DEVICES, {"id": copied})
    assert not see(small(), netbox).changes


# -- things of others in the way -------------------------------------------------------------------------------------


def test_a_cable_of_others_on_a_spare_port() -> None:
    """It stays as long as no link wants the port, and then it is told."""
    plan = small()
    for one in plan["switch_classes"].values():
        one["ports"] = "all"
    netbox = built(plan)
    theirs = netbox.make(DEVICES, name="theirs", **{
        name: named(netbox, "gpu-001")[name] for name in ("role", "device_type", "site")
    })
    eth0 = netbox.make(INTERFACES, device=theirs, name="eth0", type="other")
    grown = plan | {"server_classes": small(4)["server_classes"]}
    wanted = next(c for c in see(grown, netbox).changes.of("cable", "create") if c.key == "server gpu/4/c0/0")
    spare = row_of(netbox, INTERFACES, wanted.after["ends"][1])
    cable = netbox.make(CABLES, a_terminations=end(spare["id"]), b_terminations=end(eth0))
    for prune in (False, True):
        assert not see(plan, netbox, prune=prune).changes
    told = lines(grown, netbox)
    assert f"holds a cable that is not ours (cable {cable})" in told[0] and "[port-taken]" in told[0]
    told = lines(grown, netbox, adopt=True)
    switch = netbox.tables[DEVICES][spare["device"]]["name"]
    assert f"it goes from {switch} {spare['name']} to theirs eth0" in told[0]


def test_an_interface_of_others_on_a_device_of_ours_keeps_what_we_do_not_manage() -> None:
    netbox = built()
    where = netbox.tables[INTERFACES][port(netbox, "leaf-01", "E1/1/1")]["device"]
    theirs = netbox.make(INTERFACES, device=where, name="E1/4/1", type="other", description="theirs")
    bring(small(4), netbox)
    row = netbox.tables[INTERFACES][theirs]
    assert (row["description"], row["custom_fields"]["hedgehog_plan_id"]) == ("theirs", "test")
    assert conflicts(small(4), netbox) == []
