# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are killed, and runs over a wire that lies: a few of the trials that `make soak` plays for hours.

Of each run only what is wrong is told here; `tests/reliability/trial.py` says what that may be.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .support.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).parents[1]))
from reliability.proxy import proxied
from reliability.script import Script
from reliability.trial import ERROR, KILLED, RIGHT, Stage


@pytest.fixture(scope="module")
def stage(_database: None, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with proxied(sandbox.url) as proxy:
        yield Stage(sandbox, proxy, tmp_path_factory.mktemp("reliability") / "run")


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        # Each run makes one change and is killed, before the answer or before the next one: at every one that there is.
        ("shrink: killed after @ change 1 / killed before @ change 2; and so on", 3),
        ("exchange: killed after @ change 2 / killed before @ change 4; reports thrown away", 2),
    ],
)
def test_a_run_that_is_killed_is_finished_by_the_next(text: str, killed: int, stage: Stage) -> None:
    trial = stage.play(Script.parse(text))
    assert trial.problems == []
    assert [one.outcome for one in trial.struck].count(KILLED) == killed


LIES = (
    "reply dropped @ change 1", "reset before @ change 1", "502 after @ change 2", "body cut @ change 1",
    "HTML 200 after @ change 1", "row lost @ read 14, 503 before @ change 2", "500 before @ read 7",
)


def test_a_wire_that_lies_again_and_again(stage: Stage) -> None:
    """Every run ends with a clear error, and the next one goes on."""
    trial = stage.play(Script.parse(f"apply: {' / '.join(LIES)}"))
    assert trial.problems == []
    assert [one.outcome for one in trial.struck] == [ERROR] * len(LIES)


def test_pages_that_shift_and_lose_rows(stage: Stage) -> None:
    """Somebody else writes between two pages, and rows of pages are lost; 429 and 413 are sent again."""
    lies = "page lost @ read 12, others write @ read 18, 429 @ change 1, 413 @ change 2"
    trial = stage.play(Script.parse(f"shrink: {lies}; pages of 6"))
    assert trial.problems == []
    assert {one.outcome for one in trial.struck} <= {RIGHT, ERROR}
    assert len(trial.struck[0].happened) >= 2
