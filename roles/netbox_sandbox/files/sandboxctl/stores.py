"""PostgreSQL and Redis of a sandbox, reached by UNIX sockets only, in directories closed to others.

Three databases: the one NetBox uses, `postgres` to give orders from, and a template that holds the
migrated database with the administrator and its token. A fresh database is a copy of the template,
which takes a fraction of a second where restoring a dump takes one.
"""

from __future__ import annotations

import locale
import os
import shutil
import signal
import subprocess
from pathlib import Path
from pwd import struct_passwd
from typing import BinaryIO

from process import Service, as_user
from settings import Sandbox, SandboxError, private_directory

TEMPLATE = "netbox_sandbox_template"

# For data that may be lost: nothing waits for the disk.
_POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "autovacuum_naptime": "10s",
}

# Who may log in and what they like; every sandbox has its own. Jobs are half in Redis, which is not in the dump.
_NOT_DUMPED = ("users_user", "users_user_*", "users_token", "users_userconfig", "django_session", "core_job")

# Workers register themselves in Redis once, when they start.
_FORGET_ALL_BUT_WORKERS = """
for _, key in ipairs(redis.call('KEYS', '*')) do
  if not (key:find('^rq:worker') or key:find('^rq:scheduler%-lock')) then redis.call('DEL', key) end
end
"""


def postgres(sandbox: Sandbox) -> Service:
    argv = [
        str(Path(sandbox["postgres_bin"]) / "postgres"),
        *("-D", str(sandbox.postgres_data)),
        *("-k", str(sandbox.postgres_sockets)),
    ]
    for name, value in _POSTGRES_OPTIONS.items():
        argv += ["-c", f"{name}={value}"]
    return Service(
        name="postgres",
        argv=argv,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": _locale()},
        run=sandbox.run,
        log=sandbox.log,
        ready=lambda: _client(sandbox, "pg_isready", "-q", check=False).returncode == 0,
        owner=None if os.getuid() else sandbox.postgres_owner,
        # SIGINT is its "fast" shutdown: running sessions are rolled back.
        stop_signal=signal.SIGINT,
    )


def redis(sandbox: Sandbox) -> Service:
    options = {"port": "0", "save": "", "appendonly": "no", "unixsocketperm": "700"}
    argv = [
        str(sandbox.redis_bin / "redis-server"),
        "--unixsocket",
        str(sandbox.redis_socket),
        "--dir",
        str(sandbox.run),
    ]
    for name, value in options.items():
        argv += [f"--{name}", value]
    return Service(
        name="redis",
        argv=argv,
        env={"PATH": os.environ.get("PATH", os.defpath)},
        run=sandbox.run,
        log=sandbox.log,
        ready=lambda: _redis(sandbox, "PING", check=False) == "PONG",
    )


def start(sandbox: Sandbox) -> bool:
    """Start both stores, making PostgreSQL's files when there are none."""
    owner = sandbox.postgres_owner
    for directory in (sandbox.postgres_dir, sandbox.postgres_sockets):
        private_directory(directory, owner)
    if sandbox.redis_socket.parent != sandbox.run:
        private_directory(sandbox.redis_socket.parent)
    _initialise(sandbox)
    return any([postgres(sandbox).start(), redis(sandbox).start()])


def stop(sandbox: Sandbox) -> bool:
    return any([postgres(sandbox).stop(), redis(sandbox).stop()])


def has_template(sandbox: Sandbox) -> bool:
    """Whether the template is there, complete, and made from what is wanted."""
    query = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{TEMPLATE}'"
    return _sql(sandbox, query) == sandbox.origin


def has_database(sandbox: Sandbox) -> bool:
    return _sql(sandbox, f"SELECT 1 FROM pg_database WHERE datname = '{sandbox['database']}'") == "1"


def new_template(sandbox: Sandbox, dump: Path | None) -> None:
    """Replace the template by an empty database, or by the contents of a dump; it is not marked complete."""
    _sql(sandbox, f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
    _sql(sandbox, f"CREATE DATABASE \"{TEMPLATE}\" TEMPLATE template0 ENCODING 'UTF8'")
    if dump:
        _client(sandbox, "pg_restore", "--no-owner", "--exit-on-error", "--jobs=2", "--dbname", TEMPLATE, str(dump))


def dump_template(sandbox: Sandbox, target: Path) -> None:
    """Write the template to the cache."""
    _dump(sandbox, TEMPLATE, target)


def dump_database(sandbox: Sandbox, target: Path) -> None:
    """Write what NetBox holds to a file, without users, tokens and jobs."""
    options = [f"--exclude-table-data={table}" for table in _NOT_DUMPED]
    _dump(sandbox, sandbox["database"], target, *options)


def _dump(sandbox: Sandbox, database: str, target: Path, *options: str) -> None:
    """A half-written dump never gets the final name."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    _client(sandbox, "pg_dump", "--format=custom", "--no-owner", *options, "--file", str(unfinished), database)
    unfinished.replace(target)


def finish_template(sandbox: Sandbox) -> None:
    """Mark the template as complete. No transaction may be open in it from here on."""
    quoted = sandbox.origin.replace("'", "''")
    # Without numbers about its rows, which a dump has none of, the first requests get bad query plans.
    _client(sandbox, "vacuumdb", "--quiet", "--analyze-only", TEMPLATE)
    _sql(sandbox, f"COMMENT ON DATABASE \"{TEMPLATE}\" IS '{quoted}'")


def fresh_database(sandbox: Sandbox) -> None:
    """Replace NetBox's database by a copy of the template, whoever is using it, and forget what Redis holds."""
    name = sandbox["database"]
    # Nobody else uses the template, but a worker may still be letting go of it.
    _sql(
        sandbox,
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'",
        f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY',
    )
    _redis(sandbox, "-n", "1", "FLUSHDB")
    _redis(sandbox, "-n", "0", "EVAL", _FORGET_ALL_BUT_WORKERS, "0")


def _initialise(sandbox: Sandbox) -> None:
    data = sandbox.postgres_data
    version = data / "PG_VERSION"
    if version.exists() and version.read_text().strip() == str(sandbox["postgres_major"]) and _complete(data).exists():
        return
    postgres(sandbox).stop()
    shutil.rmtree(data, ignore_errors=True)
    argv = [str(Path(sandbox["postgres_bin"]) / "initdb"), "--pgdata", str(data), "--username", "netbox"]
    argv += ["--auth", "trust", "--encoding", "UTF8", "--locale", _locale(), "--no-sync"]
    _run(argv, owner=None if os.getuid() else sandbox.postgres_owner)
    _complete(data).touch()


def _complete(data: Path) -> Path:
    """Tells a finished initdb from one that was interrupted."""
    return data.parent / "initialised"


def _locale() -> str:
    """C.UTF-8 where the system has it: upper and lower case beyond ASCII, and the same order everywhere."""
    try:
        locale.setlocale(locale.LC_COLLATE, "C.UTF-8")
    except locale.Error:
        return "C"
    return "C.UTF-8"


def _sql(sandbox: Sandbox, *statements: str) -> str:
    commands = [part for statement in statements for part in ("--command", statement)]
    options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
    return _client(sandbox, "psql", *options, "--dbname", "postgres", *commands).stdout.strip()


def _client(
    sandbox: Sandbox, program: str, *arguments: str, check: bool = True, stdin: BinaryIO | None = None
) -> subprocess.CompletedProcess[str]:
    where = ["--host", str(sandbox.postgres_sockets), "--username", "netbox"]
    return _run([str(Path(sandbox["postgres_bin"]) / program), *where, *arguments], check=check, stdin=stdin)


def _redis(sandbox: Sandbox, *arguments: str, check: bool = True) -> str:
    argv = [str(sandbox.redis_bin / "redis-cli"), "-s", str(sandbox.redis_socket), *arguments]
    return _run(argv, check=check).stdout.strip()


def _run(
    argv: list[str], check: bool = True, stdin: BinaryIO | None = None, owner: struct_passwd | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        argv,
        cwd="/",
        stdin=stdin or subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **as_user(owner),
    )
    if check and done.returncode:
        raise SandboxError(f"{argv[0]} failed ({done.returncode}): {done.stderr.strip()[-2000:]}")
    return done
