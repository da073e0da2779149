# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches that exist already: referred to and never touched, their ports shared with others."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger, dump, read

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..plans import Document, servers, switches, zone
from ..runs import bring, conflicts, see, tear_down
from .scene import owned, row_of, small


def plan(number: int = 3, leaves: int | None = None, names: tuple[str, ...] = ("old-1", "old-2")) -> Document:
    """The plan of the other tests with a spine pair that is there already: four uplinks a leaf."""
    document = small(number)
    if leaves:
        document["switch_classes"]["leaf"]["quantity"] = leaves
    document["switch_classes"]["spine"] = switches(
        role="spine", down=zone("1-8", "1x800g", type="fabric"), external=True,
        instances={str(n): {"name": name} for n, name in enumerate(names, 1)},
    )
    return document


def brownfield(names: tuple[str, ...] = ("old-1", "old-2"), ports: int = 8) -> FakeNetBox:
    """A site with two spines that nobody's plan made."""
    netbox = FakeNetBox()
    site = netbox.make("dcim/sites", name="DC 1", slug="dc1")
    maker = netbox.make("dcim/manufacturers", name="Other", slug="other")
    where = {
        "site": site, "role": netbox.make("dcim/device-roles", name="Other", slug="other"),
        "device_type": netbox.make("dcim/device-types", model="Other", slug="other", manufacturer=maker),
    }
    for name in (*names, "lab"):
        device = netbox.make(DEVICES, name=name, **where)
        for port in range(1, ports + 1):
            netbox.make(INTERFACES, device=device, name=f"E1/{port}", type="800gbase-x-osfp")
    return netbox


def port(netbox: FakeNetBox, device: str, name: str) -> dict[str, Any]:
    (row,) = (r for r in netbox.tables[DEVICES].values() if r["name"] == device)
    (found,) = (r for r in netbox.tables[INTERFACES].values() if (r["device"], r["name"]) == (row["id"], name))
    return found


def end(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"object_type": "dcim.interface", "object_id": row["id"]}]


def foreign_cable(netbox: FakeNetBox, number: int, *at: str) -> int:
    """A cable of somebody else on a port of an old spine."""
    return netbox.make(
        CABLES, a_terminations=end(port(netbox, "lab", f"E1/{number}")), b_terminations=end(port(netbox, *at))
    )


def foreign(netbox: FakeNetBox) -> dict[str, list[dict[str, Any]]]:
    """Everything that carries no plan's id."""
    return {
        endpoint: [r for r in netbox.tables[endpoint].values() if not r["custom_fields"].get("hedgehog_plan_id")]
        for endpoint in (DEVICES, INTERFACES, CABLES)
    }


def test_links_end_on_what_is_there_and_nothing_there_is_touched() -> None:
    netbox = brownfield()
    before = str(foreign(netbox))
    seen = see(plan(), netbox)
    done = bring(plan(), netbox)
    assert done.digest == seen.digest
    counts = done.changes.counts()
    assert counts["device"] == {"create": 5}  # two leaves, three servers
    assert not any(key.startswith("spine") for key in (*owned(netbox)[DEVICES], *owned(netbox)[INTERFACES]))
    uplinks = [c for c in done.changes.of("cable", "create") if c.key.startswith("fabric")]
    assert len(uplinks) == 8
    assert uplinks[0].label == "leaf-01 E1/9 -- old-1 E1/1"
    assert str(foreign(netbox)) == before
    netbox.log.clear()
    assert not bring(plan(), netbox).changes
    assert netbox.writes() == []


def test_ports_that_others_cable_are_left_to_them() -> None:
    netbox = brownfield()
    foreign_cable(netbox, 1, "old-1", "E1/1")
    done = bring(plan(), netbox)
    assert done.ledger.taken == {"spine/1": frozenset({"1"}), "spine/2": frozenset()}
    ends = {e["object_id"] for r in netbox.tables[CABLES].values() for e in r["b_terminations"]}
    assert port(netbox, "old-1", "E1/1")["id"] in ends  # theirs
    assert not see(plan(), netbox).changes
    assert see(plan(), netbox).ledger.taken == done.ledger.taken  # our own cables take nothing


def test_the_ledger_file_keeps_what_is_taken_and_netbox_wins() -> None:
    netbox = brownfield()
    foreign_cable(netbox, 1, "old-1", "E1/1")
    stale = Ledger({}, {"spine/1": frozenset({"7"}), "gone/1": frozenset({"1"})})
    done = see(plan(), netbox, ledger=stale)
    assert done.ledger.taken == {"spine/1": frozenset({"1"}), "spine/2": frozenset()}
    again = read(dump("test", done.ledger), "file", "test")
    assert again.taken == {"spine/1": frozenset({"1"})}


def test_a_foreign_cable_on_a_port_of_ours_is_a_conflict() -> None:
    """Someone unplugged our uplink and took its port; the ledger has it there."""
    netbox = brownfield()
    bring(plan(), netbox)
    one = row_of(netbox, CABLES, "fabric leaf/1/up/9/1")
    taken = port(netbox, "old-1", "E1/1")
    assert end(taken)[0]["object_id"] == one["b_terminations"][0]["object_id"]
    one["b_terminations"] = []
    foreign_cable(netbox, 1, "old-1", "E1/1")
    assert conflicts(plan(), netbox) == ["port-taken"]


def test_a_cable_of_ours_that_was_moved_there_comes_back() -> None:
    netbox = brownfield()
    bring(plan(), netbox)
    before = netbox.state()
    row_of(netbox, CABLES, "fabric leaf/1/up/9/1")["b_terminations"] = end(port(netbox, "old-1", "E1/8"))
    assert see(plan(), netbox).ledger.taken["spine/1"] == frozenset()  # it is ours there too
    (change,) = bring(plan(), netbox).changes.changes
    assert (change.action, change.reason) == ("move", "drift")
    assert netbox.state() == before


def test_missing_devices_and_interfaces_are_told_in_one_pass_before_any_write() -> None:
    netbox = brownfield(("old-1",), ports=2)
    with pytest.raises(PlanError) as error:
        bring(plan(), netbox)
    found = {d.code: d for d in error.value.diagnostics}
    assert set(found) == {"external-device-missing", "external-interface-missing"}
    missing = found["external-device-missing"]
    assert missing.path == ("switch_classes", "spine", "instances", "2", "name")
    assert missing.message == "NetBox has no device 'old-2' on the site 'dc1', which spine/2 is to be."
    interface = found["external-interface-missing"]
    assert interface.path == ("switch_classes", "spine", "zones", "down")
    assert "'old-1' (spine/1) has no interface E1/3, E1/4, where" in interface.message
    assert "It has E1/1, E1/2." in interface.hint
    assert netbox.writes() == []


def test_a_name_that_two_devices_have_is_refused() -> None:
    netbox = brownfield()
    tenant = netbox.make("tenancy/tenants", name="Other", slug="other")
    (row,) = (r for r in netbox.tables[DEVICES].values() if r["name"] == "old-1")
    netbox.make(DEVICES, name="old-1", tenant=tenant, **{n: row[n] for n in ("role", "device_type", "site")})
    assert conflicts(plan(), netbox) == ["external-device-ambiguous"]


def test_what_the_plan_itself_made_cannot_be_external() -> None:
    """Else it would be a leftover, and pruned."""
    netbox = FakeNetBox()
    bring(small(), netbox)
    assert conflicts(plan(names=("spine-01",)), netbox, prune=True) == ["external-device-owned"]


def test_spines_of_another_plan_can_be_referred_to() -> None:
    netbox = FakeNetBox()
    bring(small(id="first"), netbox)
    spine = row_of(netbox, DEVICES, "spine/1")
    for number in range(9, 17):
        netbox.make(INTERFACES, device=spine["id"], name=f"E1/{number}", type="other")
    before = str(foreign(netbox)), owned(netbox, "first")
    second = plan(names=("spine-01",))
    second["switch_classes"]["spine"]["zones"] = {"down": zone("1-16", "1x800g", type="fabric")}
    second["naming"] = dict.fromkeys(("server", "leaf"), "second-{class}-{index}")
    done = bring(second, netbox)
    assert done.ledger.taken["spine/1"] == frozenset({"1", "2", "3", "4", "5", "6", "7", "8"})
    assert (str(foreign(netbox)), owned(netbox, "first")) == before
    tear_down("test", netbox)
    assert (str(foreign(netbox)), owned(netbox, "first")) == before


def test_teardown_takes_our_cables_and_leaves_the_switches() -> None:
    netbox = brownfield()
    foreign_cable(netbox, 1, "old-1", "E1/1")
    before = str(foreign(netbox))
    bring(plan(), netbox)
    done = tear_down("test", netbox)
    assert done.changes.counts()["cable"]["delete"] == len(done.changes.of("cable", "delete")) > 8
    assert str(foreign(netbox)) == before
    assert not any(owned(netbox).values())


def test_growth_keeps_clear_of_what_others_cabled_meanwhile() -> None:
    small_one, grown = plan(), plan(leaves=3)
    for one in (small_one, grown):
        one["switch_classes"]["leaf"]["zones"]["up"] = zone("9-10", "1x800g", type="uplink")
    netbox = brownfield()
    bring(small_one, netbox)
    foreign_cable(netbox, 1, "old-1", "E1/3")
    before = {key: row_of(netbox, CABLES, key)["b_terminations"] for key in owned(netbox)[CABLES]}
    bring(grown, netbox)
    assert all(row_of(netbox, CABLES, key)["b_terminations"] == ends for key, ends in before.items())
    assert not see(grown, netbox).changes


def test_servers_on_external_leaves() -> None:
    netbox = brownfield(("tor-1",), ports=8)
    foreign_cable(netbox, 1, "tor-1", "E1/2")
    document = small(0)
    document["switch_classes"] = {
        "leaf": switches(servers=zone("1-8"), external=True, instances={"1": {"name": "tor-1"}})
    }
    document["server_classes"] = {"gpu": servers(3, {})}
    done = bring(document, netbox)
    ends = sorted(c.after["ends"][1] for c in done.changes.of("cable", "create"))
    assert ends == ["leaf/1:3/1", "leaf/1:4/1", "leaf/1:5/1"]
    assert done.changes.counts()["interface"] == {"create": 3}
    assert not see(document, netbox).changes


def test_a_renamed_class_of_external_switches_is_the_same() -> None:
    netbox = brownfield()
    foreign_cable(netbox, 1, "old-1", "E1/1")
    bring(plan(), netbox)
    ends = {row["id"]: row["b_terminations"] for row in netbox.tables[CABLES].values()}
    renamed = plan()
    renamed["switch_classes"]["top"] = {**renamed["switch_classes"].pop("spine"), "formerly": ["spine"]}
    done = bring(renamed, netbox)
    assert done.changes.counts() == {"cable": {"update": 8}}
    assert done.ledger.taken == {"top/1": frozenset({"1"}), "top/2": frozenset()}
    assert {row["id"]: row["b_terminations"] for row in netbox.tables[CABLES].values()} == ends
    assert not see(renamed, netbox).changes


def test_links_to_what_the_plan_no_longer_names_are_left_over_and_pruned() -> None:
    netbox = brownfield()
    bring(plan(), netbox)
    before = str(foreign(netbox))
    without = plan()
    del without["switch_classes"]["spine"]
    del without["switch_classes"]["leaf"]["zones"]["up"]
    assert len(see(without, netbox).changes.leftovers["cable"]) == 8
    done = bring(without, netbox, prune=True)
    assert done.changes.counts() == {"cable": {"delete": 8}, "interface": {"delete": 8}}
    assert "fabric leaf/1/up/9/1" in {c.label for c in done.changes.of("cable", "delete")}
    assert str(foreign(netbox)) == before
