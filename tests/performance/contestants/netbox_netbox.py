# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""netbox.netbox as its users loop it: a task for each kind, an item for each object, over the rows of our lookups.

It is told which objects are new and which have to go; a play over the whole plan pays for all others on top.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from integration.support.playbook import COLLECTIONS, PLAYBOOK
from measuring.meter import Measured, measure
from measuring.server import Server

from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import dump

from .ours import PLAY
from .plans import PLAN_ID, Objects
from .steps import Part, Step

_INSIDE = "ansible_collections/netbox/netbox/"

MARKS = {"hedgehog_plan_id": PLAN_ID, "hedgehog_key": "{{ item.key }}"}
END = "dcim.interface"
DATA: Mapping[str, Mapping[str, Any]] = {
    "devices": {
        "name": "{{ item.name }}", "site": "{{ item.site }}", "device_type": "{{ item.device_type }}",
        "device_role": "{{ item.device_role }}", "status": "planned", "custom_fields": MARKS,
    },
    "interfaces": {
        "device": "{{ item.device }}", "name": "{{ item.name }}", "type": "{{ item.type }}",
        "speed": "{{ item.speed * 1000000 }}", "custom_fields": MARKS,
    },
    "cables": {
        "termination_a_type": END, "termination_a": {"device": "{{ item.a_device }}", "name": "{{ item.a_interface }}"},
        "termination_b_type": END, "termination_b": {"device": "{{ item.b_device }}", "name": "{{ item.b_interface }}"},
        "status": "planned", "custom_fields": MARKS,
    },
}
# What is enough to delete an object.
NAMED = {"devices": ("name",), "interfaces": ("device", "name"), "cables": ("termination",)}
MODULES = {"devices": "netbox_device", "interfaces": "netbox_device_interface", "cables": "netbox_cable"}


def fetch(cache: Path) -> tuple[Path, str]:
    """Where the collection is and its version; out of the wheel of PyPI's `ansible`, once."""
    directory = cache / "netbox.netbox"
    manifest = directory / _INSIDE / "MANIFEST.json"
    if not manifest.exists():
        directory.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(directory), "ansible"]
        subprocess.run(pip, check=True)
        wheel = max(directory.glob("ansible-*.whl"))
        with zipfile.ZipFile(wheel) as files:
            # The manifest last: where it is, all of it is.
            inside = [name for name in files.namelist() if name.startswith(_INSIDE)]
            files.extractall(directory, sorted(inside, key=lambda name: name.endswith("MANIFEST.json")))
        wheel.unlink()
    return directory, str(json.loads(manifest.read_text())["collection_info"]["version"])


def run(server: Server, directory: Path, collection: Path, step: Step) -> tuple[Measured, list[Part]]:
    """Run the loops of a step."""
    (directory / "plan.yml").write_text(yaml.safe_dump(step.listed.document, sort_keys=False))
    (directory / "plan.yml.ledger.json").write_text(dump(PLAN_ID, step.listed.ledger))
    tasks = [_mark("begin")]
    for verb, objects in (("look", step.look), ("create", step.create), ("delete", step.delete)):
        for kind in ("cables", "interfaces", "devices") if verb == "delete" else ("devices", "interfaces", "cables"):
            if objects.counts[kind]:
                tasks += [_loop(verb, kind, objects), _mark(f"{verb} {kind} {objects.counts[kind]}")]
    playbook = directory / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{**PLAY, "tasks": tasks}], sort_keys=False))
    environment = {**server.environment, "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{collection}"}
    measured = measure(server, [PLAYBOOK, playbook], environment, directory)
    if step.look.devices and (found := re.search(r"changed=(\d+)", measured.text)) and int(found[1]):
        raise RuntimeError(f"netbox.netbox changed what was to be as it is:\n{measured.text[-2000:]}")
    told = parts(measured.text)
    if len(told) * 2 + 1 != len(tasks):
        raise RuntimeError(f"the loops do not tell their times:\n{measured.text[-2000:]}")
    return measured, told


def parts(text: str) -> list[Part]:
    """When the loops did what, from what ansible-playbook printed."""
    found: list[Part] = []
    until = 0.0
    for told, at in re.findall(r"mark (begin|\w+ \w+ \d+) ([\d.]+)", text):
        if told != "begin":
            verb, kind, count = told.split()
            found.append(Part(verb, kind, int(count), until, float(at)))
        until = float(at)
    return found


def _loop(verb: str, kind: str, objects: Objects) -> dict[str, Any]:
    data = DATA[kind]
    if verb == "delete":
        data = {name: value for name, value in data.items() if name.startswith(NAMED[kind])}
    options = {
        "netbox_url": "{{ lookup('env', 'NETBOX_URL') }}",
        "netbox_token": "{{ lookup('env', 'NETBOX_TOKEN') }}",
        # It sends every token as one of version 1 otherwise.
        "headers": {"Authorization": "Bearer {{ lookup('env', 'NETBOX_TOKEN') }}"},
        "state": "absent" if verb == "delete" else "present",
        "data": data,
    }
    return {
        "name": f"{verb.capitalize()} {kind}",
        f"netbox.netbox.{MODULES[kind]}": options,
        "loop": f"{{{{ query('hedgehog.diet.{kind}', 'plan.yml') | selectattr('key', 'in', wanted) | list }}}}",
        "loop_control": {"label": "{{ item.key }}"},
        "vars": {"wanted": objects.keys()[kind]},
    }


def _mark(text: str) -> dict[str, Any]:
    """Tells the time, at no cost: a task that runs in ansible-playbook itself."""
    return {"name": "Time", "ansible.builtin.debug": {"msg": f"mark {text} {{{{ now(utc=true).timestamp() }}}}"}}
