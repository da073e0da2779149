# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worth saying of a placed plan: what placing anew would save, and rail domains that pods cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...diagnostics import Diagnostics
from ...model.keys import split_device_key
from ...model.ledger import Domain, Ledger
from ...model.plan import UPPER_ROLES, Plan
from .demand import Demand
from .links import PlacedLink
from .sized import SizedClass
from .tiers import uplink_rule


def could_be_fewer(plan: Plan, sized: Mapping[str, SizedClass], ledger: Ledger) -> bool:
    """Whether placing anew might need fewer switches or rail domains, as far as capacity and divisors tell."""
    return bool(ledger) and any(
        _domains_to_save(one)
        or (one.switch_class.quantity is None and _fewest(plan, one, sized, ledger) < one.count)
        for one in sized.values()
    )


def _domains_to_save(one: SizedClass) -> bool:
    """Whether there are more rail domains than full ones would take; they are known to be kept only with a ledger."""
    for zone, kept in one.kept.items():
        opened = {domain.number for domain in one.placements[zone].domains.values()}
        servers, capacity = one.demands[zone].rail_servers, one.spaces[zone].capacity
        if kept.domains and (not servers or len(opened | kept.domains.keys()) > -(-servers // capacity)):
            return True
    return False


def _fewest(plan: Plan, one: SizedClass, sized: Mapping[str, SizedClass], ledger: Ledger) -> int:
    """A number below which the class cannot be, whatever is kept."""
    low = 0
    for zone, placed in one.placements.items():
        links, capacity = len(placed.lanes) + len(one.kept[zone].spots), one.spaces[zone].capacity
        if links:
            low = max(low, -(-links // capacity), _fewest_rail_leaves(one.demands[zone], capacity))
    if one.switch_class.role not in UPPER_ROLES:
        return low
    rule = uplink_rule(plan, one, sized, ledger.like({}), prune=True)
    return low if rule is None else next((n for n in rule.numbers() if n >= low), one.count)


def _fewest_rail_leaves(demand: Demand, capacity: int) -> int:
    """Leaves that the rails need at least: full domains, and of the last one as many as keep its runs short enough."""
    if not demand.rail_servers:
        return 0
    full, last = divmod(demand.rail_servers - 1, capacity)
    rails_per_leaf = capacity // (last + 1)
    return full * len(demand.rail_numbers) + -(-len(demand.rail_numbers) // rails_per_leaf)


def rail_domains_of(links: Iterable[PlacedLink]) -> dict[tuple[str, str], set[Domain]]:
    """The rail domains that links are in."""
    found: dict[tuple[str, str], set[Domain]] = {}
    for link in links:
        if link.domain is not None:
            found.setdefault((split_device_key(link.b.device)[0], link.b_zone), set()).add(link.domain)
    return found


def say_what_rebalancing_saves(
    now: Mapping[str, SizedClass], links: Iterable[PlacedLink],
    anew: Mapping[str, SizedClass], links_anew: Iterable[PlacedLink], found: Diagnostics,
) -> None:
    """Warn where placing all links anew needs fewer switches or rail domains, with the cables it would move."""
    links, links_anew = list(links), list(links_anew)
    savings = {
        key: f"{anew[key].count} {key} instead of {now[key].count}" for key in now if anew[key].count < now[key].count
    }
    domains, domains_anew = rail_domains_of(links), rail_domains_of(links_anew)
    for (key, zone), used in domains.items():
        fewer = len(domains_anew.get((key, zone), ()))
        if fewer < len(used):
            savings.setdefault(key, f"{fewer} rail domains in {key}/{zone} instead of {len(used)}")
    if not savings:
        return
    ends = {link.key: (link.a, link.b) for link in links_anew}
    moved = sum(1 for link in links if link.key in ends and ends[link.key] != (link.a, link.b))
    found.warn(
        "rebalance-saves", ("switch_classes", next(iter(savings))),
        f"placing all links anew would need {' and '.join(savings.values())}, and move {moved} cables.",
        "`rebalance: true` does it.",
    )


def warn_of_cut_domains(plan: Plan, links: Iterable[PlacedLink], found: Diagnostics) -> None:
    """Warn of rail domains with leaves in two pods: their rails then cross the cores. Links by position."""
    for (key, zone), domains in rail_domains_of(links).items():
        per_pod = plan.switch_classes[key].fabric.leaves_per_pod
        size = per_pod.get(key) if per_pod else None
        cut = sorted(d.number for d in domains if size and (d.first - 1) // size != (d.last - 1) // size)
        if cut:
            numbers = ", ".join(map(str, cut[:8])) + (", ..." if len(cut) > 8 else "")
            found.warn(
                "rail-domain-cut", ("fabrics", plan.switch_classes[key].fabric.key, "leaves_per_pod"),
                f"the leaves of rail {'domain' if len(cut) == 1 else 'domains'} {numbers} of {key}/{zone} stand in two"
                " pods, so traffic between its rails crosses the cores.",
                f"A multiple of the leaves per domain does not cut any: {_leaves(domains)}.",
            )


def _leaves(domains: set[Domain]) -> int:
    return max(d.last - d.first + 1 for d in domains)
