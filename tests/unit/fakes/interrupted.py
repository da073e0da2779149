# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that loses one of its writes on the way."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, is_read

from .netbox import FakeNetBox


class Interrupted:
    """Lets requests through until the n-th write, which is lost: before it arrives, or its answer after the commit."""

    def __init__(self, netbox: FakeNetBox, at: int, after_commit: bool) -> None:
        self._netbox = netbox
        self._left = at
        self._after_commit = after_commit
        self.statistics, self.at_once = netbox.statistics, 1
        self.happened = False

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if is_read(method, path):
            return self._netbox.send(method, path, params, body)
        self._left -= 1
        if self._left:
            return self._netbox.send(method, path, params, body)
        if self._after_commit:
            self._netbox.send(method, path, params, body)
        self.happened = True
        raise UnreachableError("the connection was lost")


def broken_off(
    start: FakeNetBox, after_commit: bool, go: Callable[[FakeNetBox | Interrupted], object]
) -> Iterator[FakeNetBox]:
    """Copies of a NetBox in which a run lost its n-th write and the next one went on, for every n that it has.

    The last one is of a run that lost none, because it has no n-th.
    """
    at, happened = 0, True
    while happened:
        at += 1
        netbox = copy.deepcopy(start)
        broken = Interrupted(netbox, at, after_commit)
        try:
            go(broken)
        except UnreachableError:
            go(netbox)
        happened = broken.happened
        yield netbox
