# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every managed field of every kind, on the real NetBox: written, read back equal, and restored when changed by hand.

NetBox ignores a misspelt field with 200, so only this shows that a row of `netbox/resources.py` is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES

from .support.core import Core
from .support.plans import tiny
from .support.rest import NetBox, Row, built, end

SWITCH, PORT, LINK = "leaf/1", "leaf/1:1/1", "server gpu/1/fe/0"
KEYS = {"device": SWITCH, "interface": PORT, "cable": LINK}

Fields = dict[str, Any]


def mark(name: str, value: Any) -> Callable[[NetBox], Fields]:
    return lambda _netbox: {"custom_fields": {name: value}}


def other_site(netbox: NetBox) -> Fields:
    return {"site": netbox.create("dcim/sites", name="elsewhere", slug="elsewhere")["id"]}


def other_type(netbox: NetBox) -> Fields:
    return {"device_type": netbox.one("dcim/device-types", slug="mgmt-48")["id"]}


def other_role(netbox: NetBox) -> Fields:
    return {"role": netbox.one("dcim/device-roles", slug="server")["id"]}


def other_port(netbox: NetBox) -> Fields:
    switch = netbox.device("leaf-02")
    port = netbox.create("dcim/interfaces", device=switch["id"], name="spare", type="other")
    return {"b_terminations": [end(port)]}


# What someone does by hand to each managed field.
BY_HAND: dict[tuple[str, str], Callable[[NetBox], Fields]] = {
    ("device", "name"): lambda _netbox: {"name": "renamed-by-hand"},
    ("device", "device_role"): other_role,
    ("device", "device_type"): other_type,
    ("device", "site"): other_site,
    ("device", "class_key"): mark("hedgehog_class", "changed"),
    ("device", "index"): mark("hedgehog_instance_index", 99),
    ("device", "role"): mark("hedgehog_role", None),
    ("device", "fabric"): mark("hedgehog_fabric", "changed"),
    ("device", "fabric_class"): mark("hedgehog_fabric_class", "changed"),
    ("device", "boot_mac"): mark("boot_mac", "02:00:00:00:00:00"),
    ("interface", "name"): lambda _netbox: {"name": "E1/99"},
    ("interface", "type"): lambda _netbox: {"type": "other"},
    ("interface", "speed"): lambda _netbox: {"speed": None},
    ("interface", "zone"): mark("hedgehog_zone", "changed"),
    ("interface", "physical_port"): mark("hedgehog_physical_port", None),
    ("interface", "lane"): mark("hedgehog_breakout_index", 9),
    ("cable", "ends"): other_port,
    ("cable", "fabric"): mark("hedgehog_fabric", None),
    ("cable", "zone"): mark("hedgehog_zone", "changed"),
}
# NetBox refuses to move an interface to another device; a cable's ledger entry decides where it belongs: test_moves.py.
NOT_BY_HAND = {("interface", "device"), ("cable", "ports")}


@pytest.fixture(scope="module", autouse=True)
def as_built(_database: None, core: Core, netbox: NetBox) -> dict[str, dict[str, Any]]:
    core.apply(tiny())
    return built(netbox, "tiny")


def test_every_managed_field_is_tried() -> None:
    managed = {(kind, field.name) for kind, resource in RESOURCES.items() for field in resource.fields}
    assert set(BY_HAND) | NOT_BY_HAND == managed


@pytest.mark.parametrize(("kind", "field"), BY_HAND, ids="-".join)
def test_a_change_by_hand_is_shown_and_restored(
    kind: str, field: str, core: Core, netbox: NetBox, as_built: dict[str, dict[str, Any]]
) -> None:
    endpoint = f"dcim/{kind}s"
    row = netbox.one(endpoint, cf_hedgehog_key=KEYS[kind])
    netbox.update(endpoint, row["id"], **BY_HAND[kind, field](netbox))
    assert built(netbox, "tiny") != as_built, "NetBox did not take what this test does by hand"

    done = core.apply(tiny())
    change = done.only()
    assert (change.kind, change.key, change.id, set(change.after)) == (kind, KEYS[kind], row["id"], {field})
    assert [write.method for write in done.writes] == ["PATCH", "POST"]  # the object, and the run record
    assert built(netbox, "tiny") == as_built


def test_nothing_is_left_to_do(core: Core) -> None:
    assert not core.preview(tiny()).changes


def test_an_interface_stays_on_its_device(netbox: NetBox) -> None:
    port: Row = netbox.interface_by_key(PORT)
    other = netbox.device("leaf-02")
    answer = netbox.send("PATCH", f"dcim/interfaces/{port['id']}", {"device": other["id"]})
    assert answer.status_code == 400
