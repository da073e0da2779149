# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way is reported with both sides before the first write; what is harmless is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError

from .support.core import Core
from .support.plans import rails, servers, tiny
from .support.rest import NetBox, Row, end

BeginWith = Callable[[str], None]


@contextmanager
def nothing_written(core: Core, netbox: NetBox) -> Iterator[list[str]]:
    """Expects a refusal, and hands out its lines afterwards."""
    logged = netbox.changes_logged()
    lines: list[str] = []
    with pytest.raises(PlanError) as error:
        yield lines
    lines += str(error.value).splitlines()
    assert not core.recorder.writes
    assert netbox.changes_logged() == logged


def shared(netbox: NetBox) -> dict[str, int]:
    """Site, role and type for devices of others, made as the plan would."""
    maker = netbox.create("dcim/manufacturers", name="Other", slug="other")
    return {
        "site": netbox.create("dcim/sites", name="dc1", slug="dc1")["id"],
        "role": netbox.create("dcim/device-roles", name="Other", slug="other")["id"],
        "device_type": netbox.create("dcim/device-types", manufacturer=maker["id"], model="Other", slug="other")["id"],
    }


def foreign_device(netbox: NetBox, name: str) -> Row:
    """A device of somebody else on a site where the plan is built already."""
    return netbox.create(
        "dcim/devices", name=name, site=netbox.one("dcim/sites", slug="dc1")["id"],
        role=netbox.one("dcim/device-roles", slug="server")["id"],
        device_type=netbox.one("dcim/device-types", slug="gpu-server")["id"],
    )


@pytest.mark.parametrize("name", ["gpu-002", "GPU-002", "Leaf-01"])
def test_a_name_that_a_foreign_device_has(name: str, fresh: None, core: Core, netbox: NetBox) -> None:
    device = netbox.create("dcim/devices", name=name, **shared(netbox))
    with nothing_written(core, netbox) as lines:
        core.apply(tiny())
    assert len(lines) == 1
    assert "[name-taken]" in lines[0]
    assert f"device {device['id']} " in lines[0] and repr(name.lower()) in lines[0]


def test_a_name_that_is_taken_for_a_plan_that_grows(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    device = foreign_device(netbox, "gpu-003")
    assert not core.apply(tiny(2)).writes
    with nothing_written(core, netbox) as lines:
        core.apply(servers(tiny(), 3))
    assert [f"device {device['id']} " in line for line in lines] == [True]


def test_the_same_name_elsewhere_is_no_conflict(fresh: None, core: Core, netbox: NetBox) -> None:
    """NetBox wants names to be unique per site and tenant only."""
    ids = shared(netbox)
    tenant = netbox.create("tenancy/tenants", name="Other", slug="other")["id"]
    netbox.create("dcim/devices", name="gpu-001", **(ids | {"tenant": tenant}))
    elsewhere = netbox.create("dcim/sites", name="dc2", slug="dc2")["id"]
    netbox.create("dcim/devices", name="gpu-002", **(ids | {"site": elsewhere}))
    netbox.create("dcim/devices", name=None, **ids)
    assert core.apply(tiny()).counts["device"] == {"create": 5}


def test_a_wanted_port_with_a_foreign_cable(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    ledger = core.preview(tiny()).ledger
    port = netbox.interface("leaf-01", "E1/1/1")
    netbox.delete("dcim/cables", netbox.cable("server gpu/1/fe/0")["id"])
    other = netbox.create("dcim/interfaces", device=foreign_device(netbox, "theirs")["id"], name="eth0", type="other")
    cable = netbox.connect(port, other)
    with nothing_written(core, netbox) as lines:
        core.apply(tiny(), ledger=ledger)
    assert len(lines) == 1
    assert "[port-taken]" in lines[0]
    assert f"cable {cable['id']}" in lines[0] and "leaf/1:1/1" in lines[0] and "gpu-001 fe-p0" in lines[0]


def test_a_foreign_cable_on_a_new_interface_that_is_unmarked(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    port = netbox.create("dcim/interfaces", device=netbox.device("leaf-01")["id"], name="E1/1/3", type="other")
    other = netbox.create("dcim/interfaces", device=foreign_device(netbox, "theirs")["id"], name="eth0", type="other")
    cable = netbox.connect(port, other)
    with nothing_written(core, netbox) as lines:
        core.apply(servers(tiny(), 3))
    assert len(lines) == 1 and f"cable {cable['id']}" in lines[0]


def test_an_unmarked_interface_on_an_owned_device_is_adopted(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    port = netbox.create(
        "dcim/interfaces", device=netbox.device("leaf-01")["id"], name="E1/1/3", type="other", description="theirs"
    )
    shown = core.preview(servers(tiny(), 3))
    assert shown.counts["interface"] == {"create": 5, "update": 1}
    assert core.apply(servers(tiny(), 3)).lines == shown.lines
    after = netbox.get("dcim/interfaces", port["id"])
    assert (after["type"]["value"], after["speed"]) == ("200gbase-x-qsfp56", 200_000_000)
    assert after["description"] == "theirs"
    assert after["custom_fields"] == {
        "hedgehog_plan_id": "tiny", "hedgehog_key": "leaf/1:1/3", "hedgehog_zone": "servers",
        "hedgehog_physical_port": 1, "hedgehog_breakout_index": 3,
    }
    assert not core.apply(servers(tiny(), 3)).writes


def test_marks_taken_off_by_hand_are_put_back(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    port = netbox.interface("leaf-01", "E1/1/1")
    netbox.update("dcim/interfaces", port["id"], custom_fields={"hedgehog_plan_id": None, "hedgehog_key": None})
    assert core.apply(tiny()).counts == {"interface": {"update": 1}}
    assert netbox.interface("leaf-01", "E1/1/1") | {"last_updated": ""} == port | {"last_updated": ""}


def test_an_interface_with_the_marks_of_another_plan(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    port = netbox.interface("leaf-01", "E1/1/1")
    netbox.update("dcim/interfaces", port["id"], custom_fields={"hedgehog_plan_id": "another"})
    with nothing_written(core, netbox) as lines:
        core.apply(tiny())
    assert any("'another'" in line and "E1/1/1" in line for line in lines), lines


def test_two_objects_with_one_key(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    copy = netbox.create(
        "dcim/interfaces", device=netbox.device("leaf-01")["id"], name="copy", type="other",
        custom_fields={"hedgehog_plan_id": "tiny", "hedgehog_key": "leaf/1:1/1"},
    )
    with nothing_written(core, netbox) as lines:
        core.apply(tiny())
    assert any("'leaf/1:1/1'" in line and "[damaged-mark]" in line for line in lines), lines
    with nothing_written(core, netbox):
        core.teardown("tiny")
    netbox.delete("dcim/interfaces", copy["id"])
    assert not core.apply(tiny()).writes


def test_a_leftover_that_has_a_wanted_name(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    other = tiny()
    other["server_classes"]["node"] = other["server_classes"].pop("gpu")
    other["naming"] = {"server": "gpu-{index:03d}"}
    with nothing_written(core, netbox) as lines:
        core.apply(other)
    named = [line for line in lines if "[leftover-in-the-way]" in line]
    assert len(named) >= 2 and all("`prune: true`" in line for line in named)
    assert any("'gpu-001' for node/1 is held by gpu/1" in line for line in named)
    done = core.apply(other, prune=True)
    assert done.counts["device"] == {"create": 2, "delete": 2}
    assert {row["custom_fields"]["hedgehog_key"] for row in netbox.all("dcim/devices", name__isw="gpu")} == {
        "node/1", "node/2",
    }
    assert not core.apply(other, prune=True).writes


def test_a_leftover_cable_on_a_wanted_port(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    other = tiny()
    connections = other["server_classes"]["gpu"]["connections"]
    connections["management"] = connections.pop("bmc")
    with nothing_written(core, netbox) as lines:
        core.apply(other)
    assert any("[leftover-in-the-way]" in line and "'server gpu/1/bmc/0'" in line for line in lines), lines
    done = core.apply(other, prune=True)
    assert done.counts["cable"] == {"create": 2, "delete": 2}
    assert not core.apply(other, prune=True).writes


def test_a_device_that_lost_its_marks_is_nobodys(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    device = netbox.device("gpu-001")
    netbox.update("dcim/devices", device["id"], custom_fields={"hedgehog_plan_id": None})
    with nothing_written(core, netbox) as lines:
        core.apply(tiny())
    assert any("[name-taken]" in line and f"device {device['id']} " in line for line in lines), lines


def test_all_conflicts_are_reported_at_once(fresh: None, core: Core, netbox: NetBox) -> None:
    ids = shared(netbox)
    for name in ("gpu-001", "leaf-02", "spine-01"):
        netbox.create("dcim/devices", name=name, **ids)
    with nothing_written(core, netbox) as lines:
        core.apply(rails())
    assert [name for name in ("gpu-001", "leaf-02", "spine-01") if any(repr(name) in line for line in lines)] == [
        "gpu-001", "leaf-02", "spine-01",
    ]


def test_a_cable_of_ours_with_a_foreign_end_is_moved_back(begin_with: BeginWith, core: Core, netbox: NetBox) -> None:
    begin_with("tiny")
    other = netbox.create("dcim/interfaces", device=foreign_device(netbox, "theirs")["id"], name="eth0", type="other")
    cable = netbox.cable("server gpu/1/fe/0")
    netbox.update("dcim/cables", cable["id"], b_terminations=[end(other)])
    assert core.apply(tiny()).counts == {"cable": {"move": 1}}
    assert netbox.get("dcim/interfaces", other["id"])["cable"] is None
