# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in hardware, against facts stated apart from it, and how ports get their names and types."""

from __future__ import annotations

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import (
    TYPE_BY_SPEED,
    Breakout,
    DeviceType,
    Limits,
    PortGroup,
    speed_of,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.nics import BUILTIN_MODULE_TYPES
from ansible_collections.hedgehog.diet.plugins.module_utils.model.switches import (
    BUILTIN_DEVICE_TYPES,
    BUILTIN_MANUFACTURERS,
)

# Ports by native speed, redundancy, lanes in all, number of pipelines and lanes of each, as the switch profiles state.
FACTS = {
    "celestica-ds5000": ({800: 64, 25: 2}, "", 320, 32, 10),
    "celestica-ds5000-clsp": ({800: 64, 25: 2}, "", 320, 32, 10),
    "celestica-ds4101": ({800: 32, 10: 2}, "", 272, 16, 16),
    "celestica-ds4101-clsp": ({800: 32, 10: 2}, "", 272, 16, 16),
    "celestica-ds4000": ({400: 32, 10: 1}, "", 144, 8, 18),
    "celestica-ds4000-clsp": ({400: 32, 10: 1}, "", 144, 8, 18),
    "celestica-ds3000": ({100: 32, 10: 1}, "mclag eslag", None, 0, 0),
    "celestica-ds3000-clsp": ({100: 32, 10: 1}, "mclag eslag", None, 0, 0),
    "celestica-ds2000": ({25: 48, 100: 8}, "mclag eslag", None, 0, 0),
    "celestica-ds2000-clsp": ({25: 48, 100: 8}, "mclag eslag", None, 0, 0),
    "celestica-es1000": ({1: 48, 25: 4}, None, None, 0, 0),
    "dell-s5232f-on": ({100: 32, 10: 2}, "mclag eslag", None, 0, 0),
    "dell-s5248f-on": ({25: 48, 100: 8}, "mclag eslag", None, 0, 0),
    "dell-z9332f-on": ({400: 32, 10: 2}, "", 144, 8, 18),
    "edgecore-dcs203": ({25: 48, 100: 8, 10: 2}, "mclag eslag", None, 0, 0),
    "edgecore-dcs204": ({100: 32, 10: 2}, "mclag eslag", None, 0, 0),
    "edgecore-dcs240": ({400: 32, 10: 2}, "eslag", None, 8, 18),
    "edgecore-dcs501": ({100: 32}, "", None, 0, 0),
    "edgecore-eps202": ({1: 48, 25: 4, 100: 2}, "eslag", None, 0, 0),
    "edgecore-eps203": ({1: 36, 10: 12, 25: 4, 100: 2}, "mclag eslag", None, 0, 0),
    "supermicro-sse-c4632sb": ({100: 32, 10: 1}, "mclag eslag", None, 0, 0),
    "vs": ({25: 48}, "mclag eslag", None, 0, 0),
    "vs-clsp": ({25: 48}, "mclag eslag", None, 0, 0),
}


def breakout(text: str) -> Breakout:
    found = Breakout.parse(text)
    assert found is not None
    return found


def named(slug: str, port: int, mode: str, lane: int = 1) -> tuple[str, str]:
    hardware, how = BUILTIN_DEVICE_TYPES[slug], breakout(mode)
    return hardware.interface_name(port, lane, how), hardware.interface_type(port, how)


def test_the_facts_cover_the_built_in_switches() -> None:
    assert set(FACTS) == set(BUILTIN_DEVICE_TYPES)


@pytest.mark.parametrize("slug", FACTS)
def test_a_built_in_switch_has_what_its_profile_states(slug: str) -> None:
    counts, redundancy, lanes, pipelines, per_pipeline = FACTS[slug]
    hardware = BUILTIN_DEVICE_TYPES[slug]
    found: dict[int, int] = {}
    for group in hardware.groups:
        found[group.speed] = found.get(group.speed, 0) + len(group.ports)
    assert found == counts
    assert hardware.redundancy == (None if redundancy is None else frozenset(redundancy.split()))
    assert hardware.limits.lanes == lanes
    assert {pipeline.lanes for pipeline in hardware.limits.pipelines} == ({per_pipeline} if pipelines else set())
    assert len(hardware.limits.pipelines) == pipelines


@pytest.mark.parametrize("hardware", BUILTIN_DEVICE_TYPES.values(), ids=lambda hardware: hardware.slug)
def test_a_built_in_switch_makes_sense(hardware: DeviceType) -> None:
    assert hardware.manufacturer in BUILTIN_MANUFACTURERS
    assert hardware.ports == tuple(range(1, sum(len(group.ports) for group in hardware.groups) + 1))
    names = [hardware.interface_name(port, 1, Breakout(1, 1)) for port in hardware.ports]
    assert len(set(names)) == len(names)
    for group in hardware.groups:
        assert group.breakouts
        assert max(mode.lanes * mode.speed for mode in group.breakouts) == group.speed
        assert (group.default_breakout or Breakout(1, group.speed)) in group.breakouts
        assert speed_of(group.interface_type) == group.speed
    for sets in ([p.ports for p in hardware.limits.pipelines], hardware.limits.same_speed):
        ports = [port for one in sets for port in one]
        assert len(set(ports)) == len(ports)
        assert set(ports) <= set(hardware.ports)
    if hardware.limits.pipelines:
        assert {len(p.ports) for p in hardware.limits.pipelines} <= {2, 4}


def test_models_are_unique_for_their_makers() -> None:
    """NetBox refuses a second device type of one model."""
    rows = [(row.manufacturer, row.model) for row in BUILTIN_DEVICE_TYPES.values()]
    assert len(set(rows)) == len(rows)


def test_cages_of_a_ds5000_that_share_a_pipeline() -> None:
    shared = {pipeline.ports for pipeline in BUILTIN_DEVICE_TYPES["celestica-ds5000"].limits.pipelines}
    assert {(1, 4), (2, 3), (5, 8), (61, 64), (62, 63)} < shared


def test_the_outer_two_of_the_fast_ports_of_a_ds2000_can_be_broken_out() -> None:
    hardware = BUILTIN_DEVICE_TYPES["celestica-ds2000"]
    out = [port for port in range(49, 57) if breakout("4x25g") in hardware._by_port[port].breakouts]
    assert out == [49, 56]


def test_a_ds4101_has_no_port_of_800g() -> None:
    group = BUILTIN_DEVICE_TYPES["celestica-ds4101"].group_of(1)
    assert group is not None
    assert breakout("1x800g") not in group.breakouts
    assert group.default_breakout == breakout("2x400g")


@pytest.mark.parametrize(
    ("slug", "port", "mode", "lane", "name", "kind"),
    [
        ("celestica-ds5000", 1, "1x800g", 1, "E1/1", "800gbase-x-osfp"),
        ("celestica-ds5000", 64, "4x200g", 3, "E1/64/3", "200gbase-x-qsfp56"),
        ("celestica-ds5000", 2, "1x400g", 1, "E1/2", "400gbase-x-qsfpdd"),
        ("celestica-ds5000", 65, "1x25g", 1, "E1/65", "25gbase-x-sfp28"),
        ("celestica-ds5000", 66, "1x10g", 1, "E1/66", "10gbase-x-sfpp"),
        ("celestica-ds4000", 32, "1x400g", 1, "E1/32", "400gbase-x-qsfpdd"),
        ("celestica-ds4000", 33, "1x10g", 1, "E1/33", "10gbase-x-sfpp"),
        ("celestica-ds3000", 5, "4x25g", 4, "E1/5/4", "25gbase-x-sfp28"),
        ("celestica-ds2000", 48, "1x25g", 1, "E1/48", "25gbase-x-sfp28"),
        ("celestica-ds2000", 50, "1x100g", 1, "E1/50", "100gbase-x-qsfp28"),
        # Not in the catalog: no such port, and a breakout that nothing has.
        ("celestica-ds5000", 99, "1x800g", 1, "E1/99", "800gbase-x-qsfpdd"),
        ("celestica-ds5000", 1, "1x3g", 1, "E1/1", "other"),
        # Names that start again, and sockets that stay what they are.
        ("celestica-es1000", 48, "1x1g", 1, "eth48", "1000base-t"),
        ("celestica-es1000", 49, "1x25g", 1, "uplink1", "25gbase-x-sfp28"),
        ("celestica-es1000", 52, "1x10g", 1, "uplink4", "10gbase-x-sfpp"),
        ("edgecore-eps203", 1, "1x1g", 1, "E1/1", "2.5gbase-t"),
        ("edgecore-eps203", 48, "1x10g", 1, "E1/48", "10gbase-t"),
        ("edgecore-eps203", 48, "1x1g", 1, "E1/48", "10gbase-t"),
    ],
)
def test_names_and_types_of_switch_interfaces(
    slug: str, port: int, mode: str, lane: int, name: str, kind: str
) -> None:
    assert named(slug, port, mode, lane) == (name, kind)


def test_a_type_without_ports_names_them_all_the_same() -> None:
    hardware = DeviceType("unknown", "", "")
    assert hardware.group_of(7) is None
    assert hardware.limits == Limits()
    assert hardware.interface_name(7, 2, breakout("2x400g")) == "E1/7/2"


def test_equal_types_are_equal_however_they_were_made() -> None:
    groups = (PortGroup((1, 2), 100),)
    assert DeviceType("a", "b", "c", groups=groups) == DeviceType("a", "b", "c", groups=groups)
    assert hash(DeviceType("a", "b", "c", groups=groups)) == hash(DeviceType("a", "b", "c", groups=groups))
    assert "_by_port" not in repr(DeviceType("a", "b", "c", groups=groups))


@pytest.mark.parametrize(
    ("kind", "speed"),
    [
        *((kind, speed) for speed, kind in TYPE_BY_SPEED.items()),
        ("1000base-t", 1), ("2.5gbase-t", 1), ("5gbase-t", 5), ("1.6tbase-x-osfp1600", 1600), ("10gbase-kr", 10),
        ("100base-tx", 0), ("virtual", 0), ("lag", 0), ("infiniband-ndr", 0), ("ieee802.11ax", 0), ("32gfc-sfp28", 0),
        ("other", 0), ("", 0),
    ],
)
def test_the_speed_of_an_interface_type(kind: str, speed: int) -> None:
    assert speed_of(kind) == speed


def test_network_cards() -> None:
    assert {slug: len(card.ports) for slug, card in BUILTIN_MODULE_TYPES.items()} == {
        "aoc-a100g-b2cm-o": 2, "aoc-ag-i2m-o": 2, "aoc-ag-i4m-o": 4, "aoc-atg-i2tm-o": 2, "aoc-cx766003n-sq0": 1,
        "aoc-cx7ah0078-dtz": 2, "aoc-cx7ah0079-dtz": 2, "aoc-s25g6-m2s-o": 2, "bcm957508-p2100g": 2,
        "bluefield-3-bf3220": 2, "bmc": 1, "connectx-7-1p": 1, "connectx-7-2p": 2, "gpu-nvdpu-ba3220-c": 2,
    }
    assert BUILTIN_MODULE_TYPES["bluefield-3-bf3220"].ports == ("p0", "p1")
    assert BUILTIN_MODULE_TYPES["connectx-7-2p"].ports == ("port0", "port1")
    for card in BUILTIN_MODULE_TYPES.values():
        assert len(set(card.ports)) == len(card.ports)
        assert not card.interface_type or speed_of(card.interface_type)
        assert bool(card.manufacturer) == bool(card.model)
        assert not card.manufacturer or card.manufacturer in BUILTIN_MANUFACTURERS
