# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cables of another plan are links of this one, and where they are as ledger entries (`adopt_from`).

The near end is what a link is: a cable on the NIC port of a server, or on the uplink lane of a leaf, is that link, and
stays where it is if it can. Expansion decides that, as for any entry: the port is in the zone, and nobody has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..model.keys import interface_key, natural
from ..model.ledger import Domain, End, Entry
from ..model.objects import Topology
from ..model.state import Row

Ends = Mapping[str, End]  # a port of the plan, by what stands for it in the ends of cables: its key, or `#` and an id


@dataclass(frozen=True, slots=True)
class Link:
    """A cable that is a link; `entry` says where it is, None where that is no port of the plan."""

    row: Row
    entry: Entry | None


def lent_links(topology: Topology, cables: Iterable[Row], ends: Ends, mesh: Mapping[str, str]) -> dict[str, Link]:
    """The links that cables are, by key.

    Args:
        topology: the plan as it would be without these cables: it says which near ends there are.
        mesh: keys of the links that lanes of meshes are the near end of, by interface. Which of two lanes is the near
            one is said by the cable.
    """
    near = {cable.a: cable.key for cable in topology.cables} | dict(mesh)
    domains = _Domains(topology)
    found: dict[str, Link] = {}
    for row in cables:
        there = row.values.get("ends")
        known = [ends[end] for end in there if end in ends] if isinstance(there, tuple) else []
        alike = sorted((end for end in known if _key(end) in near), key=lambda end: natural(_key(end)))
        if not alike:
            continue
        a, key = alike[0], near[_key(alike[0])]
        far = [end for end in known if end is not a and end.breakout is not None]
        entry = Entry(a, far[0], domains.of(key, far[0].device)) if far and len(known) == 2 else None
        found.setdefault(key, Link(row, entry))
    return found


class _Domains:
    """The rail domains of the leaves: of a cable nothing says which it is in."""

    def __init__(self, topology: Topology) -> None:
        self._zones: dict[str, str] = {}
        self._of: dict[tuple[str, str], Domain] = {}
        for cable in topology.cables:
            entry = Entry.parse(cable.ports)
            if entry is not None and entry.domain is not None:
                self._zones[cable.key] = cable.zone
                self._of[cable.zone, entry.b.device] = entry.domain

    def of(self, link: str, leaf: str) -> Domain | None:
        return self._of.get((self._zones.get(link, ""), leaf))


def _key(end: End) -> str:
    return interface_key(end.device, end.port)
