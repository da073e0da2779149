# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes with `ports: all`: interfaces without cables, which come and go with the class and not with the cables."""

from __future__ import annotations

import copy

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, INTERFACES, TEMPLATES
from ..plans import Document
from ..runs import bring, see
from .scene import owned, row_of, small


def plan(number: int = 3, ports: str = "all", breakout: str = "2x100g") -> Document:
    document = copy.deepcopy(small(number))
    document["switch_classes"]["leaf"]["ports"] = ports
    document["switch_classes"]["leaf"]["zones"]["servers"]["breakout"] = breakout
    document["server_classes"]["gpu"]["ports"] = ports
    document["server_classes"]["gpu"]["nics"]["free"] = {"ports": ["p0", "p1"]}
    return document


def cabled(netbox: FakeNetBox) -> set[int]:
    return {
        end["object_id"] for row in netbox.tables[CABLES].values()
        for side in ("a_terminations", "b_terminations") for end in row[side]
    }


def test_every_lane_and_every_nic_port_is_made() -> None:
    netbox = FakeNetBox()
    done = bring(plan(), netbox)
    leaf = [i for i in done.topology.interfaces if i.device == "leaf/1"]
    assert len(leaf) == 4 * 2 + 4
    assert owned(netbox)[INTERFACES] == sorted(i.key for i in done.topology.interfaces)
    spare = row_of(netbox, INTERFACES, "gpu/1:free/1")
    assert (spare["name"], spare["speed"]) == ("free-p1", None)
    assert spare["id"] not in cabled(netbox)
    lane = next(i for i in leaf if i.spare)
    assert row_of(netbox, INTERFACES, lane.key)["custom_fields"]["hedgehog_zone"] == "servers"
    netbox.log.clear()
    assert not bring(plan(), netbox).changes
    assert netbox.writes() == []


def test_a_class_gets_and_loses_its_spare_interfaces() -> None:
    netbox = FakeNetBox()
    bring(plan(ports="cabled"), netbox)
    before = copy.deepcopy(netbox.state())
    done = bring(plan(), netbox)
    assert set(done.changes.counts()) == {"interface"} and set(done.changes.counts()["interface"]) == {"create"}
    made = done.changes.counts()["interface"]["create"]
    kept = see(plan(ports="cabled"), netbox)
    assert not kept.changes and len(kept.changes.leftovers["interface"]) == made
    assert bring(plan(ports="cabled"), netbox, prune=True).changes.counts() == {"interface": {"delete": made}}
    assert netbox.state() == before


def test_a_cable_goes_and_its_interface_stays() -> None:
    netbox = FakeNetBox()
    bring(plan(3), netbox)
    ports = {i for i in owned(netbox)[INTERFACES] if i.startswith("leaf/")}
    done = bring(plan(2), netbox, prune=True)
    assert done.changes.counts()["cable"] == {"delete": 4}
    assert {c.key for c in done.changes.of("interface", "delete")} == {
        f"gpu/3:{port}" for port in ("c0/0", "c0/1", "rail-0/0", "rail-1/0", "free/0", "free/1")
    }
    assert {i for i in owned(netbox)[INTERFACES] if i.startswith("leaf/")} == ports
    assert not see(plan(2), netbox).changes
    # And the other way round: a cable on an interface that is there.
    grown = bring(plan(3), netbox)
    assert not [c for c in grown.changes.of("interface", "create") if c.key.startswith("leaf/")]
    assert grown.changes.counts()["cable"] == {"create": 4}
    assert not see(plan(3), netbox).changes


def test_without_prune_the_cable_stays_on_its_spare_interface() -> None:
    netbox = FakeNetBox()
    bring(plan(3), netbox)
    done = bring(plan(2), netbox)
    assert not done.changes
    assert {kind: len(keys) for kind, keys in done.changes.leftovers.items()} == {
        "device": 1, "interface": 6, "cable": 4,
    }


def test_a_new_breakout_renames_lanes_and_leaves_the_rest() -> None:
    netbox = FakeNetBox()
    bring(plan(0), netbox)
    first = row_of(netbox, INTERFACES, "leaf/1:1/1")["id"] if "leaf/1:1/1" in owned(netbox)[INTERFACES] else None
    bring(plan(1, breakout="1x100g"), netbox, prune=True)
    wanted = see(plan(1, breakout="1x100g"), netbox)
    assert not wanted.changes
    one = row_of(netbox, INTERFACES, "leaf/1:1/1")
    assert one["name"] == "E1/1" and first in (None, one["id"])
    assert "leaf/1:1/2" not in owned(netbox)[INTERFACES]


def test_templates_make_spare_interfaces_too() -> None:
    netbox = FakeNetBox()
    maker = netbox.make("dcim/manufacturers", name="Acme", slug="acme")
    kind = netbox.make("dcim/device-types", model="Switch", slug="some-switch", manufacturer=maker)
    for lane in range(1, 3):
        netbox.make(TEMPLATES, device_type=kind, name=f"E1/4/{lane}", type="other")
    done = bring(plan(1), netbox)
    assert owned(netbox)[INTERFACES] == sorted(i.key for i in done.topology.interfaces)
    assert not see(plan(1), netbox).changes


def test_what_others_plugged_into_a_spare_interface_is_theirs() -> None:
    netbox = FakeNetBox()
    bring(plan(3), netbox)
    spares = [i for i in owned(netbox)[INTERFACES] if i.startswith("gpu/1:free")]
    ends = [[{"object_type": "dcim.interface", "object_id": row_of(netbox, INTERFACES, k)["id"]}] for k in spares]
    netbox.make(CABLES, a_terminations=ends[0], b_terminations=ends[1])
    assert not see(plan(3), netbox, prune=True).changes
