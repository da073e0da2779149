# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""140,000 changes: what a run tells of them stays within what AWX keeps, and costs seconds."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, WARNING, Diagnostic
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    CREATE,
    FOR_PEOPLE,
    MOVE,
    UPDATE,
    Change,
    ChangeSet,
    digest,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import change_set
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.order import phases
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.render import MAX_TEXT, render
from ansible_collections.hedgehog.diet.plugins.module_utils.module import report

AWX_RESULT = 700_000  # characters of str(result), above which AWX keeps nothing of it
AWX_LINE = 1024  # bytes of an event that its job page shows
SERVERS = 10_000


def synthetic(servers: int, classes: int = 3, letter: str = "") -> list[Change]:
    """One device, nine interfaces and four cables for each server: created, updated, moved."""
    found: list[Change] = []
    for number in range(servers):
        key = f"gpu-{number % classes}/{number}"
        name = f"gpu{letter}-{number:05d}"
        values = {"name": name, "device_type": "gpu-server-8x400", "site": "dc1", "index": number}
        found.append(Change("device", CREATE, key, name, {}, values, None, "plan changed"))
        for port in range(9):
            before, after = {"speed": 400}, {"speed": 800}
            found.append(Change("interface", UPDATE, f"{key}:n{port}/0", f"{name} n{port}", before, after, 7, "drift"))
        for port in range(4):
            ends = (f"{key}:n{port}/0", f"leaf/{number // 16}:{port}/1")
            label = f"{name} n{port} -- leaf-{number // 16:03d} E1/{port}"
            link = f"server {key}/c{port}/0"
            found.append(Change("cable", MOVE, link, label, {"ends": ()}, {"ends": ends}, 7, "drift"))
    return found


@pytest.fixture(scope="module")
def large() -> ChangeSet:
    return change_set(synthetic(SERVERS), {"cable": tuple(f"server old/{n}/c/0" for n in range(10_000))})


def test_the_diff_of_140000_changes_is_short(large: ChangeSet) -> None:
    assert len(large.changes) == 140_000
    text = render(large, 500, "/a/report")
    assert len(text.splitlines()) <= 510
    assert all(len(one.encode()) < AWX_LINE for one in text.splitlines())
    assert "all 140000 are in /a/report" in text


@pytest.mark.parametrize(("classes", "limit"), [(3, 500), (10_000, 500), (3, 10**6), (10_000, 0)])
def test_a_result_is_never_too_large_for_awx(classes: int, limit: int) -> None:
    """Whatever the number of classes, the lines that somebody asks for, and the names."""
    changes = ChangeSet(tuple(synthetic(2000, classes, letter="界" * 40)))
    found = [Diagnostic(WARNING, "some-code", ("a", "b"), "x" * 300, "y" * 100) for _n in range(140_000)]
    warned = report.findings(found)
    result = {
        "changed": True, "changes": changes.counts(), "leftovers": report.leftovers(changes),
        "diff": {"prepared": render(changes, limit)}, "diagnostics": [d.as_dict() for d in warned],
        "warnings": [d.text("/some/where/plan.yml:10:10") for d in warned],
    }
    assert len(str(result)) < AWX_RESULT
    assert len(str(result["diff"])) < MAX_TEXT + 1000
    assert all(len(one.encode()) < AWX_LINE for one in render(changes, limit).splitlines())


def test_a_diff_that_is_cut_says_so() -> None:
    text = render(ChangeSet(tuple(synthetic(2000))), 10**6)
    last = text.splitlines()[-1]
    assert last.startswith("(and ") and last.endswith(" lines more)")
    shown = len(text.splitlines()) - 1
    assert shown + int(last.split()[1]) == 4 + 28_000  # kinds and reasons, then changes


def test_classes_without_end_become_a_line_for_each_kind() -> None:
    text = render(ChangeSet(tuple(synthetic(2000, 2000))), 100)
    assert "+ devices gpu-00000 .. gpu-01999 (2000)" in text
    assert len(text.splitlines()) < 10


# -- files -----------------------------------------------------------------------------------------------------------


def test_the_files_have_every_change_and_are_private(large: ChangeSet, tmp_path: Path) -> None:
    files = report.write_changes(large, str(tmp_path))
    assert sorted(files) == ["changes_file", "report"]
    for path in files.values():
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    with open(files["changes_file"], encoding="utf-8") as file:
        rows = [json.loads(row) for row in file]
    assert len(rows) == 140_000
    wanted = large.changes[-1].as_row()
    wanted["after"] = {"ends": list(wanted["after"]["ends"])}
    wanted["before"] = {"ends": []}
    assert rows[-1] == wanted
    with open(files["report"], encoding="utf-8") as file:
        assert sum(1 for _line in file) == 140_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changes.diff", "changes.jsonl"]


def test_changes_are_written_as_they_come(tmp_path: Path) -> None:
    """Nothing holds them all as text: the first is on its way before the last is asked for."""
    asked: list[int] = []

    class Endless(ChangeSet):
        @property
        def changes(self) -> Iterator[Change]:  # type: ignore[override]
            for number, change in enumerate(synthetic(10)):
                asked.append(number)
                yield change

    report.write_changes(Endless.__new__(Endless), str(tmp_path))
    assert len(asked) == 280


# -- findings and messages -------------------------------------------------------------------------------------------


def test_findings_are_all_there_unless_they_are_too_many() -> None:
    few = [Diagnostic(WARNING, "w", (), "a"), Diagnostic(ERROR, "e", (), "b"), Diagnostic(WARNING, "w", (), "c")]
    assert report.findings(few) == few
    many = [Diagnostic(WARNING, "w", (), str(n)) for n in range(500)] + few
    found = report.findings(many)
    assert found[0] == few[1]  # what stops the run comes before what does not
    assert len(found) == report.MAX_FINDINGS + 1
    assert (found[-1].code, found[-1].severity, found[-1].message) == (
        "more-findings", ERROR, "303 more findings are not shown."
    )
    assert report.findings(many[:500])[-1].severity == WARNING


def test_a_message_has_an_end() -> None:
    assert report.message("short") == "short"
    assert len(report.message("x" * 10**6)) < report.MAX_TEXT + 100
    assert report.message("x" * 10**6).endswith("(950000 characters more)")


# -- costs -----------------------------------------------------------------------------------------------------------


def test_the_digest_of_a_change_set_is_the_one_of_its_rows() -> None:
    """It is made a change at a time, and must not depend on that: digests are compared between versions."""
    changes = synthetic(3)
    rows = [{k: v for k, v in c.as_row().items() if k not in FOR_PEOPLE} for c in changes]
    assert change_set(changes, {}).digest == digest(rows)
    assert change_set([], {}).digest == digest([])
    other = [*changes[:-1], Change("cable", MOVE, "x", "x")]
    assert change_set(other, {}).digest != digest(rows)


def test_time_grows_with_the_number_of_changes_and_no_faster() -> None:
    def seconds(servers: int) -> float:
        changes = synthetic(servers)
        begin = time.process_time()
        done = change_set(changes, {})
        render(done, 500)
        phases(done)
        return time.process_time() - begin

    seconds(100)
    small, big = min(seconds(250) for _try in range(2)), seconds(2500)
    assert big < small * 10 * 3
