# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan is read the same in whichever way: by GraphQL or REST, in one page or in many that are asked for at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import Owned
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import client as client_module
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import paging
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.reader import read_owned
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import (
    Connection,
    HttpTransport,
    Response,
    is_read,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options

from .support.core import Core
from .support.plans import rails, stated
from .support.rest import NetBox
from .support.sandbox import Sandbox

DOCUMENT = stated(rails(4))


class WithoutGraphql(HttpTransport):
    """To a NetBox whose configuration switches GraphQL off: it then has no such page."""

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        assert is_read(method, path)
        return Response(404, {"detail": ""}) if path == "/graphql/" else super().send(method, path, params, body)


@pytest.fixture(scope="module", autouse=True)
def _built(sandbox: Sandbox, _database: None) -> None:
    Core(sandbox.url, sandbox.token).apply(DOCUMENT)


def read(sandbox: Sandbox, kind: type[HttpTransport] = HttpTransport, at_once: int = 4) -> Owned:
    transport = kind(Connection(sandbox.url, sandbox.token), at_once)
    return read_owned(Client(transport), "rails", Renames(), References(), Diagnostics()).owned


def test_rest_reads_what_graphql_reads(sandbox: Sandbox) -> None:
    found = read(sandbox)
    assert (len(found.devices), len(found.cables)) == (10, 24) and found.strays == []
    assert read(sandbox, WithoutGraphql) == found


@pytest.mark.parametrize("kind", [HttpTransport, WithoutGraphql])
def test_pages_at_once_are_what_one_page_is(
    sandbox: Sandbox, kind: type[HttpTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(sandbox, kind, 1)
    for module in (paging, client_module):
        monkeypatch.setattr(module, "PAGE", 4)
    assert read(sandbox, kind) == whole


@pytest.mark.parametrize("kind", [HttpTransport, WithoutGraphql])
def test_an_unchanged_plan_is_unchanged(sandbox: Sandbox, kind: type[HttpTransport]) -> None:
    plan = read_plan(DOCUMENT).plan
    client = Client(kind(Connection(sandbox.url, sandbox.token)))
    assert preview(plan, client, sandbox.url, Ledger(), Options(), silent).changes.counts() == {}


@pytest.mark.parametrize("kind", [HttpTransport, WithoutGraphql])
def test_others_may_write_meanwhile(
    sandbox: Sandbox, netbox: NetBox, kind: type[HttpTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (paging, client_module):
        monkeypatch.setattr(module, "PAGE", 4)
    whole = read(sandbox, kind)
    device = netbox.device("gpu-001")
    made = {name: device[name]["id"] for name in ("role", "device_type", "site")}
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            row = netbox.create("dcim/devices", name=f"other-{number}", **made)
            netbox.delete("dcim/devices", row["id"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _reading in range(3):
            assert read(sandbox, kind) == whole
    finally:
        stop.set()
        writer.join()
