# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Type, colour, label and length of cables: the near end says it; where it says nothing, the far zone does."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Cable

from ..plans import Document, document, errors_of, expanded, servers, switches, zone


def plan(near: Document, far: Document | None = None, number: int = 1, **more: Any) -> Document:
    link = {"cable": near} if near else {}
    return document(
        {"leaf": switches(servers=zone("1-8", **({"cable": far} if far else {})))}, {"gpu": servers(number, link)},
        **more,
    )


def cable(rows: Document) -> Cable:
    (found,) = expanded(rows).cables
    return found


def test_nothing_is_said_of_a_cable_that_the_plan_says_nothing_of() -> None:
    found = cable(plan({}))
    assert (found.type, found.color, found.label, found.length, found.length_unit) == (None,) * 5


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [
        ({"type": "smf"}, {"type": "aoc", "color": "00ff00"}, ("smf", "00ff00", None, None, None)),
        ({}, {"type": "aoc", "length": 3}, ("aoc", None, None, 3, "m")),
        ({"length": 2.5}, {"length": 300, "length_unit": "cm"}, (None, None, None, 2.5, "m")),
        ({"color": "000000"}, {"length": 30, "length_unit": "cm"}, (None, "000000", None, 30, "cm")),
        ({"label": "{kind}"}, {"label": "far"}, (None, None, "server", None, None)),
        ({}, {"label": "far"}, (None, None, "far", None, None)),
    ],
)
def test_the_near_end_wins_field_by_field_and_a_length_goes_with_its_unit(
    near: Document, far: Document, expected: tuple[Any, ...]
) -> None:
    found = cable(plan(near, far))
    assert (found.type, found.color, found.label, found.length, found.length_unit) == expected


def test_every_variable_of_a_label() -> None:
    pattern = "{a_device} {a_interface}/{b_device} {b_interface} {kind} {plan} {{}}"
    assert cable(plan({"label": pattern})).label == "gpu-001 c0-p0/leaf-01 E1/1 server test {}"


def test_the_near_zone_of_a_link_between_switches_says_it() -> None:
    rows = document(
        {
            "leaf": switches(servers=zone("1"), up=zone("101", "1x800g", "uplink", cable={"label": "up {a_device}"})),
            "spine": switches(
                role="spine", down=zone("1-8", "1x800g", "fabric", cable={"label": "down", "color": "0000ff"})
            ),
        },
        {"gpu": servers(1, {})},
    )
    found = {c.kind: c for c in expanded(rows).cables}
    assert (found["fabric"].label, found["fabric"].color) == ("up leaf-01", "0000ff")
    assert found["server"].label is None


@pytest.mark.parametrize(
    ("near", "far", "path"),
    [
        ({"label": "x" * 101}, None, ("server_classes", "gpu", "connections", "c0", "cable", "label")),
        ({}, {"label": "{a_device}" + "x" * 94}, ("switch_classes", "leaf", "zones", "servers", "cable", "label")),
    ],
)
def test_a_label_that_is_too_long_is_said_once_where_it_stands(
    near: Document, far: Document | None, path: tuple[str, ...]
) -> None:
    (error,) = errors_of(plan(near, far, number=3))
    assert (error.code, error.path) == ("label-too-long", path)
    assert "has 101 characters; NetBox takes 100" in error.message


@pytest.mark.parametrize("pattern", ["{index}", "{a_device.name}", "{a_device!r}", "{a_device:03d}", "{kind", "{}"])
def test_a_label_has_bare_variables_only(pattern: str) -> None:
    for rows in (plan({"label": pattern}), plan({}, {"label": pattern})):
        assert [e.code for e in errors_of(rows)] == ["bad-pattern"]


@pytest.mark.parametrize(
    "look",
    [
        {"type": "rope"}, {"color": "green"}, {"color": "00FF00"}, {"length": 0}, {"length_unit": "cm"},
        {"length": 1, "length_unit": "yd"}, {"x": 1},
    ],
)
def test_what_no_cable_is_like(look: Document) -> None:
    assert len(errors_of(plan(look))) == 1
