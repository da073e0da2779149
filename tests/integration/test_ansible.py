# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users of Ansible see: the diff, progress while it runs, results, lookups, the installed collection."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diff.approval import Digest

from .support.plans import tiny
from .support.playbook import BIN, ENVIRONMENT, PLAYBOOK, ROOT, Ran, run_module, run_playbook, run_tasks
from .support.rest import NetBox, ends

BeginWith = Callable[[str], None]

AWX_LINE = 1000  # AWX shows 1,024 bytes of an event


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yml"
    path.write_text(yaml.safe_dump(tiny(), sort_keys=False))
    return path


# -- preview ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(connection: Mapping[str, str], _database: None, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The preview of gpu-small on an empty NetBox."""
    directory = tmp_path_factory.mktemp("small")
    shutil.copy(ROOT / "playbooks" / "plans" / "gpu-small.yml", directory)
    return run_module(directory, connection, "--check", "--diff", plan_file="gpu-small.yml")


def test_the_diff_begins_with_counts(small: Ran) -> None:
    assert small.status == 0, small.text
    begin = next(number for number, line in enumerate(small.lines) if line.endswith("to create"))
    counts = small.lines[begin:begin + 9]
    assert sorted(counts) == [
        "cables: 108 to create",
        "custom fields: 12 to create",
        "device roles: 4 to create",
        "device types: 4 to create",
        "devices: 17 to create",
        "interfaces: 216 to create",
        "manufacturers: 2 to create",
        "sites: 1 to create",
        "tags: 1 to create",
    ]
    assert small.lines[begin + 9].startswith("+ ")


def test_the_diff_lists_every_object_with_its_fields(small: Ran) -> None:
    changes = [line for line in small.lines if re.match(r"[+~>-] ", line)]
    assert len(changes) == 108 + 12 + 4 + 4 + 17 + 216 + 2 + 1 + 1
    for expected in (
        "+ device type gpu-server-8x400 (manufacturer generic, model GPU server 8x400G, u height 8)",
        "+ device gpu-008 (device role server, type gpu-server-8x400, site dc1)",
        "+ interface gpu-001 be-rail7 (type 400gbase-x-qsfpdd, speed 400G)",
        "+ interface be-spine-01 E1/8 (type 800gbase-x-osfp, speed 800G, zone leaves, physical port 8)",
        "+ cable storage-004 bmc-bmc0 -- oob-01 E1/12 (fabric oob-mgmt, zone servers)",
        "+ cable be-leaf-01 E1/40 -- be-spine-01 E1/8 (fabric backend, zone uplinks)",
    ):
        assert expected in changes
    assert max(len(line.encode()) for line in small.lines) < AWX_LINE


def test_the_report_has_the_same_lines(small: Ran) -> None:
    report = Path(small.result["report"])
    assert report.stat().st_mode & 0o777 == 0o600
    assert report.parent.stat().st_mode & 0o777 == 0o700
    assert report.read_text().splitlines() == [line for line in small.lines if re.match(r"[+~>-] ", line)]


def test_the_result_is_small_and_says_why(small: Ran) -> None:
    result = {name: value for name, value in small.result.items() if name != "diff"}
    assert len(json.dumps(result)) < 5000
    assert result["quantities"]["be-leaf"] == {"count": 1, "reason": "servers: 64 links / 64 lanes = 1, 8 rails"}
    assert result["quantities"]["fe-leaf"]["count"] == 2
    assert result["requests"]["writes"] == 0
    assert Digest.parse(result["digest"])


def test_a_long_diff_folds_whole_classes(
    small: Ran, connection: Mapping[str, str], tmp_path: Path
) -> None:
    shutil.copy(ROOT / "playbooks" / "plans" / "gpu-small.yml", tmp_path)
    folded = run_module(tmp_path, connection, "--check", "--diff", plan_file="gpu-small.yml", diff_lines=60)
    changes = [line for line in folded.lines if re.match(r"[+~>-] ", line)]
    assert 20 < len(changes) <= 60
    folded_line = r"\+ interfaces of gpu gpu-001 \S+ \.\. gpu-008 \S+ \(88\)"
    assert any(re.fullmatch(folded_line, line) for line in changes), changes
    assert any("all 365 are in " in line for line in folded.lines)
    assert len(Path(folded.result["report"]).read_text().splitlines()) == 365


def test_updates_moves_and_deletes_have_their_signs(
    begin_with: BeginWith, connection: Mapping[str, str], netbox: NetBox, plan_file: Path
) -> None:
    begin_with("tiny3")
    netbox.update("dcim/devices", netbox.device("gpu-001")["id"], name="bob")
    netbox.let_go(netbox.cable("server gpu/1/fe/0"))
    options = {"plan_file": str(plan_file), "diff_lines": 100}
    kept = run_module(plan_file.parent, connection, "--check", "--diff", **options)
    assert "~ device gpu-001: name bob -> gpu-001 [drift]" in kept.lines
    moved = next(line for line in kept.lines if line.startswith("> "))
    assert moved.startswith("> cable gpu-001 fe-p0 -- leaf-01 E1/1/1: ") and moved.endswith("[drift]")
    assert "devices: 1 left over, kept (`prune: true` deletes them)" in kept.lines
    assert "[WARNING]" in kept.text and "`prune: true` deletes them" in kept.text
    assert kept.result["leftovers"] == {"device": 1, "interface": 6, "cable": 3}
    pruned = run_module(plan_file.parent, connection, "--check", "--diff", prune=True, **options)
    assert "- device gpu-003" in pruned.lines
    assert "cables: 1 to move, 3 to delete" in pruned.lines
    assert "left over" not in pruned.text


# -- apply ------------------------------------------------------------------------------------------------------------


def test_progress_is_shown_while_it_runs(
    fresh: None, connection: Mapping[str, str], plan_file: Path, netbox: NetBox
) -> None:
    playbook = plan_file.parent / "playbook.yml"
    task = {"name": "Apply", "hedgehog.diet.diet_topology": {"plan_file": "tiny.yml"}}
    play = {"name": "Test", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    playbook.write_text(yaml.safe_dump([play]))
    with subprocess.Popen(
        [PLAYBOOK, str(playbook)], cwd=playbook.parent, env={**ENVIRONMENT, **connection}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
    ) as process:
        assert process.stdout
        seen = [(time.monotonic(), line.strip()) for line in process.stdout]
    assert process.returncode == 0, seen
    progress = [(at, line) for at, line in seen if line.startswith("diet |")]
    ended = next(at for at, line in seen if line.startswith("changed:"))
    texts = [line.partition(" s | ")[2] for _at, line in progress]
    assert texts[0] == "Reading NetBox"
    assert "Creating cables: 0/6" in texts and "Creating cables: 6/6" in texts
    assert texts.index("Creating devices: 5/5") < texts.index("Creating interfaces: 0/12")
    assert ended - progress[0][0] > 1.0
    assert len([at for at, _line in progress if ended - at > 0.3]) >= 5


def test_apply_writes_the_ledger_and_a_second_run_is_ok(
    fresh: None, connection: Mapping[str, str], plan_file: Path, netbox: NetBox
) -> None:
    first = run_module(plan_file.parent, connection, plan_file="tiny.yml")
    assert first.status == 0 and first.result["changed"] is True, first.text
    ledger = json.loads((plan_file.parent / "tiny.yml.ledger.json").read_text())
    assert first.result["ledger_file"] == str(plan_file) + ".ledger.json"
    assert ledger["links"] == {
        key: row["custom_fields"]["hedgehog_ports"] for key, row in netbox.cables().items()
    }
    logged = netbox.changes_logged()
    second = run_module(plan_file.parent, connection, "--diff", plan_file="tiny.yml")
    assert (second.status, second.result["changed"], second.result["changes"]) == (0, False, {})
    assert second.result["requests"]["writes"] == 0
    assert re.search(r"^ok: \[localhost\]", second.text, re.MULTILINE)
    assert netbox.changes_logged() == logged
    # A cable that somebody deletes comes back to the ports in the ledger file.
    before = ends(netbox.cable("server gpu/1/fe/0"))
    netbox.delete("dcim/cables", netbox.cable("server gpu/1/fe/0")["id"])
    run_module(plan_file.parent, connection, plan_file="tiny.yml")
    assert ends(netbox.cable("server gpu/1/fe/0")) == before


def test_prepared_makes_only_what_the_plan_refers_to(
    fresh: None, connection: Mapping[str, str], netbox: NetBox, tmp_path: Path
) -> None:
    options = {"plan": tiny(), "state": "prepared", "report_dir": str(tmp_path)}
    ran = run_module(tmp_path, connection, **options)
    assert ran.status == 0, ran.text
    assert set(ran.result["changes"]) == {"custom_field", "device_role", "device_type", "manufacturer", "site", "tag"}
    assert netbox.count("dcim/devices") == 0
    assert netbox.count("extras/custom-fields") == 12
    again = run_module(tmp_path, connection, **options)
    assert (again.result["changed"], again.result["requests"]["writes"]) == (False, 0)


# -- lookups ----------------------------------------------------------------------------------------------------------


def test_lookups_say_what_netbox_has(
    begin_with: BeginWith, connection: Mapping[str, str], netbox: NetBox, plan_file: Path
) -> None:
    begin_with("tiny")
    result = {
        "devices": "{{ query('hedgehog.diet.devices', 'tiny.yml') }}",
        "interfaces": "{{ query('hedgehog.diet.interfaces', 'tiny.yml') }}",
        "cables": "{{ query('hedgehog.diet.cables', 'tiny.yml') }}",
        "of_mapping": "{{ query('hedgehog.diet.cables', plan) }}",
        "leaves": "{{ query('hedgehog.diet.devices', 'tiny.yml', class='leaf') | map(attribute='name') }}",
        "frontend": "{{ query('hedgehog.diet.cables', plan, fabric='frontend') | length }}",
        "of_device": "{{ query('hedgehog.diet.interfaces', plan, device='gpu-002') | map(attribute='name') }}",
        "server_links": "{{ query('hedgehog.diet.cables', plan, kind='server', device='oob-01') | length }}",
    }
    task = {"name": "Look up", "ansible.builtin.set_fact": {"result": result}}
    # No NetBox in the environment: lookups need none.
    ran = run_tasks(plan_file.parent, [task], variables={"plan": tiny()})
    assert ran.status == 0, ran.text
    found = ran.result
    assert {row["name"] for row in found["devices"]} == {row["name"] for row in netbox.all("dcim/devices")}
    assert {(row["device"], row["name"], row["type"], row["speed"] * 1_000_000) for row in found["interfaces"]} == {
        (row["device"]["name"], row["name"], row["type"]["value"], row["speed"])
        for row in netbox.all("dcim/interfaces")
    }
    there = {key: ends(row) for key, row in netbox.cables().items()}
    for rows in (found["cables"], found["of_mapping"]):
        assert {
            row["key"]: {(row["a_device"], row["a_interface"]), (row["b_device"], row["b_interface"])} for row in rows
        } == there
    assert found["leaves"] == ["leaf-01", "leaf-02"]
    assert (found["frontend"], found["server_links"]) == (4, 2)
    assert found["of_device"] == ["bmc-bmc0", "fe-p0", "fe-p1"]


# -- installed --------------------------------------------------------------------------------------------------------


def test_the_built_collection_works_where_it_is_installed(
    fresh: None, connection: Mapping[str, str], tmp_path: Path, netbox: NetBox
) -> None:
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    (tmp_path / "ansible.cfg").touch()
    elsewhere = {
        **ENVIRONMENT, "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections"),
    }
    built = subprocess.run(
        [*galaxy, "build", "--output-path", str(tmp_path)], cwd=ROOT, env=elsewhere, capture_output=True, text=True,
        check=False, timeout=120,
    )
    assert built.returncode == 0, built.stderr
    (archive,) = tmp_path.glob("hedgehog-diet-*.tar.gz")
    assert archive.stat().st_size < 2_000_000
    subprocess.run(
        [*galaxy, "install", str(archive), "-p", str(tmp_path / "collections")], env=elsewhere, capture_output=True,
        check=True, timeout=120,
    )
    installed = tmp_path / "collections" / "ansible_collections" / "hedgehog" / "diet"
    for unwanted in (".git", ".venv", ".cache", ".sandbox", ".sandbox-test"):
        assert not (installed / unwanted).exists()
    # Only meta, plugins, roles and playbooks are needed.
    for entry in installed.iterdir():
        if entry.name not in ("meta", "plugins", "roles", "playbooks", "MANIFEST.json", "FILES.json"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    directory = tmp_path / "work"
    directory.mkdir()
    (directory / "tiny.yml").write_text(yaml.safe_dump(tiny()))
    environment = {**elsewhere, **connection}
    ran = run_playbook(
        Path("hedgehog.diet.preview"), "-e", "plan=tiny.yml", "--diff", environment=environment, cwd=directory
    )
    assert ran.status == 0, ran.text
    assert "devices: 5 to create" in ran.text
    assert "+ cable gpu-001 fe-p0 -- leaf-01 E1/1/1 (fabric frontend, zone servers)" in ran.lines
    assert netbox.count("dcim/devices") == 0
    shutil.rmtree(installed)
    gone = run_playbook(Path("hedgehog.diet.preview"), "-e", "plan=tiny.yml", environment=environment, cwd=directory)
    assert gone.status != 0
