# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links inside redundancy groups: peer and session zones join the two switches of a pair, lane by lane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...model.keys import device_key, lane_link_key, switch_port_key
from ...model.ledger import End
from ...model.plan import PAIR_ZONES
from .links import PlacedLink
from .sized import SizedClass, ranked


def redundancy_links(sized: Mapping[str, SizedClass]) -> Iterator[PlacedLink]:
    """The links of every pair. The same lane at both ends, so no ledger is needed to find them again."""
    for one in sized.values():
        switch_class = one.switch_class
        for zone in ranked([z for z in switch_class.zones.values() if z.type in PAIR_ZONES]):
            for first in range(1, one.count, 2):
                near, far = device_key(switch_class.key, first), device_key(switch_class.key, first + 1)
                for lane in one.lanes([zone]).lanes:
                    port = switch_port_key(lane.port, lane.lane)
                    yield PlacedLink(
                        lane_link_key(zone.type, near, zone.key, port), zone.type, End(near, port, lane.breakout),
                        End(far, port, lane.breakout), zone.key, zone.key, switch_class.fabric.key, lane.breakout.speed,
                    )
