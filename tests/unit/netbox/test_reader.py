# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan owns is read whole and once, in many pages, while others write, and whatever else NetBox has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import client as client_module
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import paging
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import ServerError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.paging import Extent, Slice, read_slice, slices
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.parallel import in_order
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.reader import read_owned
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Transport

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import DEVICES, FIELDS, INTERFACES
from ..plans import Document, acme, document, rails, servers, switches, zone
from ..runs import bring


def plan_of(number: int) -> Document:
    return document(
        {"leaf": switches(servers=zone("1-8", "2x100g"))}, {"gpu": servers(number, *rails(2))},
        catalog=acme(),
    )


def built(version: str = "4.7.3") -> FakeNetBox:
    netbox = FakeNetBox(version)
    bring(plan_of(6), netbox)
    netbox.log.clear()
    return netbox


def read(transport: Transport, plan_id: str = "test") -> Owned:
    return read_owned(Client(transport), plan_id, Renames(), References(), Diagnostics()).owned


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (paging, client_module):
        monkeypatch.setattr(module, "PAGE", 4)


class Meddling:
    """A NetBox in which something is done after some of the reads, which are told apart by what they ask for."""

    def __init__(self, netbox: FakeNetBox, after: str, times: int, meddle: Callable[[FakeNetBox], None]) -> None:
        self.netbox, self.statistics, self.at_once = netbox, netbox.statistics, 1
        self._after, self._left, self._meddle = after, times, meddle

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        response = self.netbox.send(method, path, params, body)
        if self._left and self._after in (body or {}).get("query", path):
            self._left -= 1
            self._meddle(self.netbox)
        return response


def remove_a_server(netbox: FakeNetBox) -> None:
    one = min(row["id"] for row in netbox.tables[DEVICES].values() if str(row["name"]).startswith("gpu"))
    assert netbox.send("DELETE", "/api/dcim/devices/", body=[{"id": one}]).status == 204


def copy_a_device(netbox: FakeNetBox) -> None:
    """Somebody else's device, made ours."""
    row = max(netbox.tables[DEVICES].values(), key=lambda row: row["id"])
    marks = row["custom_fields"] | {"hedgehog_key": f"gpu/{row['id']}"}
    netbox.make(
        DEVICES, name=f"new-{row['id']}", role=row["role"], device_type=row["device_type"], site=row["site"],
        custom_fields=marks,
    )


# -- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.7.3", "4.5.1"])
@pytest.mark.parametrize("at_once", [1, 4])
@pytest.mark.usefixtures("small_pages")
def test_pages_at_once_are_what_one_page_is(version: str, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    netbox = built(version)
    netbox.at_once = at_once
    in_pages = read(netbox)
    for module in (paging, client_module):
        monkeypatch.setattr(module, "PAGE", 1000)
    netbox.at_once = 1
    whole = read(netbox)
    assert in_pages == whole
    assert [list(in_pages.of(kind)) for kind in ("device", "interface", "cable")] == [
        list(whole.of(kind)) for kind in ("device", "interface", "cable")
    ]
    assert len(whole.cables) == 12 and len(whole.interfaces) == 24


@pytest.mark.usefixtures("small_pages")
def test_a_page_that_the_server_cuts_short_is_followed() -> None:
    netbox = built()
    whole = read(netbox)
    netbox.max_page = 3
    assert read(netbox) == whole


def table(ids: Iterable[int]) -> tuple[Callable[[int, int], list[dict[str, Any]]], list[tuple[int, int]]]:
    """A list by id that remembers what it was asked for."""
    rows, asked = sorted(ids), []

    def ask(start: int, limit: int) -> list[dict[str, Any]]:
        asked.append((start, limit))
        return [{"id": str(one)} for one in rows if one >= start][:limit]

    return ask, asked


@pytest.mark.parametrize(
    "ids", [range(1, 100_001), range(50_000, 70_000), range(1, 90_000, 9), [*range(5), *range(10**6, 10**6 + 9000)]]
)
def test_slices_have_every_row_once_and_take_about_a_request_a_page(ids: Iterable[int]) -> None:
    ids = list(ids)
    ask, asked = table(ids)
    start = ids[999] + 1
    parts = slices(Extent(len(ids), ids[-1]), start, True)
    found = [int(row["id"]) for part in parts for row in read_slice(ask, part, True)]
    assert found == ids[1000:]
    assert len(asked) <= 1.6 * len(ids) / 1000 + 2


def test_lists_that_were_written_in_one_go_take_a_request_a_page() -> None:
    ask, asked = table(range(1, 90_241))
    for part in slices(Extent(90_240, 90_240), 1001, True):
        read_slice(ask, part, True)
    assert len(asked) == 91  # with the one that finds the end


def test_slices_of_positions() -> None:
    assert slices(Extent(2500, 9999), 1000, False) == [Slice(1000, 2000), Slice(2000, None)]
    assert slices(Extent(0, 0), 3, False) == slices(Extent(0, 0), 3, True) == [Slice(3, None)]


def test_answers_come_in_order_and_few_ahead() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        if number == 50:
            raise ServerError("no")
        return number

    answers = in_order(ask, range(100), 4)
    assert [next(answers) for _n in range(10)] == list(range(10))
    assert len(asked) <= 15
    with pytest.raises(ServerError):
        list(answers)
    assert len(asked) < 60


# -- while others write ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.7.3", "4.5.1"])
@pytest.mark.parametrize("meddle", [remove_a_server, copy_a_device])
@pytest.mark.parametrize("after", ["device_list", "interface_list", "cable_list"])
@pytest.mark.usefixtures("small_pages")
def test_what_changes_while_it_is_read_is_read_again(
    version: str, meddle: Callable[[FakeNetBox], None], after: str
) -> None:
    netbox = built(version)
    found = read(Meddling(netbox, after, 1, meddle))
    assert found == read(netbox)
    assert {row.id for row in found.devices.values()} == {
        row["id"] for row in netbox.tables[DEVICES].values() if row["custom_fields"].get("hedgehog_plan_id")
    }


@pytest.mark.usefixtures("small_pages")
def test_what_never_comes_to_rest_is_an_error() -> None:
    with pytest.raises(ServerError, match=r"changes while the plan 'test' is read.*devices where \d+ are counted"):
        read(Meddling(built(), "cable_list", 99, copy_a_device))


@pytest.mark.usefixtures("small_pages")
def test_a_row_that_comes_twice_is_not_taken_for_settled() -> None:
    """Positions, before NetBox knew cursors: what is put in front of the list pushes a row onto the next page."""
    netbox = built("4.5.1")

    def in_front(netbox: FakeNetBox) -> None:
        row = min(netbox.tables[DEVICES].values(), key=lambda row: row["id"])
        table = netbox.tables[DEVICES]
        marks = row["custom_fields"] | {"hedgehog_key": "leaf/77"}
        table[1] = row | {"id": 1, "name": "in-front", "custom_fields": marks}

    found = read(Meddling(netbox, "device_list", 1, in_front))
    assert found.devices["leaf/77"].id == 1
    assert found.strays == []


# -- whatever else NetBox has ----------------------------------------------------------------------------------------


def test_an_interface_of_ours_on_a_device_of_others_is_left_alone() -> None:
    netbox = built()
    leaf = min(netbox.tables[DEVICES].values(), key=lambda row: row["id"])
    other = netbox.make(
        DEVICES, name="other", role=leaf["role"], device_type=leaf["device_type"], site=leaf["site"]
    )
    before = read(netbox)
    marks = {"hedgehog_plan_id": "test", "hedgehog_key": "leaf/9:1/1"}
    netbox.make(INTERFACES, device=other, name="p", type="100gbase-x-qsfp28", custom_fields=marks)
    assert read(netbox) == before


def test_a_field_made_by_hand_finds_other_plans_and_they_are_not_counted_as_ours() -> None:
    netbox = built()
    before = read(netbox)
    leaf = min(netbox.tables[DEVICES].values(), key=lambda row: row["id"])
    for mark in netbox.tables[FIELDS].values():
        mark["filter_logic"] = "loose"
    netbox.make(
        DEVICES, name="other", role=leaf["role"], device_type=leaf["device_type"], site=leaf["site"],
        custom_fields={"hedgehog_plan_id": "test-10", "hedgehog_key": "leaf/1"},
    )
    assert read(netbox) == before
    for mark in netbox.tables[FIELDS].values():
        mark["filter_logic"] = "disabled"
    assert read(netbox) == before


def test_nothing_is_asked_for_where_the_mark_is_not_registered() -> None:
    netbox = built()
    for row in [*netbox.tables[FIELDS].values()]:
        if row["name"] == "hedgehog_plan_id":
            del netbox.tables[FIELDS][row["id"]]
    assert read(netbox) == Owned()
    assert not any("query" in path for _method, path, _rows in netbox.log)


class Answering:
    """A NetBox whose GraphQL does not know the filter, and answers with everything."""

    def __init__(self, netbox: FakeNetBox) -> None:
        self.netbox, self.statistics, self.at_once = netbox, netbox.statistics, 1

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        if path == "/graphql/" and "custom_field_data" in body["query"]:
            body = {"query": body["query"].replace('exact: "test"', 'exact: "other"')}
        return self.netbox.send(method, path, params, body)


def test_an_answer_with_the_objects_of_another_plan_is_an_error() -> None:
    netbox = built()
    first = min(netbox.tables[DEVICES].values(), key=lambda row: row["id"])
    netbox.make(
        DEVICES, name="other", role=first["role"], device_type=first["device_type"], site=first["site"],
        custom_fields={"hedgehog_plan_id": "other", "hedgehog_key": "leaf/1"},
    )
    with pytest.raises(ServerError, match=r"devices of the plan 'test', and answered with one of 'other'"):
        read(Answering(netbox))
