# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something happens to each request of a run in turn: the run ends right or with an error of ours, and the next one
brings NetBox to the same end. Of a plan with all kinds of objects; `tests/reliability` has the same on a real NetBox.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import NetBoxError, UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Transport, is_read

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, JOURNAL, TEMPLATES
from ..plans import Document
from ..runs import bring, tear_down
from .scene import row_of
from .test_stated import STATED, plan

Answer = Callable[[Callable[[], Response]], Response]


def all_kinds(servers: int = 2) -> Document:
    """What is stated, racks and what they hang on, templates, spare interfaces, uplinks, rails."""
    document = copy.deepcopy(plan(STATED, {"type": "dac-passive", "label": "{a_device}"}))
    document["switch_classes"]["leaf"]["instances"]["2"] = {"rack": "R1", "position": 20, "face": "front"}
    document["server_classes"]["gpu"] |= {"quantity": servers, "ports": "all"}
    document["server_classes"]["gpu"]["nics"]["free"] = {"ports": ["p0"]}
    return document


def empty() -> FakeNetBox:
    """A NetBox with a type of its own that makes interfaces, and a device of somebody else."""
    netbox = FakeNetBox()
    maker = netbox.make("dcim/manufacturers", name="Acme", slug="acme")
    kind = netbox.make("dcim/device-types", model="Server", slug="some-server", manufacturer=maker)
    netbox.make(TEMPLATES, device_type=kind, name="c0-p0", type="other")
    site = netbox.make("dcim/sites", name="dc1", slug="dc1")
    role = netbox.make("dcim/device-roles", name="Foreign", slug="foreign")
    netbox.make(DEVICES, name="foreign", device_type=kind, role=role, site=site)
    return netbox


def exchanged() -> FakeNetBox:
    """What people exchange: ports of cables, names of devices and interfaces, rack units; a cable lost an end."""
    netbox = empty()
    bring(all_kinds(), netbox)
    for endpoint, keys, name in (
        (CABLES, ("server gpu/1/c0/0", "server gpu/2/c0/0"), "b_terminations"),
        (DEVICES, ("gpu/1", "gpu/2"), "name"),
        (INTERFACES, ("gpu/1:c0/0", "gpu/1:c0/1"), "name"),
        (DEVICES, ("leaf/1", "leaf/2"), "position"),
    ):
        first, second = (row_of(netbox, endpoint, key) for key in keys)
        first[name], second[name] = second[name], first[name]
    row_of(netbox, CABLES, "server gpu/1/c0/1")["b_terminations"] = []
    return netbox


def built(servers: int) -> FakeNetBox:
    netbox = empty()
    bring(all_kinds(servers), netbox)
    return netbox


def _grow(netbox: Transport) -> None:
    larger = all_kinds(3)
    larger["switch_classes"]["spine"]["quantity"] = 2
    bring(larger, netbox, max_moves=99)


SCENES: Mapping[str, tuple[Callable[[], FakeNetBox], Callable[[Transport], Any]]] = {
    "apply": (empty, lambda netbox: bring(all_kinds(), netbox)),
    "grow": (lambda: built(2), _grow),
    "shrink": (lambda: built(3), lambda netbox: bring(all_kinds(1), netbox, prune=True)),
    "exchange": (exchanged, lambda netbox: bring(all_kinds(), netbox)),
    "teardown": (lambda: built(2), lambda netbox: tear_down("test", netbox)),
}


@dataclass
class Faulty:
    """Lets requests through but for the n-th read or write, which `answer` answers, given what sends it."""

    netbox: FakeNetBox
    reads: bool
    at: int
    answer: Answer
    seen: int = 0
    at_once: int = 1
    statistics: Any = field(init=False)

    def __post_init__(self) -> None:
        self.statistics = self.netbox.statistics

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        self.seen += is_read(method, path) == self.reads
        if is_read(method, path) == self.reads and self.seen == self.at:
            return self.answer(lambda: self.netbox.send(method, path, params, body))
        return self.netbox.send(method, path, params, body)


def _lost(send: Callable[[], Response]) -> Response:
    raise UnreachableError("nothing arrived")


def _lost_after(send: Callable[[], Response]) -> Response:
    send()
    raise UnreachableError("the connection was lost")


def _instead(*bodies: Any) -> list[Answer]:
    def after(body: Any) -> Answer:
        def answer(send: Callable[[], Response]) -> Response:
            send()
            return Response(200, body)

        return answer

    return [after(body) for body in bodies]


def _failed(send: Callable[[], Response]) -> Response:
    send()
    return Response(504, {"detail": ""})


def _half(send: Callable[[], Response]) -> Response:
    """Some rows of a page were lost on the way, and it says that there are no more."""
    found = send()
    body = copy.deepcopy(found.body)
    for rows in (body.get("results"), *(body.get("data") or {}).values()) if isinstance(body, dict) else ():
        if isinstance(rows, list):
            del rows[len(rows) // 2:len(rows) // 2 + 1]
    return Response(found.status, body, found.wait, found.time)


WRITES = {"lost": _lost, "lost after the commit": _lost_after, "504 after the commit": _failed}
READS = _instead(None, {}, [], "text", {"results": None}, {"count": 1, "results": [{}]}, {"data": {"device_list": 1}})


def _play(scene: str, reads: bool, answer_of: Callable[[int], Answer]) -> int:
    """Something happens to each read or write of a run in turn; how many there are."""
    start, run = SCENES[scene][0](), SCENES[scene][1]
    whole = copy.deepcopy(start)
    run(whole)
    at = 0
    while True:
        at += 1
        netbox = copy.deepcopy(start)
        faulty = Faulty(netbox, reads, at, answer_of(at))
        try:
            run(faulty)
        except NetBoxError:  # and nothing else
            if netbox.state() == start.state():
                continue
        if faulty.seen < at:
            return at - 1
        run(netbox)
        assert netbox.state() == whole.state(), at
        netbox.log.clear()
        run(netbox)
        assert netbox.writes() == [], at


@pytest.mark.parametrize("fault", WRITES)
@pytest.mark.parametrize("scene", SCENES)
def test_something_happens_to_a_write(scene: str, fault: str) -> None:
    assert _play(scene, False, lambda _at: WRITES[fault]) >= 2


@pytest.mark.parametrize("fault", WRITES)
def test_a_run_that_cannot_record_itself_is_done_all_the_same(fault: str) -> None:
    netbox, whole = empty(), empty()
    bring(all_kinds(), whole)
    bring(all_kinds(), Faulty(netbox, False, len(whole.writes()), WRITES[fault]))
    assert len(netbox.tables[JOURNAL]) == (fault != "lost")
    assert netbox.state() == whole.state()


@pytest.mark.parametrize("scene", SCENES)
def test_a_read_is_answered_by_something_else(scene: str) -> None:
    """Never a traceback, and never taken for an empty NetBox."""
    assert _play(scene, True, lambda at: READS[at % len(READS)]) > 10


@pytest.mark.parametrize("scene", SCENES)
def test_a_page_lost_rows_on_the_way(scene: str) -> None:
    assert _play(scene, True, lambda _at: _half) > 10
