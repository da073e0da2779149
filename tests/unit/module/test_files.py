# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.events import Event
from ansible_collections.hedgehog.diet.plugins.module_utils.module import files


def test_a_file_is_replaced_in_one_step_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert files.write_text(str(path), "one", 0o600) is True
    assert files.write_text(str(path), "one", 0o600) is False
    before = path.stat().st_ino
    assert files.write_text(str(path), "two", 0o644) is True
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("two", 0o644)
    assert path.stat().st_ino != before
    assert os.listdir(tmp_path) == ["a"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_text("one")

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_text(str(path), "two")
    assert path.read_text() == "one"
    assert os.listdir(tmp_path) == ["a"]


def test_what_is_there_may_be_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xff\xfe")
    assert files.write_text(str(path), "two") is True
    assert path.read_text() == "two"


def test_reading(tmp_path: Path) -> None:
    assert files.read_text(str(tmp_path / "nowhere")) is None
    (tmp_path / "a").write_text("ü", encoding="utf-8")
    assert files.read_text(str(tmp_path / "a")) == "ü"


def test_the_directory_for_reports_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = Path(files.report_dir(None, "gpu"))
    assert path == tmp_path / ".local" / "state" / "hedgehog.diet" / "gpu"
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert files.report_dir(str(tmp_path / "x"), "gpu") == str(tmp_path / "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        files.report_dir(str(tmp_path / "file"), "gpu")


def test_progress_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    files.ProgressFile(str(tmp_path / "nowhere" / "events"))(Event("x"))
    progress = files.ProgressFile(str(tmp_path / "events"))
    progress(Event("x", 1, 2))
    progress(Event("y"))
    assert len((tmp_path / "events").read_text().splitlines()) == 2
