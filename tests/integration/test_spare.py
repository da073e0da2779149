# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes with `ports: all` on the real NetBox: interfaces without cables."""

from __future__ import annotations

from .support.core import Core
from .support.plans import Document, servers, tiny
from .support.rest import NetBox, built


def with_spares(number: int = 2, ports: str = "all") -> Document:
    """Two leaves with 32 lanes each, servers with a NIC that nothing is connected to."""
    document = servers(tiny(), number)
    leaf = {**document["switch_classes"]["leaf"], "ports": ports}
    gpu = document["server_classes"]["gpu"]
    free = {"ports": ["p0"], "interface_type": "25gbase-x-sfp28"}
    gpu = {**gpu, "ports": ports, "nics": {**gpu["nics"], "free": free}}
    return {
        **document, "switch_classes": {**document["switch_classes"], "leaf": leaf}, "server_classes": {"gpu": gpu}
    }


def test_all_lanes_and_nic_ports_and_nothing_twice(fresh: None, core: Core, netbox: NetBox) -> None:
    plan = with_spares()
    seen, done = core.preview(plan), core.apply(plan)
    assert (seen.changes, seen.digest) == (done.changes, done.digest)
    assert netbox.count("dcim/interfaces", device="leaf-01") == 32
    assert netbox.count("dcim/interfaces", device="oob-01") == 2
    free = netbox.interface("gpu-001", "free-p0")
    assert (free["type"]["value"], free["speed"], free["cable"]) == ("25gbase-x-sfp28", None, None)
    assert free["custom_fields"]["hedgehog_key"] == "gpu/1:free/0"
    lane = netbox.interface_by_key("leaf/1:8/4")
    assert (lane["name"], lane["speed"], lane["cable"]) == ("E1/8/4", 200_000_000, None)
    assert lane["custom_fields"]["hedgehog_zone"] == "servers"
    for run in (core.preview, core.apply, core.preview):
        again = run(plan)
        assert not again.changes and not again.writes


def test_cables_come_and_go_and_lanes_stay(core: Core, netbox: NetBox) -> None:
    ids = {row["id"] for row in netbox.all("dcim/interfaces", device="leaf-01")}
    done = core.apply(with_spares(3))
    assert done.counts == {
        "device": {"create": 1}, "interface": {"create": 5}, "cable": {"create": 3},  # four of the server, one at oob
    }
    fewer = with_spares(1)
    assert not core.apply(fewer).writes
    assert core.apply(fewer, prune=True).counts["interface"] == {"delete": 10}
    assert {row["id"] for row in netbox.all("dcim/interfaces", device="leaf-01")} == ids
    assert not core.apply(fewer, prune=True).writes


def test_a_class_that_wants_them_no_more(core: Core, netbox: NetBox) -> None:
    plan = with_spares(1, "cabled")
    kept = core.apply(plan)
    assert not kept.writes and len(kept.changes.leftovers["interface"]) == 2 * 31 + 1
    core.apply(plan, prune=True, max_deletions=63)
    assert set(built(netbox, "tiny")["interfaces"]) == {
        "leaf/1:1/1", "leaf/2:1/1", "oob/1:1/1", "gpu/1:fe/0", "gpu/1:fe/1", "gpu/1:bmc/0"
    }
    core.apply(with_spares(1))
    assert not core.preview(with_spares(1)).changes
