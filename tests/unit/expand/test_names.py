# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Naming patterns: what they can say, and that nothing else comes out of them."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.objects.names import check_pattern, render

from ..plans import Document, document, errors_of, expanded, servers, switches, zone

VALUES = {
    "site": "dc1", "fabric": "fe", "class": "leaf", "role": "server-leaf", "category": "leaf", "index": 7, "plan": "p",
}


def problems(pattern: str) -> list[str]:
    found = Diagnostics()
    check_pattern(pattern, ("naming", "leaf"), found)
    return [d.message for d in found]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{class}-{index}", "leaf-7"),
        ("{class}-{index:03d}", "leaf-007"),
        ("{index:d}", "7"),
        ("{index:3d}", "  7"),
        ("{site}.{fabric}.{role}.{category}.{plan}.{index:02d}", "dc1.fe.server-leaf.leaf.p.07"),
        ("{{x}}-{index}", "{x}-7"),
    ],
)
def test_patterns(pattern: str, name: str) -> None:
    assert problems(pattern) == []
    assert render(pattern, VALUES) == name


@pytest.mark.parametrize(
    "pattern",
    [
        "{class.__class__}-{index}", "{class[0]}-{index}", "{index.__init__.__globals__}", "{0}-{index}", "{}-{index}",
        "{class!r}-{index}", "{index!s}", "{class:>9}-{index}", "{index:999999999d}", "{index:12d}", "{index:0999d}",
        "{index:x}", "{index:,}", "{index:.2f}", "{index:03d\n}", "{index:{class}}", "{index:{index}d}",
        "{class:03d}{index}",
        "{class", "class}", "{class}}-{index}", "{index", "{ index }", "{Index}", "{class}", "fixed", "{{index}}",
        "{rack}-{index}",
    ],
)
def test_attacks_and_slips(pattern: str) -> None:
    assert problems(pattern)


def test_one_bad_pattern_does_not_hide_another() -> None:
    found = Diagnostics()
    check_pattern("{nope}", ("naming", "leaf"), found)
    check_pattern("fixed", ("naming", "spine"), found)
    assert [d.path[1] for d in found] == ["leaf", "spine"]


def named(**naming: str) -> Document:
    return document({"leaf": switches(servers=zone("1-4"))}, {"gpu": servers(3, {}, absent=[2])}, naming=naming)


def test_names_of_devices() -> None:
    devices = expanded(named(leaf="{site}-{fabric}-{class}-{index:02d}", server="{plan}.{role}.{index}")).devices
    assert [d.name for d in devices] == ["test.server.1", "test.server.3", "dc1-fab-leaf-01"]


def test_the_names_that_are_given_when_nobody_says() -> None:
    assert [d.name for d in expanded(named()).devices] == ["gpu-001", "gpu-003", "leaf-01"]


@pytest.mark.parametrize(("length", "fits"), [(62, True), (63, False)])
def test_the_longest_name(length: int, fits: bool) -> None:
    plan = named(leaf="x" * length + "-{index}")
    if fits:
        assert expanded(plan)
    else:
        assert [e.code for e in errors_of(plan)] == ["name-too-long"]


def test_names_differ_by_more_than_case() -> None:
    (error,) = errors_of(named(leaf="GPU-00{index}"))
    assert error.code == "duplicate-name"
    assert "gpu/1 and leaf/1" in error.message


def test_boot_mac_is_that_of_the_first_diet() -> None:
    (leaf,) = (d for d in expanded(named(leaf="fe-gpu-leaf-{index:02d}")).devices if d.class_key == "leaf")
    assert leaf.boot_mac.startswith("02:")
    assert leaf.boot_mac == "02:" + sha256(b"fe-gpu-leaf-01").digest()[1:6].hex(":")
