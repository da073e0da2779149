# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The number of switches is the first that places, by a second way of placing, and by trying all as given."""

from __future__ import annotations

import dataclasses
import re

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Plan

from ..plans import Document, counts, document, errors_of, expanded, loaded, loads, rails, servers, switches, zone

GROUPS = (None, {"type": "mclag"}, {"type": "eslag", "group_size": 3}, {"type": "eslag"})


def one_zone(capacity: int, classes: Document, redundancy: Document | None = None) -> Document:
    more = {"redundancy": redundancy} if redundancy else {}
    return document({"leaf": switches(servers=zone(f"1-{capacity}"), **more)}, classes)


# -- a second way of placing, as the rule is worded ------------------------------------------------------------------


def by_hand(distribution: str, links: list[int], capacity: int, n: int) -> list[int] | None:
    """Loads of n switches when servers with so many links are dealt in turn; None where one finds no room."""
    load = [0] * n
    for count in links:
        if distribution == "none":
            fitting = [i for i in range(n) if load[i] + count <= capacity]
            if not fitting:
                return None
            load[min(fitting, key=lambda i: (load[i], i))] += count
            continue
        if n < 2:
            return None
        own = [0] * n
        for _link in range(count):
            fitting = [i for i in range(n) if own[i] == min(own) and load[i] < capacity]
            if not fitting:
                return None
            chosen = min(fitting, key=lambda i: (load[i], i))
            own[chosen] += 1
            load[chosen] += 1
    return load


@given(
    st.sampled_from(("none", "alternating")), st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 7)), min_size=1, max_size=3),
)
def test_the_least_loaded_by_hand(distribution: str, capacity: int, classes: list[tuple[int, int]]) -> None:
    links = [width for number, width in classes for _server in range(number)]
    rows = {
        f"c{n}": servers(number, {"distribution": distribution, "ports": width})
        for n, (number, width) in enumerate(classes)
    }
    if distribution == "none" and any(width > capacity for width in links):
        assert errors_of(one_zone(capacity, rows))[0].code == "over-capacity"
        return
    first = next((n for n in range(sum(links) + 3) if links and by_hand(distribution, links, capacity, n)), 0)
    topology = expanded(one_zone(capacity, rows))
    assert counts(topology) == {"leaf": first}
    if first:
        assert loads(topology) == by_hand(distribution, links, capacity, first)


@given(st.integers(1, 9), st.lists(st.tuples(st.integers(0, 6), st.integers(1, 7)), min_size=1, max_size=3))
def test_blocks_by_hand(capacity: int, classes: list[tuple[int, int]]) -> None:
    """The fewest switches on which contiguous blocks fit, and the fullest of them as empty as any cut makes it."""
    links = [width for number, width in classes for _server in range(number)]
    assume(all(width <= capacity for width in links))
    rows = {
        f"c{n}": servers(number, {"distribution": "same-switch", "ports": width})
        for n, (number, width) in enumerate(classes)
    }

    def blocks(most: int) -> int:
        """How many blocks of at most so many links: each takes what it can."""
        number, held = 0, most
        for width in links:
            if held + width > most:
                number, held = number + 1, 0
            held += width
        return number

    topology = expanded(one_zone(capacity, rows))
    number = blocks(capacity)
    assert counts(topology) == {"leaf": number}
    if number:
        fullest = next(m for m in range(max(links), capacity + 1) if blocks(m) <= number)
        assert max(loads(topology)) == fullest


@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 40))
def test_rails_by_hand(capacity: int, number_of_rails: int, number: int) -> None:
    """Full domains take as many servers as a leaf has lanes, one of m leaves what its fullest leaf can carry."""
    def takes(n: int) -> int:
        full, rest = divmod(n, number_of_rails)
        return full * capacity + (capacity // -(-number_of_rails // rest) if rest else 0)

    first = next(n for n in range(number * number_of_rails + 1) if takes(n) >= number)
    assert counts(expanded(one_zone(capacity, {"gpu": servers(number, *rails(number_of_rails))}))) == {"leaf": first}


# -- trying all as given ---------------------------------------------------------------------------------------------


@st.composite
def small_plans(draw: st.DrawFn) -> Document:
    redundancy = draw(st.sampled_from(GROUPS))
    rows = {}
    for n in range(draw(st.integers(1, 3))):
        distribution = draw(st.sampled_from(("alternating", "same-switch", "none", "rail-optimized")))
        number = draw(st.integers(1, 5))
        if distribution == "rail-optimized" and redundancy is None:
            rows[f"c{n}"] = servers(number, *rails(draw(st.integers(1, 4))))
        else:
            distribution = "alternating" if distribution == "rail-optimized" else distribution
            rows[f"c{n}"] = servers(number, {"distribution": distribution, "ports": draw(st.integers(1, 4))})
    return one_zone(draw(st.integers(2, 7)), rows, redundancy)


def that_place(plan: Plan, class_key: str, most: int) -> list[int]:
    """The quantities of a class, given one after the other, that place."""
    works = []
    for n in range(1, most + 1):
        given_so = {class_key: dataclasses.replace(plan.switch_classes[class_key], quantity=n)}
        try:
            expand(dataclasses.replace(plan, switch_classes={**plan.switch_classes, **given_so}))
        except PlanError:
            continue
        works.append(n)
    return works


@given(small_plans(), st.integers(0, 12))
def test_a_given_quantity_names_the_nearest_that_place_and_the_computed_one_is_the_first(
    plan: Document, quantity: int
) -> None:
    works = that_place(loaded(plan), "leaf", 25)
    try:
        computed = counts(expanded(plan))["leaf"]
    except PlanError:
        assert not [n for n in works if n <= 20]
        return
    assert computed == works[0]
    plan["switch_classes"]["leaf"]["quantity"] = quantity
    if quantity in works:
        assert counts(expanded(plan)) == {"leaf": quantity}
        return
    (error,) = errors_of(plan)
    if error.code == "over-capacity":
        assert named(error) == nearest(works, quantity)
    else:
        assert error.code in ("quantity-against-groups", "alternating-needs-two")


def named(error: Diagnostic) -> list[int]:
    (text,) = re.findall(r"Quantities that do: ([^.]*)\.", error.hint)
    return [int(n) for n in text.split(", ")]


def nearest(works: list[int], quantity: int) -> list[int]:
    """The nearest smaller and the nearest larger."""
    return [*[n for n in works if n < quantity][-1:], *[n for n in works if n > quantity][:1]]


@given(
    st.integers(1, 5), st.sampled_from((1, 2, 4, 6, 8, 12)), st.integers(1, 24), st.integers(0, 4),
    st.sampled_from(("none", "alternating")), st.sampled_from(GROUPS), st.booleans(), st.integers(1, 14),
)
def test_a_given_number_of_spines_names_those_that_do(
    leaves: int, uplinks: int, lanes: int, gateways: int, distribution: str, redundancy: Document | None, uneven: bool,
    quantity: int,
) -> None:
    """What lands on the spines beside uplinks counts, and the groups that they make."""
    plan = document(
        {
            "leaf": switches(servers=zone("1"), up=zone(f"101-{100 + uplinks}", "1x800g", "uplink"),
                             balance="uneven" if uneven else "even"),
            "spine": switches(role="spine", down=zone(f"1-{lanes}", "1x800g", "fabric"), servers=zone("301"),
                              **({"redundancy": redundancy} if redundancy else {})),
        },
        {"gpu": servers(leaves, {}), "gw": servers(gateways, {"zone": "spine/servers", "distribution": distribution})},
    )

    works = that_place(loaded(plan), "spine", 14)
    try:
        assert counts(expanded(plan))["spine"] == works[0]
    except PlanError:
        assert not works
    if quantity not in works:
        plan["switch_classes"]["spine"]["quantity"] = quantity
        (error,) = errors_of(plan)
        if error.hint.startswith("Quantities that do: "):
            assert named(error) == nearest(works, quantity)
