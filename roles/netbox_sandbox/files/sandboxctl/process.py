"""Background processes that outlive us, each known by a pid file that cannot point at somebody else's process.

A pid file holds the pid, the start time of that process and the boot it belongs to: together they
never come again. Knows nothing of what the processes do.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from settings import SandboxError


@dataclass(frozen=True)
class Service:
    """One background process: how to start, recognise and stop it."""

    name: str
    argv: list[str]
    env: dict[str, str]
    run: Path
    log: Path
    ready: Callable[[], bool]
    """Answers whether it does its work; called a few times a second while starting."""
    owner: pwd.struct_passwd | None = None
    stop_signal: int = signal.SIGTERM
    timeout: float = 60
    files: tuple[Path, ...] = field(default=())
    """Configuration read at start: a change of one asks for a restart."""
    check: Callable[[], None] = lambda: None
    """Called before a start; raises when that cannot succeed."""

    @property
    def _pid_file(self) -> Path:
        return self.run / f"{self.name}.pid"

    @property
    def log_file(self) -> Path:
        return self.log / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The pid of the running process, if it runs and is ours."""
        found = self._read()
        return found["pid"] if found and _identity(found["pid"]) == found["identity"] else None

    def start(self) -> bool:
        """See to it that the process runs as described and is ready; True when that took a (re)start."""
        found = self._read()
        if self.pid and found and found["description"] == self._description() and self.ready():
            return False
        self.stop()
        self.check()
        self.launch()
        self.wait()
        return True

    def launch(self) -> None:
        """Start without waiting."""
        with open(self.log_file, "ab", opener=_private) as log:
            child = subprocess.Popen(
                self.argv,
                env=self.env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_user(self.owner),
            )
        found = {"pid": child.pid, "identity": _identity(child.pid), "description": self._description()}
        self._pid_file.write_text(json.dumps(found) + "\n")

    def wait(self) -> None:
        deadline = time.monotonic() + self.timeout
        while not self.ready():
            if not self.pid:
                raise SandboxError(f"{self.name} ended while starting. {self.last_words()}")
            if time.monotonic() > deadline:
                raise SandboxError(f"{self.name} is not ready after {self.timeout:.0f} seconds. {self.last_words()}")
            time.sleep(0.1)

    def stop(self) -> bool:
        """Stop the process and all it started; True when there was one."""
        pid = self.pid
        if pid:
            os.kill(pid, self.stop_signal)
            deadline = time.monotonic() + 15
            while self.pid and time.monotonic() < deadline:
                time.sleep(0.05)
            for left in _session(pid):
                os.kill(left, signal.SIGKILL)
            while self.pid:
                time.sleep(0.05)
        self._pid_file.unlink(missing_ok=True)
        return pid is not None

    def last_words(self) -> str:
        try:
            tail = self.log_file.read_text(errors="replace").splitlines()[-15:]
        except FileNotFoundError:
            tail = []
        return "\n".join([f"The end of {self.log_file}:", *tail])

    def _read(self) -> dict[str, Any] | None:
        try:
            return dict(json.loads(self._pid_file.read_text()))
        except (FileNotFoundError, ValueError):
            return None

    def _description(self) -> str:
        """Changes when the process would be started differently from how it was."""
        parts = [*self.argv, *(f"{name}={value}" for name, value in sorted(self.env.items()) if name != "PATH")]
        return hashlib.sha256("\0".join(parts + [path.read_text() for path in self.files]).encode()).hexdigest()


def as_user(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments that let `subprocess` run a program as somebody else; None is oneself."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _identity(pid: int) -> str | None:
    """What no other process has ever had, or None when the process is gone (or only a zombie is left)."""
    state, _session_id, started = _stat(pid)
    if state in ("", "Z", "X"):
        return None
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}/{pid}/{started}"


def _session(leader: int) -> Iterable[int]:
    """The living processes of the session that `leader` opened."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            state, session, _started = _stat(int(entry.name))
            if session == leader and state not in ("Z", "X"):
                yield int(entry.name)


def _stat(pid: int) -> tuple[str, int, str]:
    """State, session and start time: the fields 3, 6 and 22 of proc(5)."""
    try:
        # The name in field 2 is in brackets and may hold anything, brackets too.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "", 0, ""
    return fields[0], int(fields[3]), fields[19]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
