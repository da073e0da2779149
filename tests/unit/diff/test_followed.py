# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cables that somebody moved get a ledger entry where they are."""

from __future__ import annotations

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.followed import followed
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Entry, Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned, Row

ENTRY = "a=gpu/1:c0/0 b=leaf/1:1/1@2x100g domain=1:1-2"
NEAR, FAR = "gpu/1:c0/0", "leaf/1:1/1"


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((NEAR, "leaf/2:3/1"), "a=gpu/1:c0/0 b=leaf/2:3/1@2x100g domain=1:1-2"),
        (("leaf/2:3/1", NEAR), "a=gpu/1:c0/0 b=leaf/2:3/1@2x100g domain=1:1-2"),
        ((NEAR, "#77"), "a=gpu/1:c0/0 b=leaf/1:8/2@2x100g domain=1:1-2"),
        ((NEAR, FAR), None), ((FAR, NEAR), None),  # where it was placed
        (("gpu/2:c0/0", FAR), None), (("gpu/2:c0/0", "leaf/2:3/1"), None),  # off its server
        ((NEAR,), None), ((), None), (None, None), ((NEAR, NEAR), None),
        ((NEAR, "#78"), None), ((NEAR, "gpu/2:c0/0"), None), ((NEAR, "(FrontPortType)"), None),
    ],
)
def test_a_cable_is_followed_to_another_switch_port(ends: tuple[str, ...] | None, text: str | None) -> None:
    placed = Ledger({"k": Entry.parse(ENTRY)})  # type: ignore[dict-item]
    owned = Owned(cables={"k": Row(1, "k", {"ends": ends})})
    found = followed(placed, owned, {"#77": "leaf/1:8/2"})
    assert {key: entry.text() for key, entry in found.items()} == ({"k": text} if text else {})
    assert followed(placed, Owned(), {}) == {}
