# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys as they were written become the keys that the plan has now, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Entry, Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames

RENAMES = Renames(
    classes={"old": "new", "sw-old": "sw"},
    zones={"sw/up-old": "up"},
    nics={"new/nic-old": "nic"},
    connections={"new/link-old": "link"},
)


@pytest.mark.parametrize(
    ("former", "present"),
    [
        ("server old/7/link-old/0", "server new/7/link/0"),
        ("server new/7/link-old/0", "server new/7/link/0"),
        ("server old/7/other/0", "server new/7/other/0"),
        ("server third/7/link-old/0", "server third/7/link-old/0"),
        ("fabric sw-old/2/up-old/33/1", "fabric sw/2/up/33/1"),
        ("fabric sw/2/up/33/1", "fabric sw/2/up/33/1"),
        ("mesh third/2/up-old/33/1", "mesh third/2/up-old/33/1"),
        ("server old", "server new"), ("", ""), ("x", "x"), ("server ", "server "),
    ],
)
def test_links(former: str, present: str) -> None:
    assert RENAMES.link(former) == present


@pytest.mark.parametrize(
    ("former", "present"),
    [("old/7:nic-old/0", "new/7:nic/0"), ("sw-old/2:33/1", "sw/2:33/1"), ("third/7:nic-old/0", "third/7:nic-old/0"),
     ("old/7", "old/7"), ("", "")],
)
def test_interfaces(former: str, present: str) -> None:
    assert RENAMES.interface(former) == present


def test_devices() -> None:
    former, present = ("old/7", "sw-old/1", "third/1", "old"), ["new/7", "sw/1", "third/1", "old"]
    assert [RENAMES.device(key) for key in former] == present


def entry(text: str) -> Entry:
    found = Entry.parse(text)
    assert found is not None
    return found


def test_both_ends_of_an_entry() -> None:
    found = RENAMES.entry(entry("a=old/7:nic-old/0 b=sw-old/3:17/1@2x400g domain=1:1-4"))
    assert found.text() == "a=new/7:nic/0 b=sw/3:17/1@2x400g domain=1:1-4"


def test_what_stands_under_the_present_key_wins() -> None:
    """A run that broke off has written some under their new keys."""
    first, second = "a=old/7:c/0 b=sw-old/3:1/1@1x100g", "a=new/7:c/0 b=sw/3:2/1@1x100g"
    for rows in ((first, second), (second, first)):
        keys = {first: "server old/7/link-old/0", second: "server new/7/link/0"}
        ledger = Ledger({keys[text]: entry(text) for text in rows})
        assert {key: e.text() for key, e in RENAMES.ledger(ledger).items()} == {keys[second]: second}


def test_ports_that_others_take_go_with_their_switch() -> None:
    ledger = Ledger({}, {"sw-old/1": frozenset({"1"}), "third/1": frozenset({"2"})})
    assert RENAMES.ledger(ledger).taken == {"sw/1": {"1"}, "third/1": {"2"}}
    both = Ledger({}, {"sw-old/1": frozenset({"1"}), "sw/1": frozenset({"3"})})
    assert RENAMES.ledger(both).taken == {"sw/1": {"3"}}


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(RENAMES.link(text), str)
    assert isinstance(RENAMES.interface(text), str)
    assert Renames().link(text) == Renames().interface(text) == Renames().device(text) == text


def test_without_renames_a_ledger_is_left_as_it_is() -> None:
    ledger = Ledger({"k": entry("a=old/7:c/0 b=sw-old/3:1/1@1x100g")}, {"sw-old/1": frozenset({"1"})})
    assert Renames(plan_ids=("before",)).ledger(ledger) is ledger
