"""gunicorn settings of a sandbox."""

from __future__ import annotations

import json
import os
from pathlib import Path

_settings = json.loads((Path(os.environ["NETBOX_ROOT"]).parent / "settings.json").read_text())

bind = f"{_settings['bind']}:{_settings['port']}"
workers = _settings["workers"]
threads = _settings["threads"]
timeout = _settings["timeout"]
graceful_timeout = 5
# Importing NetBox takes seconds of CPU: done once, then forked.
preload_app = True
# gunicorn 25+ would otherwise share one control socket below the home directory among all instances.
control_socket_disable = True


def when_ready(server):
    """Close what the import opened, so that no two workers share a database connection."""
    from django.db import connections

    connections.close_all()
