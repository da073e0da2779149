"""sandboxctl: make, start, reset, stop and remove a NetBox sandbox. Needs nothing beyond Python's own library.

Every command prints one JSON object; `changed` in it says whether anything was done. The role calls
probe, setup, build, database, progress and start in this order; people and tests mostly want reset.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import build
import netbox
import setup
import stores
from probe import probe
from settings import Sandbox, SandboxError, private_directory

Result = dict[str, Any]


def write(directory: Path) -> Result:
    """write the files of a sandbox, with the settings read from standard input"""
    changed = setup.setup(directory, json.load(sys.stdin))
    sandbox = Sandbox.load(directory)
    return {"changed": changed, "built": build.is_built(sandbox), "migrated": sandbox.beginning.exists()}


def services(sandbox: Sandbox) -> bool:
    """Start PostgreSQL and Redis."""
    drawn = netbox.write_secrets(sandbox)
    return stores.start(sandbox) or drawn


def database(sandbox: Sandbox) -> Result:
    """see to a migrated database; starts the migration and returns when there is none in the cache"""
    started = services(sandbox)
    if stores.has_template(sandbox):
        if stores.has_database(sandbox):
            return {"changed": started, "state": "ready"}
        stores.fresh_database(sandbox)
        return {"changed": True, "state": "ready"}
    if netbox.migration(sandbox).pid:
        return {"changed": False, "state": "migrating"}
    if netbox.migrated_mark(sandbox).exists():
        stores.dump_template(sandbox, sandbox.dump)
    elif sandbox.beginning.exists():
        stores.new_template(sandbox, sandbox.beginning)
    else:
        stores.new_template(sandbox, None)
        netbox.launch_migration(sandbox)
        return {"changed": True, "state": "migrating"}
    # NetBox must not look at the old database while its successor is made.
    netbox.stop(sandbox)
    netbox.seed(sandbox)
    stores.finish_template(sandbox)
    netbox.migrated_mark(sandbox).unlink(missing_ok=True)
    stores.fresh_database(sandbox)
    return {"changed": True, "state": "ready"}


def progress(sandbox: Sandbox, seconds: float = 0) -> Result:
    """how far the migration is, after waiting a while or until it ends"""
    deadline = time.monotonic() + seconds
    while True:
        found = netbox.migration_progress(sandbox)
        if not found["running"] or time.monotonic() >= deadline:
            return {"changed": False, **found}
        time.sleep(0.2)


def start(sandbox: Sandbox) -> Result:
    """start everything, after a reboot for example"""
    changed = False
    while (found := database(sandbox))["state"] == "migrating":
        changed = True
        progress(sandbox, 5)
    changed = netbox.start(sandbox) or changed or found["changed"]
    return {"changed": changed, "url": netbox.url(sandbox)}


def reset(sandbox: Sandbox) -> Result:
    """replace the database by a fresh one, with the same administrator and token"""
    begun = time.monotonic()
    services(sandbox)
    if not stores.has_template(sandbox):
        raise SandboxError("There is no finished database to go back to; run the role or `sandboxctl start` first.")
    stores.fresh_database(sandbox)
    netbox.start(sandbox)
    return {"changed": True, "url": netbox.url(sandbox), "seconds": round(time.monotonic() - begun, 2)}


def stop(sandbox: Sandbox) -> Result:
    """stop everything, keep the data"""
    return {"changed": any([netbox.stop(sandbox), stores.stop(sandbox)])}


def status(sandbox: Sandbox) -> Result:
    """which processes run"""
    all_services = [stores.postgres(sandbox), stores.redis(sandbox), netbox.web(sandbox), netbox.worker(sandbox)]
    return {"changed": False, "url": netbox.url(sandbox), "pids": {each.name: each.pid for each in all_services}}


def dump(sandbox: Sandbox, target: Path) -> Result:
    """write what NetBox holds to a file, but for users: another sandbox can begin with it (netbox_sandbox_dump)"""
    services(sandbox)
    stores.dump_database(sandbox, target)
    return {"changed": True, "bytes": target.stat().st_size}


def destroy(directory: Path) -> Result:
    """stop everything and remove all of it; the cache stays"""
    if not (directory / "sandboxctl").exists():
        raise SandboxError(f"{directory} is not a sandbox; nothing was removed.")
    try:
        sandbox = Sandbox.load(directory)
    except SandboxError:
        pass  # Interrupted before the settings were written: nothing can have been started.
    else:
        stop(sandbox)
        for path in sandbox.outside:
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(directory)
    return {"changed": True}


COMMANDS: dict[str, Callable[[Sandbox], Result]] = {
    "build": lambda sandbox: {"changed": build.build(sandbox)},
    "database": database,
    "start": start,
    "reset": reset,
    "stop": stop,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="sandboxctl", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--dir", type=Path, default=Path(__file__).resolve().parent.parent, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=0, help="how long progress waits at most")
    parser.add_argument(
        "--plugin", action="append", default=[], help="package of a plugin, for this call of manage alone"
    )
    parser.add_argument(
        "command", choices=["probe", "setup", "progress", "status", "destroy", "dump", "manage", *COMMANDS]
    )
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, help="of dump: the file; of manage: NetBox's own command and its options"
    )
    arguments = parser.parse_args()
    try:
        if arguments.command == "manage":
            plugins = [str(Path(package).resolve()) for package in arguments.plugin]
            netbox.manage(Sandbox.load(arguments.dir), arguments.arguments, plugins)
        if len(arguments.arguments) != (1 if arguments.command == "dump" else 0):
            parser.error("dump takes one argument, the file; the other commands take none")
        result = run(arguments.command, arguments.dir, arguments.seconds, *map(Path, arguments.arguments))
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0


def run(command: str, directory: Path, seconds: float, *files: Path) -> Result:
    if command == "probe":
        return {"changed": False, **probe()}
    if command == "setup":
        return write(directory)
    if command == "destroy":
        return destroy(directory)
    sandbox = Sandbox.load(directory)
    if command == "progress":
        return progress(sandbox, seconds)
    if command == "status":
        return status(sandbox)
    with ExitStack() as stack:
        for path in (sandbox.run, sandbox.log):
            private_directory(path)
        # One command at a time, or two resets would take the database from each other.
        fcntl.flock(stack.enter_context(open(sandbox.run / "lock", "w")), fcntl.LOCK_EX)
        return dump(sandbox, *files) if command == "dump" else COMMANDS[command](sandbox)


if __name__ == "__main__":
    sys.exit(main())
