# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several reads under way at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def in_order(ask: Callable[[Task], Answer], tasks: Iterable[Task], at_once: int) -> Iterator[Answer]:
    """Answers in the order of their tasks, whichever comes first.

    At most one more than `at_once` are asked for and not yet taken, so that memory does not grow with the number of
    tasks. With 1 there are no threads. What `ask` raises is raised here, in its turn; nothing further is then asked.
    """
    if at_once == 1:
        yield from map(ask, tasks)
        return
    pool = ThreadPoolExecutor(at_once)
    waiting: deque[Future[Answer]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(ask, task))
            # One more than can be under way: a lane finds its next task while the oldest answer is looked at.
            if len(waiting) > at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
