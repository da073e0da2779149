# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger as text: what is written can be read, and what cannot be read is said so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import (
    Domain,
    End,
    Entry,
    Ledger,
    LedgerError,
    dump,
    read,
)

from ..plans import again, counts, document, ends, expanded, rails, servers, switches, zone

GOOD = "a=gpu/1:rail-0/0 b=be-leaf/3:17/1@2x400g domain=1:1-4"

keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,12}", fullmatch=True)
numbers = st.integers(1, 99999)
breakouts = st.builds(Breakout, st.integers(1, 16), st.integers(1, 1600))
switch_ends = st.builds(
    lambda key, index, port, lane, breakout: End(f"{key}/{index}", f"{port}/{lane}", breakout),
    keys, numbers, numbers, st.integers(1, 16), breakouts,
)
server_ends = st.builds(lambda key, index, nic, port: End(f"{key}/{index}", f"{nic}/{port}"), keys, numbers, keys,
                        st.integers(0, 63))
entries = st.builds(
    Entry, st.one_of(server_ends, switch_ends), switch_ends,
    st.one_of(st.none(), st.builds(Domain, numbers, numbers, numbers)),
)


@given(entries)
def test_an_entry_reads_back_what_it_writes(entry: Entry) -> None:
    assert Entry.parse(entry.text()) == entry


@given(st.dictionaries(st.builds(lambda key, n: f"server {key}/{n}/c/0", keys, numbers), entries))
def test_a_ledger_file_reads_back_what_it_writes(rows: dict[str, Entry]) -> None:
    text = dump("gpu", Ledger(rows))
    found = read(text, "x", "gpu")
    assert {key: entry.text() for key, entry in found.items()} == {key: entry.text() for key, entry in rows.items()}
    assert dump("gpu", found) == text
    assert dump("gpu", Ledger(dict(reversed(rows.items())))) == text


def test_a_ledger_file_has_a_line_per_link_in_natural_order() -> None:
    rows = {f"server gpu/{n}/c/0": Entry.parse(f"a=gpu/{n}:c/0 b=leaf/1:{n}/1@1x100g") for n in (10, 2, 1)}
    lines = dump("gpu", Ledger({key: entry for key, entry in rows.items() if entry})).splitlines()
    assert [line.split('"')[1] for line in lines if "server" in line] == [
        "server gpu/1/c/0", "server gpu/2/c/0", "server gpu/10/c/0",
    ]


def test_the_parts_of_an_entry() -> None:
    entry = Entry.parse(GOOD)
    assert entry is not None
    assert entry.a == End("gpu/1", "rail-0/0")
    assert entry.b == End("be-leaf/3", "17/1", Breakout(2, 400))
    assert (entry.a.physical, entry.b.physical) == (None, (17, 1))
    assert entry.domain == Domain(1, 1, 4)


BAD = [
    "", "nonsense", "a=gpu/1:x/0", "a=gpu:x/0 b=leaf/1:1/1@1x100g", "a=gpu/1:x/0 b=leaf:1/1@1x100g",
    "a=gpu/1:x/0 b=leaf/x:1/1@1x100g", "a=gpu/1:x/0 b=leaf/0:1/1@1x100g", "a=gpu/1:x/0 b=leaf/-1:1/1@1x100g",
    "a=gpu/1:x/0 b=leaf/99999999:1/1@1x100g", f"a=gpu/1:x/0 b=leaf/{'9' * 5000}:1/1@1x100g",
    "a=gpu/1:x/0 b=leaf/1:1/1@1x100g domain=0:0-1", "a=gpu/1:x/0 b=leaf/1:1/1@1x100g domain=1:1-99999999",
    "a=gpu/1:x/0 b=leaf/1:1/1@1x100g domain=1", "a=gpu/\u0661:x/0 b=leaf/1:1/1@1x100g",
]


@pytest.mark.parametrize("text", BAD)
def test_text_that_is_no_entry(text: str) -> None:
    assert Entry.parse(text) is None


@given(st.text(alphabet="ab=:/@x gdomain0123456789-", max_size=60))
def test_no_text_is_taken_for_more_than_it_is(text: str) -> None:
    entry = Entry.parse(text)
    assert entry is None or entry.text() == text or "@" in text


@pytest.mark.parametrize("port", ["999/1", "0/1", "1/0", "1", "x/y", f"{'9' * 5000}/1", "1/1/1"])
@pytest.mark.parametrize("breakout", ["1x100g", "4x25g", "0x0g", "wide"])
def test_entries_that_parse_and_mean_nothing_do_no_harm(port: str, breakout: str) -> None:
    plan = document({"leaf": switches(servers=zone("1-4"))}, {"gpu": servers(3, {})})
    entry = Entry.parse(f"a=gpu/2:c0/0 b=leaf/1:{port}@{breakout}")
    assert entry is not None
    assert ends(expanded(plan, Ledger({"server gpu/2/c0/0": entry}))) == ends(expanded(plan))


def test_a_domain_that_contradicts_another_is_placed_anew() -> None:
    plan = document({"leaf": switches(servers=zone("1-4"))}, {"gpu": servers(2, *rails(2))})
    first = expanded(plan)
    rows = {cable.key: Entry.parse(cable.ports) for cable in first.cables}
    broken = {key: entry for key, entry in rows.items() if entry}
    for key in [key for key in broken if key.startswith("server gpu/2/")]:
        broken[key] = Entry(broken[key].a, broken[key].b, Domain(7, 1, 1))
    assert counts(expanded(plan, Ledger(broken))) == {"leaf": 1}
    assert again(plan, expanded(plan, Ledger(broken))) is not None


# -- files -----------------------------------------------------------------------------------------------------------


def file(**changes: Any) -> str:
    return json.dumps({"format": 1, "plan": "gpu", "links": {"server gpu/1/rail-0/0": GOOD}, **changes})


def test_a_good_file() -> None:
    assert read(file(), "x.json", "gpu")["server gpu/1/rail-0/0"].text() == GOOD


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x.json is not a ledger file"),
        ("{", "x.json is not a ledger file"),
        ("[1]", "x.json is not a ledger file"),
        ("[" * 100_000, "x.json is not a ledger file"),
        (json.dumps({"plan": "gpu"}), "x.json is not a ledger file"),
        ("<<<<<<< HEAD\n" + file(), "Remove it, and the next apply writes it anew"),
        (file(format=2), "x.json has format 2; this version reads 1. Use a newer hedgehog.diet."),
        (file(plan="other"), "x.json belongs to the plan 'other', not to 'gpu'. Name another `ledger_file`."),
        (file(links={"k": "garbage"}), "x.json is damaged at the link 'k': 'garbage'"),
        (file(links={"k": 7}), "x.json is damaged at the link 'k': 7"),
        (file(links=[GOOD]), "x.json is not a ledger file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(text: str, words: str) -> None:
    with pytest.raises(LedgerError) as error:
        read(text, "x.json", "gpu")
    assert words in str(error.value)
    assert len(str(error.value)) < 500


def test_what_netbox_has_lies_above_the_file() -> None:
    one, other = Entry.parse(GOOD), Entry.parse(GOOD.replace("17/1", "18/1"))
    assert one is not None and other is not None
    merged = Ledger({"a": one, "b": one}).under(Ledger({"b": other, "c": other}))
    assert dict(merged) == {"a": one, "b": other, "c": other}


# -- ports that others take ------------------------------------------------------------------------------------------

takens = st.dictionaries(
    st.builds(lambda key, n: f"{key}/{n}", keys, numbers),
    st.frozensets(st.one_of(numbers.map(str), st.builds(lambda p, n: f"{p}/{n}", numbers, st.integers(1, 16))),
                  min_size=1, max_size=4),
)


@given(takens, st.dictionaries(st.builds(lambda key, n: f"server {key}/{n}/c/0", keys, numbers), entries, max_size=2))
def test_a_file_reads_back_what_others_take(taken: dict[str, frozenset[str]], rows: dict[str, Entry]) -> None:
    text = dump("gpu", Ledger(rows, taken))
    found = read(text, "x", "gpu")
    assert found.taken == taken
    assert found.keys() == rows.keys()
    assert dump("gpu", found) == text
    assert dump("gpu", Ledger(rows, dict(reversed(taken.items())))) == text


def test_a_file_has_a_line_per_switch_in_natural_order_and_none_where_nothing_is_taken() -> None:
    text = dump("gpu", Ledger({}, {"sw/10": frozenset({"2"}), "sw/2": frozenset({"10", "9/2", "9/1"}),
                                   "sw/3": frozenset()}))
    assert text == (
        '{\n "format": 1,\n "plan": "gpu",\n "taken": {\n  "sw/2": ["9/1", "9/2", "10"],\n  "sw/10": ["2"]\n },\n'
        ' "links": {}\n}\n'
    )
    assert "taken" not in dump("gpu", Ledger({}, {"sw/3": frozenset()}))


@pytest.mark.parametrize(
    "taken",
    [
        7, [], "sw/1", {"sw/1": "1"}, {"sw/1": ["x"]}, {"sw/1": [1]}, {"sw/1": ["0"]}, {"sw/1": ["1/0"]},
        {"sw/1": ["1/2/3"]}, {"sw/1": ["1 "]}, {"sw/1": ["1\n"]}, {"sw": ["1"]}, {"sw/0": ["1"]}, {"sw/x": ["1"]},
        {"": ["1"]}, {"sw/1": None}, {"sw/9999999": ["1"]}, {"sw/1\n": ["1"]}, {"sw/1": ["1", "17/"]},
    ],
)
def test_damaged_ports_are_said(taken: Any) -> None:
    with pytest.raises(LedgerError) as error:
        read(file(taken=taken), "x.json", "gpu")
    assert "x.json is damaged at the ports taken on " in str(error.value)
    assert "Take it from your version control." in str(error.value)


@pytest.mark.parametrize("taken", [{}, {"sw/1": []}, {"sw/1": ["1"], "sw/2": ["1/2"]}])
def test_ports_that_can_be_read(taken: Any) -> None:
    found = read(file(taken=taken), "x.json", "gpu").taken
    assert {device: sorted(ports) for device, ports in found.items()} == taken


def test_what_netbox_says_of_a_switch_is_all_that_is_taken_there() -> None:
    below = Ledger({}, {"sw/1": frozenset({"1", "2"}), "sw/2": frozenset({"1"})})
    merged = below.under(Ledger({}, {"sw/1": frozenset({"3"})}))
    assert merged.taken == {"sw/1": {"3"}, "sw/2": {"1"}}


def test_other_entries_have_the_same_ports_taken() -> None:
    ledger = Ledger({}, {"sw/1": frozenset({"1"})})
    assert ledger.like({}).taken == ledger.uncabled().taken == ledger.taken


# -- former ids ------------------------------------------------------------------------------------------------------


def test_a_file_of_a_former_id_is_read() -> None:
    text = file(plan="gpu-old")
    assert read(text, "x.json", "gpu", ("gpu-older", "gpu-old")).keys() == {"server gpu/1/rail-0/0"}
    with pytest.raises(LedgerError, match="belongs to the plan 'gpu-old', not to 'gpu'"):
        read(text, "x.json", "gpu", ("gpu-older",))


@pytest.mark.parametrize("number", [2, 99, "2", None, 0, [1], {"a": 1}])
def test_a_file_of_another_format_is_refused_before_anything_else_of_it_is_read(number: Any) -> None:
    text = file(format=number, plan="other", links={"k": "garbage"}, taken=7)
    with pytest.raises(LedgerError, match="reads 1"):
        read(text, "x.json", "gpu")
