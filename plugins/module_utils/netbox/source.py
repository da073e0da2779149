# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where devices, interfaces and cables are read from: GraphQL where NetBox answers it, else REST.

Rows are as GraphQL has them (`Resource.selection`), from both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from .client import Client
from .graphql import GraphqlSource
from .paging import Extent
from .rest import RestSource

JsonRow = Mapping[str, Any]


class OwnedSource(Protocol):
    """What is read of a plan that is there, as lists of rows. Raise NetBoxError."""

    def marked(self, kind: str, plan_id: str, extent: Extent) -> Iterator[JsonRow]:
        """Devices or cables that carry a plan's id."""

    def interfaces(self, plan_id: str, devices: Sequence[int], extent: Extent) -> Iterator[JsonRow]:
        """All interfaces of the devices that carry a plan's id; `devices` are the ids of these."""


class Source(OwnedSource, Protocol):
    """All that is read of devices, interfaces and cables. Lists are in the order of their ids where the server can."""

    def changed(self, kind: str, plan_id: str, since: str) -> Iterator[JsonRow]:
        """Those devices or cables that carry a plan's id, or interfaces of such devices, that were saved since a time.

        Interfaces of other devices may be among them.
        """

    def named(self, site: str, names: Sequence[str]) -> Iterator[JsonRow]:
        """Devices of a site by their names."""

    def interfaces_of_named(self, site: str, names: Sequence[str], devices: Sequence[int]) -> Iterator[JsonRow]:
        """Interfaces of devices by the names and ids of these."""

    def on_site(self, site: str) -> Iterator[JsonRow]:
        """All devices of a site: `name`, `custom_fields`, `tenant`."""

    def racked(self, site: str, racks: Iterable[str]) -> Iterator[JsonRow]:
        """Devices in some racks of a site: `name`, `position`, `face`, `rack`, `device_type` with its size."""


def source_of(client: Client) -> Source:
    """For one reading: what REST reads depends on what it has read before."""
    return GraphqlSource(client) if client.graphql else RestSource(client)
