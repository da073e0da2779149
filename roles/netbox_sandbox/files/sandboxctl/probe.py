"""What this machine has: who we are, which PostgreSQL and Redis programs are there. Changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

POSTGRES_MINIMUM = 15
REDIS_MINIMUM = 6
_POSTGRES_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql*/bin")
_POSTGRES_PROGRAMS = ("postgres", "initdb", "psql", "pg_isready", "pg_dump", "pg_restore")


def probe() -> dict[str, Any]:
    postgres_bin, postgres_major = _postgres()
    return {
        "uid": os.getuid(),
        "may_install": os.getuid() == 0 or _succeeds("sudo", "-n", "true"),
        "family": _family(),
        "python": sys.executable,
        "python_version": f"{sys.version_info.major}.{sys.version_info.minor}",
        "postgres_bin": postgres_bin,
        "postgres_major": postgres_major,
        "redis_bin": _redis(),
    }


def _postgres() -> tuple[str, int]:
    """The newest complete PostgreSQL server installation that is new enough."""
    places = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    for pattern in _POSTGRES_PLACES:
        places += Path("/").glob(pattern.lstrip("/"))
    found = []
    for place in places:
        if all(os.access(place / program, os.X_OK) for program in _POSTGRES_PROGRAMS):
            version = re.search(r"\) (\d+)", _output(str(place / "postgres"), "--version"))
            if version and int(version[1]) >= POSTGRES_MINIMUM:
                found.append((int(version[1]), str(place)))
    newest, directory = max(found, default=(0, ""))
    return directory, newest


def _redis() -> str:
    """The directory of redis-server and redis-cli, or nothing."""
    server = shutil.which("redis-server") or ""
    version = re.search(r"v=(\d+)", _output(server, "--version")) if server else None
    return str(Path(server).parent) if version and int(version[1]) >= REDIS_MINIMUM else ""


def _family() -> str:
    """debian, redhat or other."""
    try:
        text = Path("/etc/os-release").read_text()
    except FileNotFoundError:
        return "other"
    names = " ".join(re.findall(r"^ID(?:_LIKE)?=\"?([^\"\n]*)", text, re.MULTILINE)).split()
    if {"debian", "ubuntu"} & set(names):
        return "debian"
    return "redhat" if {"rhel", "fedora", "centos"} & set(names) else "other"


def _succeeds(*argv: str) -> bool:
    try:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _output(*argv: str) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
