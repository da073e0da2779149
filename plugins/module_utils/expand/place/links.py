# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links: the ones a plan's servers want, and the ones that have been given ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...model.keys import device_key, nic_port_key, server_link_key
from ...model.ledger import Domain, End, Entry
from ...model.plan import Connection, Plan
from .space import Lane

SERVER, FABRIC, CORE, MESH, BORDER, OOB = "server", "fabric", "core", "mesh", "border", "oob"


@dataclass(frozen=True, slots=True)
class WantedLink:
    """A link of a server before it has a switch port."""

    key: str
    device: str
    port: str
    connection: Connection
    absent: bool

    def end(self) -> End:
        return End(self.device, self.port)


@dataclass(frozen=True, slots=True)
class Arrival:
    """The links with which one switch of a peered zone arrives in the far zone."""

    owner: str
    links: tuple[str, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A link with both its ports and their zones; a server has none. `speed` in Gb/s."""

    key: str
    kind: str
    a: End
    b: End
    a_zone: str
    b_zone: str
    fabric: str
    speed: int
    domain: Domain | None = None

    def entry(self) -> Entry:
        return Entry(self.a, self.b, self.domain)


def server_links(plan: Plan, with_absent: bool) -> Iterator[WantedLink]:
    """Every link of every server, in the order links are dealt: class, index, connection, offset.

    Without a ledger, absent servers are dealt their ports like present ones and left out afterwards, so that nothing
    shifts when one is removed; with a ledger they get nothing.
    """
    for server_class in plan.server_classes.values():
        for index in range(1, server_class.quantity + 1):
            absent = index in server_class.absent
            if absent and not with_absent:
                continue
            device = device_key(server_class.key, index)
            for connection in server_class.connections.values():
                for offset in range(connection.ports):
                    port = nic_port_key(connection.nic.key, connection.first_port + offset)
                    yield WantedLink(
                        server_link_key(device, connection.key, offset), device, port, connection, absent
                    )
