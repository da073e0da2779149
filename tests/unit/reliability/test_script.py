# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts of trials: what is printed of one is enough to play it again, and seeds go through everything."""

from __future__ import annotations

from itertools import islice

import pytest
from reliability import page
from reliability.faults import KILLED_AFTER, KILLED_BEFORE, ON_THE_WIRE
from reliability.scenes import SCENES
from reliability.script import Script, kills, of_seed


def size(_scene: str) -> tuple[int, int]:
    return 30, 5


SEEDS = [of_seed(seed, size) for seed in range(len(ON_THE_WIRE) * len(SCENES))]


def test_what_is_printed_is_played_again() -> None:
    for script in (*SEEDS, *kills(size)):
        assert Script.parse(str(script)) == script
    assert {script.page for script in SEEDS} == {0, 6}


@pytest.mark.parametrize("text", ["", "shrug: 429 @ write 1", "grow: boredom @ write 1", "grow: 429 @ write x"])
def test_what_is_no_script(text: str) -> None:
    with pytest.raises(ValueError, match=r"is called|invalid literal"):
        Script.parse(text)


def test_seeds_go_through_every_kind_in_every_scene() -> None:
    assert [of_seed(7, size), of_seed(8, size)] == [of_seed(7, size), of_seed(8, size)]
    first = {(script.scene, script.runs[0][0].kind) for script in SEEDS}
    assert first == {(scene, kind) for scene in SCENES for kind in ON_THE_WIRE}


def test_kills_are_at_every_write() -> None:
    chains, alone = [], []
    for script in kills(size):
        (chains if script.again else alone).append(script)
    assert [script.scene for script in chains] == list(SCENES)
    assert [*islice(chains[0].struck(), 4)] == [*chains[0].runs] * 2
    places = {(one.scene, one.runs[0][0].kind, one.runs[0][0].nth) for one in alone}
    kinds = (KILLED_BEFORE, KILLED_AFTER)
    assert places == {(scene, kind, nth) for scene in SCENES for kind in kinds for nth in range(1, 6)}
    assert {one.reports for one in alone} == {True, False}


def test_the_page_is_in_step_with_the_results() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run make soak ARGS=page"
