#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what a plan costs on a real NetBox, beside the same objects created with one request each.

    make bench                                       gpu-128, a few minutes
    make bench ARGS="--plan gpu-small --no-store"    to try it

In one run, on one sandbox NetBox that begins empty each time:
1. ours: ansible-playbook applies the plan, applies it again, and applies it with two storage servers more
2. one by one: pynetbox creates a sample of the plan's devices, interfaces and cables, with a POST each and the same
   fields. From the seconds per object of the sample follows what the whole plan would take. No request that looks
   anything up is counted, which flatters it: tools that create objects one by one ask before they create.

Writes tests/performance/results/create/<plan>-netbox-<version>.json and docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".cache" / "collections")]

import pynetbox  # noqa: E402
import yaml  # noqa: E402
from integration.support.core import Core  # noqa: E402
from integration.support.playbook import run_module  # noqa: E402
from integration.support.rest import NetBox  # noqa: E402
from integration.support.sandbox import Sandbox, bring_up, keep  # noqa: E402
from page import write_page  # noqa: E402

from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology  # noqa: E402

RESULTS = Path(__file__).resolve().parent / "results" / "create"

SAMPLE = 50  # cables, with all interfaces and devices at their ends

Report = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", default="gpu-128", help="a plan of playbooks/plans")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="number of cables that are created one by one")
    parser.add_argument("--no-store", action="store_true", help="print the results, and keep the stored ones")
    arguments = parser.parse_args()
    document = yaml.safe_load((ROOT / "playbooks" / "plans" / f"{arguments.plan}.yml").read_text())

    sandbox = bring_up()
    try:
        load = os.getloadavg()[0]
        report: Report = {"plan": arguments.plan, "date": datetime.now(UTC).strftime("%Y-%m-%d"), **machine(sandbox)}
        report["load_before"] = round(load, 1)
        report["ours"] = ours(sandbox, document)
        report["one_by_one"] = one_by_one(sandbox, document, arguments.sample)
    finally:
        if not keep():
            sandbox.destroy()
    print(json.dumps(report, indent=2))
    if not arguments.no_store:
        RESULTS.mkdir(parents=True, exist_ok=True)
        name = f"{arguments.plan}-netbox-{report['versions']['netbox']}.json"
        (RESULTS / name).write_text(json.dumps(report, indent=2) + "\n")
        write_page()
    return 0


# -- measuring --------------------------------------------------------------------------------------------------------


def ours(sandbox: Sandbox, document: Mapping[str, Any]) -> Report:
    """Apply, apply again, grow, as a user does it: with ansible-playbook, all of its own time counted."""
    grown = json.loads(json.dumps(document))
    grown["server_classes"]["storage"]["quantity"] += 2
    found = {}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        plan = directory / "plan.yml"
        sandbox.reset()
        for step, wanted in (("apply", document), ("unchanged", document), ("grow", grown)):
            plan.write_text(yaml.safe_dump(wanted, sort_keys=False))
            progress(step)
            begin = time.monotonic()
            ran = run_module(directory, sandbox.environment, plan_file="plan.yml")
            seconds = time.monotonic() - begin
            if ran.status:
                raise RuntimeError(ran.text)
            found[step] = {name: ran.result[name] for name in ("changes", "requests")} | {"seconds": round(seconds, 1)}
    return found


def one_by_one(sandbox: Sandbox, document: Mapping[str, Any], cables: int) -> Report:
    """Create a sample with pynetbox, and extrapolate."""
    sandbox.reset()
    core = Core(sandbox.url, sandbox.token)
    topology = core.prepare(document)
    sample = Sample(topology, cables, sandbox)
    steps: Sequence[tuple[str, Callable[[], int], int]] = (
        ("device", sample.devices, len(topology.devices)),
        ("interface", sample.interfaces, len(topology.interfaces)),
        ("cable", sample.cables, len(topology.cables)),
    )
    measured: Report = {}
    total = 0.0
    for kind, create, of in steps:
        progress(f"one by one: {kind}s")
        begin = time.monotonic()
        count = create()
        seconds = time.monotonic() - begin
        measured[kind] = {
            "sample": count, "of": of, "seconds": round(seconds, 2), "seconds_each": round(seconds / count, 4)
        }
        total += seconds / count * of
    requests = sum(row["of"] for row in measured.values())
    return {"measured": measured, "extrapolated": {"requests": requests, "seconds": round(total, 0)}}


class Sample:
    """Cables from all over a topology and what they need, made with one POST each, with the fields that we write."""

    def __init__(self, topology: Topology, cables: int, sandbox: Sandbox) -> None:
        self._api = pynetbox.api(sandbox.url, token=sandbox.token)
        self._api.http_session.headers["Authorization"] = f"Bearer {sandbox.token}"
        rest = NetBox(sandbox.url, sandbox.token)
        self._ids = {
            kind: {row["slug"]: row["id"] for row in rest.all(f"dcim/{kind}")}
            for kind in ("device-roles", "device-types", "sites")
        }
        self._plan = topology.plan_id
        self._cables = topology.cables[::max(1, len(topology.cables) // cables)][:cables]
        ends = {end for cable in self._cables for end in (cable.a, cable.b)}
        self._interfaces = [interface for interface in topology.interfaces if interface.key in ends]
        used = {interface.device for interface in self._interfaces}
        self._devices = [device for device in topology.devices if device.key in used]
        self._device_ids: dict[str, int] = {}
        self._interface_ids: dict[str, int] = {}

    def devices(self) -> int:
        for device in self._devices:
            row = self._api.dcim.devices.create(
                name=device.name, role=self._ids["device-roles"][device.device_role],
                device_type=self._ids["device-types"][device.device_type], site=self._ids["sites"][device.site],
                status="planned", tags=[{"slug": f"diet-{self._plan}"}],
                custom_fields=self._marks(
                    device.key, hedgehog_class=device.class_key, hedgehog_instance_index=device.index,
                    hedgehog_role=device.role, hedgehog_fabric=device.fabric, hedgehog_fabric_class=device.fabric_class,
                    boot_mac=device.boot_mac,
                ),
            )
            self._device_ids[device.key] = row.id
        return len(self._devices)

    def interfaces(self) -> int:
        for interface in self._interfaces:
            row = self._api.dcim.interfaces.create(
                device=self._device_ids[interface.device], name=interface.name, type=interface.type,
                speed=interface.speed * 1_000_000,
                custom_fields=self._marks(
                    interface.key, hedgehog_zone=interface.zone, hedgehog_physical_port=interface.physical_port,
                    hedgehog_breakout_index=interface.lane,
                ),
            )
            self._interface_ids[interface.key] = row.id
        return len(self._interfaces)

    def cables(self) -> int:
        for cable in self._cables:
            self._api.dcim.cables.create(
                a_terminations=[{"object_type": "dcim.interface", "object_id": self._interface_ids[cable.a]}],
                b_terminations=[{"object_type": "dcim.interface", "object_id": self._interface_ids[cable.b]}],
                status="planned",
                custom_fields=self._marks(
                    cable.key, hedgehog_fabric=cable.fabric, hedgehog_zone=cable.zone, hedgehog_ports=cable.ports
                ),
            )
        return len(self._cables)

    def _marks(self, key: str, **marks: Any) -> dict[str, Any]:
        given = {name: value for name, value in marks.items() if value not in ("", None)}
        return {"hedgehog_plan_id": self._plan, "hedgehog_key": key, **given}


def machine(sandbox: Sandbox) -> Report:
    cpu = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "hardware": {
            "cpu": cpu[0] if cpu else platform.machine(), "cores": os.cpu_count(), "memory_gb": round(memory / 1048576),
        },
        "versions": {
            "netbox": sandbox.connection["version"], "python": platform.python_version(),
            "ansible-core": version("ansible-core"), "pynetbox": version("pynetbox"),
        },
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
