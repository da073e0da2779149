# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles of the property tests, and the option that rewrites expected texts.

`quick` (default) tries the same examples on every run. `soak` tries many, others each time:
`pytest tests/unit --hypothesis-profile=soak --examples=3000`.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick", max_examples=30, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, default=3000, help="of each property in the profile soak")
    parser.addoption("--regenerate", action="store_true", help="rewrite the expected texts beside error cases")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before hypothesis looks for the profile that it is told."""
    examples = config.getoption("--examples", 3000)
    settings.register_profile("soak", settings.get_profile("quick"), max_examples=examples, derandomize=False)
