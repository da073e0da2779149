# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed and the snapshot of the last run are what NetBox has, whatever people do to it in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames
from ansible_collections.hedgehog.diet.plugins.module_utils.module.snapshot_file import SnapshotFile
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import changelog
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.reader import Observe, Observed, read_owned
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Connection, HttpTransport

from .support.core import Core
from .support.plans import rails, stated
from .support.rest import NetBox, end
from .support.sandbox import Sandbox
from .support.users import VIEW, token_of
from .test_reading import WithoutGraphql

PAUSE = 2.2  # seconds: the answers of a server say when they were sent to the second

Kind = type[HttpTransport]
Read = Callable[..., Observed]


@pytest.fixture(params=[HttpTransport, WithoutGraphql], ids=["GraphQL", "REST"])
def read(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads on from a snapshot that is there already."""
    sandbox.scene("observe", lambda: Core(sandbox.url, sandbox.token).apply(stated(rails(4))))
    monkeypatch.setattr(changelog, "LATE", timedelta(seconds=1))

    def reads(changed: bool = True, token: str = sandbox.token) -> Observed:
        snapshots = SnapshotFile(str(tmp_path / "state.jsonl.gz"), sandbox.url, pytest.fail)
        client = Client(request.param(Connection(sandbox.url, token)))
        observe = Observe(snapshots, changed)
        return read_owned(client, "rails", Renames(), References(), Diagnostics(), observe)

    time.sleep(PAUSE)
    reads(changed=False)
    return reads


# -- what people do --------------------------------------------------------------------------------------------------


def another_device(netbox: NetBox, name: str) -> int:
    like = netbox.device("gpu-002")
    row = {field: like[field]["id"] for field in ("site", "role", "device_type")}
    return int(netbox.create("dcim/devices", name=name, **row)["id"])


def port_of(netbox: NetBox, device: int, name: str) -> int:
    return int(netbox.create("dcim/interfaces", device=device, name=name, type="100gbase-x-qsfp28")["id"])


def end_a_cable_elsewhere(netbox: NetBox) -> None:
    port = port_of(netbox, another_device(netbox, "elsewhere"), "p1")
    cable = netbox.cable("server gpu/2/fe/0")
    netbox.update("dcim/cables", cable["id"], b_terminations=[end({"id": port})])


def work(netbox: NetBox) -> list[tuple[str, Callable[[], Any]]]:
    """One after the other: each begins where the one before it ended."""
    first = netbox.device("gpu-001")["id"]
    return [
        ("nothing", lambda: None),
        ("a device is renamed", lambda: netbox.update("dcim/devices", first, name="Anton")),
        ("a tag is made", lambda: netbox.create("extras/tags", name="ours", slug="ours")),
        ("a device gets it", lambda: netbox.update("dcim/devices", first, tags=[{"slug": "ours"}])),
        ("an interface changes", lambda: netbox.update(
            "dcim/interfaces", netbox.interface("gpu-002", "be-rail0")["id"], type="other")),
        ("an interface is added", lambda: port_of(netbox, first, "extra")),
        ("a cable of others is put on it", lambda: netbox.connect(
            netbox.interface("Anton", "extra"), {"id": port_of(netbox, another_device(netbox, "theirs"), "p1")})),
        ("their device is deleted", lambda: netbox.delete("dcim/devices", netbox.device("theirs")["id"])),
        ("the interface is deleted", lambda: netbox.delete(
            "dcim/interfaces", netbox.interface("Anton", "extra")["id"])),
        ("a cable is moved to a device of others", lambda: end_a_cable_elsewhere(netbox)),
        ("a while passes", lambda: time.sleep(PAUSE)),
        ("that device is deleted", lambda: netbox.delete("dcim/devices", netbox.device("elsewhere")["id"])),
        ("a cable is deleted", lambda: netbox.delete("dcim/cables", netbox.cable("server gpu/3/fe/0")["id"])),
        ("a server is deleted", lambda: netbox.delete("dcim/devices", netbox.device("gpu-004")["id"])),
        ("the site gets another name", lambda: netbox.update(
            "dcim/sites", netbox.one("dcim/sites")["id"], name="Another name")),
    ]


def test_every_edit_is_seen(read: Read, netbox: NetBox) -> None:
    for what, do in work(netbox):
        do()
        changed = read()
        assert (changed.mode, changed.reason) == ("changed", ""), what
        assert read().owned == changed.owned == read(changed=False).owned, what


def test_what_many_objects_show_is_read_everywhere(read: Read, netbox: NetBox) -> None:
    """NetBox saves none of the devices when their site gets another slug."""
    netbox.update("dcim/sites", netbox.one("dcim/sites")["id"], slug="elsewhere")
    seen = read()
    assert (seen.mode, "the site 'dc1' was changed" in seen.reason) == ("full", True), seen.reason
    assert {row.values["site"] for row in seen.owned.devices.values()} == {"elsewhere"}


def test_without_the_change_log_everything_is_read(read: Read, netbox: NetBox) -> None:
    seen = read(token=token_of(netbox, VIEW))
    assert (seen.mode, "core.view_objectchange" in seen.reason) == ("full", True), seen.reason
    allowed = token_of(netbox, {**VIEW, "core.objectchange": ("view",)})
    assert read(token=allowed).mode == "changed"
