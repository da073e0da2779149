# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where cables are that somebody moved, as ledger entries: what `drift: keep` makes of their ends.

Expansion then finds the link placed there, and the change set rewrites the entry instead of moving the cable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..model.keys import interface_key, split_interface_key
from ..model.ledger import End, Entry, Ledger
from ..model.state import Owned


def followed(placed: Ledger, owned: Owned, ports: Mapping[str, str]) -> dict[str, Entry]:
    """Entries of the links whose far end somebody moved to another switch port.

    The near end is what a link is, so a cable that left it is not followed. Nor is one that has lost an end, or that
    ends on something which the plan does not know.

    Args:
        ports: keys of ports by what stands for them in the ends of cables (`#<id>`), for those of our switches that
            carry no mark.
    """
    found = {}
    for key, entry in placed.items():
        row = owned.cables.get(key)
        ends = row.values.get("ends") if row is not None else None
        if isinstance(ends, tuple) and len(ends) == 2:
            there = _entry(entry, [ports.get(end, end) for end in ends])
            if there is not None:
                found[key] = there
    return found


def _entry(entry: Entry, ends: list[str]) -> Entry | None:
    near = interface_key(entry.a.device, entry.a.port)
    if near not in ends or interface_key(entry.b.device, entry.b.port) in ends:
        return None
    (far,) = (end for end in ends if end != near) if len(set(ends)) == 2 else (near,)
    device, port = split_interface_key(far)
    end = End(device, port, entry.b.breakout)
    return replace(entry, b=end) if "/" in device and end.physical is not None else None
