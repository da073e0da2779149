# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""All contestants are given the same work, and what is worked out from a sample adds up."""

from __future__ import annotations

import pytest
from contestants.netbox_netbox import parts
from contestants.plans import Objects
from contestants.steps import CHANGE, CREATE, FEWER, MORE, TEARDOWN, UNCHANGED, Part, Step, extrapolated, sample, steps

SERVERS = 20


@pytest.fixture(scope="module")
def todo() -> dict[str, Step]:
    return steps(SERVERS, lambda _kind, _slug: 1)


def test_every_server_has_two_links_and_both_leaves_a_port_for_each(todo: dict[str, Step]) -> None:
    assert todo[CREATE].create.counts == {"devices": 2 + SERVERS, "interfaces": 4 * SERVERS, "cables": 2 * SERVERS}
    assert todo[UNCHANGED].look is todo[CREATE].create


@pytest.mark.parametrize(("step", "verb"), [(MORE, "create"), (FEWER, "delete")])
def test_servers_come_and_go_with_their_cables_and_nothing_else_moves(
    todo: dict[str, Step], step: str, verb: str
) -> None:
    rows: Objects = getattr(todo[step], verb)
    assert rows.counts == {"devices": CHANGE, "interfaces": 4 * CHANGE, "cables": 2 * CHANGE}
    assert len(rows.servers) == CHANGE


def test_servers_go_from_the_middle(todo: dict[str, Step]) -> None:
    names = sorted(todo[CREATE].create.servers)
    going = todo[FEWER].delete.servers
    assert names[0] not in going and names[-1] not in going


def test_teardown_leaves_interfaces_to_their_devices(todo: dict[str, Step]) -> None:
    assert todo[TEARDOWN].delete.counts == {"devices": 2 + SERVERS, "interfaces": 0, "cables": 2 * SERVERS}


def test_a_sample_is_servers_with_all_that_belongs_to_them(todo: dict[str, Step]) -> None:
    look = sample(todo[UNCHANGED], 3).look
    assert look.counts == {"devices": 3, "interfaces": 12, "cables": 6}
    assert {end for ends in look.cables for end in ends} == set(look.interfaces)


def test_interfaces_and_cables_name_what_they_hang_on(todo: dict[str, Step]) -> None:
    rows = todo[CREATE].create
    assert {device for device, _name in rows.interfaces} == set(rows.devices)
    assert {end for ends in rows.cables for end in ends} == set(rows.interfaces)
    assert all(row["name"] == name for (_device, name), row in rows.interfaces.items())


def test_parts_grow_with_their_objects_and_the_rest_stays() -> None:
    small = {
        "seconds": 11.0, "requests": 21, "sent": 100, "received": 1000, "client_cpu": 2.0, "server_cpu": 4.0,
        "peak_mb": 50, "busy": 0.5, "server_share": 0.25,
        "parts": [
            {"verb": "look", "kind": "devices", "count": 2, "seconds": 4.0, "requests": 8, "sent": 40, "received": 400},
            {"verb": "look", "kind": "cables", "count": 3, "seconds": 6.0, "requests": 12, "sent": 60, "received": 600},
        ],
    }
    found = extrapolated(small, {"look": {"devices": 20, "interfaces": 0, "cables": 60}})
    assert (found["seconds"], found["requests"]) == (1 + 20 * 2 + 60 * 2, 1 + 20 * 4 + 60 * 4)
    assert (found["sent"], found["received"]) == (20 * 20 + 60 * 20, 20 * 200 + 60 * 200)
    assert found["client_cpu"] == pytest.approx(2.0 * 161 / 11, abs=0.01)
    assert (found["peak_mb"], found["busy"]) == (50, 0.5)
    assert found["from"] == {"look": {"devices": 2, "cables": 3}}


@pytest.mark.parametrize("quoted", ["    msg: mark {}", '    "msg": "mark {}"'])
def test_loops_tell_when_they_did_what(quoted: str) -> None:
    marks = ("begin 1795297541.25", "look devices 3 1795297543.5", "look cables 6 1795297550.0")
    text = "\n".join(f"ok: [localhost] =>\n{quoted.format(mark)}" for mark in marks)
    assert parts(text) == [
        Part("look", "devices", 3, 1795297541.25, 1795297543.5), Part("look", "cables", 6, 1795297543.5, 1795297550.0)
    ]
