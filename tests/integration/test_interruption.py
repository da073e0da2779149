# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed between two requests, or before it sees an answer, is finished by the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .support.core import Core, Killed
from .support.plans import servers, tiny
from .support.rest import NetBox, built
from .support.sandbox import Sandbox

# Writes of the first apply: manufacturers, types, roles, site, fields, tag, devices, interfaces, cables, run record.
WRITES = 10

State = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def uninterrupted(_database: None, core: Core, netbox: NetBox) -> State:
    assert len(core.apply(tiny()).writes) == WRITES
    return built(netbox, "tiny")


def finished(core: Core, netbox: NetBox) -> State:
    core.apply(tiny())
    assert not core.apply(tiny()).writes
    state = built(netbox, "tiny")
    for kind, rows in state.items():
        assert netbox.count(f"dcim/{kind}") == len(rows), f"{kind} that are nobody's were left behind"
    return state


@pytest.mark.parametrize("nth", [8])
def test_killed_before_a_write(
    nth: int, core: Core, netbox: NetBox, sandbox: Sandbox, uninterrupted: State
) -> None:
    sandbox.reset()
    with pytest.raises(Killed):
        core.apply(tiny(), die_before=nth)
    assert len(core.recorder.writes) == nth - 1
    assert finished(core, netbox) == uninterrupted


@pytest.mark.parametrize("nth", [6, 7, 9])
def test_killed_before_the_answer(
    nth: int, core: Core, netbox: NetBox, sandbox: Sandbox, uninterrupted: State
) -> None:
    sandbox.reset()
    with pytest.raises(Killed):
        core.apply(tiny(), die_after=nth)
    assert finished(core, netbox) == uninterrupted


def test_killed_again_and_again(
    core: Core, netbox: NetBox, sandbox: Sandbox, uninterrupted: State
) -> None:
    """Every run gets one write further."""
    sandbox.reset()
    for _attempt in range(WRITES - 1):
        with pytest.raises(Killed):
            core.apply(tiny(), die_before=2)
    assert finished(core, netbox) == uninterrupted


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_killed_prune_is_finished(
    nth: int, begin_with: Callable[[str], None], core: Core, netbox: NetBox
) -> None:
    begin_with("tiny3")
    smaller = servers(tiny(), 3, absent=(2,))
    before = built(netbox, "tiny")
    with pytest.raises(Killed):
        core.apply(smaller, prune=True, die_after=nth)  # cables, interfaces, devices
    core.apply(smaller, prune=True)
    assert not core.apply(smaller, prune=True).writes
    after = built(netbox, "tiny")
    assert after["devices"].keys() == before["devices"].keys() - {"gpu/2"}
    assert after["cables"] == {key: row for key, row in before["cables"].items() if not key.startswith("server gpu/2/")}


@pytest.mark.parametrize("nth", [1, 2])
def test_a_killed_teardown_is_finished(
    nth: int, begin_with: Callable[[str], None], core: Core, netbox: NetBox
) -> None:
    begin_with("tiny")
    with pytest.raises(Killed):
        core.teardown("tiny", die_after=nth)
    core.teardown("tiny")
    assert netbox.count("dcim/devices") == netbox.count("dcim/cables") == netbox.count("dcim/interfaces") == 0
    assert not core.teardown("tiny").changes
