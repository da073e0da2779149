# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the device type library that a plan names: found beside the plan, merged under its catalog, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError

from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import FoundPlan, find_plan

from ..plans import Document, document, servers, switches, zone

SWITCH = {
    "manufacturer": "Acme", "model": "Switch 8", "slug": "acme-switch-8", "u_height": 1, "is_full_depth": True,
    "interfaces": [{"name": f"eth{n}", "type": "100gbase-x-qsfp28"} for n in range(1, 9)],
}
CARD = {
    "manufacturer": "Acme", "model": "Card 1", "interfaces": [{"name": "p{module}", "type": "100gbase-x-qsfp28"}],
}


def plan(*library: Any, **catalog: Any) -> Document:
    return document(
        {"leaf": switches(servers=zone("1-8")) | {"device_type": "acme-switch-8"}}, {"gpu": servers(2, {})},
        catalog={"library": list(library), **catalog},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "switch.yaml").write_text(yaml.safe_dump(SWITCH))
    (tmp_path / "types" / "broken.yaml").write_text("slug: x\nslug: y\n")
    (tmp_path / "types" / "card.yaml").write_text(yaml.safe_dump(CARD))
    return tmp_path


def found(folder: Path, written: Document) -> FoundPlan:
    path = folder / "plan.yml"
    path.write_text(yaml.safe_dump(written, sort_keys=False))
    return find_plan(str(path), str)


def errors(folder: Path, written: Document) -> str:
    with pytest.raises(AnsibleError) as caught:
        found(folder, written)
    return str(caught.value)


def test_files_are_found_beside_the_plan_and_are_in_what_the_module_gets(folder: Path) -> None:
    read = found(folder, plan("types/switch.yaml"))
    hardware = read.loaded.plan.switch_classes["leaf"].device_type
    assert (hardware.model, hardware.ports) == ("Switch 8", tuple(range(1, 9)))
    catalog = read.source.document["catalog"]
    assert catalog.keys() == {"manufacturers", "device_types"} and "acme-switch-8" in catalog["device_types"]


def test_the_plans_own_catalog_wins(folder: Path) -> None:
    own = {"manufacturer": "acme", "model": "Mine", "ports": {"1-8": {"speed": 100}}}
    read = found(folder, plan("types/switch.yaml", device_types={"acme-switch-8": own}))
    assert read.loaded.plan.switch_classes["leaf"].device_type.model == "Mine"


def test_a_mapping_has_them_beside_the_file_it_is_from_or_in_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    read = find_plan(plan("types/switch.yaml"), str)
    assert read.loaded.plan.switch_classes["leaf"].device_type.ports == tuple(range(1, 9))


def test_what_cannot_be_used_is_told_at_its_place_in_the_list_with_all_else(folder: Path) -> None:
    text = errors(folder, plan("types/gone.yaml", "types/broken.yaml", "plan.yml") | {"nam": 1})
    lines = text.splitlines()
    assert lines[0].startswith("6 errors in ")
    assert "unknown key 'nam'" in text
    assert f"types/gone.yaml: there is no such file. Relative paths begin at {folder}. [library-file]" in text
    assert "types/broken.yaml: line 2: the key 'slug' stands here again" in text
    assert "plan.yml: `manufacturer` is missing." in text
    written = (folder / "plan.yml").read_text().splitlines()
    for line in lines[1:]:
        if "[library-file]" in line:
            _file, number, _column, *_rest = line.split(":")
            name = line.split(": ")[2]
            assert name in written[int(number) - 1]


def test_a_card_in_a_file_that_cannot_be_used_is_not_unknown_as_well(folder: Path) -> None:
    wanted = plan("types/gone.yaml")
    wanted["server_classes"]["gpu"]["nics"]["c0"] = {"module_type": "card-1"}
    assert "unknown-module-type" not in errors(folder, wanted)
    wanted["catalog"]["library"] = ["types/card.yaml"]
    nic = found(folder, wanted).loaded.plan.server_classes["gpu"].nics["c0"]
    assert nic.ports == ("p",)


def test_what_is_left_out_is_a_warning_at_the_list(folder: Path) -> None:
    slow = SWITCH | {"interfaces": [*SWITCH["interfaces"], {"name": "con1", "type": "100base-tx"}]}  # type: ignore[misc]
    (folder / "types" / "switch.yaml").write_text(yaml.safe_dump(slow))
    read = found(folder, plan("types/switch.yaml"))
    (line,) = read.warnings(read.loaded.warnings)
    assert "100base-tx" in line and line.endswith("[library-left-out]")


def test_what_the_schema_refuses_of_a_file_is_told_at_the_list(folder: Path) -> None:
    (folder / "types" / "switch.yaml").write_text(yaml.safe_dump(SWITCH | {"u_height": 500}))
    text = errors(folder, plan("types/switch.yaml", tenants={}))
    line = 1 + (folder / "plan.yml").read_text().splitlines().index("  library:")
    assert f"plan.yml:{line}:3: catalog.device_types.acme-switch-8.u_height: 500 is above 100" in text


def test_ports_of_a_described_type_are_checked(folder: Path) -> None:
    wanted = plan("types/switch.yaml")
    wanted["switch_classes"]["leaf"]["zones"]["servers"]["ports"] = "1-9"
    assert "acme-switch-8 has ports 1-8, not 9." in errors(folder, wanted)


@pytest.mark.parametrize("library", ["a.yaml", [1], [["a"]], {"a": 1}])
def test_what_is_no_list_of_paths_the_schema_refuses(folder: Path, library: Any) -> None:
    wanted = plan()
    wanted["catalog"]["library"] = library
    assert "catalog.library" in errors(folder, wanted)
    wanted["catalog"] = {"library": ["types/switch.yaml"], "device_types": []}
    assert "catalog.device_types" in errors(folder, wanted)
