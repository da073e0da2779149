# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS and a proxy before a real NetBox, and what of the way there nobody may read, whatever is asked for and fails."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import yaml
from wire.between import Authority, forward_proxy, tls_before

from .support.plans import tiny
from .support.playbook import run_tasks
from .support.rest import NetBox

BeginWith = Callable[[str], None]

HEADER, PROXY, ADDRESS = "h3ad3r-m4rk3r", "pr0xy-m4rk3r", "4ddr3ss-m4rk3r"
FROM_ENVIRONMENT = "{{{{ lookup('ansible.builtin.env', '{}') }}}}"
PROXY_HEADER = "Basic bWU6cHIweHktbTRyazNy"  # me:pr0xy-m4rk3r


@contextmanager
def watched_processes(found: set[str], secrets: tuple[str, ...]) -> Iterator[None]:
    """Notes the programs in whose arguments one of these stands, as long as this lasts."""
    done = Event()

    def watch() -> None:
        while not done.wait(0.2):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    arguments = path.read_bytes().decode(errors="replace")
                except OSError:
                    continue
                found.update(arguments.split("\0")[0] for secret in secrets if secret in arguments)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def texts(directory: Path) -> Iterator[tuple[Path, str]]:
    """All that is in the files below a directory, unpacked."""
    for path in directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path, (gzip.decompress(content) if path.suffix == ".gz" else content).decode(errors="replace")


def test_no_secret_is_shown_anywhere(
    begin_with: BeginWith, connection: Mapping[str, str], netbox: NetBox, tmp_path: Path
) -> None:
    """Preview, apply, a refusal, and failures on the way, over TLS with a client certificate and through a proxy."""
    begin_with("tiny")
    keys, work = tmp_path / "keys", tmp_path / "work"
    keys.mkdir()
    work.mkdir()
    (work / "tiny.yml").write_text(yaml.safe_dump(tiny(3)))
    authority = Authority(keys)
    certificate, key = authority.issue("client")
    token = connection["NETBOX_TOKEN"]
    key_lines = tuple(line for line in key.read_text().splitlines() if len(line) > 40)
    secrets = (token.partition(".")[2] or token, HEADER, PROXY, ADDRESS, PROXY_HEADER.split()[1], *key_lines)
    found: set[str] = set()
    with (
        tls_before(connection["NETBOX_URL"], authority.issue("server", "localhost"), authority) as port,
        forward_proxy(PROXY_HEADER) as (proxy, asked),
    ):
        given: dict[str, Any] = {
            "plan_file": "tiny.yml", "netbox_url": f"https://localhost:{port}",
            "netbox_token": FROM_ENVIRONMENT.format("A_TOKEN"), "ca_path": str(authority.path),
            "cert": [str(certificate), str(key)], "headers": {"X-Mark": FROM_ENVIRONMENT.format("A_HEADER")},
        }
        failing: dict[str, dict[str, Any]] = {
            "untrusted": {"ca_path": None},
            "named": {"netbox_url": FROM_ENVIRONMENT.format("AN_ADDRESS")},
            "headers": {"headers": {"X-Mark": FROM_ENVIRONMENT.format("A_HEADER") + "\tx\x01"}},
            "unreachable": {"netbox_url": "https://localhost:1"},
        }
        tasks: list[dict[str, Any]] = [
            {"name": "Preview", "hedgehog.diet.diet_topology": given, "check_mode": True, "register": "preview"},
            {"name": "Apply", "hedgehog.diet.diet_topology": given, "register": "applied"},
            {"name": "Ask", "hedgehog.diet.diet_topology_info": given, "register": "asked"},
        ]
        for name, other in failing.items():
            options = {key: value for key, value in (given | other).items() if value is not None}
            tasks.append({
                "name": name, "hedgehog.diet.diet_topology": options, "register": name, "ignore_errors": True,
            })
        names = ("preview", "applied", "asked", *failing)
        tasks.append({"name": "Keep", "ansible.builtin.set_fact": {"result": {n: f"{{{{ {n} }}}}" for n in names}}})
        tasks.append({"name": "Show", "ansible.builtin.debug": {"msg": "{{ result }}"}})
        environment = {
            "AN_ADDRESS": f"https://me:{ADDRESS}@localhost:{port}", "A_TOKEN": token, "A_HEADER": HEADER,
            "HTTPS_PROXY": f"http://me:{PROXY}@{proxy}",
            # Ansible before 2.21 puts the arguments of a module into every result; asked to, later ones do too.
            "ANSIBLE_INJECT_INVOCATION": "1",
        }
        with watched_processes(found, secrets):
            ran = run_tasks(work, tasks, "-vvvv", "--diff", environment=environment)
    assert ran.status == 0, ran.text
    assert set(asked) == {f"CONNECT localhost:{port}", "CONNECT localhost:1"}
    assert ran.result["applied"]["changes"]["device"] == {"create": 1} and ran.result["asked"]["in_step"]
    said = {name: ran.result[name]["msg"] for name in failing}
    assert "Set `ca_path`" in said["untrusted"] and "`netbox_url` holds a user" in said["named"], said
    assert said["headers"].startswith("`headers`: the value of X-Mark"), said
    assert not found
    for secret in secrets:
        assert secret not in ran.text
        assert secret not in json.dumps(netbox.all("extras/journal-entries"))
        assert secret not in json.dumps(netbox.all("core/object-changes", q="tiny"))
    kept = {path.name for path, _text in texts(work)}
    assert {"changes.diff", "changes.jsonl", "state.jsonl.gz", "tiny.yml.ledger.json", "drift.jsonl"} <= kept
    for path, text in texts(work):
        assert not [secret for secret in secrets if secret in text], path
    for path in (work / ".diet" / "tiny").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
