# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NetBox 4.4, 4.6 and 4.7 said to the same bad requests, told in the names of our objects."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import CREATE, DELETE, UPDATE, Change
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.batches import load
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import (
    AccessError,
    NetBoxError,
    RefusedError,
    ServerError,
    SkippedError,
    TooLargeError,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.sender import Sender
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Statistics

sys.path.insert(0, str(Path(__file__).parents[2]))
from contract.refusals import BAD, FIRST_ID, REPLIES, recorded

VERSIONS = sorted(path.stem for path in REPLIES.glob("*.json"))
VERBS = {"POST": CREATE, "PATCH": UPDATE, "DELETE": DELETE}


class Replay:
    """A NetBox that carries out everything but the bad row of a recorded case."""

    def __init__(self, version: str, case: Mapping[str, Any]) -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.version = version
        self.case = case
        self.left: list[int] = []
        self.done: list[int] = []

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if path == "/api/status/":
            return Response(200, {"netbox-version": self.version})
        if method == "GET":
            rows = [{"id": one} for one in (params or {})["id"] if one in self.left]
            return Response(200, {"count": len(rows), "next": None, "results": rows})
        ids = [row["id"] for row in body]
        if FIRST_ID + BAD in ids:
            said = self.case["alone" if len(ids) == 1 else "list"]
            self.left = said.get("left", [])
            return Response(said["status"], said["body"])
        self.done += ids
        return Response(204, None) if method == "DELETE" else Response(200, [{"id": one} for one in ids])


def refusals() -> Iterator[Any]:
    for version in VERSIONS:
        for name, case in recorded(version)["refusals"].items():
            yield pytest.param(version, case, id=f"{version} {name}")


def bring(netbox: Replay) -> NetBoxError | None:
    """Send the three rows of a case."""
    kind, verb = netbox.case["kind"], VERBS[netbox.case["method"]]
    loads = [
        load(Change(kind, verb, f"key/{n}", f"name-{n}", {}, {}, FIRST_ID + n), {"id": FIRST_ID + n}) for n in range(3)
    ]
    sender = Sender(Client(netbox))
    send = {CREATE: sender.create, UPDATE: sender.update, DELETE: sender.delete}[verb]
    try:
        list(send(RESOURCES[kind], loads))
    except NetBoxError as error:
        return error
    return None


def test_three_versions_stand_side_by_side() -> None:
    assert [version.rpartition(".")[0] for version in VERSIONS] == ["4.4", "4.6", "4.7"]
    names = [set(recorded(version)["refusals"]) for version in VERSIONS]
    assert names[0] == names[1] == names[2] and len(names[0]) == 18


@pytest.mark.parametrize(("version", "case"), list(refusals()))
def test_a_refusal_names_our_object_whatever_the_version(version: str, case: Mapping[str, Any]) -> None:
    netbox = Replay(version, case)
    error = bring(netbox)
    first = case["list"]
    if first["status"] == 204 and not first["left"]:
        assert error is None  # what was to be deleted is gone
        return
    assert error is not None
    text = str(error)
    if first["status"] == 403 and version < "4.7":  # and says nothing of objects
        assert isinstance(error, AccessError) and text.startswith(f"The token may not {_verb(case)} dcim/devices: ")
        return
    kinds = {400: RefusedError, 409: RefusedError, 403: AccessError, 200: SkippedError, 204: SkippedError}
    assert error.__class__ is kinds[first["status"]]
    assert f"name-{BAD} (key/{BAD}): " in text and case["said"] in text
    assert "name-0" not in text and "name-2" not in text
    # What stands before it is done where it had to be searched for, and nothing behind it.
    searched = version < "4.7" and isinstance(first["body"], dict)
    assert netbox.done == ([FIRST_ID] if searched else [])


def _verb(case: Mapping[str, Any]) -> str:
    return {"POST": "create", "PATCH": "update"}[case["method"]]


class Says:
    def __init__(self, version: str, said: Mapping[str, Any]) -> None:
        self.statistics = Statistics()
        self.at_once = 1
        self.version = version
        self.said = said

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        if path == "/api/status/":
            return Response(200, {"netbox-version": self.version})
        return Response(self.said["status"], self.said["body"])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_query_that_is_not_understood_is_never_an_empty_list(version: str) -> None:
    replies = recorded(version)["graphql"]
    assert len(replies) == 5
    for name, said in replies.items():
        client = Client(Says(version, said))
        if name == "paging by id" and client.capabilities.cursor:
            assert list(client.graphql_list("device_list", "", "id")) == []
            continue
        with pytest.raises(ServerError, match="cannot answer a GraphQL query for device_list: "):
            list(client.graphql_list("device_list", "", "id"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no token", "NetBox wants a token"),
        ("a token that there is not", "NetBox does not accept the token: Invalid "),
        ("reading without the right", "The token may not read "),
        ("writing without the right", "The token may not read "),
        ("writing with a read-only token", "The token may not read "),
    ],
)
def test_what_is_wrong_with_a_token(version: str, name: str, words: str) -> None:
    client = Client(Says(version, recorded(version)["access"][name]))
    with pytest.raises(AccessError, match=words):
        list(client.rest_list("dcim/devices"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_body_that_is_too_large(version: str) -> None:
    """Up to 4.6 no body is, as far as NetBox is concerned."""
    said = recorded(version)["too large"]
    with pytest.raises(TooLargeError if version >= "4.7" else RefusedError):
        Client(Says(version, said)).create("dcim/sites", [{"name": "x"}])
