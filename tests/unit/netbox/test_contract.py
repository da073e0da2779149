# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The double keeps the contract that the real NetBox keeps."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..fakes.netbox import FakeNetBox

sys.path.insert(0, str(Path(__file__).parents[2]))
from contract import CONTRACT, Check


@pytest.mark.parametrize("version", ["4.4.10", "4.6.8", "4.7.3"])
@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
def test_the_double_keeps_the_contract(check: Check, version: str) -> None:
    check(FakeNetBox(version))
