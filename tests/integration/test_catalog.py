# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalog of a plan from the device types of a real NetBox, with the playbook that users run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.catalog import device_type
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout

from .support.playbook import ROOT, Ran, run_playbook
from .support.rest import NetBox
from .support.sandbox import Environment, Sandbox
from .support.users import token_of

PLAYBOOK = ROOT / "playbooks" / "catalog_from_netbox.yml"
RIGHTS = {"dcim.devicetype": ("view",), "dcim.interfacetemplate": ("view",), "dcim.manufacturer": ("view",)}


@pytest.fixture(scope="module", autouse=True)
def _types(_database: None, netbox: NetBox) -> None:
    """A switch that two devices have, a server that none has, and more types than one page of the playbook's."""
    maker = netbox.create("dcim/manufacturers", name="Acme Networks", slug="acme")["id"]
    switch = netbox.create(
        "dcim/device-types", manufacturer=maker, model="Switch 1", slug="acme-switch-1", u_height=1.5,
        is_full_depth=False,
    )["id"]
    netbox.create("dcim/device-types", manufacturer=maker, model="Server", slug="acme-server")
    ports = [(f"eth{n}", "100gbase-x-qsfp28") for n in range(1, 49)]
    ports += [(f"uplink{n}", "400gbase-x-osfp") for n in range(1, 5)]
    for name, kind in ports:
        netbox.create("dcim/interface-templates", device_type=switch, name=name, type=kind)
    netbox.create("dcim/interface-templates", device_type=switch, name="mgmt0", type="1000base-t", mgmt_only=True)
    other = netbox.create("dcim/manufacturers", name="Other", slug="other")["id"]
    for number in range(60):
        netbox.create("dcim/device-types", manufacturer=other, model=f"Type {number}", slug=f"type-{number}")
    site = netbox.create("dcim/sites", name="dc1", slug="dc1")["id"]
    role = netbox.create("dcim/device-roles", name="leaf", slug="leaf")["id"]
    for name in ("a", "b"):
        netbox.create("dcim/devices", name=name, device_type=switch, site=site, role=role)


def run(directory: Path, connection: Mapping[str, str], *arguments: str, **variables: Any) -> tuple[Ran, Any]:
    file = directory / "catalog.yml"
    given = yaml.safe_dump({"catalog_file": str(file), **variables}, default_flow_style=True, width=10_000)
    ran = run_playbook(PLAYBOOK, "-e", given, *arguments, environment=connection)
    return ran, yaml.safe_load(file.read_text(encoding="utf-8"))["catalog"] if file.exists() else None


def test_the_types_in_use(tmp_path: Path, connection: Mapping[str, str], netbox: NetBox) -> None:
    logged = netbox.changes_logged()
    checked, nothing = run(tmp_path, connection, "--check")
    assert (checked.status, nothing) == (0, None), checked.text
    ran, catalog = run(tmp_path, connection, "-vvv")
    assert ran.status == 0, ran.text
    assert "changed=1" in ran.text
    assert connection["NETBOX_TOKEN"] not in ran.text
    assert catalog["manufacturers"] == {"acme": {"name": "Acme Networks"}}
    assert list(catalog["device_types"]) == ["acme-switch-1"]
    row = catalog["device_types"]["acme-switch-1"]
    assert (row["u_height"], row["is_full_depth"]) == (1.5, False)
    found = Diagnostics()
    hardware = device_type("acme-switch-1", row, (), found)
    assert list(found) == []
    names = [hardware.interface_name(port, 1, Breakout(1, 1)) for port in hardware.ports]
    assert names == [f"eth{n}" for n in range(1, 49)] + [f"uplink{n}" for n in range(1, 5)]
    again, _catalog = run(tmp_path, connection)
    assert "changed=0" in again.text
    assert netbox.changes_logged() == logged


def test_types_by_slug_and_by_maker(tmp_path: Path, connection: Mapping[str, str]) -> None:
    _ran, catalog = run(tmp_path, connection, catalog_slugs=["acme-server"])
    assert catalog["device_types"] == {
        "acme-server": {"manufacturer": "acme", "model": "Server", "u_height": 1, "is_full_depth": True}
    }
    # More than one page of the list, and more than one GraphQL query.
    ran, catalog = run(tmp_path, connection, catalog_manufacturers=["other"], catalog_page=25)
    assert ran.status == 0, ran.text
    assert list(catalog["device_types"]) == [f"type-{number}" for number in range(60)]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"catalog_slugs": ["acme-server", "nope", "neither"]}, "NetBox gave no device type neither, nope."),
        ({"catalog_manufacturers": ["nope"]}, "nope is not one of the available choices"),
    ],
)
def test_types_that_are_not_there(
    tmp_path: Path, connection: Mapping[str, str], variables: dict[str, Any], said: str
) -> None:
    ran, catalog = run(tmp_path, connection, **variables)
    assert (ran.status, catalog) == (2, None)
    assert said in " ".join(ran.text.split())


@pytest.mark.parametrize("version", [1, 2])
def test_a_token_that_may_only_look(tmp_path: Path, sandbox: Sandbox, netbox: NetBox, version: int) -> None:
    token = token_of(netbox, RIGHTS, version=version, writes=False)
    ran, catalog = run(tmp_path, Environment(NETBOX_API=sandbox.url, NETBOX_API_TOKEN=token))
    assert ran.status == 0, ran.text
    assert list(catalog["device_types"]["acme-switch-1"]["ports"]) == ["1-48", "49-52"]


def test_a_token_that_may_not_see_interface_templates(tmp_path: Path, sandbox: Sandbox, netbox: NetBox) -> None:
    """GraphQL would show types without ports."""
    token = token_of(netbox, {"dcim.devicetype": ("view",)})
    ran, catalog = run(tmp_path, Environment(NETBOX_URL=sandbox.url, NETBOX_TOKEN=token))
    assert (ran.status, catalog) == (2, None)
    assert "/api/dcim/interface-templates/?fields=id&limit=1 with 403" in " ".join(ran.text.split())
    assert token not in ran.text
