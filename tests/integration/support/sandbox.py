# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetBox of the tests' own: brought up by the role that users have, reset in a second, removed at the end.

Or another one that runs already, to test with a version that the role does not make: a directory with
`connection.json` (`url`, `token`, `database`, `postgres_socket_dir`, `postgres_user`), `settings.json` (`rqworker`:
false, `postgres_bin`), and a program `sandboxctl`, which empties the database when called with `reset`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

from .playbook import ENVIRONMENT, PLAYBOOK, ROOT
from .rest import authorization

OTHER = "HEDGEHOG_DIET_SANDBOX"  # names the directory of another one, which is kept
# Processes that test at the same time have one each.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
DIRECTORY = Path(os.environ.get(OTHER) or ROOT / (f".sandbox-test-{WORKER}" if WORKER else ".sandbox-test"))
# Checkouts that test at the same time on one machine need ports of their own.
PORT = int(os.environ.get("HEDGEHOG_DIET_PORT", "8471")) + 10 * WORKER
KEEP = "HEDGEHOG_DIET_KEEP_SANDBOX"


class Environment(dict[str, str]):
    """Environment variables, of which pytest shows only the names."""

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"


@dataclass(frozen=True)
class Sandbox:
    directory: Path
    url: str
    token: str = field(repr=False)
    connection: dict[str, str] = field(repr=False)
    _saved: set[str] = field(default_factory=set)

    @property
    def environment(self) -> Environment:
        """How to connect, as users tell the module."""
        return Environment(NETBOX_URL=self.url, NETBOX_TOKEN=self.token)

    def reset(self) -> None:
        """An empty database: the same address and token, ids from 1 again."""
        self._control("reset")

    def destroy(self) -> None:
        self._control("destroy")

    def scene(self, name: str, build: Callable[[], object]) -> None:
        """The database as `build` leaves an empty one: built once in a session, then copied in half a second."""
        used = self.connection["database"]
        copy = f"{used}_scene_{name}"
        if name in self._saved:
            self._sql(
                f'DROP DATABASE IF EXISTS "{used}" WITH (FORCE)',
                f'CREATE DATABASE "{used}" TEMPLATE "{copy}" STRATEGY FILE_COPY',
            )
            return
        self.reset()
        build()
        self._sql(
            f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)',
            # No session may be open in a database that is copied.
            f'ALTER DATABASE "{used}" ALLOW_CONNECTIONS false',
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{used}'",
            f'CREATE DATABASE "{copy}" TEMPLATE "{used}" STRATEGY FILE_COPY',
            f'ALTER DATABASE "{used}" ALLOW_CONNECTIONS true',
        )
        self._saved.add(name)

    def _control(self, command: str) -> None:
        subprocess.run([self.directory / "sandboxctl", command], check=True, capture_output=True, timeout=120)

    def _sql(self, *statements: str) -> None:
        settings = json.loads((self.directory / "settings.json").read_text())
        command = [
            str(Path(settings["postgres_bin"]) / "psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1",
            "--host", self.connection["postgres_socket_dir"], "--username", self.connection["postgres_user"],
            "--dbname", "postgres", *(part for statement in statements for part in ("--command", statement)),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def bring_up() -> Sandbox:
    """The sandbox, as it is where it answers already, else by the role."""
    if os.environ.get(OTHER) and "PYTEST_XDIST_WORKER" in os.environ:
        raise RuntimeError(f"{OTHER} names one NetBox, which cannot serve several processes: leave -n out")
    found = _running()
    if found is not None:
        return found
    if os.environ.get(OTHER):
        raise RuntimeError(f"no NetBox answers as {DIRECTORY} says")
    command = [
        PLAYBOOK, str(ROOT / "playbooks" / "sandbox.yml"),
        "-e", f"netbox_sandbox_dir={DIRECTORY}", "-e", f"netbox_sandbox_port={PORT}",
        # A worker that finishes a job of one database writes it into the next, whose ids it takes.
        "-e", "netbox_sandbox_rqworker=false",
    ]
    # The very first sandbox of a user makes its database, which takes minutes.
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=1200, check=False)
    found = _running() if done.returncode == 0 else None
    if found is None:
        raise RuntimeError(f"the NetBox sandbox does not come up:\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
    return found


def keep() -> bool:
    return bool(os.environ.get(KEEP) or os.environ.get(OTHER))


def _running() -> Sandbox | None:
    try:
        connection = json.loads((DIRECTORY / "connection.json").read_text())
        if json.loads((DIRECTORY / "settings.json").read_text())["rqworker"]:
            return None
        headers = {"Authorization": authorization(connection["token"])}
        answer = requests.get(f"{connection['url']}/api/status/", headers=headers, timeout=20)
    except (OSError, ValueError, requests.RequestException):
        return None
    if answer.status_code != 200:
        return None
    return Sandbox(DIRECTORY, connection["url"], connection["token"], connection)
