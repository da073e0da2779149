# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large requests are: what a pace learns from seconds, and what is taken from a queue at that pace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    BY_TEMPLATE,
    CREATE,
    DELETE,
    UPDATE,
    WITH_DEVICE,
    Change,
    ChangeSet,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.batches import Load, Queue, device_weights, load
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.pace import AIM, MAX_BYTES, MAX_ROWS, Pace

CHANGE = Change("device", CREATE, "gpu/1", "gpu-001")


def loads(count: int, weight: int = 1, size: int = 100) -> list[Load]:
    return [Load(CHANGE, {"n": n}, weight, size) for n in range(count)]


def run_of(each: float, start: float = 50, overhead: float = 0.0) -> list[tuple[float, float]]:
    """Weight and seconds of twenty requests to a server that takes `each` seconds for an object."""
    pace, told = Pace(start), []
    for _request in range(20):
        weight = min(MAX_ROWS, max(1, int(pace.weight)))
        seconds = overhead + weight * each
        told.append((weight, seconds))
        pace = pace.after(weight, seconds)
    return told


@pytest.mark.parametrize("each", [0.001, 0.02, 0.1, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("overhead", [0.0, 0.5])
def test_requests_come_to_the_aim_and_never_near_the_time_limit(each: float, overhead: float) -> None:
    told = run_of(each, overhead=overhead)
    weight, seconds = told[-1]
    assert seconds <= AIM * 1.25 or weight == 1
    assert seconds >= AIM * 0.5 or weight == MAX_ROWS
    assert all(taken <= max(2.5 * AIM, each + overhead) for _w, taken in told[1:])


def test_growth_is_twofold_at_most_and_shrinking_is_at_once() -> None:
    assert Pace(50).after(50, 0.1).weight == 100
    assert Pace(50).after(50, 0.0).weight == 100
    assert Pace(50).after(50, 8.0).weight == pytest.approx(62.5)
    assert Pace(400).after(400, 100.0).weight == pytest.approx(40)
    assert Pace(1).after(1, 500.0).weight == 1


def test_a_request_of_a_few_rows_says_nothing_of_many() -> None:
    assert Pace(50).after(3, 0.1) == Pace(50)
    assert Pace(50).after(3, AIM) == Pace(50)
    # But one that is slow all the same does.
    assert Pace(50).after(3, 2 * AIM).weight == pytest.approx(1.5)


def test_what_was_too_large_for_something_on_the_way_stays_too_large() -> None:
    pace = Pace(500).refused(1_000_000)
    assert pace.bytes == 500_000
    assert not pace.takes(2, 2, 500_001)
    for _quick in range(10):
        pace = pace.after(500, 0.1)
    assert pace.bytes == 500_000
    assert pace.refused(2_000_000).bytes == 500_000
    assert Pace(1).refused(1).takes(1, 1, 10)


def test_a_body_never_exceeds_its_bytes() -> None:
    queue = Queue(loads(100, size=100_000))
    while batch := queue.take(Pace(1000)):
        assert 2 + sum(one.size for one in batch) <= MAX_BYTES


def test_a_portion_ends_at_rows_at_weight_or_at_bytes_and_order_stays() -> None:
    assert len(Queue(loads(5000)).take(Pace(100_000))) == MAX_ROWS
    assert len(Queue(loads(100)).take(Pace(7.9))) == 7
    assert len(Queue(loads(100, weight=10)).take(Pace(50))) == 5
    queue = Queue(loads(10))
    taken = [one.row["n"] for batch in iter(lambda: queue.take(Pace(4)), []) for one in batch]
    assert taken == list(range(10))


def test_what_is_too_large_by_itself_goes_alone() -> None:
    queue = Queue([*loads(1), *loads(2, weight=5000), *loads(1, size=10 * MAX_BYTES)])
    assert [len(batch) for batch in iter(lambda: queue.take(Pace(50)), [])] == [1, 1, 1, 1]


def test_what_is_put_back_comes_next_in_the_same_order() -> None:
    queue = Queue(loads(6))
    first = queue.take(Pace(4))
    queue.put_back(first)
    assert [one.row["n"] for one in queue.take(Pace(3))] == [0, 1, 2]
    assert [one.row["n"] for one in queue.take(Pace(9))] == [3, 4, 5]


def test_rows_are_made_when_their_request_is() -> None:
    made = 0

    def rows() -> Iterator[Load]:
        nonlocal made
        for one in loads(1000):
            made += 1
            yield one

    Queue(rows()).take(Pace(10))
    assert made == 11


def test_sizes_are_those_of_the_json_that_is_sent() -> None:
    assert load(CHANGE, {"name": "ü"}).size == len('{"name": "\\u00fc"}, ')


def test_devices_weigh_the_interfaces_that_come_and_go_with_them() -> None:
    def interface(action: str, device: str, via: str) -> Change:
        values = {"device": device}
        before, after = (values, {}) if action == DELETE else ({}, values)
        return Change("interface", action, f"{device}:1", "x", before, after, None, "", via)

    changes = ChangeSet((
        Change("device", DELETE, "gpu/1", "a"), Change("device", CREATE, "gpu/2", "b"),
        Change("device", CREATE, "gpu/3", "c"),
        *[interface(DELETE, "gpu/1", WITH_DEVICE)] * 3, interface(DELETE, "gpu/9", ""),
        *[interface(CREATE, "gpu/2", BY_TEMPLATE)] * 2, interface(CREATE, "gpu/3", ""),
        interface(UPDATE, "gpu/3", ""),
    ))
    assert device_weights(changes) == {"gpu/1": 4, "gpu/2": 3, "gpu/3": 1}
