#!/bin/sh
# Print the path of a Python 3.12 or later that can make virtual environments.
#
# usage: find-python.sh [candidate]
#
# A candidate counts only when it really runs: the python3.12 that pyenv puts on PATH is a shim
# and fails unless that version is switched on. What is printed is the real interpreter, never
# the one of an active virtual environment, which may be removed later.
set -u

probe='
import ensurepip, os, ssl, sys, venv
if sys.version_info < (3, 12):
    sys.exit(1)
print(os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable))
'

try() {
    found=$("$1" -c "$probe" 2>/dev/null) && [ -n "$found" ] && printf '%s\n' "$found" && exit 0
}

if [ -n "${1:-}" ]; then
    try "$1"
    echo "$1 is not a Python 3.12 or later with the modules venv and ensurepip." >&2
    exit 1
fi

for name in python3.12 python3.13 python3.14 python3; do
    if path=$(command -v "$name"); then try "$path"; fi
done
for minor in 12 13 14; do
    for path in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.$minor.*/bin/python; do
        if [ -x "$path" ]; then try "$path"; fi
    done
done
if command -v uv >/dev/null 2>&1; then
    path=$(uv python find --no-project '>=3.12,<3.15' 2>/dev/null) && [ -n "$path" ] && try "$path"
fi

cat >&2 <<'END'
No Python 3.12 or later was found on PATH, below ~/.pyenv/versions or by uv. Install one, for example with
    uv python install 3.12        or
    pyenv install 3.12            or
    sudo apt-get install python3.12 python3.12-venv
or name one: netbox_sandbox_python=/path/to/python (make: PYTHON=/path/to/python).
END
exit 1
