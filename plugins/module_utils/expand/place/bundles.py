# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lands in a zone and is not kept there, put together into bundles."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.plan import ALTERNATING, RAIL_OPTIMIZED, SAME_SWITCH, UNDISTRIBUTED
from .demand import Bundle, Demand, RailBundle
from .keep import Kept
from .links import Arrival, WantedLink


def demand_of(wanted: Sequence[WantedLink], arrivals: Sequence[Arrival], kept: Kept) -> Demand:
    """Bundles of the links that are still to be dealt, by distribution."""
    by_server: dict[str, dict[str, list[WantedLink]]] = {}
    for link in wanted:
        by_server.setdefault(link.connection.distribution, {}).setdefault(link.device, []).append(link)

    def bundles(distribution: str) -> tuple[Bundle, ...]:
        rows = []
        for device, links in by_server.get(distribution, {}).items():
            new = tuple(link.key for link in links if link.key not in kept.spots)
            if new:
                rows.append(Bundle(device, new, tuple(kept.spots[x.key][0] for x in links if x.key in kept.spots)))
        return tuple(rows)

    rails = []
    for device, links in by_server.get(RAIL_OPTIMIZED, {}).items():
        new_rails = tuple((x.connection.rail or 0, x.key) for x in links if x.key not in kept.spots)
        if new_rails:
            rails.append(RailBundle(device, new_rails, kept.domain_of.get(device)))
    rail_numbers = {link.connection.rail for links in by_server.get(RAIL_OPTIMIZED, {}).values() for link in links}
    alike = all(
        len(links) == len(rail_numbers) == len({link.connection.rail for link in links})
        for links in by_server.get(RAIL_OPTIMIZED, {}).values()
    )
    same_switch = by_server.get(SAME_SWITCH, {})
    arriving = []
    for arrival in arrivals:
        new = tuple(key for key in arrival.links if key not in kept.spots)
        if new:
            held = tuple(kept.spots[key][0] for key in arrival.links if key in kept.spots)
            arriving.append(Bundle(arrival.owner, new, held))
    return Demand(
        rails=tuple(rails),
        same_switch=bundles(SAME_SWITCH),
        undistributed=bundles(UNDISTRIBUTED),
        alternating=bundles(ALTERNATING),
        arriving=tuple(arriving),
        rail_numbers=tuple(sorted(rail or 0 for rail in rail_numbers)),
        rail_servers=len(by_server.get(RAIL_OPTIMIZED, {})) if alike else 0,
        domains=kept.rail_domains(),
        alternates=ALTERNATING in by_server,
        same_switch_kept=any(x.key in kept.spots for links in same_switch.values() for x in links),
    )
