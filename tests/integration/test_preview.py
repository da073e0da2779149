# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview shows everything and changes nothing, on an empty NetBox too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .support.core import Core
from .support.plans import rails, servers, tiny
from .support.playbook import run_module
from .support.rest import NetBox

EVERYTHING = {
    "manufacturer": {"create": 2},
    "device_type": {"create": 3},
    "device_role": {"create": 4},
    "site": {"create": 1},
    "custom_field": {"create": 12},
    "tag": {"create": 1},
    "device": {"create": 8},
    "interface": {"create": 28},
    "cable": {"create": 14},
}


def test_an_empty_netbox_is_previewed_without_a_write(core: Core, netbox: NetBox) -> None:
    logged = netbox.changes_logged()
    outcome = core.preview(rails())
    assert outcome.counts == EVERYTHING
    assert not outcome.writes
    assert netbox.changes_logged() == logged
    assert netbox.count("dcim/devices") == netbox.count("extras/custom-fields") == netbox.count("dcim/sites") == 0


def test_objects_and_their_fields_are_listed(core: Core) -> None:
    lines = core.preview(rails()).lines
    assert "+ site dc1" in lines
    assert "+ device gpu-001 (device role server, type gpu-server, site dc1)" in lines
    assert any(
        line.startswith("+ device rail-leaf-02 (device role leaf, type celestica-ds5000, site dc1, role server-leaf,")
        for line in lines
    )
    values = "type 200gbase-x-qsfp56, speed 200G, zone servers, physical port 1, lane 2"
    assert f"+ interface leaf-01 E1/1/2 ({values})" in lines
    assert "+ cable gpu-002 fe-p1 -- leaf-02 E1/1/2 (fabric frontend, zone servers)" in lines
    assert "+ cable rail-leaf-02 E1/34 -- spine-01 E1/4 (fabric backend, zone uplinks)" in lines


def test_the_same_preview_has_the_same_digest(core: Core) -> None:
    first, second, other = core.preview(tiny()), core.preview(tiny()), core.preview(tiny(3))
    assert first.digest == second.digest != other.digest


def test_check_mode_is_changed_and_sends_no_write(
    core: Core, netbox: NetBox, connection: Mapping[str, str], tmp_path: Path
) -> None:
    logged = netbox.changes_logged()
    ran = run_module(tmp_path, connection, "--check", plan=rails(), report_dir=str(tmp_path / "reports"))
    assert ran.status == 0, ran.text
    assert ran.result["changed"] is True
    assert ran.result["changes"] == EVERYTHING
    assert ran.result["requests"]["writes"] == 0
    assert ran.result["requests"]["reads"] < 30
    assert ran.result["digest"] == core.preview(rails()).digest
    assert netbox.changes_logged() == logged


def test_what_was_previewed_is_what_is_done(core: Core, netbox: NetBox) -> None:
    core.apply(tiny(2))
    logged = netbox.changes_logged()
    shown = core.preview(servers(tiny(), 3))
    assert netbox.changes_logged() == logged
    done = core.apply(servers(tiny(), 3))
    assert done.lines == shown.lines
    assert done.digest == shown.digest
    assert not core.preview(servers(tiny(), 3)).changes
