# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that makes the plan of a first-DIET document."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible.plugins.filter.core import to_nice_yaml

from ansible_collections.hedgehog.diet.plugins.filter import from_origin as plugin
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.schema import PLAN, SWITCH_CLASS
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import read_plan_text

Document = dict[str, Any]

from_origin = plugin.FilterModule().filters()["from_origin"]

ROOT = Path(__file__).resolve().parents[3]
OWN = sorted((ROOT / "tests" / "unit" / "expand" / "origin_documents").glob("*.yaml"))
CASES = Path(os.environ.get("HEDGEHOG_DIET_CASES", "") or ROOT.parent / "shared" / "cases")
DOCUMENTS = [*OWN, *sorted((CASES / "origin").glob("*.yaml"))]


@pytest.fixture
def lab() -> Document:
    document: Document = yaml.safe_load((OWN[0].parent / "lab.yaml").read_text(encoding="utf-8"))
    return document


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(plugin.display, "warning", lines.append)
    return lines


def written(topology: Topology) -> str:
    return json.dumps(asdict(topology), default=lambda value: sorted(map(str, value)))


@pytest.mark.parametrize("file", DOCUMENTS, ids=[file.stem for file in DOCUMENTS])
def test_the_printed_plan_is_the_same_topology(file: Path, shown: list[str]) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    printed = to_nice_yaml(from_origin(document), sort_keys=False)
    again = read_plan(read_plan_text(printed, "printed.yml").document)
    assert written(expand(again.plan)[0]) == written(expand(read_plan(document).plan)[0])


def test_keys_are_in_the_order_of_the_schema(lab: Document, shown: list[str]) -> None:
    plan = from_origin(lab)
    for one, schema in ((plan, PLAN), *((c, SWITCH_CLASS) for c in plan["switch_classes"].values())):
        known = [key for key in schema["properties"] if key in one]
        notes = [key for key in one if key.startswith("_")]
        assert list(one) == known + notes


def test_the_site_can_be_given(lab: Document, shown: list[str]) -> None:
    assert from_origin(lab)["site"] == "hedgehog"
    plan = from_origin(lab, site="dc1")
    assert plan["site"] == "dc1"
    assert "sites" not in plan["catalog"]


def test_warnings_are_shown_with_their_place(lab: Document, shown: list[str]) -> None:
    lab["switch_port_zones"][0]["port_spec"] = "1-33"
    from_origin(lab)
    (line,) = [line for line in shown if "overlapping-zones" in line]
    assert "switch_port_zones.1.port_spec: the zones 'servers' and 'uplinks' both claim 33." in line
    assert not any(line.startswith("warning") for line in shown)


def test_all_errors_of_both_stages_are_told(lab: Document, shown: list[str]) -> None:
    lab["server_connections"][0]["ports_per_connection"] = 40
    lab["server_connections"][1]["port_index"] = 7
    with pytest.raises(AnsibleFilterError) as caught:
        from_origin(lab)
    text = str(caught.value)
    assert "2 errors in document" in text
    assert "server_connections.0.ports_per_connection" in text
    assert "server_connections.1" in text
    lab["server_connections"][0]["nic"] = lab["server_connections"][1]["nic"] = "x"
    with pytest.raises(AnsibleFilterError, match=r"(?s)server_connections\.0\.nic.*server_connections\.1\.nic"):
        from_origin(lab)


@pytest.mark.parametrize("document", [None, [], "x", {}, {"schema": 1, "id": "a"}, {"a": object()}])
def test_what_is_no_document_is_refused(document: Any) -> None:
    with pytest.raises(AnsibleFilterError):
        from_origin(document)


@pytest.mark.parametrize("site", ["", None, 3])
def test_a_site_is_a_slug(lab: Document, site: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="site"):
        from_origin(lab, site=site)


def test_the_document_stays_as_it_was(lab: Document, shown: list[str]) -> None:
    before = copy.deepcopy(lab)
    from_origin(lab)
    assert lab == before
