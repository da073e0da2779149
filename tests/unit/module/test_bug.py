# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody expected ends as a message that says so, and gives nothing away."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import InvariantError
from ansible_collections.hedgehog.diet.plugins.module_utils.module import runner
from ansible_collections.hedgehog.diet.plugins.module_utils.module.bug import bug
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References

from .running import Run, plan


@pytest.mark.parametrize("kind", [KeyError, TypeError, AttributeError, RecursionError, AssertionError])
def test_an_exception_that_nobody_expected_is_told_as_a_bug(
    run: Run, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """`run` makes sure that there is no traceback, and that the token is nowhere."""

    def breaks(*_arguments: object) -> None:
        raise kind("the token is very-secret")

    monkeypatch.setattr(runner, "preview", breaks)
    done = run(check=True, plan=plan())
    assert done["failed"] and done["diagnostics"] is not None
    told = re.escape(f"This is a bug in hedgehog.diet, please report it: {kind.__name__}: ")
    assert re.fullmatch(rf"{told}.*\*\*\*.* \(at module/runner\.py:\d+, .*\)", done["msg"])


def test_it_says_where_in_our_files() -> None:
    with pytest.raises(InvariantError) as error:
        References().id("device", "gpu/1")
    told = bug(error.value)
    assert re.search(r"InvariantError: the device 'gpu/1' is .* \(at .*netbox/fields\.py:\d+\)$", told)


def test_what_it_says_has_an_end() -> None:
    values: list[Any] = ["x" * 10**6]
    assert len(bug(ValueError(values))) < 500
