# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One form of every value on both sides: what NetBox says by GraphQL and by REST, against the plan."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import UPDATE, Change, ChangeSet
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.normalize import same, wanted_values
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.reasons import Evidence, differing, explain
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Cable, Device
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.rest import _plain

FIELDS = {(kind, one.name): one for kind, resource in RESOURCES.items() for one in resource.fields}


def read(kind: str, name: str, row: dict[str, Any]) -> Any:
    refs = References()
    for key, row_id in (("gpu/1:a", 1), ("leaf/1:b", 2)):
        refs.add("interface", key, row_id)
    return FIELDS[kind, name].read(_plain(row), refs)


CHOICE = {"value": "active", "label": "Active"}


@pytest.mark.parametrize(
    ("kind", "name", "row", "wanted", "equal"),
    [
        # Choices: plain in GraphQL, a pair in REST, null or empty where there is none.
        ("device", "status", {"status": "active"}, "active", True),
        ("device", "status", {"status": CHOICE}, "active", True),
        ("device", "status", {"status": CHOICE}, "failed", False),
        ("device", "face", {"face": ""}, "front", False),
        ("device", "face", {"face": {"value": "front", "label": "Front"}}, "front", True),
        ("cable", "type", {"type": None}, "smf", False),
        ("cable", "length_unit", {"length_unit": {"value": "m", "label": "Meters"}}, "m", True),
        # Selection custom fields, which 4.7 gives as a pair.
        ("device", "role", {"custom_fields": {"hedgehog_role": {"value": "spine", "label": "Spine"}}}, "spine", True),
        ("device", "role", {"custom_fields": {"hedgehog_role": {"value": "spine", "label": "Spine"}}}, "leaf", False),
        ("device", "role", {"custom_fields": {"hedgehog_role": "spine"}}, "spine", True),
        # Null against absent, and against nothing.
        ("device", "role", {"custom_fields": {"hedgehog_role": None}}, "", True),
        ("device", "role", {"custom_fields": {}}, "", True),
        ("device", "role", {"custom_fields": None}, "", True),
        ("device", "role", {"custom_fields": {"hedgehog_role": ""}}, "", True),
        ("device", "role", {}, "spine", False),
        ("interface", "lane", {"custom_fields": {"hedgehog_breakout_index": None}}, None, True),
        ("interface", "lane", {"custom_fields": {"hedgehog_breakout_index": 0}}, None, False),
        ("device", "platform", {"platform": None}, "sonic", False),
        ("device", "platform", {"platform": {"slug": "sonic"}}, "sonic", True),
        ("device", "description", {"description": ""}, "x", False),
        # Decimals: text in GraphQL, numbers in REST.
        ("device", "position", {"position": "10.0"}, 10, True),
        ("device", "position", {"position": 10.0}, 10, True),
        ("device", "position", {"position": "10.5"}, 10.5, True),
        ("device", "position", {"position": "10.5"}, 10, False),
        ("device", "position", {"position": None}, 10, False),
        ("cable", "length", {"length": "3.50"}, 3.5, True),
        ("cable", "length", {"length": 3.0}, 3, True),
        ("cable", "length", {"length": "3.51"}, 3.5, False),
        # Speeds are whole in a plan; one that is not must not pass for the next lower.
        ("interface", "speed", {"speed": 100_000_000}, 100, True),
        ("interface", "speed", {"speed": 100_500_000}, 100, False),
        ("interface", "speed", {"speed": 100_000}, None, False),
        ("interface", "speed", {"speed": None}, None, True),
        ("interface", "speed", {"speed": 0}, None, True),
        # Tags are a set, and those of others do not matter.
        ("device", "tags", {"tags": [{"slug": "b"}, {"slug": "a"}]}, ("a", "b"), True),
        ("device", "tags", {"tags": [{"slug": "b"}, {"slug": "mine"}, {"slug": "a"}]}, ("a", "b"), True),
        ("device", "tags", {"tags": [{"slug": "a"}]}, ("a", "b"), False),
        ("device", "tags", {"tags": []}, ("a",), False),
        ("device", "tags", {}, ("a",), False),
    ],
)
def test_what_netbox_says_against_what_is_wanted(
    kind: str, name: str, row: dict[str, Any], wanted: Any, equal: bool
) -> None:
    assert same(name, read(kind, name, row), wanted) is equal


def ends(*sides: list[int]) -> dict[str, Any]:
    rows = [[{"__typename": "InterfaceType", "id": row_id} for row_id in side] for side in sides]
    return {"a_terminations": rows[0], "b_terminations": rows[1]}


@pytest.mark.parametrize(
    ("row", "equal"),
    [
        (ends([1], [2]), True), (ends([2], [1]), True), (ends([1], []), False), (ends([], []), False),
        (ends([1], [3]), False), (ends([1, 3], [2]), False), (ends([1], [1]), False),
        ({"a_terminations": None, "b_terminations": None}, False),
        ({**ends([], [2]), "a_terminations": [{"__typename": "FrontPortType"}]}, False),
    ],
)
def test_ends_of_cables(row: dict[str, Any], equal: bool) -> None:
    assert same("ends", read("cable", "ends", row), ("gpu/1:a", "leaf/1:b")) is equal


def test_texts_are_trimmed_as_netbox_does() -> None:
    device = Device("gpu/1", " gpu 1 ", "gpu", 1, "server", "server", "x", "dc1", description=" as it is \n")
    values = wanted_values(device)
    assert (values["name"], values["description"]) == ("gpu 1", "as it is")


def test_lengths_have_the_decimals_that_netbox_keeps() -> None:
    cable = Cable("k", "server", "a", "b", "", "", 1, "", label="  ", length=3.14159, length_unit="m")
    assert wanted_values(cable)["length"] == 3.14
    assert same("length", read("cable", "length", {"length": "3.14"}), wanted_values(cable)["length"])


# -- equal, different because, cannot say because --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("has", "evidence", "outcome"),
    [
        ("gpu-001", Evidence(missing="nobody knows"), ()),
        ("x", Evidence(unchanged=True), ("drift", "")),
        ("x", Evidence({("device", "gpu/1"): {"name": "x"}}), ("plan changed", "")),
        ("x", Evidence({("device", "gpu/1"): {"name": "y"}}), ("both", "")),
        ("x", Evidence(missing="nobody knows"), ("cannot say", "nobody knows")),
    ],
)
def test_a_field_has_one_of_three_outcomes(has: str, evidence: Evidence, outcome: tuple[str, ...]) -> None:
    change = Change("device", UPDATE, "gpu/1", "gpu-001", {"name": has}, {"name": "gpu-001"}, 1)
    if not outcome:
        assert differing(change) == []
        return
    (found,) = explain(ChangeSet((change,)), evidence).changes
    assert (found.reason, found.because) == outcome
