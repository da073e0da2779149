# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""`adopt_from`: what another plan has, of the first DIET or of ours, becomes what ours wants, and its cables stay."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.ports import ports_by_name
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Transport
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import Preview, preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options

from ..fakes.interrupted import broken_off
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, FIELDS, INTERFACES
from ..plans import Document, acme, document, servers, shipped, switches, zone
from ..runs import URL, bring, conflicts, see
from .origin_ports import origin_ports
from .others import by_origin
from .scene import built, row_of, small
from .test_adopt import cable_at, named, port


def cabled(netbox: FakeNetBox) -> dict[int, Any]:
    return {i: (row["a_terminations"], row["b_terminations"]) for i, row in netbox.tables[CABLES].items()}


def exchange(netbox: FakeNetBox, *ends: tuple[str, str]) -> None:
    """Exchange the far ends of two cables, named by their near ends."""
    first, second = (cable_at(netbox, port(netbox, *one)) for one in ends)
    first["b_terminations"], second["b_terminations"] = second["b_terminations"], first["b_terminations"]


def as_generated(plan: Document) -> FakeNetBox:
    netbox = built(plan)
    by_origin(netbox)
    return netbox


def without_tags_and_status(state: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What the first DIET leaves otherwise and is not ours to change."""
    return {
        endpoint: sorted(
            ({k: v for k, v in row.items() if k not in ("tags", "status")} for row in state[endpoint]), key=str
        )
        for endpoint in (DEVICES, INTERFACES, CABLES)
    }


@pytest.mark.parametrize("graphql", [True, False])
@pytest.mark.parametrize("plan", [small(), shipped("gpu-small")], ids=["small", "gpu-small"])
def test_a_plan_of_the_first_diet_comes_over_as_updates(plan: Document, graphql: bool) -> None:
    plan = copy.deepcopy(plan)
    for slug in {c["device_type"] for c in plan["switch_classes"].values()}:
        plan.setdefault("catalog", {}).setdefault("device_types", {}).setdefault(
            slug, {"manufacturer": "celestica", "model": slug}
        )
    expected = without_tags_and_status(built(plan).state())
    netbox = as_generated(plan)
    netbox.graphql_enabled = graphql
    before = cabled(netbox)
    shown = see(plan, netbox, adopt_from="12")
    owned = [c for c in shown.changes.changes if c.kind in ("device", "interface", "cable")]
    assert {(c.action, c.reason) for c in owned} == {("update", "adopted")}
    assert bring(plan, netbox, adopt_from="12").digest == shown.digest
    assert cabled(netbox) == before
    assert without_tags_and_status(netbox.state()) == expected
    assert named(netbox, next(row["name"] for row in netbox.tables[DEVICES].values()))["tags"] == [
        f"diet-{plan['id']}", "hedgehog-generated",
    ]
    for options in ({"adopt_from": "12"}, {}):
        written = len(netbox.writes())
        assert not bring(plan, netbox, **options).changes
        assert len(netbox.writes()) == written


def test_a_document_of_the_first_diet_with_the_ports_that_it_gives() -> None:
    """Its rules for switches and ports are not ours, and yet no cable moves: what it chose is legal here."""
    path = Path(__file__).parents[1] / "expand/origin_documents/lab.yaml"
    plan = read_plan(yaml.safe_load(path.read_text(encoding="utf-8"))).plan
    netbox, options = FakeNetBox(), Options(adopt_from="12")

    def run(transport: Transport, options: Options) -> Preview:
        client = Client(transport)
        done = preview(plan, client, URL, Ledger(), options, silent)
        RestWriter(client, done.refs).write(done.changes, plan.id, silent)
        return done

    topology = run(netbox, Options()).topology
    there = origin_ports(plan, topology)
    names = {key: {end.port: called for called, end in ends.items()} for key, ends in ports_by_name(plan).items()}
    rows = {row["custom_fields"]["hedgehog_key"]: row for row in netbox.tables[CABLES].values()}
    devices = {row["custom_fields"]["hedgehog_key"]: row["id"] for row in netbox.tables[DEVICES].values()}
    ports = {(row["device"], row["name"]): row["id"] for row in netbox.tables[INTERFACES].values()}
    otherwise = 0
    for key, entry in there.items():
        at = devices[entry.b.device], names[entry.b.device.rpartition("/")[0]][entry.b.port]
        marks = {"hedgehog_plan_id": plan.id}
        made = ports.get(at) or netbox.make(INTERFACES, device=at[0], name=at[1], type="other", custom_fields=marks)
        otherwise += made != rows[key]["b_terminations"][0]["object_id"]
        rows[key]["b_terminations"] = [{"object_type": "dcim.interface", "object_id": made}]
    assert otherwise
    by_origin(netbox)
    before = cabled(netbox)
    done = run(netbox, options)
    assert done.changes.counts()["cable"] == {"update": len(before)}
    assert cabled(netbox) == before
    for again in (options, Options()):
        assert not run(netbox, again).changes


def test_without_the_option_the_names_are_taken_and_the_ways_out_are_told() -> None:
    netbox = as_generated(small())
    with pytest.raises(PlanError) as error:
        see(small(), netbox, adopt=True)
    assert {d.code for d in error.value.diagnostics if d.severity == "error"} == {"name-taken"}
    assert "device" in str(error.value) and "of the plan '12' has it" in str(error.value)
    assert "`adopt_from: 12`" in str(error.value) and "`formerly: [12]`" in str(error.value)


def test_cables_stay_where_the_other_plan_has_them() -> None:
    """On other ports than we would have chosen: alternating links, rails within their domain, uplinks."""
    plan = small(16)
    netbox = as_generated(plan)
    exchange(netbox, ("gpu-001", "c0-p0"), ("gpu-009", "c0-p0"))
    exchange(netbox, ("gpu-002", "rail-0-p0"), ("gpu-003", "rail-0-p0"))
    exchange(netbox, ("leaf-01", "E1/9"), ("leaf-02", "E1/9"))
    before = cabled(netbox)
    done = bring(plan, netbox, adopt_from="12")
    assert done.changes.counts()["cable"] == {"update": len(before)}
    assert cabled(netbox) == before
    far = netbox.tables[INTERFACES][before[row_of(netbox, CABLES, "server gpu/1/c0/0")["id"]][1][0]["object_id"]]
    entry = row_of(netbox, CABLES, "server gpu/1/c0/0")["custom_fields"]["hedgehog_ports"]
    assert far["name"] == "E1/" + entry.split(":")[-1].split("@")[0]
    assert not see(plan, netbox).changes
    assert "rebalance-saves" not in {w.code for w in see(plan, netbox).warnings}


def test_ends_that_are_not_legal_are_moves_that_max_moves_counts() -> None:
    netbox = as_generated(small())
    exchange(netbox, ("gpu-001", "c0-p0"), ("leaf-01", "E1/9"))  # a server on the spine, an uplink on a leaf's own port
    before = cabled(netbox)
    with pytest.raises(PlanError, match=r"2 cables would move .*max_moves is 0"):
        see(small(), netbox, adopt_from="12")
    done = bring(small(), netbox, adopt_from="12", max_moves=2)
    assert done.changes.counts()["cable"] == {"update": len(before) - 2, "move": 2}
    assert {c.reason for c in done.changes.of("cable", "move")} == {"adopted"}
    again = see(small(), netbox)
    assert not again.changes and again.changes.leftovers == {"interface": ("leaf/1:2/2", "spine/1:1/1")}
    assert not any(row["custom_fields"].get("hedgehog_plan_id") == "12" for row in netbox.tables[INTERFACES].values())
    assert netbox.tables[CABLES].keys() == before.keys()


def test_a_cable_that_goes_to_something_else_moves() -> None:
    netbox = as_generated(small())
    theirs = netbox.make(DEVICES, name="theirs", **{
        name: named(netbox, "gpu-001")[name] for name in ("role", "device_type", "site")
    })
    eth0 = netbox.make(INTERFACES, device=theirs, name="eth0", type="other")
    cable = cable_at(netbox, port(netbox, "gpu-001", "c0-p0"))
    cable["b_terminations"] = [{"object_type": "dcim.interface", "object_id": eth0}]
    assert conflicts(small(), netbox, adopt_from="12") == ["too-many-moves"]
    bring(small(), netbox, adopt_from="12", max_moves=1)
    assert netbox.device_of(cable["b_terminations"][0]["object_id"]) != theirs
    assert not see(small(), netbox).changes


def test_what_the_plan_does_not_want_stays_and_is_counted() -> None:
    netbox = as_generated(small(3))
    plan = small(2)
    shown = see(plan, netbox, adopt_from="12")
    (told,) = [w for w in shown.warnings if w.code == "adopt-unwanted"]
    assert told.message == (
        "1 device and 4 cables of the plan '12' are not wanted by this plan, and stay as they are: gpu-003."
    )
    left = copy.deepcopy(named(netbox, "gpu-003"))
    # Its cables are still on switches that are ours now.
    assert set(conflicts(plan, netbox, adopt_from="12", prune=True)) == {"foreign-cable"}
    bring(plan, netbox, adopt_from="12")
    assert named(netbox, "gpu-003") == left
    assert not see(plan, netbox, adopt_from="12").changes


def test_a_device_on_another_site_would_be_doubled() -> None:
    netbox = as_generated(small())
    device = named(netbox, "gpu-001")
    device["site"] = netbox.make("dcim/sites", name="dc2", slug="dc2")
    assert "adopt-elsewhere" in conflicts(small(), netbox, adopt_from="12")


def test_a_device_of_another_type_stays_a_conflict() -> None:
    netbox = as_generated(small())
    device = named(netbox, "gpu-001")
    device["device_type"] = netbox.make(
        "dcim/device-types", manufacturer=min(netbox.tables["dcim/manufacturers"]), model="Other", slug="other"
    )
    with pytest.raises(PlanError, match="of the plan '12' has it, and is not adopted: its device type is 'other'"):
        see(small(), netbox, adopt_from="12")


def test_ids_that_begin_with_the_other_are_not_meant() -> None:
    """The fields of the first DIET are loose: asked for 1, NetBox finds 1, 12 and 21."""
    netbox = as_generated(small())
    assert set(conflicts(small(), netbox, adopt_from="1")) == {"name-taken"}
    netbox.graphql_enabled = False
    assert set(conflicts(small(), netbox, adopt_from="2")) == {"name-taken"}


def test_another_plan_of_ours_comes_over_too() -> None:
    netbox = built()
    before = cabled(netbox)
    plan = small()
    plan["id"] = "pod-1"
    done = bring(plan, netbox, adopt_from="test")
    assert {c.action for c in done.changes.changes if c.kind in ("device", "interface", "cable")} == {"update"}
    assert cabled(netbox) == before
    assert named(netbox, "gpu-001")["tags"] == ["diet-pod-1"]
    assert not see(plan, netbox).changes
    assert see(small(0), netbox, prune=True).observed.owned.devices == {}


def test_its_keys_say_nothing_about_ours() -> None:
    """What is gpu/2 there is called like gpu/1 here, and gpu/2 is new here."""
    netbox = built(small(2))
    plan = small(2)
    plan["id"] = "pod-1"
    plan["server_classes"]["gpu"]["instances"] = {1: {"name": "gpu-002"}, 2: {"name": "new"}}
    second = named(netbox, "gpu-002")["id"]
    done = bring(plan, netbox, adopt_from="test")
    assert done.changes.counts()["device"] == {"create": 1, "update": 4}
    assert netbox.tables[DEVICES][second]["custom_fields"]["hedgehog_instance_index"] == 1
    assert not see(plan, netbox).changes


def test_its_own_id_says_nothing() -> None:
    netbox = built()
    assert not see(small(), netbox, adopt_from="test").changes


def test_a_mesh_whose_pairs_are_cabled_otherwise() -> None:
    plan = document(
        {"leaf": switches(servers=zone("1-4", "1x100g"), mesh=zone("9-12", "1x800g", type="mesh"), quantity=3)},
        {"gpu": servers(3, {"distribution": "same-switch"})},
        fabrics={"fab": {"mode": "mesh"}},
        catalog=acme(),
    )
    netbox = as_generated(plan)
    ports = {n: [port(netbox, f"leaf-0{n}", f"E1/{p}") for p in (9, 10, 11, 12)] for n in (1, 2, 3)}
    # Not one of the lanes between leaf-02 and leaf-03 is a near end with us.
    pairs = [(1, 3, 0, 0), (1, 3, 1, 1), (1, 2, 2, 2), (1, 2, 3, 3), (2, 3, 0, 2), (3, 2, 3, 1)]
    mesh = [c for c in netbox.tables[CABLES].values() if all(
        i in (*ports[1], *ports[2], *ports[3]) for i in netbox.ends_of(c)
    )]
    for cable, (a, b, at_a, at_b) in zip(mesh, pairs, strict=True):
        cable["a_terminations"] = [{"object_type": "dcim.interface", "object_id": ports[a][at_a]}]
        cable["b_terminations"] = [{"object_type": "dcim.interface", "object_id": ports[b][at_b]}]
    before = cabled(netbox)
    bring(plan, netbox, adopt_from="12")
    assert cabled(netbox) == before
    assert not see(plan, netbox).changes


def test_a_plan_that_grows_while_it_comes_over() -> None:
    netbox = as_generated(small(3))
    before = cabled(netbox)
    bring(small(4), netbox, adopt_from="12")
    assert {i: ends for i, ends in cabled(netbox).items() if i in before} == before
    assert not see(small(4), netbox).changes


def test_fields_that_are_there_get_what_they_lack() -> None:
    netbox = as_generated(small())
    bring(small(), netbox, adopt_from="12")
    fields = {row["name"]: row for row in netbox.tables[FIELDS].values()}
    assert "dcim.cable" in fields["hedgehog_zone"]["object_types"] and "hedgehog_key" in fields


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_run_that_dies_is_continued(after_commit: bool) -> None:
    whole = as_generated(small())
    exchange(whole, ("gpu-001", "c0-p0"), ("gpu-002", "c0-p0"))
    expected = copy.deepcopy(whole)
    bring(small(), expected, adopt_from="12")
    tried = [*broken_off(whole, after_commit, lambda netbox: bring(small(), netbox, adopt_from="12"))]
    for netbox in tried:
        assert netbox.state() == expected.state()
        assert not see(small(), netbox).changes
    assert len(tried) > 4
