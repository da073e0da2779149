# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""`adopt`: what nobody's plan has made and agrees with ours becomes ours, and what does not agree is told."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of

from ..fakes.interrupted import broken_off
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, TAGS
from ..plans import expanded
from ..runs import bring, see
from .others import by_hand
from .scene import built, row_of, small


def errors(netbox: FakeNetBox, **options: Any) -> list[str]:
    with pytest.raises(PlanError) as error:
        see(small(), netbox, adopt=True, **options)
    return str(error.value).splitlines()


def named(netbox: FakeNetBox, name: str) -> dict[str, Any]:
    return next(row for row in netbox.tables[DEVICES].values() if row["name"] == name)


def port(netbox: FakeNetBox, device: str, name: str) -> int:
    where = named(netbox, device)["id"]
    return next(i for i, row in netbox.tables[INTERFACES].items() if (row["device"], row["name"]) == (where, name))


def cable_at(netbox: FakeNetBox, interface: int) -> dict[str, Any]:
    return next(c for c in netbox.tables[CABLES].values() if interface in netbox.ends_of(c))


def end(interface: int) -> list[dict[str, Any]]:
    return [{"object_type": "dcim.interface", "object_id": interface}]


@pytest.mark.parametrize("graphql", [True, False])
def test_everything_that_people_made_as_the_plan_wants_it(graphql: bool) -> None:
    expected = built().state()
    netbox = by_hand(built())
    netbox.graphql_enabled = graphql
    ids = {endpoint: set(netbox.tables[endpoint]) for endpoint in (DEVICES, INTERFACES, CABLES)}
    shown = see(small(), netbox, adopt=True)
    assert shown.changes.reasons() == {"adopted": sum(len(rows) for rows in ids.values())}
    assert {c.action for c in shown.changes.changes if c.kind in ("device", "interface", "cable")} == {"update"}
    done = bring(small(), netbox, adopt=True)
    assert done.digest == shown.digest
    assert {endpoint: set(netbox.tables[endpoint]) for endpoint in ids} == ids
    assert netbox.state() == expected
    for adopt in (True, False):
        before = len(netbox.writes())
        assert not bring(small(), netbox, adopt=adopt).changes
        assert len(netbox.writes()) == before


def test_without_the_option_it_stands_in_the_way() -> None:
    with pytest.raises(PlanError, match="`adopt: true` takes it over if it agrees") as error:
        see(small(), by_hand(built()))
    assert {d.code for d in error.value.diagnostics} == {"name-taken"}


def test_what_is_read_does_not_depend_on_how_much_is_taken_over() -> None:
    requests = []
    for number in (3, 16):
        netbox = by_hand(built(small(number)))
        netbox.log.clear()
        see(small(number), netbox, adopt=True)
        requests.append(len(netbox.log))
    assert requests[0] == requests[1]


def test_nothing_more_is_read_where_nothing_is_missing() -> None:
    numbers = []
    netbox = built()
    for adopt in (False, True):
        netbox.log.clear()
        see(small(), netbox, adopt=adopt)
        numbers.append(len(netbox.log))
    assert numbers[0] == numbers[1]


def test_what_is_missing_is_made_beside_what_is_taken_over() -> None:
    expected = built().state()
    netbox = by_hand(built())
    gone = cable_at(netbox, port(netbox, "gpu-002", "rail-0-p0"))["id"]
    netbox.delete(CABLES, {"id": gone})
    server = named(netbox, "gpu-003")["id"]
    for cable in [c for c in netbox.tables[CABLES].values() if any(
        netbox.device_of(one) == server for one in netbox.ends_of(c)
    )]:
        netbox.delete(CABLES, cable)
    netbox.delete(DEVICES, {"id": server})
    done = bring(small(), netbox, adopt=True)
    counts = done.changes.counts()
    assert (counts["device"], counts["cable"]["create"]) == ({"create": 1, "update": 5}, 5)
    assert netbox.state() == expected


def test_what_others_set_is_kept_and_what_we_manage_becomes_an_update() -> None:
    netbox = by_hand(built())
    device = named(netbox, "gpu-001")
    netbox.make(TAGS, name="theirs", slug="theirs")
    device["name"], device["tags"], device["description"], device["status"] = "GPU-001", ["theirs"], "ours", "active"
    interface = netbox.tables[INTERFACES][port(netbox, "GPU-001", "c0-p0")]
    interface["type"], interface["description"] = "virtual", "theirs"
    role = netbox.make("dcim/device-roles", name="Other", slug="other")
    device["role"] = role
    done = bring(small(), netbox, adopt=True)
    change = next(c for c in done.changes.changes if c.key == "gpu/1")
    assert change.reason == "adopted"
    assert (change.before["name"], change.after["name"]) == ("GPU-001", "gpu-001")
    assert (change.before["device_role"], change.after["device_role"]) == ("other", "server")
    assert (change.before["plan_id"], change.after["plan_id"]) == (None, "test")
    assert (device["name"], device["tags"], device["description"], device["status"]) == (
        "gpu-001", ["diet-test", "theirs"], "ours", "active",
    )
    assert (interface["type"], interface["description"]) == ("100gbase-x-qsfp28", "theirs")
    assert not see(small(), netbox).changes


def test_a_device_of_another_type_stays_a_conflict_that_says_so() -> None:
    netbox = by_hand(built())
    device = named(netbox, "gpu-001")
    device["device_type"] = netbox.make(
        "dcim/device-types", manufacturer=min(netbox.tables["dcim/manufacturers"]), model="Other", slug="other"
    )
    line, *cables = errors(netbox)
    assert len(cables) == 4 and all("[port-taken]" in one for one in cables)
    assert f"device {device['id']} of nobody's plan has it" in line
    assert "its device type is 'other', and the plan wants 'some-server'" in line and "[name-taken]" in line


def test_objects_of_other_plans_are_never_adopted() -> None:
    netbox = built()
    other = small()
    other["id"] = "other"
    with pytest.raises(PlanError) as error:
        see(other, netbox, adopt=True)
    assert {d.code for d in error.value.diagnostics} == {"name-taken"}
    text = str(error.value)
    assert "of the plan 'test' has it" in text and "formerly: [test]" in text and "adopt_from: test" in text


def test_an_interface_of_another_plan_on_a_device_of_nobody() -> None:
    netbox = built()
    other = netbox.tables[INTERFACES][port(netbox, "gpu-001", "c0-p0")]
    marks = other["custom_fields"] | {"hedgehog_plan_id": "other"}
    row_of(netbox, DEVICES, "gpu/1")["custom_fields"] = {}
    other["custom_fields"] = marks
    (line,) = errors(netbox)
    assert "interface gpu/1 c0-p0 carries the id of the plan 'other'" in line and "[damaged-mark]" in line


def test_a_cable_with_one_other_end_stays_a_conflict_that_says_where_it_goes() -> None:
    netbox = by_hand(built())
    theirs = netbox.make(DEVICES, name="theirs", **{
        name: named(netbox, "gpu-001")[name] for name in ("role", "device_type", "site")
    })
    eth0 = netbox.make(INTERFACES, device=theirs, name="eth0", type="other")
    cable = cable_at(netbox, port(netbox, "gpu-001", "c0-p0"))
    cable["b_terminations"] = end(eth0)
    (line,) = errors(netbox)
    assert f"cable {cable['id']}), and is not adopted: it goes from gpu-001 c0-p0 to theirs eth0" in line
    assert "[port-taken]" in line


def test_a_cable_between_two_wanted_ports_that_are_no_pair() -> None:
    netbox = by_hand(built())
    first, second = (cable_at(netbox, port(netbox, name, "c0-p0")) for name in ("gpu-001", "gpu-002"))
    first["b_terminations"], second["b_terminations"] = second["b_terminations"], first["b_terminations"]
    lines = errors(netbox)
    assert {f"cable {c['id']}" in "\n".join(lines) for c in (first, second)} == {True}
    assert all("it goes from gpu-00" in line and "[port-taken]" in line for line in lines)


def test_a_foreign_cable_on_devices_of_ours() -> None:
    netbox = built()
    cable = row_of(netbox, CABLES, "server gpu/1/c0/0")
    cable["custom_fields"] = {}
    # Only the ledger file still knows where it was placed: without it, it is placed anew.
    assert "it goes from gpu-001 c0-p0 to leaf-01 E1/2/2" in errors(netbox)[0]
    done = see(small(), netbox, ledger=ledger_of(expanded(small())).uncabled(), adopt=True)
    assert done.changes.counts() == {"cable": {"update": 1}}


def test_a_cable_that_was_turned_round_is_the_same() -> None:
    netbox = by_hand(built())
    cable = cable_at(netbox, port(netbox, "gpu-001", "c0-p0"))
    cable["a_terminations"], cable["b_terminations"] = cable["b_terminations"], cable["a_terminations"]
    assert "move" not in bring(small(), netbox, adopt=True).changes.counts()["cable"]
    assert not see(small(), netbox).changes


def test_a_device_that_lost_its_marks_comes_back_with_all_it_has() -> None:
    netbox = built()
    expected = netbox.state()
    device = row_of(netbox, DEVICES, "gpu/1")
    device["custom_fields"], device["tags"] = {}, []
    done = bring(small(), netbox, adopt=True)
    assert done.changes.counts() == {"device": {"update": 1}, "interface": {"update": 4}}
    assert netbox.state() == expected
    assert not see(small(), netbox).changes


def test_two_candidates_are_an_error_that_names_both() -> None:
    netbox = by_hand(built())
    first = named(netbox, "gpu-001")
    tenant = netbox.make("tenancy/tenants", name="Other", slug="other")
    second = netbox.make(DEVICES, name="gpu-001", tenant=tenant, **{
        name: first[name] for name in ("role", "device_type", "site")
    })
    lines = errors(netbox)
    ambiguous = next(line for line in lines if "[adopt-ambiguous]" in line)
    assert f"device {first['id']} ('gpu-001') and device {second} ('gpu-001' of the tenant 'other')" in ambiguous
    plan = small()
    plan["catalog"]["tenants"] = {"mine": {"name": "Mine"}}
    plan["server_classes"]["gpu"]["tenant"] = "mine"
    done = see(plan, netbox, adopt=True)
    assert next(c for c in done.changes.changes if c.key == "gpu/1").id == first["id"]


def test_a_device_of_the_same_name_elsewhere_is_nobodys_business() -> None:
    netbox = built()
    where = {name: named(netbox, "gpu-001")[name] for name in ("role", "device_type")}
    netbox.make(DEVICES, name="gpu-004", site=netbox.make("dcim/sites", name="dc2", slug="dc2"), **where)
    assert see(small(4), netbox, adopt=True).changes.counts()["device"] == {"create": 1}


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_run_that_dies_is_continued(after_commit: bool) -> None:
    expected = built().state()
    tried = [*broken_off(by_hand(built()), after_commit, lambda netbox: bring(small(), netbox, adopt=True))]
    for netbox in tried:
        assert netbox.state() == expected
        assert not see(small(), netbox).changes
    assert len(tried) > 4
