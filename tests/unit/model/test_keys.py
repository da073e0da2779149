# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: natural order, and the ways into and out of them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout
from ansible_collections.hedgehog.diet.plugins.module_utils.model.keys import (
    device_key,
    device_order,
    interface_key,
    interface_order,
    lane_link_key,
    link_kind,
    link_order,
    natural,
    nic_port_key,
    server_link_key,
    split_device_key,
    split_interface_key,
    switch_port_key,
)


@pytest.mark.parametrize(
    "order",
    [
        ["rail-2", "rail-10"],
        ["1", "2", "10", "a"],
        ["a", "a1", "a2", "a10", "a10b", "b"],
        ["leaf/2:9/1", "leaf/2:10/1", "leaf/10:1/1"],
        ["a", "a-1", "a-b"],
    ],
)
def test_numbers_are_numbers(order: list[str]) -> None:
    mixed = order[:]
    random.Random(3).shuffle(mixed)
    assert sorted(mixed, key=natural) == order


@given(st.text(), st.text())
def test_only_equal_text_is_equal(left: str, right: str) -> None:
    assert (natural(left) == natural(right)) == (left == right)


@pytest.mark.parametrize("text", ["9" * 5000, "a" + "1" * 10_000, "\u0661\u0662", "\u00b2"])
def test_odd_digits_have_an_order_too(text: str) -> None:
    assert sorted([text, "a", "1"], key=natural)


CLASS_KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,3}", fullmatch=True) | st.sampled_from(
    ["fe", "fe-b", "fe.1", "fe1", "fe10", "fe2", "1", "1a", "01", "10"]
)
INDICES = st.integers(1, 12)
DEVICES = st.builds(device_key, CLASS_KEYS, INDICES)
PORTS = st.builds(switch_port_key, INDICES, INDICES) | st.builds(nic_port_key, CLASS_KEYS, st.integers(0, 11))
LINKS = st.builds(server_link_key, DEVICES, CLASS_KEYS, st.integers(0, 11)) | st.builds(
    lane_link_key, st.sampled_from(["fabric", "mesh", "border", "oob"]), DEVICES, CLASS_KEYS,
    st.builds(switch_port_key, INDICES, INDICES),
)


@given(st.lists(DEVICES), st.lists(st.builds(interface_key, DEVICES, PORTS)), st.lists(LINKS))
def test_keys_are_sorted_by_their_parts_as_by_their_text(
    devices: list[str], interfaces: list[str], links: list[str]
) -> None:
    assert sorted(devices, key=device_order) == sorted(devices, key=natural)
    assert sorted(interfaces, key=interface_order) == sorted(interfaces, key=natural)
    assert sorted(links, key=link_order) == sorted(links, key=natural)


def test_what_is_put_together_comes_apart() -> None:
    device = device_key("be-leaf", 12)
    assert split_device_key(device) == ("be-leaf", 12)
    assert split_interface_key(interface_key(device, "17/1")) == (device, "17/1")
    assert server_link_key("gpu/1", "fe", 0) == "server gpu/1/fe/0"
    assert lane_link_key("fabric", device, "uplinks", "33/1") == "fabric be-leaf/12/uplinks/33/1"
    assert link_kind("fabric be-leaf/12/uplinks/33/1") == "fabric"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4x200g", Breakout(4, 200)), ("1x800g", Breakout(1, 800)), ("16x50g", Breakout(16, 50)),
        ("4x200", None), ("0x200g", None), ("4x0g", None), ("04x200g", None), ("4X200G", None), (" 4x200g", None),
        ("4x200g\n", None), ("100x1g", None), ("", None),
    ],
)
def test_breakouts(text: str, expected: Breakout | None) -> None:
    assert Breakout.parse(text) == expected
    if expected:
        assert str(expected) == text
