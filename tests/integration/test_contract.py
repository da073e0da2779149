# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real NetBox keeps the contract by which the in-memory one of the unit tests is built."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Connection, HttpTransport

from .support.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).parents[1]))
from contract import CONTRACT, Check


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
def test_netbox_keeps_the_contract(check: Check, sandbox: Sandbox) -> None:
    check(HttpTransport(Connection(sandbox.url, sandbox.token)))
