# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in switches: one row each, and nothing else. `docs/hardware.md` is made from them.

Where the facts are from, unless a row says otherwise: ports, breakouts (with the mode of an unused port), redundancy,
pipelines and numbers of lanes are those of the Hedgehog switch profiles, `pkg/ctrl/switchprofile/p_bcm_<row>.go` of
github.com/githedgehog/fabric at 78827de (July 2026). A row ending in `-clsp` is the same hardware under another network
operating system; its ports and breakouts are those of its own profile (`p_clsp_<row>.go`), its limits those of the
hardware, which that profile does not state. A profile says ports where these rows say lanes, and lists the speeds of a
port that cannot be broken out: each is a breakout of one lane. Heights are the vendors', profiles have none.

Management ports (`M1`) carry no links and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .hardware import Breakout, DeviceType, Limits, Manufacturer, Pipeline, PortGroup


def _modes(text: str) -> frozenset[Breakout]:
    """`1 10` are ports of one lane at these speeds, `4x25` four lanes."""
    parsed = (Breakout.parse(f"{word}g" if "x" in word else f"1x{word}g") for word in text.split())
    return frozenset(mode for mode in parsed if mode is not None)


def _span(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


def _runs(first: int, last: int, length: int) -> tuple[tuple[int, ...], ...]:
    """Neighbours by `length`: 1-4, 5-8, ..."""
    return tuple(_span(start, start + length - 1) for start in range(first, last + 1, length))


def _pipelines(lanes: int, ports: Iterable[tuple[int, ...]]) -> tuple[Pipeline, ...]:
    return tuple(Pipeline(group, lanes) for group in ports)


_BOTH = frozenset({"mclag", "eslag"})
_ESLAG = frozenset({"eslag"})
_NONE: frozenset[str] = frozenset()

_SFP28_25 = _modes("1 10 25")
_SFP28_10 = _modes("1 10")
_QSFP28_NO_BREAKOUT = _modes("40 100")
_QSFP28_FEW = _modes("40 100 4x25 4x10")
_QSFP28_MOST = _modes("10 25 40 50 100 2x50 4x25 4x10")


def _sfp28_25(first: int, last: int, modes: frozenset[Breakout] = _SFP28_25) -> PortGroup:
    return PortGroup(_span(first, last), 25, modes, "25gbase-x-sfp28")


def _sfp28_10(first: int, last: int) -> PortGroup:
    """Cages for SFP28 that run at 10G at most."""
    return PortGroup(_span(first, last), 10, _SFP28_10, "10gbase-x-sfpp")


def _qsfp28(first: int, last: int, modes: frozenset[Breakout]) -> PortGroup:
    return PortGroup(_span(first, last), 100, modes, "100gbase-x-qsfp28")


def _qsfpdd(first: int, last: int, modes: str) -> PortGroup:
    return PortGroup(_span(first, last), 400, _modes(modes), "400gbase-x-qsfpdd")


def _osfp(first: int, last: int, modes: str, default: str = "") -> PortGroup:
    return PortGroup(
        _span(first, last), 800, _modes(modes), "800gbase-x-osfp", default_breakout=Breakout.parse(default)
    )


_DS5000 = DeviceType(
    "celestica-ds5000", "celestica", "DS5000", 2, True,
    (_osfp(1, 64, "50 100 400 800 2x50 2x100 2x200 2x400 4x100 4x200 8x100"), _sfp28_25(65, 66)),
    redundancy=_NONE,
    # Not neighbours: of every four cages the outer two share a pipeline, and the inner two.
    limits=Limits(320, _pipelines(
        10, (pair for port in range(1, 65, 4) for pair in ((port, port + 3), (port + 1, port + 2)))
    )),
)  # fmt: skip

_DS4101 = DeviceType(
    # Cages of 800G that are always two ports of 400G or less: there is no 1x800g. Its height is not known to us.
    "celestica-ds4101", "celestica", "DS4101", 1, True,
    (
        _osfp(1, 32, "100 200 400 2x40 2x100 2x200 2x400 4x50 4x100 4x200 8x10 8x25 8x50 8x100", default="2x400g"),
        _sfp28_10(33, 34),
    ),
    redundancy=_NONE,
    limits=Limits(272, _pipelines(16, _runs(1, 32, 2))),
)  # fmt: skip

_FOUR_TO_A_PIPELINE = _pipelines(18, _runs(1, 32, 4))
_TOMAHAWK_3 = Limits(144, _FOUR_TO_A_PIPELINE)
_DS4000_MODES = "10 25 40 100 400 2x40 2x100 2x200 4x10 4x25 4x100 8x10 8x25 8x50"

_DS4000 = DeviceType(
    "celestica-ds4000", "celestica", "DS4000", 1, True,
    (_qsfpdd(1, 32, _DS4000_MODES), _sfp28_10(33, 33)),
    redundancy=_NONE, limits=_TOMAHAWK_3,
)  # fmt: skip

_DS3000 = DeviceType(
    "celestica-ds3000", "celestica", "DS3000", 1, True,
    (_qsfp28(1, 32, _modes("40 50 100 2x50 4x25 4x10")), _sfp28_10(33, 33)),
    redundancy=_BOTH,
)  # fmt: skip

_DS2000 = DeviceType(
    "celestica-ds2000", "celestica", "DS2000", 1, True,
    (
        _sfp28_25(1, 48, _modes("10 25")),
        # Only the outermost two of the eight can be broken out.
        PortGroup((49, 56), 100, _QSFP28_FEW, "100gbase-x-qsfp28"),
        _qsfp28(50, 55, _QSFP28_NO_BREAKOUT),
    ),
    redundancy=_BOTH,
)  # fmt: skip

_S5248F = DeviceType(
    "dell-s5248f-on", "dell", "S5248F-ON", 1, True,
    (_sfp28_25(1, 48, _modes("10 25")), _qsfp28(49, 56, _QSFP28_MOST)),
    redundancy=_BOTH,
    limits=Limits(same_speed=_runs(1, 48, 4)),
)  # fmt: skip

_VS = DeviceType(
    # The SFP28 ports of an S5248F-ON, with its port groups. A virtual machine has no height.
    "vs", "hedgehog", "Virtual Switch", 0, False,
    (_sfp28_25(1, 48, _modes("10 25")),),
    redundancy=_BOTH,
    limits=Limits(same_speed=_runs(1, 48, 4)),
)  # fmt: skip


def _under_clsp(row: DeviceType, *groups: PortGroup) -> DeviceType:
    return replace(row, slug=f"{row.slug}-clsp", model=f"{row.model} CLS+", groups=groups or row.groups)


BUILTIN_DEVICE_TYPES: Mapping[str, DeviceType] = {
    row.slug: row
    for row in (
        _DS5000,
        _under_clsp(
            _DS5000,
            _osfp(1, 64, "50 100 200 400 800 2x50 2x100 2x200 2x400 4x100 4x200 8x100"), _sfp28_25(65, 66),
        ),
        _DS4101,
        _under_clsp(_DS4101),
        _DS4000,
        _under_clsp(_DS4000),
        _DS3000,
        _under_clsp(_DS3000, _qsfp28(1, 32, _QSFP28_FEW), _sfp28_10(33, 33)),
        _DS2000,
        _under_clsp(_DS2000),
        DeviceType(
            # No switch profile: a management switch as the first DIET describes it. Its port mgmt0 carries no links.
            "celestica-es1000", "celestica", "ES1000", 1, False,
            (
                PortGroup(_span(1, 48), 1, _modes("1"), "1000base-t", "eth{port}"),
                PortGroup(_span(49, 52), 25, _SFP28_25, "25gbase-x-sfp28", "uplink{port}", 1),
            ),
        ),
        DeviceType(
            "dell-s5232f-on", "dell", "S5232F-ON", 1, True,
            (_qsfp28(1, 31, _QSFP28_MOST), _qsfp28(32, 32, _QSFP28_NO_BREAKOUT), _sfp28_10(33, 34)),
            redundancy=_BOTH,
        ),
        _S5248F,
        DeviceType(
            "dell-z9332f-on", "dell", "Z9332F-ON", 1, True,
            (_qsfpdd(1, 32, f"{_DS4000_MODES} 50 200"), _sfp28_10(33, 34)),
            redundancy=_NONE, limits=_TOMAHAWK_3,
        ),
        DeviceType(
            "edgecore-dcs203", "edgecore", "DCS203", 1, True,
            (
                _sfp28_25(1, 48, _modes("10 25")),
                _qsfp28(49, 55, _QSFP28_FEW),
                _qsfp28(56, 56, _QSFP28_NO_BREAKOUT),
                _sfp28_10(57, 58),
            ),
            redundancy=_BOTH,
            limits=Limits(same_speed=_runs(1, 48, 12)),
        ),
        DeviceType(
            "edgecore-dcs204", "edgecore", "DCS204", 1, True,
            (_qsfp28(1, 31, _QSFP28_MOST), _qsfp28(32, 32, _QSFP28_NO_BREAKOUT), _sfp28_10(33, 34)),
            redundancy=_BOTH,
        ),
        DeviceType(
            "edgecore-dcs240", "edgecore", "DCS240", 1, True,
            (_qsfpdd(1, 32, "10 25 40 50 100 400 2x40 2x50 2x100 2x200 4x10 4x100 8x10 8x25 8x50"), _sfp28_10(33, 34)),
            redundancy=_ESLAG,
            limits=Limits(None, _FOUR_TO_A_PIPELINE),
        ),
        DeviceType(
            "edgecore-dcs501", "edgecore", "DCS501", 1, True,
            (_qsfp28(1, 32, _QSFP28_FEW),),
            redundancy=_NONE,
        ),
        DeviceType(
            "edgecore-eps202", "edgecore", "EPS202", 1, True,
            (PortGroup(_span(1, 48), 1, _modes("1"), "1000base-t"), _sfp28_25(49, 52), _qsfp28(53, 54, _QSFP28_FEW)),
            redundancy=_ESLAG,
        ),
        DeviceType(
            "edgecore-eps203", "edgecore", "EPS203", 1, True,
            (
                # Ports of 2.5 Gb/s, which no breakout can say: at 1 Gb/s they can be used.
                PortGroup(_span(1, 36), 1, _modes("1"), "2.5gbase-t"),
                PortGroup(_span(37, 48), 10, _modes("1 10"), "10gbase-t"),
                _sfp28_25(49, 52),
                _qsfp28(53, 54, _QSFP28_FEW),
            ),
            redundancy=_BOTH,
        ),
        # `p_bcm_supermicro_sse_c4632.go` takes everything from the DS3000.
        replace(_DS3000, slug="supermicro-sse-c4632sb", manufacturer="supermicro", model="SSE-C4632SB"),
        _VS,
        _under_clsp(_VS),
    )
}  # fmt: skip

BUILTIN_MANUFACTURERS: Mapping[str, Manufacturer] = {
    slug: Manufacturer(slug, name)
    for slug, name in (
        ("broadcom", "Broadcom"),
        ("celestica", "Celestica"),
        ("dell", "Dell"),
        ("edgecore", "Edgecore"),
        ("hedgehog", "Hedgehog"),
        ("nvidia", "NVIDIA"),
        ("supermicro", "Supermicro"),
    )
}
