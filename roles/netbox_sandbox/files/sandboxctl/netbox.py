"""The NetBox of a sandbox: its secrets, its migrations, its administrator, its web server and its worker."""

from __future__ import annotations

import json
import os
import secrets
import socket
import string
import subprocess
import urllib.request
from pathlib import Path
from typing import Any, NoReturn

import stores
from process import Service
from settings import Sandbox, SandboxError

_LETTERS = string.ascii_letters + string.digits


def write_secrets(sandbox: Sandbox) -> bool:
    """Draw the secrets once, and write down how to connect."""
    drawn = not sandbox.secrets.exists()
    if drawn:
        values = {
            "username": sandbox["username"],
            "password": _draw(20),
            "secret_key": _draw(64),
            "pepper": _draw(64),
            "token_key": _draw(12),
            "token_secret": _draw(40),
        }
        _write_private(sandbox.secrets, values)
    known = json.loads(sandbox.secrets.read_text())
    connection = {
        "url": url(sandbox),
        "token": f"nbt_{known['token_key']}.{known['token_secret']}",
        "username": known["username"],
        "password": known["password"],
        "version": sandbox["version"],
        "database": sandbox["database"],
        "postgres_socket_dir": str(sandbox.postgres_sockets),
        "postgres_user": "netbox",
        "redis_socket": str(sandbox.redis_socket),
        "reset": [str(sandbox.dir / "sandboxctl"), "reset"],
    }
    try:
        if json.loads(sandbox.connection.read_text()) == connection:
            return drawn
    except (FileNotFoundError, ValueError):
        pass
    _write_private(sandbox.connection, connection)
    return True


def url(sandbox: Sandbox) -> str:
    return f"http://{sandbox['bind']}:{sandbox['port']}"


def migration(sandbox: Sandbox) -> Service:
    """The long one: runs in the background until it has left its mark."""
    python, script = sandbox.venv / "bin" / "python", sandbox.netbox_root / "migrate.py"
    return Service(
        name="migrate",
        argv=[str(python), str(script), str(migrated_mark(sandbox))],
        env=sandbox.environment(stores.TEMPLATE),
        run=sandbox.run,
        log=sandbox.log,
        ready=lambda: True,
    )


def migrated_mark(sandbox: Sandbox) -> Path:
    return sandbox.run / f"migrated-{sandbox.flavour}"


def launch_migration(sandbox: Sandbox) -> None:
    service = migration(sandbox)
    service.log_file.unlink(missing_ok=True)
    service.launch()


def migration_progress(sandbox: Sandbox) -> dict[str, Any]:
    service = migration(sandbox)
    running = service.pid is not None
    lines = service.log_file.read_text(errors="replace").splitlines()
    total = next((int(line.split()[1]) for line in lines if line.startswith("total ")), 0)
    applied = sum(line.lstrip().startswith("Applying ") and line.endswith(" OK") for line in lines)
    if not running and not migrated_mark(sandbox).exists():
        raise SandboxError(f"Migrating the database failed. {service.last_words()}")
    return {"running": running, "applied": applied, "total": total}


def seed(sandbox: Sandbox) -> None:
    """Make administrator and token in the template."""
    script = [str(sandbox.venv / "bin" / "python"), str(sandbox.netbox_root / "seed.py")]
    environment = sandbox.environment(stores.TEMPLATE)
    done = subprocess.run(script, env=environment, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(f"Making the administrator failed: {done.stderr[-2000:]}")


def manage(sandbox: Sandbox, arguments: list[str], plugins: list[str]) -> NoReturn:
    """Become NetBox's own command, with further plugins that the running NetBox knows nothing of."""
    settings = {**sandbox.values, "plugins": [*sandbox.values.get("plugins", []), *plugins]}
    program = str(sandbox.venv / "bin" / "netbox")
    os.execve(program, [program, *arguments], Sandbox(sandbox.dir, settings).environment())


def web(sandbox: Sandbox) -> Service:
    code = [sandbox.netbox_root / name for name in ("conf/configuration.py", "wsgi_sandbox.py", "gunicorn_sandbox.py")]
    return Service(
        name="gunicorn",
        argv=[
            *(str(sandbox.venv / "bin" / "python"), "-m", "gunicorn"),
            *("--config", f"file:{sandbox.netbox_root / 'gunicorn_sandbox.py'}", "wsgi_sandbox:application"),
        ],
        env=sandbox.environment(),
        run=sandbox.run,
        log=sandbox.log,
        ready=lambda: _answers(sandbox),
        check=lambda: _check_port(sandbox),
        timeout=180,
        files=(sandbox.dir / "settings.json", sandbox.secrets, *code, *_plugin_files(sandbox)),
    )


def worker(sandbox: Sandbox) -> Service:
    return Service(
        name="rqworker",
        argv=[str(sandbox.venv / "bin" / "netbox"), "rqworker", "high", "default", "low"],
        env=sandbox.environment(),
        run=sandbox.run,
        log=sandbox.log,
        ready=lambda: True,
        files=(sandbox.dir / "settings.json", sandbox.secrets, *_plugin_files(sandbox)),
    )


def start(sandbox: Sandbox) -> bool:
    """Start web server and worker side by side; both spend seconds importing NetBox."""
    worker_changed = worker(sandbox).start() if sandbox["rqworker"] else worker(sandbox).stop()
    return web(sandbox).start() or worker_changed


def stop(sandbox: Sandbox) -> bool:
    return any([web(sandbox).stop(), worker(sandbox).stop(), migration(sandbox).stop()])


def _plugin_files(sandbox: Sandbox) -> list[Path]:
    return [path for package in sandbox.values.get("plugins", []) for path in sorted(Path(package).rglob("*.py"))]


def _check_port(sandbox: Sandbox) -> None:
    with socket.socket(socket.AF_INET6 if ":" in sandbox["bind"] else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((sandbox["bind"], sandbox["port"]))
        except OSError as error:
            message = (
                f"{sandbox['bind']} port {sandbox['port']} cannot be used: {error.strerror}. Set netbox_sandbox_port."
            )
            raise SandboxError(message) from None


def _answers(sandbox: Sandbox) -> bool:
    """Whether NetBox answers our token; anything else that listens on the port does not."""
    known = json.loads(sandbox.connection.read_text())
    headers = {"Authorization": f"Bearer {known['token']}"}
    request = urllib.request.Request(known["url"] + "/api/status/", headers=headers)
    try:
        # No proxy: NetBox is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def _draw(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _number in range(length))


def _write_private(path: Path, values: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(values, stream, indent=2)
        stream.write("\n")
    unfinished.replace(path)
