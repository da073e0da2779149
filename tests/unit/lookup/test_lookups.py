# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups as Ansible runs them: which rows they return, and that they make no others."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.hedgehog.diet.plugins.doc_fragments.topology_lookup import ModuleDocFragment
from ansible_collections.hedgehog.diet.plugins.lookup import cables as cables_lookup
from ansible_collections.hedgehog.diet.plugins.plugin_utils import lookup as shared

from ..plans import Document, document, servers, switches, zone


def plan(**more: Any) -> Document:
    """Three servers on two leaves and one spine, one server on a management switch."""
    return document(
        {
            "leaf": switches(servers=zone("1-4"), uplinks=zone("9-12", type="uplink")),
            "spine": switches(role="spine", leaves=zone("1-8", type="fabric")),
            "oob": switches("mgmt", "oob", ports_=zone("1-4", "1x1g", "oob")),
        },
        {
            "gpu": servers(3, {"ports": 2, "distribution": "alternating"}),
            "admin": servers(1, {"zone": "oob/ports_"}),
        },
        fabrics={"mgmt": {"fabric_class": "unmanaged"}}, **more,
    )


def lookup(name: str, **options: Any) -> Any:
    """A lookup with options as its documentation declares them; Ansible's own way of setting them needs its loader."""
    module = import_module(f"ansible_collections.hedgehog.diet.plugins.lookup.{name}")
    declared: dict[str, Any] = {}
    for text in (ModuleDocFragment.DOCUMENTATION, module.DOCUMENTATION):
        declared |= {key: row.get("default") for key, row in yaml.safe_load(text)["options"].items()}
    assert options.keys() <= declared.keys()
    plugin = module.LookupModule(loader=DataLoader(), templar=None)
    plugin.set_options = lambda **_given: None
    plugin.get_options = lambda: declared | options
    return plugin


def query(name: str, term: Any, **options: Any) -> list[Any]:
    found: list[Any] = lookup(name, **options).run([term], {})
    return found


def names(name: str, **options: Any) -> set[str]:
    return {row["name"] for row in query(name, plan(), **options)}


# -- devices ----------------------------------------------------------------------------------------------------------


def test_devices_are_in_natural_order_and_filtered() -> None:
    assert [row["key"] for row in query("devices", plan())] == [
        "admin/1", "gpu/1", "gpu/2", "gpu/3", "leaf/1", "leaf/2", "oob/1", "spine/1",
    ]
    assert names("devices", fabric="mgmt") == {"oob-01"}
    assert names("devices", role="server") == {"admin-001", "gpu-001", "gpu-002", "gpu-003"}
    assert names("devices", role="server-leaf") == {"leaf-01", "leaf-02"}
    assert names("devices", device="leaf-02") == {"leaf-02"}
    assert names("devices", fabric="fab", **{"class": "spine"}) == {"spine-01"}
    assert names("devices", fabric="mgmt", **{"class": "spine"}) == set()


def test_devices_say_what_the_plan_says_of_them() -> None:
    wanted = plan(defaults={"tenant": "ml", "tags": ["gpu"]})
    wanted["server_classes"]["gpu"]["instances"] = {
        "2": {"rack": "r1", "position": 10, "face": "front", "tags": ["login"]},
    }
    rows = {row["key"]: row for row in query("devices", wanted)}
    assert rows["gpu/1"]["tenant"] == "ml" and rows["gpu/1"]["rack"] is None and rows["gpu/1"]["tags"] == ["gpu"]
    assert (rows["gpu/2"]["rack"], rows["gpu/2"]["position"]) == ("r1", 10)
    assert rows["gpu/2"]["tags"] == ["gpu", "login"]


# -- interfaces -------------------------------------------------------------------------------------------------------


def test_interfaces_are_those_with_cables() -> None:
    rows = query("interfaces", plan())
    assert len(rows) == 2 * len(query("cables", plan()))
    leaf = query("interfaces", plan(), device="leaf-01", zone="servers")
    assert {row["zone"] for row in leaf} == {"servers"} and {row["device"] for row in leaf} == {"leaf-01"}
    assert len(leaf) == 3
    assert len(query("interfaces", plan(), fabric="mgmt")) == 1
    assert len(query("interfaces", plan(), **{"class": "gpu"})) == 6


def test_spare_interfaces_are_returned_when_asked_for() -> None:
    wanted = plan()
    wanted["switch_classes"]["oob"]["ports"] = "all"
    assert len(query("interfaces", wanted, device="oob-01")) == 1
    rows = query("interfaces", wanted, device="oob-01", spare=True)
    assert len(rows) == 4 and sum(row["spare"] for row in rows) == 3


# -- cables -----------------------------------------------------------------------------------------------------------


def test_cables_are_filtered_by_either_end() -> None:
    assert len(query("cables", plan())) == 7 + 8
    assert len(query("cables", plan(), kind="server")) == 7
    assert len(query("cables", plan(), kind="fabric", device="spine-01")) == 8
    assert len(query("cables", plan(), device="leaf-01")) == 3 + 4
    assert len(query("cables", plan(), **{"class": "gpu"})) == 6
    assert {row["b_device"] for row in query("cables", plan(), fabric="mgmt")} == {"oob-01"}


def test_cables_say_what_the_plan_says_of_them() -> None:
    wanted = plan(catalog={"optics": {"sr": {"manufacturer": "acme", "model": "SR"}}})
    wanted["switch_classes"]["leaf"]["zones"]["servers"] |= {
        "optic": "sr", "cable": {"type": "mmf", "length": 5, "label": "{a_device}"},
    }
    (row, *_more) = query("cables", wanted, device="gpu-001")
    assert (row["type"], row["length"], row["length_unit"], row["label"]) == ("mmf", 5, "m", "gpu-001")
    assert (row["a_optic"], row["b_optic"], row["bond"], row["color"]) == (None, "sr", "none", None)
    (uplink, *_more) = query("cables", wanted, kind="fabric")
    assert uplink["bond"] is None and uplink["type"] is None


def test_cables_to_external_switches_name_them() -> None:
    wanted = plan()
    wanted["switch_classes"]["spine"] |= {"external": True, "instances": {"1": {"name": "old-spine"}}}
    assert {row["b_device"] for row in query("cables", wanted, kind="fabric")} == {"old-spine"}
    assert len(query("cables", wanted, **{"class": "spine"})) == 8
    assert "old-spine" not in {row["name"] for row in query("devices", wanted)}


def test_no_rows_are_made_but_those_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making rows costs more than expanding, so a filtered lookup of a large plan must not make all of them."""
    made: list[str] = []
    original = cables_lookup.cable_row

    def counted(cable: Any, *rest: Any) -> Any:
        made.append(cable.key)
        return original(cable, *rest)

    monkeypatch.setattr(cables_lookup, "cable_row", counted)
    assert len(query("cables", plan(), device="gpu-002")) == len(made) == 2


# -- files, ledgers and errors ----------------------------------------------------------------------------------------


def test_a_plan_file_with_errors_says_where(tmp_path: Path) -> None:
    wrong = plan() | {"nam": "x"}
    file = tmp_path / "plan.yml"
    file.write_text(yaml.safe_dump(wrong, sort_keys=False))
    with pytest.raises(AnsibleLookupError, match=r"plan\.yml:\d+:1: nam: unknown key 'nam'"):
        query("devices", str(file))


def test_a_ledger_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(AnsibleLookupError, match="There is no file"):
        query("devices", plan(), ledger=str(tmp_path / "gone.json"))
    assert query("devices", plan(), ledger="")


def test_warnings_are_shown_by_lookups_that_do_not_return_them(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(shared.display, "warning", lambda text, *_rest, **_more: shown.append(text))
    query("devices", plan())
    assert any("some-switch" in text for text in shown)
    shown.clear()
    (row,) = query("sizing", plan())
    assert shown == [] and any("some-switch" in text for text in row["warnings"])
