# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a NetBox is asked about its own demands, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import AccessError, RefusedError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.surroundings import (
    read_closed,
    read_required,
    unknown_interface_types,
)

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import FIELDS
from ..runs import bring, see
from .scene import small


class Answers:
    """A client that gives these rows, or knows these interface types."""

    def __init__(self, rows: list[dict[str, Any]] | None = None, types: tuple[str, ...] = ()) -> None:
        self._rows, self._types = rows, types
        self.asked = 0

    def rest_list(self, _endpoint: str, **_params: Any) -> Iterator[dict[str, Any]]:
        if self._rows is None:
            raise AccessError("no")
        return iter(self._rows)

    def extent(self, endpoint: str, **params: Any) -> None:
        self.asked += 1
        for one in params["type"]:
            if one not in self._types:
                text = f"NetBox refused to read {endpoint} (HTTP 400): type: Select a valid choice. {one} is not one of"
                raise RefusedError(f"{text} the available choices.")


def of(answers: Answers) -> Client:
    return cast("Client", answers)


def test_required_custom_fields_are_those_of_our_kinds() -> None:
    rows = [
        {"name": "asset", "object_types": ["dcim.device", "dcim.rack"], "required": True},
        {"name": "rack-only", "object_types": ["dcim.rack"], "required": True},
        # A server that knows no such filter gives all.
        {"name": "optional", "object_types": ["dcim.device"], "required": False},
    ]
    assert read_required(of(Answers(rows))) == {"asset": ["device"]}
    assert read_required(of(Answers(None))) == {}


def test_unknown_interface_types_are_found_one_after_the_other() -> None:
    answers = Answers(types=("good", "100gbase-x"))
    wanted = {"good", "100gbase-x", "100gbase-x-typo", "bad"}
    assert sorted(unknown_interface_types(of(answers), wanted)) == ["100gbase-x-typo", "bad"]
    assert answers.asked == 3
    assert unknown_interface_types(of(answers), {"good"}) == []


def test_interfaces_of_other_plans_do_not_matter() -> None:
    rows = [
        {"id": 1, "mark_connected": True, "custom_fields": {"hedgehog_plan_id": "test"}},
        {"id": 2, "mark_connected": True, "custom_fields": {"hedgehog_plan_id": "test-2"}},
        {"id": 3, "mark_connected": False, "custom_fields": {"hedgehog_plan_id": "test"}},
        {"id": 4, "mark_connected": True, "custom_fields": None},
    ]
    assert read_closed(of(Answers(rows)), "test") == {1}


def test_nothing_is_asked_where_nothing_is_made() -> None:
    netbox = FakeNetBox()
    bring(small(), netbox)
    usual = sum(path == f"/api/{FIELDS}/" for _method, path, _n in netbox.log)
    netbox.log.clear()
    assert not see(small(), netbox).changes
    assert sum(path == f"/api/{FIELDS}/" for _method, path, _n in netbox.log) < usual
