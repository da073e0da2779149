# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview, approve, apply, with people at work in between: as the playbooks do it, on a real NetBox."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from .support.plans import servers, tiny
from .support.playbook import ROOT, run_playbook, run_tasks
from .support.rest import NetBox

PLAYBOOKS = ROOT / "playbooks"


def test_what_was_previewed_is_done_or_nothing(
    begin_with: Callable[[str], None], netbox: NetBox, connection: Mapping[str, str], tmp_path: Path
) -> None:
    begin_with("tiny")
    for number in (3, 4):
        (tmp_path / f"{number}.yml").write_text(yaml.safe_dump(servers(tiny(), number), sort_keys=False))
    shown = run_playbook(PLAYBOOKS / "preview.yml", "-e", "plan=3.yml", environment=connection, cwd=tmp_path)
    assert shown.status == 0, shown.text
    (command,) = re.findall(r"ansible-playbook hedgehog.diet.apply (.*approved_digest=[-0-9a-f]{73})", shown.text)
    digest = command.rpartition("=")[2]

    device = netbox.device("gpu-001")["id"]
    netbox.update("dcim/devices", device, name="mine", comments="do not touch")
    logged = netbox.changes_logged()
    task = {
        "name": "Do what was approved",
        "hedgehog.diet.diet_topology": {
            "plan_file": "{{ item.plan }}", "prune": "{{ item.prune }}", "approved_digest": digest,
        },
        "loop": [{"plan": f"{tmp_path}/{plan}.yml", "prune": prune} for plan, prune in ((3, 0), (4, 0), (3, 1))],
        "register": "result",
    }
    directory = tmp_path / "refused"
    directory.mkdir()
    ran = run_tasks(directory, [task], environment=connection)
    edited, other_plan, other_options = (one["msg"] for one in ran.result["results"])
    assert f"{tmp_path}/3.yml:1:1: what would be written is not what was approved: NetBox (or the ledger" in edited
    assert "\n    new: ~ device gpu-001: name mine -> gpu-001" in edited and "[not-approved]" in edited
    assert "not what was approved: the plan is another; the changes are others." in other_plan
    assert "not what was approved: the options that decide what is written are others;" in other_options
    assert netbox.changes_logged() == logged

    netbox.update("dcim/devices", device, name="gpu-001")  # the comment stays, which no plan manages
    for _time in range(2):
        done = run_playbook(PLAYBOOKS / "apply.yml", *shlex.split(command), environment=connection, cwd=tmp_path)
        assert done.status == 0, done.text
    assert "nothing is left to do" in " ".join(done.text.split()) and "changed=0" in done.text
    assert netbox.device("gpu-003")["name"] == "gpu-003"
    assert netbox.device("gpu-001")["comments"] == "do not touch"
