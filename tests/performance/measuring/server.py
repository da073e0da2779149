# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The NetBox that a benchmark has for itself: a sandbox that logs every request."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests
from integration.support.playbook import ENVIRONMENT, PLAYBOOK, ROOT
from integration.support.sandbox import Environment, Sandbox, keep

PLUGIN = Path(__file__).resolve().parent.parent / "netbox_plugin" / "request_log"

_WARM = 24  # requests, so that every process and thread of the web server gets some


@dataclass(frozen=True)
class Server:
    """A sandbox, as a server whose work can be measured."""

    sandbox: Sandbox

    @property
    def log(self) -> Path:
        return self.sandbox.directory / "log" / "requests.jsonl"

    @property
    def version(self) -> str:
        return self.sandbox.connection["version"]

    @property
    def environment(self) -> Environment:
        """For commands: how to connect, beside what Ansible needs."""
        return Environment({**ENVIRONMENT, **self.sandbox.environment})

    def pids(self) -> list[int]:
        """Web server, PostgreSQL and Redis."""
        done = subprocess.run([self.sandbox.directory / "sandboxctl", "status"], check=True, capture_output=True)
        return [pid for pid in json.loads(done.stdout)["pids"].values() if pid]

    def scene(self, name: str, build: Callable[[], object]) -> None:
        """The database as `build` leaves an empty one; ids go on from there, the same each time."""
        self.sandbox.scene(name, build)
        self.warm_up()

    def warm_up(self) -> None:
        """Have every process connect to its new database: who comes first is not to pay for that."""
        headers = {"Authorization": f"Bearer {self.sandbox.token}"}

        def ask(endpoint: str) -> None:
            url = f"{self.sandbox.url}/api/dcim/{endpoint}/"
            requests.get(url, params={"limit": 1}, headers=headers, timeout=60).raise_for_status()

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(ask, ("devices", "interfaces", "cables") * (_WARM // 3)))

    def counts(self) -> dict[str, int]:
        """How many objects of each kind there are."""
        headers = {"Authorization": f"Bearer {self.sandbox.token}"}
        found = {}
        for kind in ("devices", "interfaces", "cables"):
            url = f"{self.sandbox.url}/api/dcim/{kind}/"
            found[kind] = int(requests.get(url, params={"limit": 1}, headers=headers, timeout=60).json()["count"])
        return found

    def destroy(self) -> None:
        self.sandbox.destroy()


def bring_up(directory: Path, port: int) -> Server:
    """Make or start the sandbox. It has no worker for background jobs, which would compete with what is measured."""
    settings = {
        "netbox_sandbox_dir": str(directory),
        "netbox_sandbox_port": port,
        "netbox_sandbox_rqworker": False,
        "netbox_sandbox_plugins": [str(PLUGIN)],
    }
    if (directory / "sandboxctl").exists() and not keep():
        # A run that is interrupted between two databases leaves one that nobody can connect to.
        subprocess.run([directory / "sandboxctl", "destroy"], check=True, capture_output=True)
    command = [PLAYBOOK, str(ROOT / "playbooks" / "sandbox.yml"), "-e", json.dumps(settings)]
    # The very first sandbox of a user makes its database, which takes minutes.
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=1200, check=False)
    if done.returncode:
        raise RuntimeError(f"the NetBox sandbox does not come up:\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
    return found(directory)


def found(directory: Path) -> Server:
    """The sandbox in a directory."""
    connection = json.loads((directory / "connection.json").read_text())
    return Server(Sandbox(directory, connection["url"], connection["token"], connection))
