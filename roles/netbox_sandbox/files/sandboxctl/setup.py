"""Write the files of a sandbox: this program itself, what NetBox is run with, and the settings.

Starts nothing. Called again it writes only what differs, so that `changed` can be believed.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from settings import SandboxError

_FILES = Path(__file__).resolve().parent
_NETBOX = _FILES.parent / "netbox"

# ansible-core before 2.19 turns numbers in templates into strings.
_INTEGERS = ("port", "workers", "threads", "timeout", "postgres_major")
_BOOLEANS = ("rqworker",)


def setup(directory: Path, settings: dict[str, Any]) -> bool:
    """Bring the files of a sandbox up to date; True when one was written."""
    control = directory / "sandboxctl"
    for package in settings.get("plugins", []):
        if not (Path(package) / "__init__.py").is_file():
            raise SandboxError(f"{package} is not the directory of a plugin's Python package: it has no __init__.py.")
    if directory.exists() and any(directory.iterdir()) and not control.exists():
        raise SandboxError(f"{directory} holds something else already; choose another netbox_sandbox_dir.")
    # PostgreSQL, run as another user by root, has to get through to its own directory.
    directory.mkdir(mode=0o700 if os.getuid() else 0o711, parents=True, exist_ok=True)
    typed = {name: int(settings[name]) for name in _INTEGERS}
    typed |= {name: str(settings[name]).lower() == "true" for name in _BOOLEANS}
    wrapper = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -B {shlex.quote(str(directory / "ctl"))} "$@"\n'
    contents = {
        control: wrapper,
        **{directory / "ctl" / path.name: path.read_text() for path in sorted(_FILES.glob("*.py"))},
        **{directory / "netbox" / path.name: path.read_text() for path in sorted(_NETBOX.glob("*.py"))},
        directory / "settings.json": json.dumps(settings | typed, indent=2, sort_keys=True) + "\n",
    }
    # NetBox looks for this one in a directory of its own.
    contents[directory / "netbox" / "conf" / "configuration.py"] = contents.pop(
        directory / "netbox" / "configuration.py"
    )
    for name in ("media", "scripts"):
        (directory / "netbox" / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    written = [_write(path, text, 0o700 if path == control else 0o600) for path, text in contents.items()]
    return any(written)


def _write(path: Path, text: str, mode: int) -> bool:
    if path.exists() and path.read_text() == text:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(text)
    unfinished.chmod(mode)
    unfinished.replace(path)
    return True
