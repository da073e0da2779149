# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ports: all` makes what has no cable too: every lane of the zones, every NIC port, and no port twice."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of

from ..plans import Document, document, errors_of, expanded, servers, switches, zone


def plan(switch: Document, server: Document | None = None, number: int = 1) -> Document:
    return document(
        {"leaf": switches(servers=zone("1-2", "2x100g"), **switch)}, {"gpu": servers(number, {}, **(server or {}))},
    )


def test_all_lanes_of_all_zones_and_all_ports_of_nics() -> None:
    rows = plan({"ports": "all", "up": zone("9", "1x400g", "uplink")}, {"ports": "all"})
    rows["server_classes"]["gpu"]["nics"]["more"] = {"ports": ["x", "y"]}
    topology = expanded(rows)
    assert {(i.key, i.name, i.spare) for i in topology.interfaces} == {
        ("gpu/1:c0/0", "c0-p0", False), ("gpu/1:more/0", "more-x", True), ("gpu/1:more/1", "more-y", True),
        ("leaf/1:1/1", "E1/1/1", False), ("leaf/1:1/2", "E1/1/2", True), ("leaf/1:2/1", "E1/2/1", True),
        ("leaf/1:2/2", "E1/2/2", True),
        ("leaf/1:9/1", "E1/9", True),  # the zone is not in use, as there are no spines; its port is there all the same
    }
    by_key = {i.key: i for i in topology.interfaces}
    assert (by_key["leaf/1:9/1"].zone, by_key["leaf/1:9/1"].speed, by_key["leaf/1:9/1"].lane) == ("up", 400, None)
    assert (by_key["leaf/1:2/2"].zone, by_key["leaf/1:2/2"].speed, by_key["leaf/1:2/2"].lane) == ("servers", 100, 2)
    assert by_key["gpu/1:more/0"].speed is None


def test_a_spare_port_of_a_nic_has_the_speed_of_the_others() -> None:
    rows = plan({}, {"ports": "all"})
    rows["server_classes"]["gpu"]["nics"]["c0"] = {"ports": ["p0", "p1"]}
    assert {i.key: i.speed for i in expanded(rows).interfaces if i.spare} == {"gpu/1:c0/1": 100}


@pytest.mark.parametrize("row", [{}, {"ports": "cabled"}])
def test_without_it_there_is_what_has_a_cable(row: Document) -> None:
    assert {i.key for i in expanded(plan(row, row)).interfaces} == {"gpu/1:c0/0", "leaf/1:1/1"}


@pytest.mark.parametrize("spines", [True, False])
def test_where_zones_overlap_each_port_is_spare_once_in_the_zone_that_claims_it(spines: bool) -> None:
    """Uplinks claim first when they are in use, whatever the priorities."""
    rows = document(
        {"leaf": switches(servers=zone("1-4", "2x400g", priority=1), up=zone("3-6", "1x800g", "uplink"), ports="all")},
        {"gpu": servers(2, {})}, overlap="warn",
    )
    if spines:
        rows["switch_classes"]["spine"] = switches(role="spine", down=zone("1-8", "1x800g", "fabric"))
    topology = expanded(rows)
    found = {(i.physical_port, i.zone) for i in topology.interfaces if i.device == "leaf/1"}
    claimed = {1: "servers", 2: "servers", 5: "up", 6: "up"} | dict.fromkeys((3, 4), "up" if spines else "servers")
    assert found == set(claimed.items())
    lanes = Counter(i.physical_port for i in topology.interfaces if i.device == "leaf/1")
    assert lanes == {port: 2 if name == "servers" else 1 for port, name in claimed.items()}


def test_absent_devices_have_no_ports() -> None:
    rows = plan({"ports": "all", "absent": [1]}, {"ports": "all", "absent": [2]}, number=3)
    assert {i.device for i in expanded(rows).interfaces} == {"leaf/2", "gpu/1", "gpu/3"}


def test_a_second_expansion_finds_the_same_ports_spare() -> None:
    rows = plan({"ports": "all"}, {"ports": "all"}, number=3)
    first = expanded(rows)
    assert expanded(rows, ledger_of(first)).interfaces == first.interfaces


def test_nothing_is_made_on_external_switches() -> None:
    rows = plan({"ports": "all", "external": True, "instances": {"1": {"name": "core-room"}}})
    (error,) = errors_of(rows)
    assert (error.code, error.path) == ("invalid-value", ("switch_classes", "leaf", "ports"))
