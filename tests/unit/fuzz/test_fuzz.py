# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A seeded slice of bad input of every kind: an error in words or a right result, whatever it is.

`make soak` tries tens of thousands (`parts.py`). What was found is kept below, one test each.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.answers import (
    extent_of,
    graphql_rows,
    graphql_shape,
    page_of,
    rest_shape,
    row_errors,
    written_rows,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import NetBoxError, ServerError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics

from .mutations import mutated, mutated_bytes
from .outcomes import ERROR, RIGHT, in_words
from .parts import PARTS, attempt, run

SLICE = {"reply": 10, "snapshot": 6, "journal": 6, "run record": 6, "marks": 8, "plan document": 12, "plan text": 25}


@pytest.mark.parametrize("part", PARTS)
def test_a_slice_of_each_part(part: str, tmp_path: Path) -> None:
    outcomes = [attempt(part, 1, number, tmp_path) for number in range(SLICE.get(part, 100))]
    assert set(outcomes) <= {ERROR, RIGHT}
    assert ERROR in outcomes


def test_the_same_seed_tries_the_same() -> None:
    """So that what is told of a soak can be tried again."""
    document = {"a": [1, {"b": "c"}], "d": {"e": None}}
    assert [mutated(document, Random(n)) for n in range(50)] == [mutated(document, Random(n)) for n in range(50)]
    assert mutated_bytes(b"abc\ndef", Random(3)) == mutated_bytes(b"abc\ndef", Random(3))
    assert document == {"a": [1, {"b": "c"}], "d": {"e": None}}


def test_what_goes_wrong_is_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(rng: Random, _directory: Path) -> str:
        if rng.random() < 0.5:
            raise KeyError("results")
        return ERROR

    monkeypatch.setitem(PARTS, "refusal", (breaks, 1))
    told: list[str] = []
    counts = run(20, 1, "refusal", told.append)["refusal"]
    assert counts["inputs"] == 20 and counts["wrong"] == len(told) > 0 and counts["errors"] + counts["wrong"] == 20
    assert "KeyError: 'results'" in told[0] and "seed 1" in told[0]


# -- anything at all -------------------------------------------------------------------------------------------------

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(("id", "results", "errors", "data", "count", "name", "x")), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_any_answer_is_rows_or_an_error(body: Any) -> None:
    shape = rest_shape("dcim/devices", "id,name,role,custom_fields,tags")
    for take in (
        lambda: page_of(body, shape, "x"), lambda: extent_of(body, shape, "x"), lambda: written_rows(body, "x"),
        lambda: graphql_rows(body, "data", graphql_shape("device_list", "name role { slug }")),
    ):
        try:
            take()
        except ServerError as error:
            in_words(error)
    assert all(position is None or position >= 0 for position, _text in row_errors(body, [1, 2]))


@given(_JSON)
def test_any_document_is_a_plan_or_an_error(document: Any) -> None:
    try:
        read_plan(document if isinstance(document, dict) else {"schema": document})
    except PlanError as error:
        in_words(error)


# -- what was found --------------------------------------------------------------------------------------------------


class Always:
    """Answers everything with one body, but for what it is."""

    def __init__(self, body: Any, version: str = "4.7.3") -> None:
        self.statistics, self.at_once = Statistics(), 1
        self._body, self._version, self.left = body, version, 50

    def send(self, method: str, path: str, params: Any = None, body: Any = None) -> Response:
        self.left -= 1
        assert self.left, "it asks and asks"
        return Response(200, {"netbox-version": self._version} if path == "/api/status/" else self._body)


def test_pages_that_do_not_go_on_have_an_end() -> None:
    rows = [{"id": 3, "name": "x"}]
    with pytest.raises(ServerError, match="answered with older ones only"):
        list(Client(Always({"count": 1, "next": None, "results": rows})).rest_rows("dcim/sites", {"fields": "id"}))


def test_a_list_that_ends_before_its_count_does() -> None:
    """A rack that was missing in it would be made a second time."""
    with pytest.raises(ServerError, match="dcim/racks/ was read 4 times"):
        list(Client(Always({"count": 1, "next": None, "results": []})).rest_list("dcim/racks", fields="id,name"))


def test_a_count_that_cannot_be_makes_no_list_of_slices() -> None:
    with pytest.raises(ServerError, match="`count` is 1000000000000, and the highest id 3"):
        Client(Always({"count": 10**12, "next": None, "results": [{"id": 3}]})).extent("dcim/sites", fields="id")


@pytest.mark.parametrize("version", ["9" * 5000 + ".1", "4", "x", "4.9999"])
def test_a_version_that_is_none(version: str) -> None:
    with pytest.raises(ServerError, match="names no netbox-version"):
        Client(Always({}, version))


@pytest.mark.parametrize("kind", RESOURCES)
def test_every_field_that_is_read_is_known(kind: str) -> None:
    """Or an answer with something else in it would be believed, or refused."""
    one = RESOURCES[kind]
    assert {name for name, _check in graphql_shape(one.graphql, one.selection)} >= {"id", "custom_fields"}


def test_a_missing_or_other_field_is_told_by_name_and_id() -> None:
    row = {"id": 7, "name": "x", "role": {"slug": "leaf"}, "custom_fields": None, "tags": [{"slug": "a"}]}
    shape = rest_shape("dcim/devices", ",".join(row))
    assert page_of({"count": 1, "results": [row]}, shape, "dcim/devices") == ([row], 1)
    for name, value in (("role", None), ("role", {}), ("role", []), ("name", 7), ("tags", None), ("tags", [None])):
        with pytest.raises(NetBoxError, match=f"dcim/devices .*`{name}` of id 7 is "):
            page_of({"results": [row | {name: value}]}, shape, "dcim/devices")
    for name in row:
        with pytest.raises(NetBoxError, match=f"`{name}`.* is missing"):
            page_of({"results": [{key: one for key, one in row.items() if key != name}]}, shape, "dcim/devices")
