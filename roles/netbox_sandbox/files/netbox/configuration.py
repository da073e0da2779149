"""NetBox configuration of a sandbox: reads the two JSON files of the sandbox, holds no values of its own.

Django imports this as <sandbox>/netbox/conf/configuration.py; NetBox looks for upper-case names in it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

_sandbox = Path(os.environ["NETBOX_ROOT"]).parent
_settings = json.loads((_sandbox / "settings.json").read_text())
_secrets = json.loads((_sandbox / "secrets.json").read_text())
_redis = "unix://" + os.environ["NETBOX_SANDBOX_REDIS_SOCKET"]

ALLOWED_HOSTS = _settings["allowed_hosts"]
SECRET_KEY = _secrets["secret_key"]
API_TOKEN_PEPPERS = {1: _secrets["pepper"]}

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("NETBOX_SANDBOX_DATABASE", _settings["database"]),
        "USER": "netbox",
        "HOST": os.environ["NETBOX_SANDBOX_POSTGRES_SOCKET"],
        "CONN_MAX_AGE": 300,
        # A reset replaces the database under running workers; the check lets them reconnect.
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS = {
    "tasks": {"URL": _redis + "?db=0"},
    "caching": {"URL": _redis + "?db=1"},
}

PLUGINS = os.environ.get("NETBOX_SANDBOX_PLUGINS", "").split()

# Nothing leaves this machine.
CENSUS_REPORTING_ENABLED = False
ISOLATED_DEPLOYMENT = True

globals().update(_settings["config"])
