# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every managed field of every kind, on the real NetBox: written, read back equal, and restored when changed by hand.

NetBox ignores a misspelt field with 200, so only this shows that a row of `netbox/resources.py` is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.normalize import STATED
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES

from .support.core import Core
from .support.plans import tiny
from .support.rest import NetBox, built, end

KEYS = {"device": "leaf/1", "interface": "leaf/1:1/1", "cable": "server gpu/1/fe/0"}

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
    stated = {(kind, field) for kind, fields in STATED.items() for field in fields}  # test_stated.py
    assert set(BY_HAND) | NOT_BY_HAND | stated == managed


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("kind", KEYS)
def test_changes_by_hand_are_shown_field_by_field_and_restored(
    kind: str, half: int, core: Core, netbox: NetBox, as_built: dict[str, dict[str, Any]]
) -> None:
    """Every second field of an object is changed: just those must be seen, and all be as before afterwards."""
    fields = [field for of, field in BY_HAND if of == kind][half::2]
    endpoint, key = f"dcim/{kind}s", KEYS[kind]
    row = netbox.one(endpoint, cf_hedgehog_key=key)
    values: Fields = {}
    for field in fields:
        for name, value in BY_HAND[kind, field](netbox).items():
            values[name] = {**values[name], **value} if name in values else value
    netbox.update(endpoint, row["id"], **values)
    changed = built(netbox, "tiny")[f"{kind}s"][key]
    assert differing(as_built[f"{kind}s"][key], changed) == len(fields), "NetBox did not take all of it"

    done = core.apply(tiny())
    change = done.only()
    assert (change.kind, change.key, change.id, set(change.after)) == (kind, key, row["id"], set(fields))
    assert [write.method for write in done.writes] == ["PATCH", "POST"]  # the object, and the run record
    assert built(netbox, "tiny") == as_built


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """How many fields differ, custom fields counted one by one."""
    count = 0
    for name, value in before.items():
        if isinstance(value, dict):
            count += differing(value, after[name])
        elif value != after[name]:
            count += 1
    return count


def test_nothing_is_left_to_do(core: Core) -> None:
    assert not core.preview(tiny()).changes


def test_an_interface_stays_on_its_device(netbox: NetBox) -> None:
    port, other = netbox.interface_by_key("leaf/1:1/1"), netbox.device("leaf-02")
    assert netbox.send("PATCH", f"dcim/interfaces/{port['id']}", {"device": other["id"]}).status_code == 400
