# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others put on our devices stops a deletion before its first write; and what is marked instead of deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.dependants import KINDS

from .support.core import Core
from .support.plans import tiny
from .support.playbook import run_module
from .support.rest import NetBox, Row, built
from .support.users import BUILDER, token_of

Made = tuple[str, str, int]  # what is said of it, endpoint, id


@pytest.fixture(autouse=True)
def as_built(begin_with: Callable[[str], None]) -> None:
    begin_with("tiny")


def hang(netbox: NetBox) -> Iterator[Made]:
    """One of everything that may hang on the second server or its first port, in an order in which it can be made."""
    ours = netbox.device("gpu-002")
    port = netbox.interface("gpu-002", "fe-p0")["id"]
    like = {name: ours[name]["id"] for name in ("site", "role", "device_type")}
    maker = netbox.one("dcim/manufacturers", slug="generic")["id"]
    on_port = {"assigned_object_type": "dcim.interface", "assigned_object_id": port}
    makers: dict[str, Any] = {"manufacturer": maker}

    def make(said: str, endpoint: str, **values: Any) -> Made:
        return said, endpoint, int(netbox.create(endpoint, **values)["id"])

    def child(name: str, **more: Any) -> Row:
        return netbox.create("dcim/interfaces", device=ours["id"], name=name, type="virtual", **more)

    yield make("IP address 10.0.0.1/24 is on gpu-002 fe-p0", "ipam/ip-addresses", address="10.0.0.1/24", **on_port)
    vlan = child("vlan10", parent=port)
    yield make(
        "IP address 10.0.0.2/24 is on gpu-002 vlan10", "ipam/ip-addresses", address="10.0.0.2/24",
        assigned_object_type="dcim.interface", assigned_object_id=vlan["id"],
    )
    yield make("MAC address 02:00:00:00:00:01 is on gpu-002 fe-p0", "dcim/mac-addresses",
               mac_address="02:00:00:00:00:01", **on_port)
    group = netbox.create("ipam/fhrp-groups", protocol="vrrp2", group_id=1)
    yield make("FHRP group assignment", "ipam/fhrp-group-assignments", group=group["id"], priority=1,
               interface_type="dcim.interface", interface_id=port)
    yield make("service ssh", "ipam/services", name="ssh", protocol="tcp", ports=[22],
               parent_object_type="dcim.device", parent_object_id=ours["id"])
    bay = netbox.create("dcim/module-bays", device=ours["id"], name="slot 1")
    kind = netbox.create("dcim/module-types", model="card", **makers)
    yield make("is in gpu-002", "dcim/modules", device=ours["id"], module_bay=bay["id"], module_type=kind["id"])
    yield make("inventory item fan is in gpu-002", "dcim/inventory-items", device=ours["id"], name="fan")
    parent = netbox.create("dcim/device-types", model="chassis", slug="chassis", subdevice_role="parent", **makers)
    blade = netbox.create(
        "dcim/device-types", model="blade", slug="blade", subdevice_role="child", u_height=0, **makers
    )
    netbox.update("dcim/devices", ours["id"], device_type=parent["id"])
    inside = netbox.create("dcim/devices", **{**like, "name": "blade-1", "device_type": blade["id"]})
    yield make("device blade-1 is in a bay of gpu-002", "dcim/device-bays", device=ours["id"], name="bay 1",
               installed_device=inside["id"])
    yield make("virtual device context", "dcim/virtual-device-contexts", name="vdc", device=ours["id"],
               status="active", identifier=1)
    cluster_type = netbox.create("virtualization/cluster-types", name="kvm", slug="kvm")
    cluster = netbox.create(
        "virtualization/clusters", name="c", type=cluster_type["id"], scope_type="dcim.site", scope_id=like["site"]
    )
    netbox.update("dcim/devices", ours["id"], cluster=cluster["id"])
    yield make("virtual machine vm-1 runs on gpu-002", "virtualization/virtual-machines", name="vm-1",
               cluster=cluster["id"], device=ours["id"])
    l2vpn = netbox.create("vpn/l2vpns", name="l2", slug="l2", type="vxlan")
    yield make("L2VPN termination", "vpn/l2vpn-terminations", l2vpn=l2vpn["id"], **on_port)
    tunnel = netbox.create("vpn/tunnels", name="t", status="active", encapsulation="gre")
    yield make("tunnel termination", "vpn/tunnel-terminations", tunnel=tunnel["id"], role="peer",
               termination_type="dcim.interface", termination_id=vlan["id"])
    provider = netbox.create("circuits/providers", name="p", slug="p")
    network = netbox.create("circuits/provider-networks", name="n", provider=provider["id"])
    circuit_type = netbox.create("circuits/virtual-circuit-types", name="v", slug="v")
    circuit = netbox.create(
        "circuits/virtual-circuits", cid="v1", provider_network=network["id"], type=circuit_type["id"], status="active"
    )
    yield make("virtual circuit termination", "circuits/virtual-circuit-terminations", virtual_circuit=circuit["id"],
               interface=child("vc0")["id"], role="peer")
    far = netbox.create("dcim/devices", name="far", **like)
    radio = netbox.create("dcim/interfaces", device=ours["id"], name="wlan0", type="ieee802.11ac")
    radios = [radio["id"], *(
        netbox.create("dcim/interfaces", device=far["id"], name=name, type="ieee802.11ac")["id"] for name in ("w0",)
    )]
    yield make("wireless link", "wireless/wireless-links", interface_a=radios[0], interface_b=radios[1],
               status="connected", ssid="x")
    chassis = netbox.create("dcim/virtual-chassis", name="stack")
    for position, device in enumerate((ours, far), 1):
        netbox.update("dcim/devices", device["id"], virtual_chassis=chassis["id"], vc_position=position)
    netbox.update("dcim/virtual-chassis", chassis["id"], master=ours["id"])
    yield "virtual chassis stack has as its master gpu-002", "dcim/virtual-chassis", chassis["id"]
    bond = netbox.create("dcim/interfaces", device=ours["id"], name="bond0", type="lag")
    yield make("interface far eth0 is a member of gpu-002 bond0", "dcim/interfaces", device=far["id"], name="eth0",
               type="other", lag=bond["id"])
    yield make("interface far eth1 is bridged to gpu-002 fe-p0", "dcim/interfaces", device=far["id"], name="eth1",
               type="virtual", bridge=port)
    yield make("interface far eth2 is a child of gpu-002 fe-p0", "dcim/interfaces", device=far["id"], name="eth2",
               type="virtual", parent=port)
    con = netbox.create("dcim/console-ports", device=ours["id"], name="con0")
    server = netbox.create("dcim/console-server-ports", device=far["id"], name="line 1")
    cable = netbox.connect(con, server, "dcim.consoleport", "dcim.consoleserverport", label="keep me")
    said = f"cable {cable['id']} (keep me) from far line 1 is not ours and ends on gpu-002 con0"
    yield said, "dcim/cables", cable["id"]


def refused(core: Core, plan: Mapping[str, Any] | None, **options: Any) -> list[str]:
    """What a run says that stops before its first write."""
    with pytest.raises(PlanError) as error:
        core.apply(plan, **options) if plan else core.teardown("tiny")
    assert not core.recorder.writes
    return [d.message for d in error.value.diagnostics if d.severity == "error"]


def test_everything_of_others_stops_prune_and_teardown_and_may_stay_with_what_is_marked(
    core: Core, netbox: NetBox
) -> None:
    made = list(hang(netbox))
    assert {endpoint for _said, endpoint, _id in made} == {*(kind.endpoint for kind in KINDS), "dcim/cables"}
    told = refused(core, tiny(1), prune=True)
    for said, endpoint, row_id in made:
        assert any(said in text for text in told), (said, told)
        assert netbox.get(endpoint, row_id)
    assert len(told) == len(made) and all(text.endswith(", which would be deleted.") for text in told)
    assert sorted(refused(core, None)) == sorted(told)
    assert core.apply(tiny(1), prune=True, grace="decommissioning").counts["device"] == {"update": 1}
    netbox.delete("ipam/ip-addresses", made[0][2])
    assert sorted(refused(core, tiny(1), prune=True)) == sorted(text for text in told if made[0][0] not in text)


def test_what_is_on_an_interface_that_goes_while_its_device_stays(core: Core, netbox: NetBox) -> None:
    plan = tiny()
    del plan["server_classes"]["gpu"]["connections"]["bmc"]
    port, beside = (netbox.interface("gpu-002", name)["id"] for name in ("bmc-bmc0", "fe-p0"))
    device = netbox.device("gpu-002")["id"]
    for address, interface in (("10.0.0.1/24", port), ("10.0.0.9/24", beside)):
        netbox.create(
            "ipam/ip-addresses", address=address, assigned_object_type="dcim.interface", assigned_object_id=interface
        )
    netbox.create("dcim/interfaces", device=device, name="v", type="virtual", parent=port)
    component = {"component_type": "dcim.interface", "component_id": port}
    netbox.create("dcim/inventory-items", device=device, name="optic", **component)
    netbox.create("dcim/inventory-items", device=device, name="fan")
    assert refused(core, plan, prune=True) == [
        "IP address 10.0.0.1/24 is on gpu-002 bmc-bmc0, which would be deleted.",
        "inventory item optic is in gpu-002 bmc-bmc0, which would be deleted.",
        "interface gpu-002 v is a child of gpu-002 bmc-bmc0, which would be deleted.",
    ]


def test_a_token_that_may_view_few_kinds_is_told_which(core: Core, netbox: NetBox) -> None:
    port = netbox.interface("gpu-002", "fe-p0")["id"]
    netbox.create("ipam/ip-addresses", address="10.0.0.1/24", assigned_object_type="dcim.interface",
                  assigned_object_id=port)
    token = token_of(netbox, {**BUILDER, "ipam.ipaddress": ["view"]})
    (told,) = refused(Core(netbox.url, token), tiny(1), prune=True)
    assert told.startswith("IP address 10.0.0.1/24 is on gpu-002 fe-p0")
    netbox.delete("ipam/ip-addresses", netbox.one("ipam/ip-addresses")["id"])
    (warning,) = [
        w for w in Core(netbox.url, token).preview(tiny(1), prune=True).warnings if w.code == "dependants-unseen"
    ]
    assert "service (ipam.view_service)" in warning.message and "ipam.view_ipaddress" not in warning.message


def test_grace_marks_once_and_a_later_run_deletes(
    core: Core, netbox: NetBox, connection: Mapping[str, str], tmp_path: Path
) -> None:
    before = built(netbox, "tiny")
    options = {"plan": tiny(1), "report_dir": str(tmp_path), "prune": True}
    marked = run_module(tmp_path, connection, "--diff", **options, grace="decommissioning")
    assert marked.result["changes"] == {"device": {"update": 1}, "cable": {"update": 3}}, marked.text
    assert "~ device gpu-002: status planned -> decommissioning" in marked.text
    assert marked.result["leftovers"]["device"] == 1 and marked.result["leftovers"]["cable"] == 3
    after = built(netbox, "tiny")
    changed = {kind: {key for key in before[kind] if before[kind][key] != after[kind][key]} for kind in before}
    links = {f"server gpu/2/{link}" for link in ("fe/0", "fe/1", "bmc/0")}
    assert changed == {"devices": {"gpu/2"}, "interfaces": set(), "cables": links}
    assert {after["cables"][link]["status"] for link in links} == {"decommissioning"}
    # From the snapshot of the run that marked, and in full.
    again = run_module(tmp_path, connection, **options, grace="decommissioning", observe="changed")
    assert (again.result["changed"], again.result["requests"]["writes"]) == (False, 0), again.text
    assert not core.apply(tiny(1), prune=True, grace="decommissioning").writes
    # Wanted again, they stay as they are, and it is told.
    wanted = core.apply(tiny())
    assert not wanted.writes and wanted.codes.count("wanted-decommissioning") == 2
    first = core.teardown("tiny", grace="decommissioning")
    assert set(first.counts) == {"device", "cable"} and not core.teardown("tiny", grace="decommissioning").writes
    core.teardown("tiny")
    assert netbox.count("dcim/devices") == 0 and netbox.count("dcim/cables") == 0


def test_more_than_max_deletions_is_refused_before_the_first_write(
    core: Core, netbox: NetBox, connection: Mapping[str, str], tmp_path: Path
) -> None:
    logged = netbox.changes_logged()
    (told,) = refused(core, tiny(1), prune=True, max_deletions="20%")
    assert "and 4 may be (20 % of 23)." in told
    absent = {"plan_id": "tiny", "state": "absent", "report_dir": str(tmp_path)}
    ran = run_module(tmp_path, connection, **absent, max_deletions=22)
    assert "23 of the 23 objects" in ran.result["msg"] and "`max_deletions: 23`" in ran.result["msg"], ran.text
    assert netbox.changes_logged() == logged
