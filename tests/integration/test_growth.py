# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Growing and shrinking a plan: what stays is not touched, and what goes is exactly what the plan no longer wants."""

from __future__ import annotations

from collections.abc import Callable

from .support.core import Core
from .support.plans import rails, servers, tiny
from .support.rest import NetBox, built, differences, end_ids

BeginWith = Callable[[str], None]


def placed(netbox: NetBox) -> dict[str, tuple[int, tuple[list[int], list[int]], str]]:
    """Where every cable is: its id, both ends, its time of change."""
    return {key: (row["id"], end_ids(row), row["last_updated"]) for key, row in netbox.cables().items()}


def test_growing_moves_nothing(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("rails")
    cables, before = placed(netbox), netbox.snapshot()
    grown = core.apply(rails(4))
    # 2 servers, 5 links each
    assert grown.counts == {"device": {"create": 2}, "interface": {"create": 20}, "cable": {"create": 10}}
    after = placed(netbox)
    assert {key: after[key] for key in cables} == cables
    assert differences(before, netbox.snapshot()) == {}
    assert not core.apply(rails(4)).writes


def test_growing_step_by_step_ends_like_one_step(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    core.apply(tiny(3))
    stepwise = built(netbox, "tiny")
    begin_with("tiny3")
    assert built(netbox, "tiny") == stepwise


def test_shrinking_keeps_leftovers_and_says_so(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny3")
    before = netbox.snapshot()
    shrunk = core.apply(tiny(2))
    assert not shrunk.changes and not shrunk.writes
    assert {kind: len(keys) for kind, keys in shrunk.changes.leftovers.items()} == {
        "device": 1, "interface": 6, "cable": 3,
    }
    assert shrunk.changes.leftovers["device"] == ("gpu/3",)
    assert netbox.snapshot() == before


def test_leftovers_keep_their_ports(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny3")
    cables = placed(netbox)
    core.apply(servers(tiny(), 4, absent=(3,)))
    after = placed(netbox)
    assert {key: after[key] for key in cables} == cables
    assert netbox.interface("leaf-01", "E1/1/4")["custom_fields"]["hedgehog_key"] == "leaf/1:1/4"


def test_pruning_removes_exactly_what_is_not_wanted(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny3")
    before = netbox.snapshot()
    gone = {netbox.cable(f"server gpu/3/{link}")["id"] for link in ("fe/0", "fe/1", "bmc/0")}
    pruned = core.apply(tiny(2), prune=True)
    assert pruned.counts == {"device": {"delete": 1}, "interface": {"delete": 6}, "cable": {"delete": 3}}
    assert not pruned.changes.leftovers
    after = netbox.snapshot()
    removed = set(before) - set(after)
    assert {row_id for kind, row_id in removed if kind == "dcim/cables"} == gone
    assert [before[place]["name"] for place in removed if place[0] == "dcim/devices"] == ["gpu-003"]
    assert sorted(
        (before[place]["device"]["name"], before[place]["name"]) for place in removed if place[0] == "dcim/interfaces"
    ) == [
        ("gpu-003", "bmc-bmc0"), ("gpu-003", "fe-p0"), ("gpu-003", "fe-p1"),
        ("leaf-01", "E1/1/3"), ("leaf-02", "E1/1/3"), ("oob-01", "E1/3"),
    ]
    added = set(after) - set(before)
    assert {kind for kind, _id in added} == {"extras/journal-entries"}
    assert differences(before, after) == dict.fromkeys(removed, "gone")
    assert not core.apply(tiny(2), prune=True).writes


def test_a_server_goes_from_the_middle(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("rails4")
    before = built(netbox, "rails")
    cables = placed(netbox)
    pruned = core.apply(servers(rails(), 4, absent=(2,)), prune=True)
    assert pruned.counts == {"device": {"delete": 1}, "interface": {"delete": 10}, "cable": {"delete": 5}}
    after = built(netbox, "rails")
    assert set(before["devices"]) - set(after["devices"]) == {"gpu/2"}
    assert {key for key in before["cables"] if key not in after["cables"]} == {
        f"server gpu/2/{link}" for link in ("fe/0", "fe/1", "bmc/0", "rail-0/0", "rail-1/0")
    }
    for kind, rows in after.items():
        assert {key: before[kind][key] for key in rows} == rows
    assert placed(netbox) == {key: cables[key] for key in after["cables"]}


def test_a_server_that_comes_back_gets_the_freed_ports(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("rails4")
    before = built(netbox, "rails")
    core.apply(servers(rails(), 4, absent=(2,)), prune=True)
    cables = placed(netbox)
    back = core.apply(rails(4))
    assert back.counts == {"device": {"create": 1}, "interface": {"create": 10}, "cable": {"create": 5}}
    after = placed(netbox)
    assert {key: after[key] for key in cables} == cables
    rail = "server gpu/2/rail-0/0"
    assert built(netbox, "rails")["cables"][rail] == before["cables"][rail]  # the only free port of its rail


def test_a_connection_that_goes_takes_its_links_only(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    cables = placed(netbox)
    smaller = tiny(2)
    del smaller["server_classes"]["gpu"]["connections"]["bmc"]
    kept = core.apply(smaller)
    assert not kept.changes.of("device", "delete") and not kept.writes
    pruned = core.apply(smaller, prune=True)
    assert pruned.changes.counts()["cable"] == {"delete": 2}
    assert set(cables) - set(placed(netbox)) == {"server gpu/1/bmc/0", "server gpu/2/bmc/0"}
    assert netbox.count("dcim/interfaces", device="gpu-001") == 2
