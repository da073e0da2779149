# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""NetBox refuses as it did when its replies were recorded for the unit tests.

With HEDGEHOG_DIET_RECORD in the environment they are recorded anew.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import (
    Connection,
    HttpTransport,
    Transport,
)

from .support.rest import NetBox, authorization
from .support.sandbox import Sandbox
from .support.users import token_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from contract.refusals import REPLIES, record, record_graphql, recorded
from contract.world import World

RECORD = "HEDGEHOG_DIET_RECORD"


def transport(sandbox: Sandbox, token: str = "") -> HttpTransport:
    return HttpTransport(Connection(sandbox.url, token or sandbox.token))


def reply(sandbox: Sandbox, method: str, token: str = "", path: str = "dcim/devices") -> dict[str, Any]:
    answer = requests.request(
        method, f"{sandbox.url}/api/{path}/", json=[{"name": "x"}] if method != "GET" else None,
        headers={"Authorization": authorization(token)} if token else {}, timeout=60,
    )
    return {"status": answer.status_code, "body": answer.json()}


def test_netbox_refuses_as_recorded(sandbox: Sandbox, netbox: NetBox) -> None:
    def restricted(_world: World, actions: list[str], prefix: str) -> Transport:
        rights = {"dcim.device": tuple(actions)}
        rest = ("dcim.site", "dcim.devicerole", "dcim.devicetype", "dcim.manufacturer")
        constraints = {"dcim.device": {"name__startswith": prefix}}
        token = token_of(netbox, {**rights, **dict.fromkeys(rest, ("view",))}, constraints=constraints)
        return transport(sandbox, token)

    blind, reader = token_of(netbox, {}), token_of(netbox, {"dcim.device": ("view", "add")}, writes=False)
    said = {
        "refusals": record(transport(sandbox), restricted),
        "graphql": record_graphql(transport(sandbox)),
        "access": {
            "no token": reply(sandbox, "GET"),
            "a token that there is not": reply(sandbox, "GET", "0123456789abcdef" * 2 + "01234567"),
            "reading without the right": reply(sandbox, "GET", blind),
            "writing without the right": reply(sandbox, "POST", blind),
            "writing with a read-only token": reply(sandbox, "POST", reader),
        },
        "too large": too_large(sandbox),
    }
    version = transport(sandbox).send("GET", "/api/status/").body["netbox-version"]
    path = REPLIES / f"{version}.json"
    if os.environ.get(RECORD):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if not path.exists():
        pytest.skip(f"nothing is recorded of NetBox {version}")
    assert said == recorded(version)


def too_large(sandbox: Sandbox) -> dict[str, Any]:
    """A body above 2.5 MiB. The connection goes with it, and what comes after has to find another."""
    ours = transport(sandbox)
    response = ours.send("POST", "/api/dcim/sites/", body=[{"name": "x" * 2_700_000}])
    for _request in range(3):
        assert ours.send("POST", "/api/dcim/sites/", body=[{"name": ""}]).status == 400
    if response.status == 400:  # taken, and the name found too long: up to 4.6
        return {"status": 400, "body": None}
    return {"status": response.status, "body": {name: response.body.get(name) for name in ("error", "exception")}}
