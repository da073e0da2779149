# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the optics at the two ends of a link fit each other.

The rules are those of the first DIET (its optics rule engine at 607a728), as a table that is read from the top. What
the catalog does not say of an optic is not compared. Speed, standard and length are not compared either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product

from ...diagnostics import Diagnostics, Path
from ...model.hardware import Breakout
from ...model.plan import FABRIC_ZONE, MESH, MESH_ZONE, Optic, Plan, SwitchClass, Zone
from ..place.sized import above, uplink_zones

MATCH = "match"
NEEDS_REVIEW = "needs_review"
BLOCKED = "blocked"

DO_NOT_MATCH = "optics-do-not-match"
NEED_REVIEW = "optics-need-review"
WRONG_REACH = "reach-does-not-fit-medium"

_ASSEMBLIES = ("DAC", "ACC", "AOC")
_COPPER = ("DAC", "ACC", "COPPER")
_FIBRE = ("MMF", "SMF")
_MEDIA_BY_REACH: Mapping[str, tuple[str, ...]] = {
    "DAC": _COPPER, "SR": _FIBRE, "LR": _FIBRE, "DR": _FIBRE, "FR": _FIBRE,
}  # fmt: skip

# Unlike, and known to work: cage, connector, medium and breakout of the switch, cage and connector of the server.
_APPROVED = frozenset({("OSFP", "Dual MPO-12", "MMF", Breakout(2, 400), "QSFP112", "MPO-12")})

_NAMES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a link: `outcome` is match, needs_review or blocked; `code` is the rule that said so."""

    outcome: str
    code: str
    reason: str


def judge(switch: Optic | None, server: Optic | None, breakout: Breakout) -> Verdict:
    """The verdict of the first rule that applies. `breakout` is that of the switch port."""
    if switch is None and server is None:
        return Verdict(MATCH, "no-optics", "no end has an optic")
    if switch is None or server is None:
        one = switch or server
        return Verdict(NEEDS_REVIEW, "one-end-only", f"{one.slug if one else ''!r} is at one end only")
    ends = _Ends(switch, server, breakout)
    rule = next(rule for rule in _RULES if rule.applies(ends))
    return Verdict(rule.outcome, rule.code, rule.reason.format(switch=switch, server=server))


def reach_fits(optic: Optic) -> bool:
    """Whether the reach class of an optic is one of its medium: DAC is copper, SR, LR, DR and FR are fibre."""
    media = _MEDIA_BY_REACH.get(optic.reach_class.upper())
    known = optic.medium.upper() in (*_COPPER, *_FIBRE)
    return media is None or not known or optic.medium.upper() in media


# -- the table --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ends:
    switch: Optic
    server: Optic
    breakout: Breakout

    @property
    def has_far_end(self) -> bool:
        """Whether the switch has a cable with a plug of its own at the other end, and we know which."""
        fixed = self.switch.assembly in _ASSEMBLIES or self.switch.medium in _ASSEMBLIES
        return fixed and bool(self.switch.far_end_medium or self.switch.far_end_cage_type)

    @property
    def approved(self) -> bool:
        switch, server = self.switch, self.server
        ends = (switch.cage_type, switch.connector, switch.medium, self.breakout, server.cage_type, server.connector)
        return ends in _APPROVED


@dataclass(frozen=True, slots=True)
class _Rule:
    """`reason` is filled in with the two optics."""

    code: str
    outcome: str
    applies: Callable[[_Ends], bool]
    reason: str


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one.upper() != other.upper()


_RULES = (
    _Rule(
        # The first DIET lacks this one: it holds the far end of an assembly against the near end of the same assembly.
        "cable-assembly-match", MATCH,
        lambda e: e.has_far_end and e.switch == e.server,
        "both ends are {switch.slug!r}",
    ),
    _Rule(
        "medium-mismatch", BLOCKED,
        lambda e: e.has_far_end and _differ(e.switch.far_end_medium, e.server.medium),
        "the far end of {switch.slug!r} is {switch.far_end_medium}, {server.slug!r} is {server.medium}",
    ),
    _Rule(
        "cable-assembly-far-end-cage-mismatch", NEEDS_REVIEW,
        lambda e: e.has_far_end and _differ(e.switch.far_end_cage_type, e.server.cage_type),
        "the far end of {switch.slug!r} sits in {switch.far_end_cage_type}, {server.slug!r} in {server.cage_type}",
    ),
    _Rule(
        "cable-assembly-match", MATCH,
        lambda e: e.has_far_end,
        "the far end of {switch.slug!r} fits {server.slug!r}",
    ),
    _Rule(
        "medium-mismatch", BLOCKED,
        lambda e: _differ(e.switch.medium, e.server.medium),
        "{switch.slug!r} is {switch.medium}, {server.slug!r} is {server.medium}",
    ),
    _Rule(
        "approved-asymmetric", MATCH,
        lambda e: e.approved,
        "{switch.slug!r} and {server.slug!r} are unlike and known to work",
    ),
    _Rule(
        "cage-mismatch", NEEDS_REVIEW,
        lambda e: _differ(e.switch.cage_type, e.server.cage_type),
        "{switch.slug!r} sits in {switch.cage_type}, {server.slug!r} in {server.cage_type}",
    ),
    _Rule(
        "connector-mismatch", NEEDS_REVIEW,
        lambda e: _differ(e.switch.connector, e.server.connector),
        "{switch.slug!r} has connector {switch.connector}, {server.slug!r} has {server.connector}",
    ),
    _Rule(
        "match", MATCH,
        lambda e: True,
        "{switch.slug!r} and {server.slug!r} match",
    ),
)  # fmt: skip


# -- a plan -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Link:
    """Links of one kind: what a person calls them, where the plan says so, and the verdict."""

    name: str
    path: Path
    verdict: Verdict
    optics: tuple[str, str]


def check_optics(plan: Plan, found: Diagnostics) -> None:
    """Compare the optics of connections with those of their zones, and those of zones that are cabled to each other.

    What is blocked is an error at each connection. What needs a look is an error at each where the plan is strict, else
    one warning per pair of optics: documents that say an optic at one end only do so everywhere.
    """
    for path, optic in _used(plan):
        if not reach_fits(optic):
            found.error(
                WRONG_REACH, path, f"reach class {optic.reach_class} is not one of medium {optic.medium}.",
                "DAC is copper (DAC, ACC); SR, LR, DR and FR are fibre (MMF, SMF).",
            )
    look: dict[tuple[str, tuple[str, str]], list[_Link]] = {}
    for link in (*_of_servers(plan), *_between_switches(plan)):
        if link.verdict.outcome == BLOCKED:
            found.error(DO_NOT_MATCH, link.path, f"{link.verdict.reason}, so {link.name} cannot work.")
        elif link.verdict.outcome == NEEDS_REVIEW and plan.strict:
            found.error(
                NEED_REVIEW, link.path, f"{link.verdict.reason} ({link.name}).",
                "Make the ends match, or leave out `strict`.",
            )
        elif link.verdict.outcome == NEEDS_REVIEW:
            look.setdefault((link.verdict.code, link.optics), []).append(link)
    for links in look.values():
        found.warn(
            NEED_REVIEW, links[0].path, f"{links[0].verdict.reason}: {_names(links)}.",
            "Name the optic at the other end too, or check that the two work together.",
        )


def _names(links: list[_Link]) -> str:
    shown = ", ".join(link.name for link in links[:_NAMES_SHOWN])
    more = len(links) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _used(plan: Plan) -> list[tuple[Path, Optic]]:
    """The optics that something in the plan has, each once, where the catalog describes them."""
    named = [zone.optic for one in plan.switch_classes.values() for zone in one.zones.values()]
    named += [connection.optic for one in plan.server_classes.values() for connection in one.connections.values()]
    optics = {optic.slug: optic for optic in named if optic is not None}
    return [(("catalog", "optics", slug, "reach_class"), optics[slug]) for slug in sorted(optics)]


def _of_servers(plan: Plan) -> Iterator[_Link]:
    for server_class in (one for one in plan.server_classes.values() if one.quantity):
        for connection in server_class.connections.values():
            switch_class = plan.switch_classes.get(connection.switch_class)
            if switch_class is None:
                continue  # reported where it could not be built
            far = switch_class.zones[connection.zone]
            path = ("server_classes", server_class.key, "connections", connection.key)
            yield _link(f"{server_class.key}/{connection.key}", path, far, connection.optic, far.breakout)


def _link(name: str, path: Path, switch: Zone, near: Optic | None, breakout: Breakout) -> _Link:
    pair = (switch.optic.slug if switch.optic else "", near.slug if near else "")
    return _Link(name, (*path, "optic") if near else path, judge(switch.optic, near, breakout), pair)


def _between_switches(plan: Plan) -> Iterator[_Link]:
    """Zones whose lanes are cabled to lanes of another zone. Peer and session zones are cabled to themselves."""
    for near_class, near, far_class, far in (*_uplinks(plan), *_meshes(plan)):
        if 0 in (near_class.quantity, far_class.quantity):
            continue
        path = ("switch_classes", near_class.key, "zones", near.key)
        name = f"{near_class.key}/{near.key} to {far_class.key}/{far.key}"
        if near.optic and far.optic and _Ends(near.optic, far.optic, near.breakout).has_far_end:
            # The rules look from the end that has the cable.
            verdict = judge(near.optic, far.optic, near.breakout)
            yield _Link(name, (*path, "optic"), verdict, (near.optic.slug, far.optic.slug))
        else:
            yield _link(name, path, far, near.optic, far.breakout)


_Joined = tuple[SwitchClass, Zone, SwitchClass, Zone]


def _uplinks(plan: Plan) -> Iterator[_Joined]:
    for near_class in plan.switch_classes.values():
        upper = above(plan, near_class)
        if upper is not None:
            fabric = [zone for zone in upper.zones.values() if zone.type == FABRIC_ZONE]
            for near, far in product(uplink_zones(near_class), fabric):
                if far.breakout.speed == near.breakout.speed:
                    yield near_class, near, upper, far
        for near in near_class.zones.values():
            far_class = plan.switch_classes.get(near.peer[0]) if near.peer else None
            if near.peer and far_class:
                yield near_class, near, far_class, far_class.zones[near.peer[1]]


def _meshes(plan: Plan) -> Iterator[_Joined]:
    zones = [
        (one, zone)
        for one in plan.switch_classes.values()
        if one.fabric.mode == MESH
        for zone in one.zones.values()
        if zone.type == MESH_ZONE
    ]
    for (near_class, near), (far_class, far) in combinations(zones, 2):
        if near_class.fabric == far_class.fabric and near.breakout.speed == far.breakout.speed:
            yield near_class, near, far_class, far
