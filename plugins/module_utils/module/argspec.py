# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of the modules, and how they become values of the core."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import env_fallback

from ..netbox.connection import Connection
from ..netbox.errors import UnreachableError

CONNECTION: Mapping[str, Any] = {
    "netbox_url": {"type": "str", "required": True, "fallback": (env_fallback, ["NETBOX_URL", "NETBOX_API"])},
    "netbox_token": {
        "type": "str", "required": True, "no_log": True,
        "fallback": (env_fallback, ["NETBOX_TOKEN", "NETBOX_API_TOKEN"]),
    },
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "cert": {"type": "raw", "no_log": True},
    "headers": {"type": "dict", "no_log": True},
    "timeout": {"type": "int", "default": 120},
}

TOPOLOGY: Mapping[str, Any] = {
    "plan": {"type": "dict"},
    "plan_file": {"type": "path"},
    "plan_id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "prepared", "absent"], "default": "present"},
    "prune": {"type": "bool", "default": False},
    "grace": {"type": "str", "choices": ["decommissioning"]},
    "max_deletions": {"type": "raw"},
    "max_moves": {"type": "int", "default": 0},
    "rebalance": {"type": "bool", "default": False},
    "adopt": {"type": "bool", "default": False},
    "adopt_from": {"type": "str", "default": ""},
    "observe": {"type": "str", "choices": ["full", "changed"], "default": "full"},
    "drift": {"type": "raw", "default": "restore"},
    "on_failure": {"type": "str", "choices": ["stop", "rollback"], "default": "stop"},
    "undo": {"type": "str"},
    "lock": {"type": "bool", "default": True},
    "take_lock": {"type": "str"},
    "approved_digest": {"type": "str"},
    "diff_lines": {"type": "int", "default": 500},
    "ledger_file": {"type": "path"},
    "report_dir": {"type": "path"},
    "progress_file": {"type": "path"},
}

INFO: Mapping[str, Any] = {
    **{
        name: TOPOLOGY[name]
        for name in (
            "plan", "plan_file", "prune", "rebalance", "observe", "ledger_file", "report_dir", "progress_file"
        )
    },
    "fail_on": {
        "type": "list", "elements": "str", "default": [],
        "choices": ["any", "drifted", "moved", "missing", "leftover", "foreign", "planned"],
    },
    "limit": {"type": "int", "default": 100},
}


def connection(params: Mapping[str, Any]) -> Connection:
    """How to reach the NetBox.

    Raises:
        UnreachableError: an option has a shape that it cannot have.
    """
    return Connection(
        url=params["netbox_url"].strip(),
        token=params["netbox_token"].strip(),  # read from a file it has a line break at its end
        validate_certs=params["validate_certs"],
        ca_path=params["ca_path"] or "",
        cert=_cert(params["cert"]),
        headers={str(k): str(v) for k, v in (params["headers"] or {}).items()},
        timeout=params["timeout"],
    )


def _cert(given: Any) -> tuple[str, str] | str | None:
    if not given:
        return None
    paths = [given] if isinstance(given, str) else given
    if not isinstance(paths, (list, tuple)) or len(paths) > 2 or not all(isinstance(path, str) for path in paths):
        raise UnreachableError("`cert` is the path of a file with certificate and key, or a list of the paths of both.")
    first, *key = (os.path.expanduser(path) for path in paths)
    return (first, key[0]) if key else first
