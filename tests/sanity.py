#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` on this checkout, with the ansible-core of .venv and without a container engine.

    .venv/bin/python tests/sanity.py [arguments of ansible-test sanity, such as --test validate-modules]

What ansible-test takes for granted is prepared below .cache/sanity:
- A collection at ansible_collections/<namespace>/<name>. It follows links before it looks, so it gets a copy.
- The settings of pip. It starts pip with an empty environment, so those of the environment are put into a file.
- Its own server, for a script that brings pip into the environments it makes. Networks that allow a package index and
  little else do not reach it, so the script is put where the download would be kept.
- Pythons on PATH that run. The python3.13 that pyenv puts there fails unless that version is switched on.
The environments are kept, which is what makes the second run fast.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".cache" / "sanity"
COPY = HOME / "ansible_collections" / "hedgehog" / "diet"

PYTHONS = [f"python3.{minor}" for minor in range(11, 16)]

# Python brings a pip of its own. ensurepip makes pip deaf to its configuration, hence a process of its own.
GET_PIP = '''\
"""Stand-in for get-pip.py, which brings pip into a virtual environment: starts from the pip that Python has."""

import subprocess
import sys

subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--quiet", *wanted]))
'''


def copy_collection() -> None:
    """Copy what git tracks or would track. A file it tracks may be gone."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    shutil.rmtree(COPY, ignore_errors=True)
    for name in {name for name in listed.stdout.split("\0") if name}:
        source, target = ROOT / name, COPY / name
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", COPY], check=True)


def write_pip_configuration() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    )
    settings = RawConfigParser()
    settings.add_section("global")
    settings.set("global", "quiet", "1")
    for line in listed.stdout.splitlines():
        name, value = line.split("=", 1)
        section, key = name.rsplit(".", 1)
        section = "global" if section == ":env:" else section
        if key == "config-file":
            continue
        if not settings.has_section(section):
            settings.add_section(section)
        settings.set(section, key, str(ast.literal_eval(value)))
    path = HOME / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # the address of an index may hold a password
    with path.open("w", encoding="utf-8") as file:
        settings.write(file)


def write_get_pip() -> None:
    """Its name holds the version of pip, which every ansible-core chooses for itself."""
    python = SimpleNamespace(version=f"{sys.version_info.major}.{sys.version_info.minor}")
    version = get_venv_packages(python)["pip"].replace(".", "_")
    path = HOME / ".ansible" / "test" / "cache" / f"get_pip_{version}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GET_PIP, encoding="utf-8")


def search_path() -> str:
    """PATH, without the places that have a Python which does not run, and with what pyenv has of the missing ones."""
    path = [str(Path(sys.executable).parent)]
    for directory in os.environ["PATH"].split(os.pathsep):
        if all(_runs(Path(directory, name)) for name in PYTHONS):
            path.append(directory)
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    for name in PYTHONS:
        found = sorted(versions.glob(f"*/bin/{name}"))
        if found and shutil.which(name, path=os.pathsep.join(path)) is None:
            path.append(str(found[-1].parent))
    return os.pathsep.join(path)


def _runs(python: Path) -> bool:
    """Whether it runs or is not there at all."""
    return not python.exists() or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def main() -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    copy_collection()
    write_pip_configuration()
    write_get_pip()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    environment["HOME"] = str(HOME)
    environment["PATH"] = search_path()
    os.chdir(COPY)
    os.execvpe("ansible-test", ["ansible-test", "sanity", *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
