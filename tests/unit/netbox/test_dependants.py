# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others have on our devices stops whatever would delete these, before the first write and in few requests."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.dependants import KINDS
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import ReadOnly
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.standing import stand

from ..fakes.dependants import HANGING
from ..fakes.netbox import FakeNetBox
from ..fakes.tables import DEVICES, INTERFACES
from ..plans import loaded
from ..runs import bring, see, tear_down
from .scene import built, row_of, small

IPS = "ipam/ip-addresses"


def of_gpu_3(netbox: FakeNetBox) -> tuple[int, int]:
    """Ids of the device that `small(2)` no longer wants, and of its first interface."""
    return row_of(netbox, DEVICES, "gpu/3")["id"], row_of(netbox, INTERFACES, "gpu/3:c0/0")["id"]


def refused(netbox: FakeNetBox, plan: Any = None, **options: Any) -> list[str]:
    """What stands in the way of pruning, or of a teardown; nothing is written."""
    netbox.log.clear()
    with pytest.raises(PlanError) as error:
        see(plan, netbox, prune=True, **options) if plan else tear_down("test", netbox)
    assert netbox.writes() == []
    return [d.message for d in error.value.diagnostics if d.severity == "error"]


def put(netbox: FakeNetBox, endpoint: str, device: int, interface: int, name: str = "x") -> int:
    """Something of an endpoint on a device, or on its interface where it does not hang on devices."""
    values: dict[str, Any] = {}
    ids = {"dcim.device": device, "dcim.interface": interface}
    for way in HANGING[endpoint][:1]:
        if way.kind:
            values[way.field] = ids[way.kind]
        else:
            kind = "dcim.device" if endpoint == "ipam/services" else "dcim.interface"
            values |= {f"{way.field}_type": kind, f"{way.field}_id": ids[kind]}
    return netbox.make(endpoint, name=name, **values)


@pytest.mark.parametrize("endpoint", sorted(HANGING.keys() - {INTERFACES, "dcim/device-bays"}))
def test_each_kind_stops_prune_and_teardown(endpoint: str) -> None:
    netbox = built()
    row = put(netbox, endpoint, *of_gpu_3(netbox))
    (told,) = refused(netbox, small(2))
    word = next(kind.word for kind in KINDS if kind.endpoint == endpoint)
    assert told.startswith(f"{word} x ") and " gpu-003" in told and told.endswith(", which would be deleted.")
    assert refused(netbox) == [told]
    assert not see(small(2), netbox).changes  # without prune it stays, and is in nobody's way
    del netbox.tables[endpoint][row]
    assert bring(small(2), netbox, prune=True).changes


def test_every_kind_is_one_that_the_double_has() -> None:
    assert {kind.endpoint for kind in KINDS} == set(HANGING)
    for kind in KINDS:
        app, models = kind.endpoint.split("/")
        assert f"{app}.view_{models.replace('-', '')}".startswith(kind.view), kind


def test_what_is_on_what_stays_stops_nothing() -> None:
    netbox = built()
    stays = row_of(netbox, DEVICES, "gpu/1")["id"], row_of(netbox, INTERFACES, "gpu/1:c0/0")["id"]
    for endpoint in HANGING.keys() - {INTERFACES, "dcim/device-bays"}:
        put(netbox, endpoint, *stays)
    netbox.make(IPS, name="floating")
    before = len(netbox.tables[IPS])
    assert bring(small(2), netbox, prune=True).changes
    assert len(netbox.tables[IPS]) == before


def test_a_device_in_a_bay_stops_it_unless_it_goes_too() -> None:
    netbox = built()
    device, _port = of_gpu_3(netbox)
    other = row_of(netbox, DEVICES, "gpu/2")["id"]
    netbox.make("dcim/device-bays", name="bay 1", device=device, installed_device=other)
    netbox.make("dcim/device-bays", name="bay 2", device=device)
    assert refused(netbox, small(2)) == ["device gpu-002 is in a bay of gpu-003, which would be deleted."]
    assert tear_down("test", netbox).changes


@pytest.mark.parametrize(("field", "how"), [("parent", "a child of"), ("lag", "a member of"), ("bridge", "bridged to")])
def test_interfaces_that_refer_to_one_that_goes(field: str, how: str) -> None:
    netbox = built()
    device, port = of_gpu_3(netbox)
    other = row_of(netbox, DEVICES, "gpu/1")["id"]
    netbox.make(INTERFACES, device=other, name="eth9", type="other", **{field: port})
    netbox.make(INTERFACES, device=device, name="eth8", type="other", **{field: port})  # goes with its device
    (told,) = refused(netbox, small(2))
    assert told == f"interface gpu-001 eth9 is {how} gpu-003 c0-p0, which would be deleted."


def test_an_interface_that_goes_alone_takes_only_what_is_on_it() -> None:
    netbox = built()
    plan = small()
    del plan["server_classes"]["gpu"]["connections"]["rail-1"]
    device, port = row_of(netbox, DEVICES, "gpu/1")["id"], row_of(netbox, INTERFACES, "gpu/1:rail-1/0")["id"]
    put(netbox, IPS, device, port, "10.0.0.1/24")
    put(netbox, IPS, device, row_of(netbox, INTERFACES, "gpu/1:c0/0")["id"], "10.0.0.2/24")
    put(netbox, "ipam/services", device, port)
    netbox.make("dcim/inventory-items", name="fan", device=device)
    assert refused(netbox, plan) == ["IP address 10.0.0.1/24 is on gpu-001 rail-1-p0, which would be deleted."]


def test_an_address_on_an_interface_that_somebody_added() -> None:
    netbox = built()
    device, _port = of_gpu_3(netbox)
    added = netbox.make(INTERFACES, device=device, name="mgmt", type="other")
    assert see(small(2), netbox, prune=True).changes  # alone it goes with its device
    put(netbox, IPS, device, added, "10.0.0.1/24")
    assert refused(netbox, small(2)) == ["IP address 10.0.0.1/24 is on gpu-003 mgmt, which would be deleted."]


def test_many_are_counted_and_the_first_named() -> None:
    netbox = built()
    for number in range(300):
        put(netbox, IPS, *of_gpu_3(netbox), name=f"10.0.0.{number}/24")
    put(netbox, "dcim/modules", *of_gpu_3(netbox))
    told = refused(netbox, small(2))
    assert len(told) == 21
    assert told[-1] == (
        "281 more objects are on what would be deleted: 280 of the kind IP address, 1 of the kind module."
    )


@pytest.mark.parametrize("others", [0, 5000])
def test_it_takes_few_requests_whatever_else_there_is(others: int) -> None:
    netbox = built()
    for number in range(others):
        netbox.make(IPS, name=f"10.1.0.{number}/24")
    before = len(netbox.log)
    see(small(2), netbox)
    without = len(netbox.log) - before
    before = len(netbox.log)
    see(small(2), netbox, prune=True)
    # One to count each kind, one for the cables, and where there are addresses one for those of our devices.
    assert len(netbox.log) - before - without == len(KINDS) + 1 + bool(others)


def test_a_run_that_deletes_nothing_asks_nothing() -> None:
    netbox = built()
    netbox.log.clear()
    bring(small(4), netbox, prune=True)
    asked = {path for _method, path, _count in netbox.log}
    assert not asked & {f"/api/{kind.endpoint}/" for kind in KINDS if kind.endpoint != INTERFACES}


def test_kinds_that_the_token_may_not_view_are_a_warning_that_names_the_permissions() -> None:
    netbox = built()
    netbox.may_not |= {"view ipam/ip-addresses", "view wireless/wireless-links"}
    put(netbox, IPS, *of_gpu_3(netbox))
    found = [one for one in see(small(2), netbox, prune=True).warnings if one.code == "dependants-unseen"]
    assert [one.message.partition(", so nobody")[0] for one in found] == [
        "the token may not view IP address (ipam.view_ipaddress), wireless link (wireless.view_wirelesslink)"
    ]
    assert [one.code for one in tear_down("test", netbox).warnings] == ["dependants-unseen"]


def test_a_report_on_drift_tells_it_as_foreign() -> None:
    netbox = built()
    put(netbox, IPS, *of_gpu_3(netbox), name="10.0.0.1/24")
    told = stand(loaded(small(2)), Client(ReadOnly(netbox)), Ledger(), silent, prune=True)
    (one,) = (one for one in told.found if one.state == "foreign")
    assert "IP address 10.0.0.1/24 is on gpu-003 c0-p0" in one.text
    plain = stand(loaded(small(2)), Client(ReadOnly(netbox)), Ledger(), silent)
    assert plain.found and not [one for one in plain.found if one.state == "foreign"]
