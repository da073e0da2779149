# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: what an object is, whatever it is called.

Names are renderings of keys and may change; a key stays through renames. Every key is text, because it is stored
with the object in NetBox:

- device      `class/index`                          `be-leaf/2`
- port        `<physical port>/<lane>` on switches   `17/1` (lane 1 when not broken out)
              `<nic>/<port index>` on servers        `fe/0`
- interface   `device:port`                          `be-leaf/2:17/1`
- link        `kind near-end`                        `server gpu/1/fe/0`, `fabric be-leaf/2/uplinks/33/1`
"""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = re.compile(r"(\d+)")
# Indices have at most six digits: a key that was edited by hand must not ask for a million switches.
_DEVICE = r"[^\s/:]+/[1-9][0-9]{0,5}"
_SHAPES = {
    "device": re.compile(_DEVICE),
    "interface": re.compile(rf"{_DEVICE}:\S.*"),
    "cable": re.compile(rf"[a-z]+ {_DEVICE}/[^\s/]+/\S+"),
}

NaturalKey = tuple[tuple[int, int, str], ...]


@lru_cache(maxsize=65536)
def natural(text: str) -> NaturalKey:
    """Sort key with numbers as numbers: `rail-2` before `rail-10`. Total: equal only for equal text."""
    parts: list[tuple[int, int, str]] = []
    for part in _DIGITS.split(text):
        if part:
            # Python refuses to convert thousands of digits; nobody counts that far in a key.
            is_number = part.isascii() and part.isdigit() and len(part) <= 18
            parts.append((0, int(part), part) if is_number else (1, 0, part))
    return tuple(parts)


# The keys of a large plan are 130,000 texts of which few parts differ, so they are sorted by their parts. The order is
# that of `natural`, because no part is the beginning of another: a class key has no slash, and numbers end parts.


@lru_cache(maxsize=65536)
def device_order(key: str) -> tuple[NaturalKey, int]:
    """Sort key of a device key, as `natural` sorts it."""
    class_key, _slash, index = key.rpartition("/")
    return natural(f"{class_key}/"), int(index)


def interface_order(key: str) -> tuple[tuple[NaturalKey, int], NaturalKey]:
    """Sort key of an interface key, as `natural` sorts it."""
    device, _colon, port = key.partition(":")
    return device_order(device), natural(port)


def link_order(key: str) -> tuple[NaturalKey, int, NaturalKey]:
    """Sort key of a link key, as `natural` sorts it."""
    kind_and_class, index, rest = key.split("/", 2)
    return natural(f"{kind_and_class}/"), int(index), natural(rest)


def device_key(class_key: str, index: int) -> str:
    return f"{class_key}/{index}"


def split_device_key(key: str) -> tuple[str, int]:
    class_key, _slash, index = key.rpartition("/")
    return class_key, int(index)


# Devices of a class have the same ports: one text for each, not one per device.


@lru_cache(maxsize=65536)
def switch_port_key(port: int, lane: int) -> str:
    return f"{port}/{lane}"


@lru_cache(maxsize=65536)
def nic_port_key(nic: str, port_index: int) -> str:
    return f"{nic}/{port_index}"


def interface_key(device: str, port: str) -> str:
    return f"{device}:{port}"


def split_interface_key(key: str) -> tuple[str, str]:
    device, _colon, port = key.partition(":")
    return device, port


def server_link_key(device: str, connection: str, offset: int) -> str:
    return f"server {device}/{connection}/{offset}"


def lane_link_key(kind: str, device: str, zone: str, port: str) -> str:
    """Key of a link between switches: the lane at its near end is its identity, so that its far end can move."""
    return f"{kind} {device}/{zone}/{port}"


def is_key(kind: str, text: str) -> bool:
    """Whether a text can be the key of a device, an interface or a cable."""
    return _SHAPES[kind].fullmatch(text) is not None


def near_device(link: str) -> str:
    """The device at the near end of a link, by its key."""
    return "/".join(link.partition(" ")[2].split("/")[:2])


def link_kind(key: str) -> str:
    return key.partition(" ")[0]
