# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says of single devices: names, pods in names, attributes of plan, class and instance."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import topology_digest

from ..plans import Document, again, document, ends, errors_of, expanded, loaded, servers, switches, zone
from ..promises import check
from ..strategies import described, plans


def plan(**server: object) -> Document:
    return document({"leaf": switches(servers=zone("1-8"))}, {"gpu": servers(3, {}, **server)})


def said(rows: Document, field: str) -> list[object]:
    return [getattr(d, field) for d in expanded(rows).devices if d.class_key == "gpu"]


@given(plans(), st.data())
def test_what_a_plan_says_arrives_and_moves_no_cable(plain: Document, data: st.DataObject) -> None:
    rows = data.draw(described(plain))
    try:
        topology = expanded(rows)
    except PlanError:
        assume(False)
    check(loaded(rows), topology, taken=plain["_taken"])
    before = expanded(plain)
    assert ends(topology) == ends(before)
    assert topology_digest(again(rows, before)) == topology_digest(topology)


@pytest.mark.parametrize("field", ["tenant", "location", "rack", "platform", "status", "description"])
def test_the_nearest_one_that_says_it_wins(field: str) -> None:
    one, two, three = ("active", "staged", "failed") if field == "status" else ("one", "two", "three")
    rows = plan()
    assert said(rows, field) == [None, None, None]
    rows["defaults"] = {field: one}
    assert said(rows, field) == [one, one, one]
    rows["server_classes"]["gpu"][field] = two
    assert said(rows, field) == [two, two, two]
    rows["server_classes"]["gpu"]["instances"] = {"2": {field: three}}
    assert said(rows, field) == [two, three, two]


def test_tags_add_up() -> None:
    rows = plan(tags=["b", "a"], instances={"2": {"tags": ["d", "a"]}, "3": {"name": "x"}})
    rows["defaults"] = {"tags": ["c"]}
    assert said(rows, "tags") == [("a", "b", "c"), ("a", "b", "c", "d"), ("a", "b", "c")]
    assert said(plan(), "tags") == [None, None, None]


def test_a_name_of_its_own() -> None:
    assert said(plan(instances={"2": {"name": "Number Two"}}), "name") == ["gpu-001", "Number Two", "gpu-003"]


@pytest.mark.parametrize(
    ("instances", "code", "path"),
    [
        ({"2": {"name": "GPU-003"}}, "duplicate-name", ("server_classes", "gpu", "instances", "2", "name")),
        ({"1": {"name": "x"}, "2": {"name": "X"}}, "duplicate-name",
         ("server_classes", "gpu", "instances", "2", "name")),
        ({"4": {"name": "x"}}, "out-of-range", ("server_classes", "gpu", "instances", "4")),
        ({str(n): {"rack": "r", "position": 3, "face": "front"} for n in (1, 2)}, "position-twice",
         ("server_classes", "gpu", "instances", "2", "position")),
        ({"1": {"rack": "r", "position": 3}}, "position-without-face",
         ("server_classes", "gpu", "instances", "1", "position")),
        ({"1": {"position": 3}}, "position-without-rack", ("server_classes", "gpu", "instances", "1", "position")),
        ({"1": {"face": "rear"}}, "position-without-rack", ("server_classes", "gpu", "instances", "1", "face")),
    ],
)
def test_what_instances_cannot_say(instances: Document, code: str, path: tuple[str, ...]) -> None:
    found = [(error.code, error.path) for error in errors_of(plan(instances=instances))]
    if code == "duplicate-name" and "GPU-003" in str(instances):
        # The devices are compared in the order of their indices: it is the third that comes too late.
        path = ("naming", "server")
    assert found == [(code, path)]


def test_two_devices_may_have_one_name_under_two_tenants() -> None:
    rows = plan(instances={"1": {"name": "x", "tenant": "one"}, "2": {"name": "x", "tenant": "two"}})
    assert said(rows, "name")[:2] == ["x", "x"]


def test_positions_are_taken_once_a_side() -> None:
    rows = plan(rack="r", instances={
        "1": {"position": 3, "face": "front"}, "2": {"position": 3, "face": "rear"},
        "3": {"position": 4.5, "face": "rear"},
    })
    assert said(rows, "position") == [3, 3, 4.5]
    one = plan(rack="r", position=7, face="front")
    assert [e.code for e in errors_of(one)] == ["position-twice"]
    one["server_classes"]["gpu"]["quantity"] = 1
    assert said(one, "position") == [7]


def test_a_name_may_say_the_pod() -> None:
    rows = document(
        {
            "leaf": switches(servers=zone("1"), up=zone("101-104", "1x800g", "uplink")),
            "spine": switches(role="spine", down=zone("1-8", "1x800g", "fabric"),
                              up=zone("901-902", "1x800g", "uplink")),
            "core": switches(role="core", down=zone("1-8", "1x800g", "fabric")),
        },
        {"gpu": servers(3, {})}, fabrics={"fab": {"leaves_per_pod": 2}},
        naming={"leaf": "p{pod}-{class}-{index}", "spine": "p{pod:02d}-{class}-{index}"},
    )
    names = {d.key: d.name for d in expanded(rows).devices if d.role}
    assert names == {
        "core/1": "core-01", "leaf/1": "p1-leaf-1", "leaf/2": "p1-leaf-2", "leaf/3": "p2-leaf-3",
        "spine/1": "p01-spine-1", "spine/2": "p02-spine-2",
    }
    for category in ("core", "server"):
        wrong = copy.deepcopy(rows)
        wrong["naming"][category] = "{pod}-{class}-{index}"
        assert [e.code for e in errors_of(wrong)] == ["bad-pattern"]
    del rows["fabrics"]["fab"]["leaves_per_pod"]
    assert [e.path for e in errors_of(rows)] == [("naming", "leaf"), ("naming", "spine")]
