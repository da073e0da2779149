# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan may say of devices and cables, on the real NetBox: written, read back, restored, and left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.normalize import STATED

from .support.core import Core
from .support.plans import Document, stated, tiny, with_leaf
from .support.rest import NetBox, built
from .support.sandbox import Sandbox

PLAN = stated(tiny())
DEVICE, CABLE = "leaf/1", "server gpu/1/fe/0"

Fields = dict[str, Any]


def other_tenant(netbox: NetBox) -> Fields:
    return {"tenant": netbox.create("tenancy/tenants", name="Other", slug="other")["id"]}


def other_platform(netbox: NetBox) -> Fields:
    return {"platform": netbox.create("dcim/platforms", name="Other", slug="other")["id"]}


def other_rack(netbox: NetBox) -> Fields:
    site = netbox.one("dcim/sites", slug="dc1")["id"]
    place = netbox.create("dcim/locations", name="Other", slug="other", site=site)["id"]
    rack = netbox.create("dcim/racks", name="Other", site=site, location=place)["id"]
    return {"rack": rack, "location": place}


def no_rack(_netbox: NetBox) -> Fields:
    return {"rack": None, "position": None, "face": None}


def their_tags(netbox: NetBox) -> Fields:
    return {"tags": [tag(netbox, "diet-tiny")]}


def these(**fields: Any) -> Callable[[NetBox], Fields]:
    return lambda _netbox: fields


# What someone does by hand in one go, and the fields that must be seen to differ.
BY_HAND: tuple[tuple[str, tuple[Callable[[NetBox], Fields], ...], set[str]], ...] = (
    (
        "devices", (other_tenant, other_rack, their_tags, these(status="failed")),
        {"tenant", "rack", "location", "position", "face", "tags", "status"},
    ),
    (
        "devices", (no_rack, these(tenant=None, platform=None, description="by hand")),
        {"tenant", "rack", "location", "position", "face", "platform", "description"},
    ),
    ("devices", (other_platform, these(position=12.5)), {"platform", "position"}),
    ("devices", (these(position=None, face="rear"),), {"position", "face"}),
    ("cables", (these(type="aoc", label="by hand", length=3),), {"type", "label", "length", "length_unit"}),
    ("cables", (these(color="", length_unit="ft"),), {"color", "length_unit"}),
    ("cables", (these(length=None, length_unit=None),), {"length", "length_unit"}),
)


def tag(netbox: NetBox, slug: str) -> int:
    return int(netbox.one("extras/tags", slug=slug)["id"])


@pytest.fixture(autouse=True)
def begun(sandbox: Sandbox, core: Core) -> None:
    sandbox.scene("stated", lambda: core.apply(PLAN))


def test_every_stated_field_is_tried() -> None:
    tried = {"devices": set[str](), "cables": set[str]()}
    for kind, _do, fields in BY_HAND:
        tried[kind] |= fields
    # No plan states the status of a cable: it is read for `grace`, which marks with it.
    assert tried == {"devices": set(STATED["device"]), "cables": set(STATED["cable"]) - {"status"}}


def test_it_is_written_as_stated_twice_and_in_check_mode(fresh: None, core: Core, netbox: NetBox) -> None:
    before = core.preview(PLAN)
    done = core.apply(PLAN)
    assert (before.changes, before.digest) == (done.changes, done.digest)
    row = netbox.device("leaf-01")
    assert {
        **{name: row[name]["slug"] for name in ("tenant", "location", "platform")}, "rack": row["rack"]["name"],
        "position": row["position"], "face": row["face"]["value"], "status": row["status"]["value"],
        "tags": sorted(t["slug"] for t in row["tags"]), "description": row["description"],
    } == {
        "tenant": "ml", "location": "row-1", "platform": "sonic", "rack": "R1", "position": 10, "face": "front",
        "status": "staged", "tags": ["diet-tiny", "gpu"], "description": "first leaf",
    }
    assert netbox.device("leaf-02")["status"]["value"] == "planned"
    cable = netbox.cable("server gpu/2/fe/1")
    assert (cable["type"], cable["color"], cable["label"]) == ("dac-passive", "aa00bb", "gpu-002 fe-p1")
    assert (cable["length"], cable["length_unit"]["value"]) == (2.5, "m")
    assert netbox.cable("server gpu/2/bmc/0")["type"] is None
    rack = netbox.one("dcim/racks")
    assert (rack["name"], rack["u_height"], rack["location"]["slug"]) == ("R1", 42, "row-1")
    assert netbox.count("tenancy/tenants") == netbox.count("dcim/locations") == 1  # what nothing refers to is not made
    for run in (core.preview, core.apply, core.preview):
        again = run(PLAN)
        assert not again.changes and not again.writes


@pytest.mark.parametrize(("kind", "do", "fields"), BY_HAND)
def test_changes_by_hand_are_shown_and_restored(
    kind: str, do: tuple[Callable[[NetBox], Fields], ...], fields: set[str], core: Core, netbox: NetBox
) -> None:
    as_built = built(netbox, "tiny")
    key = DEVICE if kind == "devices" else CABLE
    row = netbox.one(f"dcim/{kind}", cf_hedgehog_key=key)
    values: Fields = {}
    for one in do:
        values |= one(netbox)
    netbox.update(f"dcim/{kind}", row["id"], **values)
    assert built(netbox, "tiny") != as_built
    done = core.apply(PLAN)
    change = done.only()
    assert (change.key, change.id, change.action) == (key, row["id"], "update")
    assert set(change.after) == fields
    assert built(netbox, "tiny") == as_built
    assert not core.preview(PLAN).changes


@pytest.mark.parametrize(
    "said",
    [
        {"tenant": "hpc", "rack": "R2", "location": "row-2", "status": "active"},
        {"rack": "R2", "location": None, "face": "rear", "tags": ["prod"], "description": "another"},
        {"position": 20.5},
    ],
    ids=str,
)
def test_a_plan_that_says_something_else(said: Document, core: Core, netbox: NetBox) -> None:
    plan = with_leaf(PLAN, "1", **said)
    seen = core.preview(plan)
    done = core.apply(plan)
    assert seen.changes == done.changes
    assert done.counts["device"] == {"update": 1}
    for run in (core.preview, core.apply):
        assert not run(plan).changes


def test_what_a_plan_no_longer_says_stays(core: Core, netbox: NetBox) -> None:
    """A position says nothing without its rack and its side, so these go together."""
    before = built(netbox, "tiny")
    together = {"rack": ("rack", "position", "face"), "face": ("position", "face")}
    for name in sorted(STATED["device"]):
        gone: Mapping[str, None] = dict.fromkeys(together.get(name, (name,)))
        assert not core.preview(with_leaf(PLAN, "1", **gone)).changes
    assert not core.apply(tiny()).writes
    assert built(netbox, "tiny") == before


def test_tags_of_others_stay(core: Core, netbox: NetBox) -> None:
    theirs = netbox.create("extras/tags", name="Theirs", slug="theirs")["id"]
    row = netbox.device("leaf-01")
    netbox.update("dcim/devices", row["id"], tags=[theirs, tag(netbox, "diet-tiny")])
    done = core.apply(PLAN)
    assert done.lines == ["~ device leaf-01: tags diet-tiny theirs -> diet-tiny gpu theirs [drift]"]
    assert sorted(t["slug"] for t in netbox.device("leaf-01")["tags"]) == ["diet-tiny", "gpu", "theirs"]


def test_leaves_exchange_rack_units(core: Core, netbox: NetBox) -> None:
    first = with_leaf(with_leaf(PLAN, "1", position=10), "2", rack="R1", position=12, face="front")
    second = with_leaf(with_leaf(first, "1", position=12), "2", position=10)
    core.apply(first)
    assert core.apply(second).counts == {"device": {"update": 2}}
    assert [netbox.device(name)["position"] for name in ("leaf-01", "leaf-02")] == [12, 10]
    assert not core.apply(second).writes


def test_units_that_others_have_are_refused_before_any_write(core: Core, netbox: NetBox) -> None:
    """The leaves are of two units and full depth, the server in the rack of four."""
    server = netbox.device("gpu-001")
    netbox.update("dcim/devices", server["id"], rack=netbox.one("dcim/racks")["id"], position=16, face="rear")
    for position, fits in ((14, True), (15, False), (19, False), (20, True)):
        plan = with_leaf(PLAN, "1", position=position)
        if fits:
            core.apply(plan)
            continue
        with pytest.raises(PlanError) as error:
            core.apply(plan)
        (finding,) = error.value.diagnostics
        assert finding.code == "unit-taken" and "gpu-001" in finding.message
        assert not core.recorder.writes
        row = netbox.device("leaf-01")
        taken = {"position": position, "face": "front"}
        assert netbox.send("PATCH", f"dcim/devices/{row['id']}", taken).status_code == 400  # as NetBox would


def test_what_nobody_has_is_refused_before_any_write(core: Core, netbox: NetBox) -> None:
    plan = with_leaf(PLAN, "1", tenant="nobody", rack="R9", tags=["blue"], platform="ios", location="row-9")
    logged = netbox.changes_logged()
    with pytest.raises(PlanError) as error:
        core.apply(plan)
    codes = sorted(d.code for d in error.value.diagnostics)
    assert codes == ["unknown-location", "unknown-platform", "unknown-rack", "unknown-tag", "unknown-tenant"]
    assert netbox.changes_logged() == logged and not core.recorder.writes


def test_what_is_there_is_used_as_it_is(fresh: None, core: Core, netbox: NetBox) -> None:
    site = netbox.create("dcim/sites", name="DC 1", slug="dc1")["id"]
    elsewhere = netbox.create("dcim/sites", name="DC 2", slug="dc2")["id"]
    netbox.create("dcim/racks", name="R1", site=elsewhere)
    place = netbox.create("dcim/locations", name="A row", slug="row-1", site=site)["id"]
    netbox.create("dcim/locations", name="A row", slug="row-1", site=elsewhere)
    rack = netbox.create("dcim/racks", name="R1", site=site, location=place, u_height=12)["id"]
    netbox.create("tenancy/tenants", name="Machine learning", slug="ml")
    before = netbox.snapshot()
    core.apply(PLAN)
    after = netbox.snapshot()
    assert {place: after[place] for place in before} == before
    assert netbox.device("leaf-01")["rack"]["id"] == rack


def test_the_same_name_for_two_tenants(core: Core, netbox: NetBox) -> None:
    """NetBox takes a name once per site and tenant, so neither stands in the other's way."""
    row = netbox.device("leaf-02")
    where = {name: row[name]["id"] for name in ("site", "role", "device_type")}
    netbox.create("dcim/devices", name="leaf-01", **where)  # ours is of the tenant ml
    assert not core.apply(PLAN).writes
    plan = with_leaf(PLAN, "1", tenant="hpc")
    core.apply(plan)
    netbox.create("dcim/devices", name="LEAF-01", tenant=netbox.one("tenancy/tenants", slug="ml")["id"], **where)
    with pytest.raises(PlanError, match="name-taken"):
        core.apply(PLAN)


def test_teardown_leaves_what_is_shared(core: Core, netbox: NetBox) -> None:
    core.teardown("tiny")
    assert netbox.count("dcim/devices") == 0
    assert netbox.one("dcim/racks")["name"] == "R1" and netbox.one("tenancy/tenants")["slug"] == "ml"
