# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of changes: what the tool writes, the plugin reads, and a file that is not whole is no file."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import OWNED_KINDS
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import KEY_MARK, MARKS, PLAN_MARK

ROOT = Path(__file__).resolve().parents[3]


def module(path: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """By its path: neither is in a package that can be imported without a NetBox."""
    name = Path(path).stem
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, made)  # where dataclasses look their module up
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module("extensions/netbox_diet/netbox_diet/changes.py", monkeypatch)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module("tools/plan_changes.py", monkeypatch)


@pytest.fixture(scope="module")
def topology() -> Topology:
    plan, _warnings = load(yaml.safe_load((ROOT / "playbooks/plans/gpu-small.yml").read_text(encoding="utf-8")))
    return expand(plan)[0]


@pytest.fixture
def lines(tool: ModuleType, topology: Topology) -> list[str]:
    return [json.dumps(row, default=list) for row in tool.rows(topology)]


def test_what_is_written_is_read(reader: ModuleType, lines: list[str], topology: Topology) -> None:
    header, rows = reader.read(lines)
    found = list(rows)
    assert (header.plan, header.site, header.tag) == ("gpu-small", "dc1", "diet-gpu-small")
    assert [row.key for row in found if row.kind == "device"] == [device.key for device in topology.devices]
    assert [row.key for row in found if row.kind == "interface"] == [one.key for one in topology.interfaces]
    assert [row.key for row in found if row.kind == "cable"] == [cable.key for cable in topology.cables]


def test_every_mark_is_named(reader: ModuleType, lines: list[str]) -> None:
    header, _rows = reader.read(lines)
    for kind in OWNED_KINDS:
        named = {PLAN_MARK, KEY_MARK, *header.marks[kind].values()}
        assert named == {mark.name for mark in MARKS if kind in mark.kinds}, kind


def test_what_is_referred_to_stands_above(reader: ModuleType, lines: list[str]) -> None:
    _header, rows = reader.read(lines)
    above: set[tuple[str, str]] = set()
    for row in rows:
        wanted = {(name, row.after[name]) for name in ("manufacturer", "device_type", "device_role", "site", "device")
                  if name in row.after}
        wanted |= {("interface", end) for end in row.after.get("ends", ())}
        assert wanted <= above, row
        above.add((row.kind, row.key))


def test_a_file_that_ends_early_is_told(reader: ModuleType, lines: list[str]) -> None:
    _header, rows = reader.read(lines[:-1])
    with pytest.raises(reader.ChangesError, match=r"'cable': 108.* but the file has .*'cable': 107.* not complete"):
        list(rows)


@pytest.mark.parametrize(
    ("number", "line", "error"),
    [
        (0, "{}", "line 1: this is no header of diet-changes version 1"),
        (0, '{"format": "diet-changes", "version": 2}', "line 1: diet-changes version 1 is read here, not"),
        (2, "{", "line 3: this is no change"),
        (2, '{"action": "delete", "kind": "cable", "key": "k", "after": {}}', "line 3: cable 'k' is to be deleted"),
    ],
)
def test_what_is_not_understood_is_told(
    reader: ModuleType, lines: list[str], number: int, line: str, error: str
) -> None:
    lines[number] = line
    with pytest.raises(reader.ChangesError, match=error):
        list(reader.read(lines)[1])


def test_batches_are_neighbours_of_one_kind(reader: ModuleType, lines: list[str]) -> None:
    _header, rows = reader.read(lines)
    found = list(rows)
    batches = list(reader.batches(found, 50))
    assert [row for batch in batches for row in batch] == found
    assert all(len({row.kind for row in batch}) == 1 and len(batch) <= 50 for batch in batches)
    assert max(len(batch) for batch in batches) == 50
