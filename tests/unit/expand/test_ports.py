# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Port ranges: grammar, orders in which ports are drawn, and ranges as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.ports import (
    PortRangeError,
    draw_order,
    format_ports,
    parse_ports,
)

from ..plans import document, errors_of, expanded, port_of, servers, switches, zone


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("5", (5,)), (5, (5,)), ("1-4", (1, 2, 3, 4)), ("1,3,5", (1, 3, 5)), ("1-4,6,8-10", (1, 2, 3, 4, 6, 8, 9, 10)),
        ("1-7:2", (1, 3, 5, 7)), ("1-8:3", (1, 4, 7)), ("2-2", (2,)), ("1-1:5", (1,)), ("3,1,2,1", (1, 2, 3)),
        (" 1 - 3 , 5 ", (1, 2, 3, 5)), ("1,,2", (1, 2)), ("1,2,", (1, 2)), ("1-3\n", (1, 2, 3)),
        ("1024", (1024,)), ("01-03", (1, 2, 3)),
    ],
)
def test_ranges(text: str | int, ports: tuple[int, ...]) -> None:
    assert parse_ports(text) == ports


@pytest.mark.parametrize(
    "text",
    ["", ",", " ", "a", "0", "-1", "1-", "-", "1025", "1-1025", "4-1", "1-4:0", "1-4:-1", "1-4:", "5:2", "1:2:3",
     "1-2-3", "1..4", "0x1", "1e3", "1.5", "9" * 5000, "1-" + "9" * 5000],
)
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(PortRangeError):
        parse_ports(text)


def test_an_order_keeps_what_is_written_and_names_nothing_twice() -> None:
    assert parse_ports("5,1-3,4", keep_order=True) == (5, 1, 2, 3, 4)
    with pytest.raises(PortRangeError, match="twice"):
        parse_ports("1-3,2", keep_order=True)


@pytest.mark.parametrize(
    ("allocation", "order"),
    [
        ("sequential", (1, 2, 3, 4, 5, 6, 7, 8)),
        ("interleaved", (1, 3, 5, 7, 2, 4, 6, 8)),
        ("spaced", (1, 5, 2, 6, 3, 7, 4, 8)),
    ],
)
def test_draw_orders(allocation: str, order: tuple[int, ...]) -> None:
    assert draw_order(tuple(range(1, 9)), allocation) == order


@pytest.mark.parametrize(
    ("allocation", "order"), [("interleaved", (1, 3, 5, 2, 4)), ("spaced", (1, 4, 2, 5, 3))]
)
def test_the_first_half_of_an_odd_number_is_longer(allocation: str, order: tuple[int, ...]) -> None:
    assert draw_order((1, 2, 3, 4, 5), allocation) == order


def test_interleaving_counts_positions_not_port_numbers() -> None:
    assert draw_order((2, 4, 6, 9), "interleaved") == (2, 6, 4, 9)


@given(st.sets(st.integers(1, 60), min_size=1), st.sampled_from(("sequential", "interleaved", "spaced")))
def test_every_order_has_every_port_once(ports: set[int], allocation: str) -> None:
    assert sorted(draw_order(tuple(sorted(ports)), allocation)) == sorted(ports)


def test_a_custom_order_names_exactly_the_ports() -> None:
    assert draw_order((1, 2, 3), "custom", (3, 1, 2)) == (3, 1, 2)
    with pytest.raises(PortRangeError, match="differs in 3, 4"):
        draw_order((1, 2, 3), "custom", (1, 2, 4))


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        ((1,), "1"), ((1, 2, 3), "1-3"), ((1, 3, 5), "1-5:2"), ((1, 2, 4, 5), "1-2,4-5"), ((1, 3), "1,3"),
        ((1, 2, 3, 4, 6, 8, 9, 10), "1-4,6,8-10"), ((2, 6, 10, 14), "2-14:4"),
    ],
)
def test_ranges_as_text(ports: tuple[int, ...], text: str) -> None:
    assert format_ports(ports) == text


@given(st.sets(st.integers(1, 1024), min_size=1))
def test_text_reads_back(ports: set[int]) -> None:
    assert parse_ports(format_ports(tuple(sorted(ports)))) == tuple(sorted(ports))


# -- in plans --------------------------------------------------------------------------------------------------------


def test_lanes_of_a_port_are_drawn_one_after_the_other() -> None:
    plan = document({"leaf": switches(servers=zone("1-4", "2x100g", allocation="spaced"))}, {"gpu": servers(6, {})})
    found = port_of(expanded(plan))
    assert [found[f"server gpu/{n}/c0/0"] for n in range(1, 7)] == [
        "leaf/1:1/1", "leaf/1:1/2", "leaf/1:3/1", "leaf/1:3/2", "leaf/1:2/1", "leaf/1:2/2",
    ]


def test_names_of_broken_out_ports_and_of_whole_ones() -> None:
    zones = {"a": zone("1", "4x200g"), "b": zone("2", "1x800g")}
    plan = document(
        {"leaf": switches(**zones)},
        {"x": servers(1, {"zone": "leaf/a", "ports": 2}), "y": servers(1, {"zone": "leaf/b"})},
    )
    names = {i.key: (i.name, i.lane, i.physical_port, i.speed) for i in expanded(plan).interfaces}
    assert names["leaf/1:1/1"] == ("E1/1/1", 1, 1, 200)
    assert names["leaf/1:1/2"] == ("E1/1/2", 2, 1, 200)
    assert names["leaf/1:2/1"] == ("E1/2", None, 2, 800)
    assert names["x/1:c0/1"] == ("c0-p1", None, None, 200)


def test_a_port_may_be_written_as_a_number() -> None:
    plan = document({"leaf": switches(servers=zone(7))}, {"gpu": servers(1, {})})
    assert port_of(expanded(plan)) == {"server gpu/1/c0/0": "leaf/1:7/1"}


LONG = ["1" + " " * 100_000 + "x", "1," * 50_000 + "x", "1-2:" + "3" * 100_000, "-" * 100_000]


@pytest.mark.parametrize("ports", LONG, ids=range(4))
def test_long_nonsense_is_refused_quickly(ports: str) -> None:
    begin = time.monotonic()
    plan = document({"leaf": switches(servers=zone(ports))}, {"gpu": servers(1, {})})
    codes = {error.code for error in errors_of(plan)}
    assert codes and codes <= {"invalid-value", "invalid-ports", "out-of-range"}
    assert time.monotonic() - begin < 5
