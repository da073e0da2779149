# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alternating links: the heaps choose what the rule says, and the rule is written here without them."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.place.alternating import place_alternating
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.place.deal import Deal, Refused
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.place.demand import Bundle
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.place.space import Space
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import SERVER_ZONE, Zone

LANES = 6

Choices = list[tuple[str, int]]


def deal_of(held: list[int]) -> Deal:
    """Switches of six lanes of which some are held."""
    ports = tuple(range(1, LANES + 1))
    space = Space([(Zone("servers", SERVER_ZONE, ports, Breakout(1, 100), 100, None), ports)])
    for switch, number in enumerate(held, 1):
        for port in range(1, number + 1):
            assert space.hold(switch, (port, 1))
    return Deal(space, len(held))


def by_the_rule(deal: Deal, sizes: list[int], groups: list[range]) -> Choices | None:
    """Each server in the least loaded group with room, each of its links on the least loaded switch it is new to."""
    for server, size in enumerate(sizes):
        for group in sorted(groups, key=lambda g: (sum(deal.load[i] for i in g) / len(g), g.start)):
            load, room, own = list(deal.load), list(deal.room), dict.fromkeys(group, 0)
            chosen: list[int] = []
            while len(chosen) < size:
                with_room = [i for i in group if own[i] == min(own.values()) and room[i]]
                if not with_room:
                    break
                switch = min(with_room, key=lambda i: (load[i], i))
                load[switch], room[switch], own[switch] = load[switch] + 1, room[switch] - 1, own[switch] + 1
                chosen.append(switch)
            if len(chosen) == size:
                for number, switch in enumerate(chosen):
                    deal.give(switch, (f"{server}/{number}",))
                break
        else:
            return None
    return deal.choices


@given(
    st.lists(st.integers(0, LANES), min_size=1, max_size=8), st.lists(st.integers(1, 4), max_size=14),
    st.sampled_from([1, 2, 3, 8]),
)
@example([0, 6, 0], [2, 2, 2], 8)
@example([5, 5, 0, 0], [2, 2, 1, 1], 2)
@example([0, 0], [3, 1, 1], 2)  # a server that goes round twice passes the heap by
@example([6, 0, 3, 3], [2, 1], 2)  # a group that had no room for one server has some for the next
def test_heaps_choose_what_the_rule_says(held: list[int], sizes: list[int], group_size: int) -> None:
    groups = [range(i, min(i + group_size, len(held))) for i in range(0, len(held), group_size)]
    bundles = [
        Bundle(f"gpu/{server}", tuple(f"{server}/{number}" for number in range(size)))
        for server, size in enumerate(sizes)
    ]
    deal = deal_of(held)
    found: Choices | None
    try:
        place_alternating(deal, bundles, groups)
        found = deal.choices
    except Refused:
        found = None
    # More than two rounds is a rule of its own, for servers that are kept.
    if all(size <= 2 * min(len(group) for group in groups) for size in sizes):
        assert found == by_the_rule(deal_of(held), sizes, groups)


def test_servers_that_stay_in_their_group_count_there() -> None:
    deal = deal_of([0, 0, 0, 0])
    kept = Bundle("gpu/1", ("1/0",), kept=(1,))
    place_alternating(deal, [kept, Bundle("gpu/2", ("2/0", "2/1"))], [range(2), range(2, 4)])
    assert deal.choices == [("1/0", 1), ("2/0", 2), ("2/1", 3)]
