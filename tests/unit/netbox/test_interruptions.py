# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that break off at any request, and the next one, which ends where they would have."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ..fakes.interrupted import broken_off
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..plans import Document
from ..runs import bring, see, tear_down
from .scene import GENERATIONS, built, owned, row_of, small, where_of


def steps() -> list[tuple[str, Document, Document, dict[str, Any]]]:
    larger = small(5)
    larger["switch_classes"]["spine"]["quantity"] = 2
    return [
        ("build", {}, small(), {}),
        ("grow and move", small(), larger, {"max_moves": 99}),
        ("shrink", small(5), small(2), {"prune": True}),
    ]


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize(("name", "before", "after", "options"), steps(), ids=[s[0] for s in steps()])
def test_a_run_that_breaks_off_at_any_request_is_continued(
    name: str, before: Document, after: Document, options: dict[str, Any], after_commit: bool
) -> None:
    start = FakeNetBox()
    if before:
        bring(before, start)
    whole = copy.deepcopy(start)
    bring(after, whole, **options)
    tried = [*broken_off(start, after_commit, lambda netbox: bring(after, netbox, **options))]
    for netbox in tried:
        assert netbox.state() == whole.state()
        assert not see(after, netbox).changes
        for endpoint, keys in owned(netbox).items():
            assert len(keys) == len(set(keys)), endpoint
    assert len(tried) > 3


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("version", GENERATIONS)
@pytest.mark.parametrize(
    ("endpoint", "keys", "exchanged"),
    [
        (CABLES, ("server gpu/1/c0/0", "server gpu/2/c0/0"), "b_terminations"),
        (CABLES, ("server gpu/1/c0/0", "server gpu/2/c0/0"), "a_terminations"),
        (DEVICES, ("gpu/1", "gpu/2"), "name"),
        (INTERFACES, ("gpu/1:c0/0", "gpu/1:c0/1"), "name"),
    ],
)
def test_an_exchange_that_breaks_off_is_continued(
    endpoint: str, keys: tuple[str, str], exchanged: str, version: str, after_commit: bool
) -> None:
    start = built()
    start.version = version
    whole = start.state()
    first, second = (row_of(start, endpoint, key) for key in keys)
    first[exchanged], second[exchanged] = second[exchanged], first[exchanged]
    tried = [*broken_off(start, after_commit, lambda netbox: bring(small(), netbox))]
    for netbox in tried:
        assert netbox.state() == whole
        assert not see(small(), netbox).changes
    assert len(tried) == 4  # off, on, record, and none


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
def test_a_teardown_that_breaks_off_is_continued(after_commit: bool) -> None:
    start = built()
    start.make(DEVICES, name="foreign", **where_of(start))
    for netbox in broken_off(start, after_commit, lambda netbox: tear_down("test", netbox)):
        assert [row["name"] for row in netbox.tables[DEVICES].values()] == ["foreign"]
        assert not netbox.tables[CABLES] and not netbox.tables[INTERFACES]
