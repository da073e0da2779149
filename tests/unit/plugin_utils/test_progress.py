# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of a module's progress while it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.hedgehog.diet.plugins.plugin_utils import progress
from ansible_collections.hedgehog.diet.plugins.plugin_utils.progress import Follower


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(progress, "time", found)
    return found


def event(phase: str, done: int = 0, total: int = 0) -> str:
    return json.dumps({"time": 0, "phase": phase, "done": done, "total": total}) + "\n"


def told(shown: list[str]) -> list[str]:
    return [line.rpartition("| ")[2] for line in shown]


def test_everything_is_shown_by_the_end(tmp_path: Path) -> None:
    path, shown = tmp_path / "events", []
    with Follower(str(path), shown.append):
        path.write_text(event("Reading NetBox") + event("Creating cables", 0, 9) + event("Creating cables", 9, 9))
    assert told(shown) == ["Reading NetBox", "Creating cables: 0/9", "Creating cables: 9/9"]
    assert all(line.startswith("  diet | ") for line in shown)


def test_nothing_is_shown_where_there_is_no_file(tmp_path: Path) -> None:
    shown: list[str] = []
    with Follower(str(tmp_path / "nowhere"), shown.append):
        pass
    assert shown == []


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path, shown = tmp_path / "events", []
    follower = Follower(str(path), shown.append)
    text = event("Größe") + event("b")
    cut = len(event("Größe")) + 5
    path.write_text(text[:cut], encoding="utf-8")
    follower._read()
    path.write_text(text, encoding="utf-8")
    follower._read()
    follower._read()
    assert told(shown) == ["Größe", "b"]


def test_a_line_a_second_at_first_and_then_ever_less(tmp_path: Path, clock: Clock) -> None:
    path, shown = tmp_path / "events", []
    follower = Follower(str(path), shown.append)

    def pass_time(seconds: float, phase: str) -> int:
        """Lines shown while an event comes every tenth of a second."""
        before = len(shown)
        for number in range(int(seconds * 10)):
            clock.now += 0.1
            follower._event({"phase": phase, "done": number, "total": 10**6})
        return len(shown) - before

    first = pass_time(60, "a")
    assert 50 <= first <= 61
    second = pass_time(60, "a")
    assert 20 <= second <= 50
    clock.now += 3600
    assert pass_time(60, "a") <= 2
    for _hour in range(200):
        clock.now += 3600
        pass_time(1, "a")
    assert len(shown) <= 600


def test_the_last_line_of_a_phase_is_shown(tmp_path: Path, clock: Clock) -> None:
    shown: list[str] = []
    follower = Follower(str(tmp_path / "x"), shown.append)
    for done in (0, 1, 2, 3):
        follower._event({"phase": "a", "done": done, "total": 3})
    follower._event({"phase": "b", "done": 0, "total": 0})
    assert told(shown) == ["a: 0/3", "a: 3/3", "b"]


def phase(follower: Follower, clock: Clock, name: str, seconds: float, *done: int, total: int) -> None:
    for number in done:
        follower._event({"time": clock.now, "phase": name, "done": number, "total": total})
        clock.now += seconds


def test_rate_and_remaining_time_are_those_of_the_phase(tmp_path: Path, clock: Clock) -> None:
    shown: list[str] = []
    follower = Follower(str(tmp_path / "x"), shown.append)
    phase(follower, clock, "Creating devices", 10, 0, 500, 1000, total=1000)
    phase(follower, clock, "Creating cables", 10, 0, 40, 100, 40_000, total=40_000)
    phase(follower, clock, "Deleting cables", 20, 0, 10, total=40_000)
    assert told(shown) == [
        "Creating devices: 0/1000", "Creating devices: 500/1000, 50/s, 10 s left", "Creating devices: 1000/1000",
        "Creating cables: 0/40000", "Creating cables: 40/40000, 4.0/s, 2 h 46 min left",
        "Creating cables: 100/40000, 5.0/s, 2 h 13 min left", "Creating cables: 40000/40000",
        "Deleting cables: 0/40000", "Deleting cables: 10/40000, 0.5/s, 22 h 13 min left",
    ]


def test_a_rate_is_not_told_before_it_is_known(tmp_path: Path, clock: Clock) -> None:
    shown: list[str] = []
    follower = Follower(str(tmp_path / "x"), shown.append)
    phase(follower, clock, "Creating cables", 1.5, 0, 50, 100, total=200)
    assert told(shown)[:2] == ["Creating cables: 0/200", "Creating cables: 50/200"]
    assert told(shown)[2].endswith("100/200, 33/s, 3 s left")


def test_remarks_go_where_only_those_who_ask_see_them(tmp_path: Path) -> None:
    shown: list[str] = []
    remarks: list[str] = []
    path = tmp_path / "events"
    slow = json.dumps({"time": 0, "phase": "", "done": 0, "total": 0, "text": "slow request"}) + "\n"
    path.write_text(event("Creating cables", 0, 9) + slow * 1000 + event("Creating cables", 9, 9))
    with Follower(str(path), shown.append, remarks.append):
        pass
    assert told(shown) == ["Creating cables: 0/9", "Creating cables: 9/9"]
    assert set(told(remarks)) == {"slow request"} and len(remarks) == 200
    with Follower(str(path), shown.append):
        pass


def test_a_run_of_140000_objects_stays_within_the_events_that_awx_shows(tmp_path: Path, clock: Clock) -> None:
    """Two days at a request a second, each of them slow, in twelve phases."""
    shown: list[str] = []
    follower = Follower(str(tmp_path / "x"), shown.append, shown.append)
    for number in range(12):
        for done in range(0, 140_000, 10):
            clock.now += 12.0
            follower._event({"time": clock.now, "phase": f"phase {number}", "done": done, "total": 140_000})
            follower._event({"time": clock.now, "phase": "", "done": 0, "total": 0, "text": "slow"})
    assert len(shown) < 1000
    assert max(len(line.encode()) for line in shown) < 1024
