# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cables that the plan moves: refused above `max_moves`, done in place below it, exchanges too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from .support.core import Core, Killed
from .support.plans import Document, rails, tiny
from .support.rest import NetBox, built, end_ids, ends

BeginWith = Callable[[str], None]

# Each of the two rail leaves has two uplinks: with a second spine, one of each moves.
MOVING = {"fabric rail-leaf/1/uplinks/34/1", "fabric rail-leaf/2/uplinks/34/1"}


def spines(quantity: int) -> Document:
    document = rails()
    document["switch_classes"]["spine"]["quantity"] = quantity
    return document


def test_moves_above_the_limit_are_refused_with_the_number(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("rails")
    before, logged = netbox.snapshot(), netbox.changes_logged()
    for limit in (0, 1):
        with pytest.raises(PlanError, match=rf"2 cables would move .* max_moves is {limit}.*`max_moves: 2`"):
            core.apply(spines(2), max_moves=limit)
        assert not core.recorder.writes
    assert netbox.changes_logged() == logged
    assert netbox.snapshot() == before


def test_moves_within_the_limit_keep_cable_and_near_end(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("rails")
    before = netbox.cables()
    moved = core.apply(spines(2), max_moves=2)
    assert moved.counts == {"device": {"create": 1}, "interface": {"create": 2}, "cable": {"move": 2}}
    after = netbox.cables()
    assert {key: row["id"] for key, row in after.items()} == {key: row["id"] for key, row in before.items()}
    changed = {key for key in after if end_ids(after[key]) != end_ids(before[key])}
    assert changed == MOVING
    for key in changed:
        assert end_ids(after[key])[0] == end_ids(before[key])[0]
        assert "spine-02" in {device for device, _port in ends(after[key])}
        assert "b=spine/2:" in after[key]["custom_fields"]["hedgehog_ports"]
    assert {key for key in after if after[key]["last_updated"] != before[key]["last_updated"]} == MOVING
    # The ports that they left are leftovers; nothing else differs.
    again = core.apply(spines(2))
    assert not again.writes
    assert set(again.changes.leftovers) == {"interface"}
    assert core.apply(spines(2), prune=True).counts == {"interface": {"delete": 2}}


@pytest.mark.parametrize("link", ["fe/0", "bmc/0"])
def test_an_exchange_of_two_cables_ports(
    link: str, begin_with: BeginWith, core: Core, netbox: NetBox
) -> None:
    """What the ledger says wins: with the entries of two cables exchanged, the cables follow, in two steps."""
    begin_with("tiny")
    keys = f"server gpu/1/{link}", f"server gpu/2/{link}"
    rows = [netbox.cable(key) for key in keys]
    bystanders = {key: row for key, row in netbox.cables().items() if key not in keys}
    entries = [row["custom_fields"]["hedgehog_ports"].partition(" b=") for row in rows]
    exchanged = [f"{entries[n][0]} b={entries[1 - n][2]}" for n in (0, 1)]
    for row, entry in zip(rows, exchanged, strict=True):
        netbox.update("dcim/cables", row["id"], custom_fields={"hedgehog_ports": entry})

    outcome = core.apply(tiny())
    assert outcome.counts == {"cable": {"move": 2}}
    writes = [write for write in outcome.writes if write.path == "/api/dcim/cables/"]
    assert [(write.method, len(write.body)) for write in writes] == [("PATCH", 2), ("PATCH", 2)]
    after = [netbox.cable(key) for key in keys]
    assert [row["id"] for row in after] == [row["id"] for row in rows]
    assert end_ids(after[0]) == (end_ids(rows[0])[0], end_ids(rows[1])[1])
    assert end_ids(after[1]) == (end_ids(rows[1])[0], end_ids(rows[0])[1])
    assert {key: row for key, row in netbox.cables().items() if key not in keys} == bystanders
    assert not core.apply(tiny()).writes


def test_a_ring_of_three_cables(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny3")
    keys = [f"server gpu/{n}/fe/0" for n in (1, 2, 3)]
    rows = [netbox.cable(key) for key in keys]
    entries = [row["custom_fields"]["hedgehog_ports"].partition(" b=") for row in rows]
    for n, row in enumerate(rows):
        entry = f"{entries[n][0]} b={entries[(n + 1) % 3][2]}"
        netbox.update("dcim/cables", row["id"], custom_fields={"hedgehog_ports": entry})
    assert core.apply(tiny(3)).counts == {"cable": {"move": 3}}
    after = [netbox.cable(key) for key in keys]
    assert [end_ids(row)[1] for row in after] == [end_ids(rows[(n + 1) % 3])[1] for n in range(3)]
    assert not core.apply(tiny(3)).writes


def test_a_run_killed_in_the_middle_of_an_exchange(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    keys = ("server gpu/1/fe/0", "server gpu/2/fe/0")
    rows = [netbox.cable(key) for key in keys]
    entries = [row["custom_fields"]["hedgehog_ports"].partition(" b=") for row in rows]
    for n, row in enumerate(rows):
        entry = f"{entries[n][0]} b={entries[1 - n][2]}"
        netbox.update("dcim/cables", row["id"], custom_fields={"hedgehog_ports": entry})
    with pytest.raises(Killed):
        core.apply(tiny(), die_after=1)
    assert [end_ids(netbox.cable(key))[1] for key in keys] == [[], []]
    core.apply(tiny())
    assert [end_ids(netbox.cable(key))[1] for key in keys] == [end_ids(row)[1] for row in reversed(rows)]
    assert not core.apply(tiny()).writes


def test_a_renamed_class_of_switches_is_not_a_move(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    """Another name pattern is an update of the same devices; their cables are not touched."""
    begin_with("tiny")
    before = netbox.cables()
    renamed = tiny() | {"naming": {"leaf": "sw-{index}"}}
    outcome = core.apply(renamed)
    assert outcome.counts == {"device": {"update": 2}}
    assert {row["name"] for row in netbox.all("dcim/devices", role="leaf")} == {"sw-1", "sw-2"}
    assert {key: row["last_updated"] for key, row in netbox.cables().items()} == {
        key: row["last_updated"] for key, row in before.items()
    }
    assert built(netbox, "tiny")["cables"].keys() == before.keys()
