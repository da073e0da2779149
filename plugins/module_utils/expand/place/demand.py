# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lands in one zone, as placement wants it: bundles, in the order they are dealt.

A bundle is what must be dealt together: the links of one server (or of one arriving switch) in one distribution.
Links that the ledger keeps are not dealt again; a bundle only remembers on which switches they are (`kept`).
"""

from __future__ import annotations

from dataclasses import dataclass

from ...model.ledger import Domain


@dataclass(frozen=True, slots=True)
class Bundle:
    """`links` are still to be dealt, `kept` are the switches of those that are not."""

    owner: str
    links: tuple[str, ...]
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RailBundle:
    """Links by rail. `domain` is the number of the domain that the server's kept links are in."""

    owner: str
    links: tuple[tuple[int, str], ...]
    domain: int | None = None


@dataclass(frozen=True, slots=True)
class RailDomain:
    """A domain the ledger knows: its leaves, and which leaf each rail has."""

    domain: Domain
    leaf_of: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything that lands in one zone, in the order it is dealt."""

    rails: tuple[RailBundle, ...] = ()
    same_switch: tuple[Bundle, ...] = ()
    undistributed: tuple[Bundle, ...] = ()
    alternating: tuple[Bundle, ...] = ()
    arriving: tuple[Bundle, ...] = ()
    rail_numbers: tuple[int, ...] = ()
    domains: tuple[RailDomain, ...] = ()
    rail_servers: int = 0  # servers with one link on every rail; 0 where some have others
    alternates: bool = False  # some link of the zone alternates, kept or new: it needs two switches
    same_switch_kept: bool = False  # some same-switch link of the zone is kept: newcomers do not form blocks

    @property
    def new_links(self) -> int:
        bundles = (*self.same_switch, *self.undistributed, *self.alternating, *self.arriving)
        return sum(len(b.links) for b in bundles) + sum(len(r.links) for r in self.rails)
