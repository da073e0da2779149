# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that have all their links on one switch: in contiguous blocks, or one by one on the least loaded."""

from __future__ import annotations

from collections.abc import Sequence

from .deal import Deal, LeastLoaded, Refused
from .demand import Bundle


def place_blocks(deal: Deal, bundles: Sequence[Bundle]) -> None:
    """Cut the servers, as one sequence, into contiguous blocks so that the fullest switch is as empty as possible.

    Among such cuts, from the left each block takes servers until it holds its share: what is left divided by the
    blocks left, rounded up.
    """
    if not bundles:
        return
    sizes = [len(b.links) for b in bundles]
    n = len(deal.load)
    low, high = max(deal.load, default=0), max((a + b for a, b in zip(deal.load, deal.room, strict=True)), default=0)
    if _starts(deal, sizes, high)[0] > 0:
        raise Refused(bundles[-1].owner, "is the server that finds no room: servers keep all their links on one switch")
    while low < high:
        middle = (low + high) // 2
        if _starts(deal, sizes, middle)[0] == 0:
            high = middle
        else:
            low = middle + 1
    starts = _starts(deal, sizes, high)
    position, left = 0, sum(sizes)
    for switch in range(n):
        share = -(-left // (n - switch))
        limit = min(high - deal.load[switch], deal.room[switch])
        held = 0
        while position < len(sizes) and held + sizes[position] <= limit:
            if held >= share and position >= starts[switch + 1]:
                break
            held += sizes[position]
            deal.give(switch, bundles[position].links)
            position += 1
        left -= held


def _starts(deal: Deal, sizes: Sequence[int], fullest: int) -> list[int]:
    """For each switch, the first server from which on all fit on it and the switches after it, none above `fullest`."""
    starts = [len(sizes)] * (len(deal.load) + 1)
    position = len(sizes)
    for switch in reversed(range(len(deal.load))):
        room = min(fullest - deal.load[switch], deal.room[switch])
        while position and sizes[position - 1] <= room:
            room -= sizes[position - 1]
            position -= 1
        starts[switch] = position
    return starts


def place_least_loaded(deal: Deal, bundles: Sequence[Bundle]) -> None:
    """Each server, with all its links, on the least loaded switch with room; on the one it has links on already."""
    switches = LeastLoaded(deal, range(len(deal.load)))
    for bundle in bundles:
        if bundle.kept:
            kept = bundle.kept[0] - 1
            fitting = [kept] if kept < len(deal.room) and deal.room[kept] >= len(bundle.links) else []
        else:
            fitting = switches.take(1, len(bundle.links))
        if not fitting:
            reason = f"finds no switch with room for all its {len(bundle.links)} links"
            if bundle.kept:
                reason = f"keeps links on switch {bundle.kept[0]}, which has no room for {len(bundle.links)} more"
            raise Refused(bundle.owner, reason, bool(bundle.kept))
        deal.give(fitting[0], bundle.links)
        switches.put(fitting)
