# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger file: when it is written, what it says, and what becomes of one that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..plans import Document, servers, switches, zone
from .running import Run, plan


def test_the_ledger_file_is_written_by_apply_only(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.yml.ledger.json"
    assert "ledger_file" not in run(check=True, plan=plan(), ledger_file=str(path))
    assert not path.exists()
    assert run(plan=plan(), ledger_file=str(path))["ledger_file"] == str(path)
    written = json.loads(path.read_text())
    assert (written["format"], written["plan"], len(written["links"])) == (1, "test", 12)
    run(plan=plan(2), ledger_file=str(path))
    assert len(json.loads(path.read_text())["links"]) == 12  # leftovers are still cabled
    run(plan=plan(2), prune=True, ledger_file=str(path))
    assert len(json.loads(path.read_text())["links"]) == 8
    run(plan=plan(2), state="absent", ledger_file=str(path))
    assert json.loads(path.read_text())["links"] == {}


def brownfield(netbox: FakeNetBox) -> Document:
    """The plan on a switch that is there already; a cable of somebody else is on its second port."""
    site = netbox.make("dcim/sites", name="DC 1", slug="dc1")
    maker = netbox.make("dcim/manufacturers", name="Other", slug="other")
    where = {
        "site": site, "role": netbox.make("dcim/device-roles", name="Other", slug="other"),
        "device_type": netbox.make("dcim/device-types", model="Other", slug="other", manufacturer=maker),
    }
    ports = []
    for name in ("old", "lab"):
        device = netbox.make(DEVICES, name=name, **where)
        ports.append([netbox.make(INTERFACES, device=device, name=f"E1/{n}", type="other") for n in range(1, 9)])
    ends = [[{"object_type": "dcim.interface", "object_id": one[1]}] for one in ports]
    netbox.make(CABLES, a_terminations=ends[0], b_terminations=ends[1])
    return plan() | {
        "switch_classes": {"leaf": switches(servers=zone("1-8"), external=True, instances={"1": {"name": "old"}})},
        "server_classes": {"gpu": servers(3, {})},
    }


def test_the_ledger_file_says_what_others_take(run: Run, netbox: FakeNetBox, tmp_path: Path) -> None:
    path, document = tmp_path / "ledger.json", brownfield(netbox)
    run(plan=document, ledger_file=str(path))
    written = json.loads(path.read_text())
    assert (written["taken"], len(written["links"])) == ({"leaf/1": ["2"]}, 3)
    assert run(plan=document, ledger_file=str(path))["changed"] is False
    run(plan=document, state="absent", ledger_file=str(path))
    written = json.loads(path.read_text())
    assert (written["taken"], written["links"]) == ({"leaf/1": ["2"]}, {})
    assert len(netbox.tables[CABLES]) == 1 and len(netbox.tables[DEVICES]) == 2


def test_a_ledger_file_that_nobody_can_read_does_not_stop_a_teardown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    run(plan=plan())
    path.write_text("<<<<<<< HEAD")
    assert run(plan=plan(), state="absent", ledger_file=str(path))["changed"]
    assert json.loads(path.read_text())["links"] == {}


def test_the_ledger_file_of_a_former_id_is_taken_over(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    run(plan=plan(), ledger_file=str(path))
    before = json.loads(path.read_text())["links"]
    assert "belongs to the plan 'test'" in run(plan=plan() | {"id": "pod-1"}, ledger_file=str(path))["msg"]
    renamed = plan() | {"id": "pod-1", "formerly": ["test"]}
    done = run(plan=renamed, ledger_file=str(path))
    assert (done["plan_id"], set(done["changes"])) == ("pod-1", {"tag", "device", "interface", "cable"})
    assert {action for kind in ("device", "interface", "cable") for action in done["changes"][kind]} == {"update"}
    written = json.loads(path.read_text())
    assert (written["plan"], written["links"]) == ("pod-1", before)
    assert run(plan=renamed, ledger_file=str(path))["changed"] is False


def test_where_file_and_netbox_disagree_netbox_wins(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    run(plan=plan(), ledger_file=str(path))
    text = path.read_text()
    assert "b=leaf/1:1/1@" in text
    path.write_text(text.replace("b=leaf/1:1/1@", "b=leaf/1:4/2@"))
    done = run(plan=plan(), ledger_file=str(path))
    assert done["changed"] is False
    assert "ledger-differs" in [d["code"] for d in done["diagnostics"]]
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a ledger file"),
        (b"\xff\xfe\x00", "ledger"),
        (b'{"format": 9, "plan": "test", "links": {}}', "format 9"),
        (b'{"format": 1, "plan": "other", "links": {}}', "belongs to the plan 'other'"),
    ],
)
def test_a_ledger_file_that_cannot_be_used(
    run: Run, netbox: FakeNetBox, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(content)
    done = run(plan=plan(), ledger_file=str(path))
    assert done["failed"] and words in done["msg"] and str(path) in done["msg"]
    assert netbox.writes() == []


def test_a_ledger_file_that_is_a_directory(run: Run, tmp_path: Path) -> None:
    done = run(plan=plan(), ledger_file=str(tmp_path))
    assert done["failed"] and str(tmp_path) in done["msg"]
