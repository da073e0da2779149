# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ports of a switch can do together, and what is said when a plan asks for more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.ports import parse_ports
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.rules.limits import (
    check_limits,
    redundancy_not_supported,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import (
    Breakout,
    DeviceType,
    Limits,
    Pipeline,
    PortGroup,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.switches import BUILTIN_DEVICE_TYPES

DS5000 = BUILTIN_DEVICE_TYPES["celestica-ds5000"]
DS4000 = BUILTIN_DEVICE_TYPES["celestica-ds4000"]
DS4101 = BUILTIN_DEVICE_TYPES["celestica-ds4101"]
S5248F = BUILTIN_DEVICE_TYPES["dell-s5248f-on"]
OWN = DeviceType(
    "own", "acme", "Own", groups=(PortGroup((1, 2, 3), 400, default_breakout=Breakout(2, 200)),),
    limits=Limits(9, (Pipeline((1, 2, 3), 8),)),
)


def problems(hardware: DeviceType, **zones: str) -> list[str]:
    """`ports breakout` by zone key, as one line per problem."""
    parts = {key: text.split() for key, text in zones.items()}
    uses = {key: (parse_ports(ports), _mode(mode)) for key, (ports, mode) in parts.items()}
    return [f"{' '.join(p.zones)}: {p.message} {p.hint}" for p in check_limits(hardware, uses)]


def _mode(text: str) -> Breakout:
    found = Breakout.parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("hardware", "zones"),
    [
        (DS5000, {}),
        (DS5000, {"a": "1-64 4x200g"}),
        (DS5000, {"a": "1-2,5-6 8x100g", "b": "3-4,7-8 2x400g"}),
        (DS5000, {"a": "1-64 1x800g", "b": "65-66 1x25g"}),
        # An unused cage of a DS4101 is two ports, and 2 x 8 fit.
        (DS4101, {"a": "1-32 8x100g"}),
        # 8 + 8 + 1 + 1 of 18.
        (DS4000, {"a": "1-2 8x50g"}),
        (S5248F, {"a": "1-4 1x10g", "b": "5-48 1x25g"}),
        (S5248F, {"a": "1-48 1x25g", "b": "49-56 4x25g"}),
        (BUILTIN_DEVICE_TYPES["celestica-ds3000"], {"a": "1-32 4x25g"}),
        # A port in two zones is the first one's.
        (DS5000, {"a": "1,4 4x200g", "b": "1,4 8x100g"}),
    ],
)
def test_what_fits(hardware: DeviceType, zones: dict[str, str]) -> None:
    assert problems(hardware, **zones) == []


def test_a_pipeline_with_too_many_lanes() -> None:
    assert problems(DS5000, servers="1-4 8x100g") == [
        "servers: ports 1 and 4 of celestica-ds5000 share a pipeline of 10 lanes; 8x100g on both is 16; ports 2-3"
        " likewise. 1 of them can be 8x100g: take ports 1-2, or all of them can be 4x200g."
    ]


def test_an_unused_port_takes_a_lane() -> None:
    assert problems(DS4000, servers="1-3 8x50g") == [
        "servers: ports 1-4 of celestica-ds4000 share a pipeline of 18 lanes; 8x50g on 1-3 is 24, 4 takes 1 though"
        " unused: 25. 2 of them can be 8x50g: take ports 1-2, or all of them can be 4x100g."
    ]


def test_an_unused_port_takes_the_lanes_of_its_default_breakout() -> None:
    assert problems(OWN, a="1 4x100g") == []
    assert problems(OWN, a="1 5x40g") == [
        "a: ports 1-3 of own share a pipeline of 8 lanes; 5x40g on 1 is 5, 2-3 take 4 though unused: 9. Take ports out"
        " of the zone."
    ]


def test_two_zones_on_one_pipeline() -> None:
    assert problems(DS5000, a="1 8x100g", b="4 4x100g") == [
        "a b: ports 1 and 4 of celestica-ds5000 share a pipeline of 10 lanes; 8x100g on 1 is 8, 4x100g on 4 is 4: 12."
        " Take ports out of these zones, or use breakouts with fewer lanes."
    ]


def test_too_many_lanes_in_all_though_every_pipeline_holds() -> None:
    """32 x 8 and 32 x 2 fill the pipelines, and the two slow ports are there too."""
    eights = ",".join(f"{port},{port + 1}" for port in range(1, 65, 4))
    twos = ",".join(f"{port + 2},{port + 3}" for port in range(1, 65, 4))
    found = problems(DS5000, a=f"{eights} 8x100g", b=f"{twos} 2x400g")
    assert len(found) == 1
    assert found[0].startswith("a b: celestica-ds5000 has 320 lanes in all; 8x100g on 1-2,5-6,")
    assert "is 256, 2x400g on 3-4,7-8," in found[0]
    assert found[0].endswith(
        " is 64, 65-66 take 2 though unused: 322."
        " Take ports out of these zones, or use breakouts with fewer lanes."
    )


def test_ports_that_run_at_one_speed() -> None:
    assert problems(S5248F, slow="1-6 1x10g", fast="7-48 1x25g") == [
        "slow fast: ports 5-8 of dell-s5248f-on run at one speed; 5-6 are 1x10g in 'slow' and 7-8 are 1x25g in 'fast'."
        " Ports of different speeds need groups of their own: 1-4, 5-8, 9-12 and so on."
    ]
    assert [line.split(" run")[0] for line in problems(S5248F, a="1-47:2 1x10g", b="2-48:2 1x25g")] == [
        "a b: ports 1-4 of dell-s5248f-on"
    ]


@given(st.dictionaries(st.integers(1, 64), st.sampled_from(("8x100g", "4x200g", "2x400g", "1x800g")), max_size=16))
def test_what_is_let_through_is_within_every_limit(modes: dict[int, str]) -> None:
    """Counted again, port by port, from the numbers of the profile."""
    lanes = {port: int(modes.get(port, "1")[0]) for port in range(1, 65)}
    fine = sum(lanes.values()) + 2 <= 320
    for first in range(1, 65, 4):
        fine = fine and lanes[first] + lanes[first + 3] <= 10 and lanes[first + 1] + lanes[first + 2] <= 10
    zones = {str(port): ((port,), _mode(mode)) for port, mode in modes.items()}
    assert (list(check_limits(DS5000, zones)) == []) == fine


@given(st.sets(st.integers(1, 64), min_size=1))
def test_the_way_out_is_one(ports: Iterable[int]) -> None:
    for problem in check_limits(DS5000, {"a": (sorted(ports), _mode("8x100g"))}):
        if "take ports" in problem.hint:
            fewer = parse_ports(problem.hint.split("take ports ")[1].split(", or all")[0])
            assert set(fewer) < set(ports)
            assert list(check_limits(DS5000, {"a": (fewer, _mode("8x100g"))})) == []


def test_redundancy() -> None:
    assert redundancy_not_supported(DS5000, "mclag") == (
        "celestica-ds5000 does not support mclag; it supports no redundancy groups."
    )
    assert redundancy_not_supported(BUILTIN_DEVICE_TYPES["edgecore-dcs240"], "mclag") == (
        "edgecore-dcs240 does not support mclag; it supports eslag."
    )
    assert redundancy_not_supported(S5248F, "mclag") is None
    assert redundancy_not_supported(replace(DS5000, redundancy=None), "mclag") is None
