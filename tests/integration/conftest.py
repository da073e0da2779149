# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a NetBox sandbox for the session, an empty database for every test module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from .support.core import Core
from .support.plans import rails, tiny
from .support.rest import NetBox
from .support.sandbox import Sandbox, bring_up, keep


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    found = bring_up()
    yield found
    if not keep():
        found.destroy()


@pytest.fixture(scope="module", autouse=True)
def _database(sandbox: Sandbox) -> None:
    sandbox.reset()


@pytest.fixture
def fresh(sandbox: Sandbox) -> None:
    """An empty database for this test alone."""
    sandbox.reset()


# Plans that many tests begin with.
PLANS = {"tiny": tiny(), "tiny3": tiny(3), "rails": rails(), "rails4": rails(4)}


@pytest.fixture
def begin_with(sandbox: Sandbox, core: Core) -> Callable[[str], None]:
    """Begins with one of these plans built in a NetBox that has nothing else."""
    return lambda name: sandbox.scene(name, lambda: core.apply(PLANS[name]))


@pytest.fixture(scope="session")
def netbox(sandbox: Sandbox) -> NetBox:
    """For setting the scene, and for looking at what came of it."""
    return NetBox(sandbox.url, sandbox.token)


@pytest.fixture(scope="session")
def core(sandbox: Sandbox) -> Core:
    return Core(sandbox.url, sandbox.token)


@pytest.fixture(scope="session")
def connection(sandbox: Sandbox) -> Mapping[str, str]:
    return sandbox.environment
