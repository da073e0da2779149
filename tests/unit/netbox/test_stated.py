# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan may say of devices and cables: managed where it is said, never touched where it is not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import AccessError, RefusedError

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, RACKS, TAGS
from ..plans import Document
from ..runs import bring, conflicts, see, tear_down
from .scene import row_of, small

CATALOG = {
    "tenants": {"ml": {"name": "ML"}, "hpc": {"name": "HPC"}},
    "locations": {"row-1": {"name": "Row 1"}, "row-2": {"name": "Row 2"}},
    "racks": {"R1": {"location": "row-1"}, "R2": {"location": "row-2", "u_height": 48}},
    "platforms": {"sonic": {"name": "SONiC"}},
    "tags": {"gpu": {"name": "GPU"}, "prod": {"name": "Prod"}},
}
STATED = {
    "tenant": "ml", "location": "row-1", "rack": "R1", "position": 10, "face": "front", "platform": "sonic",
    "status": "staged", "tags": ["gpu"], "description": "rail leaf",
}


def plan(said: Document | None = None, cable: Document | None = None, **defaults: Any) -> Document:
    """Two leaves, the first with attributes, one spine, three servers."""
    document = small(defaults=defaults)
    document["catalog"] = {**document["catalog"], **CATALOG}
    if said is not None:
        document["switch_classes"]["leaf"]["instances"] = {"1": said}
    if cable is not None:
        document["server_classes"]["gpu"]["connections"]["c0"]["cable"] = cable
    return document


def stated_of(netbox: FakeNetBox, key: str) -> dict[str, Any]:
    row = row_of(netbox, DEVICES, key)
    return {
        "tenant": netbox.tables["tenancy/tenants"].get(row["tenant"], {}).get("slug"),
        "location": netbox.tables["dcim/locations"].get(row["location"], {}).get("slug"),
        "rack": netbox.tables[RACKS].get(row["rack"], {}).get("name"),
        "platform": netbox.tables["dcim/platforms"].get(row["platform"], {}).get("slug"),
        **{name: row[name] for name in ("position", "face", "status", "description")},
        "tags": row["tags"],
    }


def test_what_is_stated_is_written_and_a_second_run_writes_nothing() -> None:
    netbox = FakeNetBox()
    document = plan(STATED, {"type": "dac-passive", "color": "aa00bb", "label": "{a_device}", "length": 2.5})
    done = bring(document, netbox)
    assert stated_of(netbox, "leaf/1") == STATED | {"tags": ["diet-test", "gpu"]}
    assert stated_of(netbox, "leaf/2")["status"] == "planned"
    one = row_of(netbox, CABLES, "server gpu/2/c0/0")
    assert {n: one[n] for n in ("type", "color", "label", "length", "length_unit")} == {
        "type": "dac-passive", "color": "aa00bb", "label": "gpu-002", "length": 2.5, "length_unit": "m",
    }
    assert row_of(netbox, CABLES, "server gpu/2/rail-0/0")["type"] is None
    # Of the catalog, what something refers to.
    created = {(c.kind, c.key) for c in done.changes.changes if c.action == "create"}
    assert {("tenant", "ml"), ("location", "row-1"), ("rack", "R1"), ("platform", "sonic"), ("tag", "gpu")} <= created
    assert not {("tenant", "hpc"), ("rack", "R2"), ("location", "row-2"), ("tag", "prod")} & created
    netbox.log.clear()
    assert not bring(document, netbox).changes
    assert netbox.writes() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tenant", None), ("location", None), ("rack", None), ("position", 12), ("position", None), ("face", "rear"),
        ("platform", None), ("status", "active"), ("tags", ["diet-test"]), ("description", ""), ("description", "x"),
    ],
)
def test_drift_of_what_is_stated_is_restored_field_by_field(name: str, value: Any) -> None:
    netbox = FakeNetBox()
    bring(plan(STATED), netbox)
    before = netbox.state()
    row_of(netbox, DEVICES, "leaf/1")[name] = value
    if name == "rack":
        row_of(netbox, DEVICES, "leaf/1").update(location=None, position=None, face=None)
    (change,) = see(plan(STATED), netbox).changes.changes
    assert (change.kind, change.key) == ("device", "leaf/1")
    assert name in change.after and (name == "rack" or set(change.after) == {name})
    bring(plan(STATED), netbox)
    assert netbox.state() == before
    assert not see(plan(STATED), netbox).changes


@pytest.mark.parametrize(
    ("name", "value"),
    [("type", None), ("type", "aoc"), ("color", "000000"), ("label", "x"), ("length", 3), ("length_unit", "ft")],
)
def test_drift_of_cables_is_restored(name: str, value: Any) -> None:
    netbox = FakeNetBox()
    document = plan(None, {"type": "mmf", "color": "aa00bb", "label": "{kind}", "length": 2, "length_unit": "m"})
    bring(document, netbox)
    before = netbox.state()
    row_of(netbox, CABLES, "server gpu/1/c0/0")[name] = value
    (change,) = see(document, netbox).changes.changes
    assert change.action == "update" and name in change.after
    bring(document, netbox)
    assert netbox.state() == before


def test_what_is_not_stated_is_left_alone_also_when_something_else_is_written() -> None:
    netbox = FakeNetBox()
    document = plan({"tags": ["gpu"]})
    bring(document, netbox)
    rack = netbox.make(RACKS, name="R9", site=row_of(netbox, DEVICES, "leaf/1")["site"])
    theirs = {
        "status": "active", "rack": rack, "position": 3, "face": "rear", "description": "theirs",
        "tenant": netbox.make("tenancy/tenants", name="Other", slug="other"),
    }
    for key in ("leaf/1", "gpu/1"):
        row_of(netbox, DEVICES, key).update(theirs | {"position": 3 if key == "gpu/1" else 5})
    row_of(netbox, CABLES, "server gpu/1/c0/0").update({"label": "theirs", "length": 1, "length_unit": "m"})
    before = copy.deepcopy(netbox.state())
    assert not see(document, netbox).changes
    row_of(netbox, DEVICES, "leaf/1")["custom_fields"]["hedgehog_class"] = "spoilt"
    assert bring(document, netbox).changes.counts() == {"device": {"update": 1}}
    assert netbox.state() == before


def test_tags_are_added_and_never_replaced() -> None:
    netbox = FakeNetBox()
    bring(plan({"tags": ["gpu"]}), netbox)
    netbox.make(TAGS, name="Theirs", slug="theirs")
    row_of(netbox, DEVICES, "leaf/1")["tags"].append("theirs")
    done = bring(plan({"tags": ["gpu", "prod"]}), netbox)
    (change,) = done.changes.of("device", "update")
    assert change.after == {"tags": ("diet-test", "gpu", "prod", "theirs")}
    assert sorted(row_of(netbox, DEVICES, "leaf/1")["tags"]) == ["diet-test", "gpu", "prod", "theirs"]
    # A tag that the plan no longer states stays: nobody can say whose it is.
    assert not see(plan({"tags": ["gpu"]}), netbox).changes


def test_a_device_goes_to_another_rack_at_another_location() -> None:
    """NetBox refuses a rack that is not where the device is; the location, stated or not, goes with it."""
    for said in (STATED, {n: v for n, v in STATED.items() if n != "location"}):
        netbox = FakeNetBox()
        bring(plan(said), netbox)
        moved = said | {"rack": "R2"} | ({"location": "row-2"} if "location" in said else {})
        bring(plan(moved), netbox)
        assert stated_of(netbox, "leaf/1") == STATED | moved | {"location": "row-2", "tags": ["diet-test", "gpu"]}
        assert not see(plan(moved), netbox).changes


def test_devices_exchange_rack_units() -> None:
    def racked(first: int, second: int) -> Document:
        document = plan()
        document["switch_classes"]["leaf"]["instances"] = {
            str(index): {"rack": "R1", "position": unit, "face": "front"}
            for index, unit in ((1, first), (2, second))
        }
        return document

    netbox = FakeNetBox()
    bring(racked(10, 11), netbox)
    bring(racked(11, 10), netbox)
    assert [stated_of(netbox, f"leaf/{n}")["position"] for n in (1, 2)] == [11, 10]
    assert not see(racked(11, 10), netbox).changes


def test_numbers_are_the_same_however_they_are_written() -> None:
    netbox = FakeNetBox()
    document = plan(STATED | {"position": 10.0}, {"length": 2.555})
    bring(document, netbox)
    row_of(netbox, DEVICES, "leaf/1")["position"] = 10.0
    assert row_of(netbox, CABLES, "server gpu/1/c0/0")["length"] in (2.55, 2.56)
    assert not see(document, netbox).changes


def test_what_is_missing_is_named_with_all_who_want_it_before_any_write() -> None:
    netbox = FakeNetBox()
    document = plan({"rack": "R7", "position": 1, "face": "front"}, tenant="ml", tags=["gpu", "blue"])
    del document["catalog"]["tenants"]
    assert sorted(conflicts(document, netbox)) == ["unknown-rack", "unknown-tag", "unknown-tenant"]
    with pytest.raises(PlanError) as error:
        bring(document, netbox)
    texts = {d.code: d for d in error.value.diagnostics}
    assert "NetBox has no tenant 'ml', and neither has the catalog; gpu-001, gpu-002" in texts["unknown-tenant"].message
    assert "and 1 more refer to it" in texts["unknown-tenant"].message
    assert "`catalog.tenants`" in texts["unknown-tenant"].hint
    assert texts["unknown-rack"].path == ("switch_classes", "leaf", "instances", "1", "rack")
    assert "'R7' on the site 'dc1'" in texts["unknown-rack"].message
    assert texts["unknown-tag"].path == ("server_classes", "gpu", "tags")
    assert netbox.writes() == []
    netbox.make("tenancy/tenants", name="The ML people", slug="ml")
    assert sorted(conflicts(document, netbox)) == ["unknown-rack", "unknown-tag"]


def test_what_netbox_has_is_used_and_never_changed() -> None:
    netbox = FakeNetBox()
    site = netbox.make("dcim/sites", name="DC 1", slug="dc1")
    other = netbox.make("dcim/sites", name="DC 2", slug="dc2")
    place = netbox.make("dcim/locations", name="Theirs", slug="row-1", site=site)
    netbox.make(RACKS, name="R1", site=other)
    rack = netbox.make(RACKS, name="R1", site=site, location=place, u_height=20)
    before = copy.deepcopy(netbox.tables[RACKS]), copy.deepcopy(netbox.tables["dcim/locations"])
    bring(plan(STATED), netbox)
    assert (netbox.tables[RACKS], netbox.tables["dcim/locations"]) == before
    assert row_of(netbox, DEVICES, "leaf/1")["rack"] == rack


def test_the_location_of_a_rack_of_the_catalog_must_be_known_too() -> None:
    document = plan({"rack": "R1"})
    del document["catalog"]["locations"]
    assert conflicts(document, FakeNetBox()) == ["unknown-location"]


def test_two_racks_of_one_name_are_refused() -> None:
    netbox = FakeNetBox()
    site = netbox.make("dcim/sites", name="DC 1", slug="dc1")
    for _number in range(2):
        netbox.make(RACKS, name="R1", site=site)
    with pytest.raises(RefusedError, match=r"two racks 'R1' on the site 'dc1' \(ids \d+ and \d+\)"):
        see(plan(STATED), netbox)


def test_a_kind_that_the_plan_does_not_name_is_not_asked_for() -> None:
    netbox = FakeNetBox()
    netbox.may_not |= {f"view {e}" for e in ("tenancy/tenants", "dcim/locations", RACKS, "dcim/platforms")}
    bring(plan(), netbox)
    with pytest.raises(AccessError, match="tenancy/tenants"):
        see(plan(STATED), netbox)


def test_names_are_taken_per_tenant() -> None:
    netbox = FakeNetBox()
    bring(plan(tenant="ml"), netbox)
    leaf = row_of(netbox, DEVICES, "leaf/1")
    where = {name: leaf[name] for name in ("role", "device_type", "site")}
    netbox.make(DEVICES, name="gpu-004", **where)
    larger = plan(tenant="ml")
    larger["server_classes"]["gpu"]["quantity"] = 4
    assert conflicts(larger, netbox) == []
    netbox.make(DEVICES, name="GPU-004", tenant=leaf["tenant"], **where)
    assert conflicts(larger, netbox) == ["name-taken"]


def test_teardown_says_what_stays() -> None:
    netbox = FakeNetBox()
    bring(plan(STATED), netbox)
    stays = tear_down("test", netbox).stays
    assert {kind: stays[kind] for kind in ("tenants", "locations", "racks", "platforms")} == {
        "tenants": ["ml"], "locations": ["row-1"], "racks": ["R1"], "platforms": ["sonic"],
    }
    assert netbox.tables[RACKS] and not netbox.tables[DEVICES]


def test_what_others_set_is_no_part_of_what_a_deletion_shows() -> None:
    netbox = FakeNetBox()
    bring(plan(), netbox)
    smaller = plan()
    smaller["server_classes"]["gpu"]["quantity"] = 2
    digest = see(smaller, netbox, prune=True).digest
    row_of(netbox, DEVICES, "gpu/3").update({"description": "note", "status": "active"})
    assert see(smaller, netbox, prune=True).digest == digest
