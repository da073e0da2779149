# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of a plan: counts that come from the topology, and the text made of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.summary import summary
from ansible_collections.hedgehog.diet.plugins.plugin_utils.sizing_table import lines

from ..plans import Document, document, expanded, loaded, rails, servers, shipped, switches, zone


def row_of(plan: Document) -> dict[str, Any]:
    return summary(loaded(plan), expanded(plan), ["something is odd"])


@pytest.fixture(scope="module")
def large() -> dict[str, Any]:
    return row_of(shipped("gpu-128"))


def switch(row: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in row["switches"] if one["class"] == key)


def test_quantities_and_their_arithmetic(large: dict[str, Any]) -> None:
    leaf, spine = switch(large, "be-rail-leaf"), switch(large, "fe-spine")
    assert (leaf["quantity"], leaf["given"], leaf["fabric"], leaf["role"]) == (4, False, "backend", "server-leaf")
    assert leaf["reason"].startswith("servers: 256 links / 64 lanes") and leaf["reason"].endswith("2 rails on a switch")
    assert (spine["quantity"], spine["given"]) == (4, True)
    assert next(one["class"] for one in large["switches"]) == "be-rail-leaf"


def test_zones_count_lanes(large: dict[str, Any]) -> None:
    (zone_row, _uplinks) = switch(large, "oob-mgmt-leaf")["zones"]
    assert zone_row == {
        "zone": "servers", "type": "oob", "breakout": "1x1g", "ports": "1-48", "lanes": 48,
        "used": 155, "used_min": 38, "used_max": 39, "free": 4 * 48 - 155,
    }


def test_totals(large: dict[str, Any]) -> None:
    assert large["totals"] == {
        "devices": 175, "servers": 155, "switches": 20, "external_devices": 0, "interfaces": 2034,
        "spare_interfaces": 0, "cables": 1017, "gpus": 0,
        "cables_by_kind": {"border": 32, "fabric": 256, "oob": 8, "server": 721},
    }


def test_servers_that_are_absent_have_no_gpus() -> None:
    plan = document({"leaf": switches(servers=zone("1-8"))}, {"gpu": servers(4, {}, absent=[2], gpus=8)})
    row = row_of(plan)
    assert row["servers"] == [
        {"class": "gpu", "device_type": "some-server", "quantity": 3, "absent": [2], "gpus": 24},
    ]
    assert row["totals"]["gpus"] == 24


def test_a_port_that_another_zone_has_taken_is_not_free() -> None:
    both = {"servers": zone("1-4"), "more": zone("3-6", priority=50)}
    plan = document({"leaf": switches(**both)}, {
        "a": servers(2, {}), "b": servers(3, {"zone": "leaf/more"}),
    }, overlap="warn")
    more, first = switch(row_of(plan), "leaf")["zones"]
    assert (more["zone"], more["used"], more["free"]) == ("more", 3, 1)
    assert (first["zone"], first["used"], first["free"]) == ("servers", 2, 0)


def test_interfaces_without_a_cable_are_free_and_counted_apart() -> None:
    plan = document({"leaf": switches(servers=zone("1-8"), ports="all")}, {"gpu": servers(3, {})})
    row = row_of(plan)
    (only,) = switch(row, "leaf")["zones"]
    assert (only["used"], only["free"]) == (3, 5)
    assert (row["totals"]["interfaces"], row["totals"]["spare_interfaces"]) == (6, 5)


def test_rails_on_a_switch_may_differ() -> None:
    plan = document({"leaf": switches(servers=zone("1-64"))}, {"gpu": servers(17, *rails(8))})
    leaf = switch(row_of(plan), "leaf")
    assert leaf["quantity"] == 3 and leaf["reason"].endswith("; 2 to 3 rails on a switch")


def test_the_text_has_all_of_it_in_lines_that_terminals_do_not_break(large: dict[str, Any]) -> None:
    text = lines(large)
    assert "1,017 cables: 32 border, 256 fabric, 8 oob, 721 server" in text
    assert "  4 oob-mgmt-leaf: oob of oob-mgmt, es1000-48" in text
    assert " ".join(next(line for line in text if "155 used" in line).split()) == (
        "servers oob 1-48 1x1g 155 used 37 free 38-39 of 48 each"
    )
    assert "  18 storage: storage-server-200g" in text
    assert text[-2:] == ["WARNINGS", "  something is odd"]
    assert max(map(len, text)) <= 80
    assert all(line == line.rstrip() for line in text)
