# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking over what is there on the real NetBox: what people made, and what the first DIET made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from .support.core import Core
from .support.plans import rails, tiny
from .support.rest import NetBox, Row, built, differences, end, end_ids

BeginWith = Callable[[str], None]

KINDS = ("devices", "interfaces", "cables")
OURS = ("hedgehog_key", "hedgehog_instance_index", "hedgehog_ports")  # what the first DIET does not know


def mark_all(netbox: NetBox, plan_id: str | None, tags: list[int]) -> None:
    """Make of all that is there somebody else's: without ours, under another plan's id or nobody's."""
    switches = {row["id"] for row in netbox.all("dcim/devices") if row["custom_fields"]["hedgehog_role"]}
    for kind in KINDS:
        body = []
        for row in netbox.all(f"dcim/{kind}"):
            marked = plan_id if kind != "interfaces" or row["device"]["id"] in switches else None
            keep = set() if marked is None else set(row["custom_fields"]) - {*OURS, "hedgehog_plan_id"}
            fields = {name: None for name in row["custom_fields"] if name not in keep} | {"hedgehog_plan_id": marked}
            if kind == "cables":
                fields = dict.fromkeys(row["custom_fields"]) | {"hedgehog_plan_id": marked}
            body.append({"id": row["id"], "custom_fields": fields, "tags": tags if marked else []})
        assert netbox.send("PATCH", f"dcim/{kind}", body).status_code == 200


def cables(netbox: NetBox) -> dict[int, tuple[list[int], list[int]]]:
    return {row["id"]: end_ids(row) for row in netbox.all("dcim/cables")}


def exchange(netbox: NetBox, first: Row, second: Row) -> None:
    """Exchange the far ends of two cables."""
    (a, far), (_b, other) = end_ids(first), end_ids(second)
    netbox.hold(first["id"], a[0], None)
    netbox.update("dcim/cables", second["id"], b_terminations=[end({"id": far[0]})])
    netbox.update("dcim/cables", first["id"], b_terminations=[end({"id": other[0]})])


def test_the_way_over_from_the_first_diet(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("rails")
    exchange(netbox, netbox.cable("server gpu/1/rail-0/0"), netbox.cable("server gpu/2/rail-0/0"))
    tag = netbox.create("extras/tags", name="hedgehog-generated", slug="hedgehog-generated")["id"]
    field = netbox.one("extras/custom-fields", name="hedgehog_plan_id")["id"]
    netbox.update("extras/custom-fields", field, filter_logic="loose")
    mark_all(netbox, "12", [tag])
    more = netbox.device("gpu-002")
    fields = {"name": "gpu-009", **{name: more[name]["id"] for name in ("site", "role", "device_type")}}
    unwanted = netbox.create("dcim/devices", **fields, custom_fields={"hedgehog_plan_id": "12"})
    begin_id = netbox.create("dcim/devices", **fields | {"name": "x"}, custom_fields={"hedgehog_plan_id": "121"})["id"]

    with pytest.raises(PlanError, match=r"of the plan '12' has it.*`formerly: \[12\]`.*`adopt_from: 12`"):
        core.preview(rails(), adopt=True)
    before, state = cables(netbox), netbox.snapshot()
    shown = core.preview(rails(), adopt_from="12")
    assert shown.counts == {
        "cable": {"update": 14}, "device": {"update": 8}, "interface": {"update": 28},
    }
    assert shown.changes.reasons() == {"adopted": 50} and shown.codes == ["adopt-unwanted"]
    done = core.apply(rails(), adopt_from="12")
    assert (done.changes, done.digest) == (shown.changes, shown.digest)
    assert cables(netbox) == before
    rows = built(netbox, "rails")
    assert {kind: len(rows[kind]) for kind in KINDS} == {"devices": 8, "interfaces": 28, "cables": 14}
    assert rows["devices"]["gpu/1"]["tags"] == ["diet-rails", "hedgehog-generated"]
    entry = rows["cables"]["server gpu/1/rail-0/0"]["custom_fields"]["hedgehog_ports"]
    assert entry == "a=gpu/1:be/0 b=rail-leaf/1:1/2@2x400g domain=1:1-2"
    touched = {place for place in differences(state, netbox.snapshot()) if place[0] == "dcim/devices"}
    assert not touched & {("dcim/devices", unwanted["id"]), ("dcim/devices", begin_id)}
    for adopt_from in ("12", ""):
        assert not core.apply(rails(), adopt_from=adopt_from).writes


def test_what_people_made_and_two_plans_beside_each_other(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    expected = built(netbox, "tiny")
    theirs = netbox.create("extras/tags", name="Theirs", slug="theirs")["id"]
    mark_all(netbox, None, [])
    device = netbox.device("gpu-001")
    netbox.update("dcim/devices", device["id"], name="GPU-001", tags=[theirs])
    before = cables(netbox)
    shown = core.preview(tiny(), adopt=True)
    assert shown.counts == {"cable": {"update": 6}, "device": {"update": 5}, "interface": {"update": 12}}
    done = core.apply(tiny(), adopt=True)
    assert done.lines == shown.lines
    assert cables(netbox) == before
    expected["devices"]["gpu/1"]["tags"] = ["diet-tiny", "theirs"]
    assert built(netbox, "tiny") == expected
    assert not core.apply(tiny(), adopt=True).writes

    # The same classes on the same site, under an id that the other begins with.
    naming = dict.fromkeys(("server", "leaf", "oob"), "b-{class}-{index:02d}")
    other = tiny(plan_id="tin", naming=naming)
    netbox.update(
        "extras/custom-fields", netbox.one("extras/custom-fields", name="hedgehog_plan_id")["id"], filter_logic="loose"
    )
    with pytest.raises(PlanError, match="of the plan 'tiny' has it"):
        core.apply(tiny(plan_id="tin"), adopt=True)
    state = netbox.snapshot()
    core.apply(other, adopt=True)
    assert not {place: found for place, found in differences(state, netbox.snapshot()).items() if place[0] in (
        "dcim/devices", "dcim/interfaces", "dcim/cables",
    )}
    for plan in (tiny(), other):
        assert not core.apply(plan, prune=True).writes
