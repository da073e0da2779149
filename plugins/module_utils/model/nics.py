# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in network cards: one row each. Port names and makers are those of the first DIET's reference data
(`seed_catalog.py` and migration 0029 of github.com/afewell-hh/hh-netbox-plugin at 607a728), so that its plans keep
their interface names.

A card whose cage NetBox has no type for (QSFP112 at 200G) has none here: its ports get the usual type for the link.
"""

from __future__ import annotations

from collections.abc import Mapping

from .hardware import ModuleType

_ONE = ("port0",)
_TWO = ("port0", "port1")
_FOUR = ("port0", "port1", "port2", "port3")

BUILTIN_MODULE_TYPES: Mapping[str, ModuleType] = {
    row.slug: row
    for row in (
        ModuleType("aoc-a100g-b2cm-o", _TWO, "100gbase-x-qsfp28", "supermicro", "AOC-A100G-B2CM-O"),
        ModuleType("aoc-ag-i2m-o", _TWO, "1000base-t", "supermicro", "AOC-AG-I2M-O"),
        ModuleType("aoc-ag-i4m-o", _FOUR, "1000base-t", "supermicro", "AOC-AG-I4M-O"),
        ModuleType("aoc-atg-i2tm-o", _TWO, "10gbase-t", "supermicro", "AOC-ATG-i2TM-O"),
        ModuleType("aoc-cx766003n-sq0", _ONE, "400gbase-x-osfp", "supermicro", "AOC-CX766003N-SQ0"),
        ModuleType("aoc-cx7ah0078-dtz", _TWO, "", "supermicro", "AOC-CX7AH0078-DTZ"),
        ModuleType("aoc-cx7ah0079-dtz", _TWO, "", "supermicro", "AOC-CX7AH0079-DTZ"),
        ModuleType("aoc-s25g6-m2s-o", _TWO, "25gbase-x-sfp28", "supermicro", "AOC-S25G6-M2S-O"),
        ModuleType("bcm957508-p2100g", _TWO, "100gbase-x-qsfp28", "broadcom", "BCM957508-P2100G"),
        ModuleType("bluefield-3-bf3220", ("p0", "p1"), "", "nvidia", "BlueField-3 BF3220"),
        ModuleType("connectx-7-1p", _ONE, "", "nvidia", "ConnectX-7 (Single-Port)"),
        ModuleType("connectx-7-2p", _TWO, "", "nvidia", "ConnectX-7 (Dual-Port)"),
        ModuleType("gpu-nvdpu-ba3220-c", _TWO, "", "supermicro", "GPU-NVDPU-BA3220-C"),
        # Not a card of any maker: the management port that servers have on board.
        ModuleType("bmc", ("bmc0",), "1000base-t"),
    )
}
