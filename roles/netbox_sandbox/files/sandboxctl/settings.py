"""What one sandbox is made of and where: the settings written by the role, and every path that follows from them.

Knows no process and changes nothing, except that `private_directory` makes a directory.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

# A socket path longer than this is refused by the kernel; PostgreSQL also puts a ".lock" beside its own.
SOCKET_PATH_MAX = 107
POSTGRES_SOCKET = ".s.PGSQL.5432"


class SandboxError(Exception):
    """Something a person has to put right; the message says what."""


@dataclass(frozen=True)
class Sandbox:
    """One sandbox directory with its settings."""

    dir: Path
    values: dict[str, Any]

    @classmethod
    def load(cls, directory: Path) -> Sandbox:
        path = directory / "settings.json"
        try:
            return cls(directory, json.loads(path.read_text()))
        except FileNotFoundError:
            raise SandboxError(f"{path} is missing: there is no sandbox, or one that was not finished.") from None

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    # -- in the sandbox directory

    @property
    def run(self) -> Path:
        """Pid files and markers."""
        return self.dir / "run"

    @property
    def log(self) -> Path:
        return self.dir / "log"

    @property
    def netbox_root(self) -> Path:
        return self.dir / "netbox"

    @property
    def secrets(self) -> Path:
        return self.dir / "secrets.json"

    @property
    def connection(self) -> Path:
        return self.dir / "connection.json"

    # -- in the cache, shared by all sandboxes of this user

    @property
    def flavour(self) -> str:
        """What separates one build of NetBox from another."""
        return f"netbox-{self['version']}-py{self['python_version']}"

    @property
    def venv(self) -> Path:
        return Path(self["cache_dir"]) / f"venv-{self.flavour}"

    @property
    def static(self) -> Path:
        return self.venv / "share" / "netbox" / "static"

    @property
    def dump(self) -> Path:
        """The migrated, otherwise empty database. pg_restore reads no dumps of later major versions."""
        return Path(self["cache_dir"]) / f"{self.flavour}-pg{self['postgres_major']}.dump"

    @property
    def beginning(self) -> Path:
        """The dump that a fresh database is restored from: the migrated one, or one with contents that was wanted."""
        return Path(self.values.get("dump") or self.dump)

    @property
    def origin(self) -> str:
        """What separates one fresh database from another. A dump with contents may be written anew under its name."""
        if self.beginning == self.dump:
            return self.flavour
        try:
            found = self.beginning.stat()
        except OSError as error:
            raise SandboxError(f"There is no dump {self.beginning}: {error.strerror}.") from None
        return f"{self.flavour} {self.beginning} {found.st_size} {found.st_mtime_ns}"

    @property
    def redis_bin(self) -> Path:
        """The machine's own Redis, or the one that came into the virtual environment as a wheel."""
        return Path(self["redis_bin"] or self.venv / "bin")

    # -- elsewhere, where it has to be

    @cached_property
    def short(self) -> str:
        """A name for directories outside the sandbox that no other sandbox has."""
        return f"netbox-sandbox-{os.getuid()}-{hashlib.sha256(str(self.dir).encode()).hexdigest()[:10]}"

    @cached_property
    def postgres_owner(self) -> pwd.struct_passwd:
        """Who runs PostgreSQL: oneself, but never root, which PostgreSQL refuses."""
        if os.getuid():
            return pwd.getpwuid(os.getuid())
        try:
            return pwd.getpwnam(self["postgres_user"])
        except KeyError:
            raise SandboxError(f"There is no user {self['postgres_user']} to run PostgreSQL as.") from None

    @property
    def postgres_outside(self) -> Path:
        return Path("/var/tmp") / self.short

    @cached_property
    def postgres_dir(self) -> Path:
        """Where PostgreSQL's files are: in the sandbox, unless its owner cannot get there (/root, say)."""
        inside = self.dir / "postgres"
        if inside.exists() or os.getuid():
            return inside
        if self.postgres_outside.exists():
            return self.postgres_outside
        owner = self.postgres_owner
        reach = subprocess.run(
            ["test", "-x", str(self.dir)], user=owner.pw_uid, group=owner.pw_gid, extra_groups=[], cwd="/", check=False
        )
        return self.postgres_outside if reach.returncode else inside

    @property
    def postgres_data(self) -> Path:
        return self.postgres_dir / "data"

    @property
    def postgres_sockets(self) -> Path:
        inside = self.postgres_dir / "socket"
        return inside if _fits(inside / (POSTGRES_SOCKET + ".lock")) else Path("/tmp") / f"{self.short}-postgres"

    @property
    def redis_socket(self) -> Path:
        inside = self.run / "redis.sock"
        return inside if _fits(inside) else Path("/tmp") / f"{self.short}-redis" / "redis.sock"

    @property
    def outside(self) -> list[Path]:
        """All directories that may exist outside the sandbox directory."""
        return [self.postgres_outside, Path("/tmp") / f"{self.short}-postgres", Path("/tmp") / f"{self.short}-redis"]

    def environment(self, database: str | None = None) -> dict[str, str]:
        """The environment of every NetBox process."""
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
        packages = [Path(package) for package in self.values.get("plugins", [])]
        return keep | {
            "NETBOX_ROOT": str(self.netbox_root),
            "NETBOX_SANDBOX_DATABASE": database or self["database"],
            "NETBOX_SANDBOX_PLUGINS": " ".join(package.name for package in packages),
            "NETBOX_SANDBOX_POSTGRES_SOCKET": str(self.postgres_sockets),
            "NETBOX_SANDBOX_REDIS_SOCKET": str(self.redis_socket),
            "NETBOX_SANDBOX_STATIC": str(self.static),
            # The environment with NetBox is shared with sandboxes that do without plugins, so they stay outside of it.
            "PYTHONPATH": ":".join([str(self.netbox_root), *(str(package.parent) for package in packages)]),
            "PYTHONUNBUFFERED": "1",
        }


def private_directory(path: Path, owner: pwd.struct_passwd | None = None) -> None:
    """Make a directory of mode 0700, or make sure that the one found is ours: /tmp is open to all."""
    uid, gid = (owner.pw_uid, owner.pw_gid) if owner else (os.getuid(), os.getgid())
    try:
        path.mkdir(mode=0o700)
        os.chown(path, uid, gid)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) & 0o077:
            raise SandboxError(f"{path} exists and is not a private directory of user {uid}; look at it.") from None


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= SOCKET_PATH_MAX
