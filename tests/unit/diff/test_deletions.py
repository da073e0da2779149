# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much may be deleted, and what is said of more."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    DELETE,
    UPDATE,
    WITH_DEVICE,
    Change,
    ChangeSet,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.deletions import (
    DEFAULT,
    NO_LIMIT,
    Limit,
    LimitError,
    check_deletions,
    limit_of,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned, Row


def refused(gone: int, owned: int, limit: Limit) -> list[str]:
    """What is said of a change set that deletes some of so many devices, and touches another."""
    have = Owned(devices={f"gpu/{n}": Row(n, f"gpu-{n}", {}, "test") for n in range(owned)})
    changes = [Change("device", DELETE, f"gpu/{n}", f"gpu-{n}", {}, {}, n) for n in range(gone)]
    found = Diagnostics()
    check_deletions(ChangeSet((*changes, Change("device", UPDATE, "x/1", "x"))), have, limit, found)
    return [one.message for one in found]


@pytest.mark.parametrize(
    ("said", "owned", "allowed"),
    [
        (0, 100, 0), ("0", 100, 0), (7, 100, 7), (" 7 ", 3, 7), ("0%", 100, 0), ("10%", 100, 10), ("10 %", 109, 10),
        ("2.5%", 1000, 25), ("100%", 33, 33), (None, 100, 50), (None, 1000, 50), (None, 1020, 51),
        (None, 140_280, 7014),
    ],
)
def test_a_number_a_share_and_the_default(said: Any, owned: int, allowed: int) -> None:
    limit = limit_of(said, DEFAULT)
    assert limit.of(owned) == allowed
    if allowed < owned < 1000:
        assert refused(allowed, owned, limit) == []
        assert len(refused(allowed + 1, owned, limit)) == 1


def test_without_a_limit_everything_may_go() -> None:
    assert limit_of(None) == NO_LIMIT
    assert refused(500, 500, NO_LIMIT) == []


@pytest.mark.parametrize(
    "said", ["", "many", "-1", -1, "101%", "100.1%", "%", "1e3", 1.5, True, False, "5 percent", [5]]
)
def test_anything_else_is_an_error_that_names_it(said: Any) -> None:
    with pytest.raises(LimitError, match="a number of objects, such as 200, or a share"):
        limit_of(said)


def test_the_arithmetic_of_a_refusal() -> None:
    gone = [
        Change("device", DELETE, "gpu/1", "gpu-1", {}, {}, 1),
        Change("interface", DELETE, "gpu/1:fe/0", "gpu-1 fe", {"device": "gpu/1"}, {}, 2, via=WITH_DEVICE),
        Change("interface", DELETE, "leaf/1:9/1", "leaf-1 E9", {"device": "leaf/1"}, {}, 3),
        Change("cable", DELETE, "server gpu/1/fe/0", "x", {}, {}, 4),
    ]
    owned = Owned(interfaces={f"leaf/1:{n}": Row(n, "x", {}, "test") for n in range(1234)})
    found = Diagnostics()
    check_deletions(ChangeSet(tuple(gone)), owned, limit_of("0.2%"), found)
    (one,) = found
    assert one.message == (
        "4 of the 1,234 objects that the plan owns would be deleted (1 devices, 2 interfaces, 1 cables; 3 of gpu, 1 of"
        " leaf), and 2 may be (0.2 % of 1,234)."
    )
    assert "max_deletions: 4" in one.hint
    assert refused(60, 100, DEFAULT)[0].endswith("and 50 may be (5 % of 100, or 50 where that is more).")
    assert refused(3, 100, limit_of(2))[0].endswith("and 2 may be (max_deletions: 2).")


def test_not_every_class_is_named() -> None:
    gone = [Change("device", DELETE, f"class-{n}/1", "x", {}, {}, n) for n in range(100)]
    found = Diagnostics()
    check_deletions(ChangeSet(tuple(gone)), Owned(), limit_of(0), found)
    (one,) = found
    assert "and of 90 more classes" in one.message and len(one.message) < 500
