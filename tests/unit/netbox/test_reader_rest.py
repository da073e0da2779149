# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without GraphQL, REST reads the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import client as client_module
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox import paging, rest
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import RefusedError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.graphql import GraphqlSource
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.rest import RestSource
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.source import source_of
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, FIELDS, INTERFACES, RACKS
from ..runs import bring
from .test_reader import built, plan_of, read


def both(netbox: FakeNetBox, **settings: Any) -> None:
    """Read by GraphQL, then without."""
    whole = read(netbox)
    netbox.graphql_enabled = False
    for name, value in settings.items():
        setattr(netbox, name, value)
    netbox.log.clear()
    assert read(netbox) == whole
    assert sum(path == "/graphql/" for _method, path, _rows in netbox.log) <= 1  # to ask whether there is any


@pytest.mark.parametrize("version", ["4.7.3", "4.5.1"])
@pytest.mark.parametrize("at_once", [1, 4])
def test_it_reads_the_same(version: str, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (paging, client_module):
        monkeypatch.setattr(module, "PAGE", 4)
    monkeypatch.setattr(rest, "IDS", 3)
    both(built(version), at_once=at_once)


def test_before_4_3_graphql_is_not_even_asked_for() -> None:
    netbox = built("4.2.9")
    netbox.log.clear()
    assert len(read(netbox).cables) == 12
    assert "/graphql/" not in [path for _method, path, _rows in netbox.log]


def test_everything_that_can_be_said_of_devices_and_cables() -> None:
    netbox = built()
    device, cable = (next(iter(netbox.tables[kind].values())) for kind in (DEVICES, CABLES))
    location = netbox.make("dcim/locations", name="Row", slug="row", site=device["site"])
    rack = netbox.make(RACKS, name="R1", site=device["site"], location=location)
    tenant = netbox.make("tenancy/tenants", name="ML", slug="ml")
    platform = netbox.make("dcim/platforms", name="SONiC", slug="sonic")
    said = {"tenant": tenant, "rack": rack, "position": 10.5, "face": "front", "platform": platform, "description": "x"}
    assert netbox.send("PATCH", "/api/dcim/devices/", body=[{"id": device["id"], **said}]).status == 200
    look = {"type": "aoc", "color": "aa00bb", "label": "x", "length": 2.5, "length_unit": "m"}
    assert netbox.send("PATCH", "/api/dcim/cables/", body=[{"id": cable["id"], **look}]).status == 200
    both(netbox)


def test_cables_that_go_elsewhere_or_nowhere() -> None:
    netbox = built()
    first, second, third = (row for row in list(netbox.tables[CABLES].values())[:3])
    leaf = min(netbox.tables[DEVICES].values(), key=lambda row: row["id"])
    other = netbox.make(DEVICES, name="other", role=leaf["role"], device_type=leaf["device_type"], site=leaf["site"])
    port = netbox.make(INTERFACES, device=other, name="p", type="100gbase-x-qsfp28")
    first["b_terminations"] = [{"object_type": "dcim.interface", "object_id": port}]
    second["a_terminations"] = []
    third["a_terminations"] = third["b_terminations"] = []
    netbox.make(INTERFACES, device=leaf["id"], name="nameless", type="100gbase-x-qsfp28")
    both(netbox)


def test_a_field_made_by_hand_finds_more_than_is_ours() -> None:
    netbox = built()
    for mark in netbox.tables[FIELDS].values():
        mark["filter_logic"] = "loose"
    leaf = min(netbox.tables[DEVICES].values(), key=lambda row: row["id"])
    netbox.make(
        DEVICES, name="other", role=leaf["role"], device_type=leaf["device_type"], site=leaf["site"],
        custom_fields={"hedgehog_plan_id": "test-10", "hedgehog_key": "leaf/1"},
    )
    both(netbox)
    for mark in netbox.tables[FIELDS].values():
        mark["filter_logic"] = "disabled"
    both(netbox)


class Vanishing:
    """Removes a device after the devices were read, so that it is asked for and gone."""

    def __init__(self, netbox: FakeNetBox) -> None:
        self.netbox, self.statistics, self.at_once, self.done = netbox, netbox.statistics, 1, False

    def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
        if not self.done and "device_id" in (params or {}):
            self.done = True
            one = max(netbox_id for netbox_id in self.netbox.tables[DEVICES])
            assert self.netbox.send("DELETE", "/api/dcim/devices/", body=[{"id": one}]).status == 204
        return self.netbox.send(method, path, params, body)


def test_a_device_that_is_gone_when_its_interfaces_are_asked_for() -> None:
    netbox = built()
    netbox.graphql_enabled = False
    before = len(netbox.tables[DEVICES])
    found = read(Vanishing(netbox))
    assert len(found.devices) == before - 1
    assert found == read(netbox)


def test_what_is_refused_for_another_reason_is_told() -> None:
    netbox = built()
    netbox.graphql_enabled = False

    class Refusing(Vanishing):
        def send(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Response:
            if "device_id" in (params or {}):
                return Response(400, {"detail": "no"})
            return self.netbox.send(method, path, params, body)

    with pytest.raises(RefusedError, match="no"):
        read(Refusing(netbox))


def test_surroundings_are_the_same() -> None:
    netbox = built()
    client = Client(netbox)
    device = next(row for row in netbox.tables[DEVICES].values() if row["name"] == "gpu-001")
    rack = netbox.make(RACKS, name="R1", site=device["site"])
    tenant = netbox.make("tenancy/tenants", name="ML", slug="ml")
    said = {"rack": rack, "position": 3, "face": "rear", "tenant": tenant}
    assert netbox.send("PATCH", "/api/dcim/devices/", body=[{"id": device["id"], **said}]).status == 200
    one, other = GraphqlSource(client), RestSource(client)

    def named(source: GraphqlSource | RestSource) -> list[Any]:
        rows = list(source.named("dc1", ["gpu-001", "GPU-002", "leaf-01"]))
        ports = source.interfaces_of_named("dc1", ["gpu-001", "leaf-01"], [int(row["id"]) for row in rows])
        return [
            [(int(row["id"]), row["name"], row["custom_fields"]["hedgehog_key"]) for row in rows],
            sorted((int(p["id"]), p["name"], int(p["device"]["id"]), int((p["cable"] or p)["id"])) for p in ports),
        ]

    def racked(source: GraphqlSource | RestSource) -> list[Any]:
        return [
            (
                int(row["id"]), row["name"], float(row["position"]), row["face"], row["rack"]["name"],
                float(row["device_type"]["u_height"]),
            )
            for row in source.racked("dc1", ["R1", "R2"])
        ]

    def names(source: GraphqlSource | RestSource) -> list[Any]:
        return [(int(r["id"]), r["name"], (r["tenant"] or {}).get("slug")) for r in source.on_site("dc1")]

    assert named(one) == named(other) and len(named(one)[0]) == 2 and len(named(one)[1]) > 2
    assert racked(one) == racked(other) == [(device["id"], "gpu-001", 3.0, "rear", "R1", 1.0)]
    assert names(one) == names(other) and len(names(one)) > 6
    for nowhere in (list(other.on_site("dc9")), list(other.racked("dc9", ["R1"])), list(other.named("dc9", ["x"]))):
        assert nowhere == []


def test_a_run_builds_and_repeats_without_graphql() -> None:
    netbox = FakeNetBox()
    netbox.graphql_enabled = False
    plan = plan_of(3)
    bring(plan, netbox)
    netbox.log.clear()
    assert bring(plan, netbox).changes.counts() == {}
    assert netbox.writes() == []
    assert isinstance(source_of(Client(netbox)), RestSource)
