# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which optics fit each other, and what is said of a plan where they do not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, WARNING, Diagnostic, Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.rules.optics import (
    BLOCKED,
    MATCH,
    NEEDS_REVIEW,
    check_optics,
    judge,
    reach_fits,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Optic

Document = dict[str, Any]

WHOLE = Breakout(1, 800)
HALVES = Breakout(2, 400)


def optic(slug: str = "a", **fields: str) -> Optic:
    return Optic(slug, "acme", slug.upper(), **fields)


TWIN = {"cage_type": "OSFP", "connector": "Dual MPO-12", "medium": "MMF"}
CARD = {"cage_type": "QSFP112", "connector": "MPO-12", "medium": "MMF"}
DAC = {"medium": "DAC", "assembly": "DAC", "cage_type": "OSFP"}

RULES: list[tuple[str, Optic | None, Optic | None, Breakout, str, str]] = [
    ("none", None, None, WHOLE, MATCH, "no-optics"),
    ("switch only", optic(), None, WHOLE, NEEDS_REVIEW, "one-end-only"),
    ("server only", None, optic(), WHOLE, NEEDS_REVIEW, "one-end-only"),
    ("far end of another medium", optic(**DAC, far_end_medium="DAC"), optic("b", medium="MMF"), WHOLE, BLOCKED,
     "medium-mismatch"),
    ("far end of another medium and cage", optic(**DAC, far_end_medium="DAC", far_end_cage_type="QSFP112"),
     optic("b", medium="MMF", cage_type="OSFP"), WHOLE, BLOCKED, "medium-mismatch"),
    ("far end of another cage", optic(**DAC, far_end_medium="DAC", far_end_cage_type="QSFP112"),
     optic("b", medium="DAC", cage_type="OSFP"), WHOLE, NEEDS_REVIEW, "cable-assembly-far-end-cage-mismatch"),
    ("far end fits, near end is unlike", optic(**DAC, far_end_medium="DAC", far_end_cage_type="QSFP112"),
     optic("b", medium="DAC", cage_type="QSFP112", connector="Direct"), WHOLE, MATCH, "cable-assembly-match"),
    ("far end of an active cable of fibre", optic(medium="MMF", assembly="AOC", far_end_medium="MMF"),
     optic("b", medium="MMF", cage_type="SFP28"), WHOLE, MATCH, "cable-assembly-match"),
    ("copper says itself that it is an assembly", optic(medium="ACC", far_end_cage_type="QSFP112"),
     optic("b", medium="DAC", cage_type="QSFP112"), WHOLE, MATCH, "cable-assembly-match"),
    ("the same assembly at both ends", optic(**DAC, far_end_cage_type="QSFP112"),
     optic(**DAC, far_end_cage_type="QSFP112"), WHOLE, MATCH, "cable-assembly-match"),
    ("assembly without far end", optic(**DAC), optic("b", medium="MMF"), WHOLE, BLOCKED, "medium-mismatch"),
    ("a far end of what is no assembly", optic(medium="MMF", far_end_medium="SMF"), optic("b", medium="MMF"), WHOLE,
     MATCH, "match"),
    ("media", optic(medium="MMF"), optic("b", medium="SMF"), WHOLE, BLOCKED, "medium-mismatch"),
    ("media before all else", optic(**TWIN), optic("b", **CARD | {"medium": "SMF"}), HALVES, BLOCKED,
     "medium-mismatch"),
    ("approved", optic(**TWIN), optic("b", **CARD), HALVES, MATCH, "approved-asymmetric"),
    ("approved for another breakout", optic(**TWIN), optic("b", **CARD), WHOLE, NEEDS_REVIEW, "cage-mismatch"),
    ("approved the other way round", optic(**CARD), optic("b", **TWIN), HALVES, NEEDS_REVIEW, "cage-mismatch"),
    ("cages", optic(cage_type="OSFP"), optic("b", cage_type="QSFP112"), WHOLE, NEEDS_REVIEW, "cage-mismatch"),
    ("cages before connectors", optic(cage_type="OSFP", connector="LC"), optic("b", cage_type="SFP28",
     connector="MPO-12"), WHOLE, NEEDS_REVIEW, "cage-mismatch"),
    ("connectors", optic(cage_type="OSFP", connector="LC"), optic("b", cage_type="OSFP", connector="MPO-12"), WHOLE,
     NEEDS_REVIEW, "connector-mismatch"),
    ("alike", optic(**CARD), optic("b", **CARD), WHOLE, MATCH, "match"),
    ("nothing known of one", optic(**CARD), optic("b"), WHOLE, MATCH, "match"),
    ("case", optic(medium="mmf", cage_type="osfp"), optic("b", medium="MMF", cage_type="OSFP"), WHOLE, MATCH, "match"),
    ("reach is not compared", optic(medium="SMF", reach_class="DR"), optic("b", medium="SMF", reach_class="FR"), WHOLE,
     MATCH, "match"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("switch", "server", "breakout", "outcome", "code"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES]
)
def test_rules(switch: Optic | None, server: Optic | None, breakout: Breakout, outcome: str, code: str) -> None:
    verdict = judge(switch, server, breakout)
    assert (verdict.outcome, verdict.code) == (outcome, code)
    assert "{" not in verdict.reason and verdict.reason


@pytest.mark.parametrize(
    ("reach", "medium", "fits"),
    [
        ("DAC", "DAC", True), ("DAC", "ACC", True), ("DAC", "Copper", True),
        ("DAC", "MMF", False), ("DAC", "SMF", False),
        ("SR", "MMF", True), ("LR", "SMF", True), ("DR", "SMF", True), ("FR", "SMF", True),
        ("SR", "DAC", False), ("LR", "ACC", False), ("DR", "DAC", False), ("FR", "DAC", False),
        ("ZR", "DAC", True), ("", "DAC", True), ("SR", "", True), ("DAC", "", True), ("SR", "air", True),
    ],
)
def test_reach_and_medium(reach: str, medium: str, fits: bool) -> None:
    assert reach_fits(optic(reach_class=reach, medium=medium)) == fits


# -- plans ------------------------------------------------------------------------------------------------------------

PLAN: Document = {
    "schema": 1,
    "id": "p",
    "site": "s",
    "fabrics": {"f": {}, "m": {"mode": "mesh"}},
    "switch_classes": {
        "leaf": {
            "fabric": "f", "role": "server-leaf", "device_type": "celestica-ds5000", "quantity": 2,
            "zones": {
                "servers": {"type": "server", "ports": "1-8", "breakout": "2x400g"},
                "uplinks": {"type": "uplink", "ports": "33-36", "breakout": "1x800g"},
            },
        },
        "spine": {
            "fabric": "f", "role": "spine", "device_type": "celestica-ds5000",
            "zones": {
                "down": {"type": "fabric", "ports": "1-32", "breakout": "1x800g"},
                "border": {"type": "server", "ports": "33-36", "breakout": "1x800g"},
            },
        },
        "edge": {
            "fabric": "m", "role": "server-leaf", "device_type": "celestica-ds5000", "quantity": 1,
            "zones": {
                "mesh": {"type": "mesh", "ports": "1-2", "breakout": "1x800g"},
                "out": {"type": "uplink", "ports": "3-4", "breakout": "1x800g", "peer": "spine/border"},
            },
        },
        "other": {
            "fabric": "m", "role": "server-leaf", "device_type": "celestica-ds5000", "quantity": 1,
            "zones": {"mesh": {"type": "mesh", "ports": "1-2", "breakout": "1x800g"}},
        },
    },
    "server_classes": {
        "gpu": {
            "quantity": 2, "device_type": "box", "nics": {"n": {"ports": [f"p{n}" for n in range(10)]}},
            "connections": {
                f"c{n}": {"nic": "n", "zone": "leaf/servers", "first_port": n, "distribution": "same-switch"}
                for n in range(10)
            },
        },
    },
    "catalog": {
        "optics": {
            "sr": {"manufacturer": "acme", "model": "SR", "medium": "MMF", "reach_class": "SR"},
            "dr": {"manufacturer": "acme", "model": "DR", "medium": "SMF", "cage_type": "OSFP"},
            "qdr": {"manufacturer": "acme", "model": "QDR", "medium": "SMF", "cage_type": "QSFP112"},
            "dac": {
                "manufacturer": "acme", "model": "DAC", "medium": "DAC", "cage_type": "OSFP", "assembly": "DAC",
                "far_end_medium": "DAC", "far_end_cage_type": "QSFP112",
            },
            "odd": {"manufacturer": "acme", "model": "Odd", "medium": "DAC", "reach_class": "SR"},
        },
    },
}  # fmt: skip


@pytest.fixture
def plan() -> Document:
    return copy.deepcopy(PLAN)


def zone(plan: Document, name: str) -> Document:
    class_key, key = name.split("/")
    found: Document = plan["switch_classes"][class_key]["zones"][key]
    return found


@pytest.fixture(autouse=True)
def _these_rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that breaks rules is a value too."""
    monkeypatch.setattr(load, "validate", lambda plan, found: None)


def found_in(plan: Document) -> list[Diagnostic]:
    found = Diagnostics()
    loaded, _warnings = load.load(plan)
    check_optics(loaded, found)
    return list(found)


def connections(plan: Document) -> Document:
    rows: Document = plan["server_classes"]["gpu"]["connections"]
    return rows


def test_without_optics_there_is_nothing_to_say(plan: Document) -> None:
    assert found_in(plan) == []


def test_what_is_at_one_end_only_is_said_once_per_optic(plan: Document) -> None:
    zone(plan, "leaf/servers")["optic"] = "dr"
    (warning,) = found_in(plan)
    assert (warning.severity, warning.code) == (WARNING, "optics-need-review")
    assert warning.path == ("server_classes", "gpu", "connections", "c0")
    assert warning.message.startswith("'dr' is at one end only: gpu/c0, gpu/c1, ")
    assert warning.message.endswith("gpu/c7 and 2 more.")


def test_a_pair_that_needs_a_look_is_said_once(plan: Document) -> None:
    zone(plan, "leaf/servers")["optic"] = "dr"
    for row in connections(plan).values():
        row["optic"] = "qdr"
    (warning,) = found_in(plan)
    assert warning.path == ("server_classes", "gpu", "connections", "c0", "optic")
    assert "'dr' sits in OSFP, 'qdr' in QSFP112" in warning.message


def test_in_a_strict_plan_each_connection_is_an_error(plan: Document) -> None:
    plan["strict"] = True
    zone(plan, "leaf/servers")["optic"] = "dr"
    for row in connections(plan).values():
        row["optic"] = "dr"
    connections(plan)["c3"]["optic"] = connections(plan)["c4"]["optic"] = "qdr"
    assert [(d.severity, d.code, d.path[3]) for d in found_in(plan)] == [
        (ERROR, "optics-need-review", "c3"), (ERROR, "optics-need-review", "c4")
    ]


def blocked(plan: Document) -> list[tuple[str, tuple[str, ...]]]:
    return [(d.code, d.path) for d in found_in(plan) if d.severity == ERROR]


def test_what_cannot_work_is_an_error_at_each_connection(plan: Document) -> None:
    zone(plan, "leaf/servers")["optic"] = "dr"
    for row in connections(plan).values():
        row["optic"] = "dr"
    connections(plan)["c3"]["optic"] = connections(plan)["c4"]["optic"] = "sr"
    assert blocked(plan) == [
        ("optics-do-not-match", ("server_classes", "gpu", "connections", name, "optic")) for name in ("c3", "c4")
    ]


@pytest.mark.parametrize(
    ("near", "far"), [("leaf/uplinks", "spine/down"), ("edge/mesh", "other/mesh"), ("edge/out", "spine/border")]
)
def test_links_between_switches_are_compared_too(plan: Document, near: str, far: str) -> None:
    zone(plan, near)["optic"], zone(plan, far)["optic"] = "dr", "sr"
    class_key, key = near.split("/")
    assert blocked(plan) == [("optics-do-not-match", ("switch_classes", class_key, "zones", key, "optic"))]
    zone(plan, far)["optic"] = "dr"
    assert found_in(plan) == []


@pytest.mark.parametrize(("near", "far"), [("dac", "qdr"), ("qdr", "dac")])
def test_an_assembly_is_looked_at_from_its_own_end(plan: Document, near: str, far: str) -> None:
    plan["catalog"]["optics"]["qdr"]["medium"] = "DAC"
    zone(plan, "leaf/uplinks")["optic"], zone(plan, "spine/down")["optic"] = near, far
    assert found_in(plan) == []


def test_zones_that_are_not_cabled_to_each_other_are_not_compared(plan: Document) -> None:
    zone(plan, "leaf/uplinks")["optic"], zone(plan, "spine/down")["optic"] = "dr", "sr"
    plan["fabrics"]["f"]["fabric_class"] = "unmanaged"
    assert found_in(plan) == []


def test_each_uplink_is_compared_with_what_it_is_cabled_to(plan: Document) -> None:
    spine = plan["switch_classes"]["spine"]["zones"]
    spine["slow"] = {"type": "fabric", "ports": "40-47", "breakout": "2x400g", "optic": "sr"}
    plan["switch_classes"]["leaf"]["zones"]["slow"] = {
        "type": "uplink", "ports": "40-43", "breakout": "2x400g", "optic": "sr"
    }
    zone(plan, "leaf/uplinks")["optic"] = zone(plan, "spine/down")["optic"] = "dr"
    assert found_in(plan) == []


def test_meshes_are_not_cabled_to_each_other(plan: Document) -> None:
    plan["fabrics"]["n"] = {"mode": "mesh"}
    plan["switch_classes"]["other"]["fabric"] = "n"
    zone(plan, "edge/mesh")["optic"], zone(plan, "other/mesh")["optic"] = "dr", "sr"
    assert found_in(plan) == []


def test_what_is_not_there_is_not_compared(plan: Document) -> None:
    zone(plan, "leaf/uplinks")["optic"], zone(plan, "spine/down")["optic"] = "dr", "sr"
    zone(plan, "leaf/servers")["optic"] = "dr"
    plan["switch_classes"]["leaf"]["quantity"] = plan["server_classes"]["gpu"]["quantity"] = 0
    assert found_in(plan) == []


def test_a_reach_class_of_another_medium_is_an_error_once(plan: Document) -> None:
    zone(plan, "leaf/servers")["optic"] = "odd"
    for row in connections(plan).values():
        row["optic"] = "odd"
    assert blocked(plan) == [("reach-does-not-fit-medium", ("catalog", "optics", "odd", "reach_class"))]


def test_an_optic_that_nothing_has_is_not_looked_at(plan: Document) -> None:
    assert "odd" in plan["catalog"]["optics"]
    assert found_in(plan) == []
