# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier runs left and others may have damaged: ledger files, snapshots, run records, journals, marks."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.journal import Journal, JournalError
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger, LedgerError, dump
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import read as read_ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.module.journal_file import JournalFiles
from ansible_collections.hedgehog.diet.plugins.module_utils.module.snapshot_file import NAME, SnapshotFile
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import NetBoxError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.reader import Observe
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import ReadOnly
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import Preview, preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.undo import undo_run

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES, JOURNAL
from ..plans import Document, loaded
from ..promises import check
from ..runs import URL, bring, see, tear_down
from .mutations import mutated, mutated_bytes
from .netbox_replies import plan
from .netbox_replies import scene as built
from .outcomes import ERROR, RIGHT, Outcome, in_words, within

_SECONDS = 20.0


# -- ledger files ----------------------------------------------------------------------------------------------------


@cache
def _ledger_file() -> str:
    return dump("test", ledger_of(expand(loaded(_small(3)))[0]))


def _small(number: int) -> Document:
    """As `plan`, with spines of its own."""
    document = plan(number)
    for key in ("external", "instances"):
        del document["switch_classes"]["spine"][key]
    return document


def ledger(rng: Random, _directory: Path) -> Outcome:
    """A ledger file: some of its bytes, of its values, or of its entries are others."""
    text = _ledger_file()
    way = rng.randrange(3)
    if way == 0:
        text = mutated_bytes(text.encode(), rng).decode(errors="replace")
    elif way == 1:
        text = json.dumps(mutated(json.loads(text), rng))
    else:
        whole = json.loads(text)
        for _time in range(rng.randint(1, 3)):
            key = rng.choice(sorted(whole["links"]))
            whole["links"][key] = mutated_bytes(str(whole["links"][key]).encode(), rng).decode(errors="replace")
        text = json.dumps(whole)
    wanted = loaded(_small(rng.choice((2, 3, 5))))
    with within(_SECONDS):
        try:
            known = read_ledger(text, "plan.yml.ledger.json", "test")
        except LedgerError as error:
            return in_words(error, "plan.yml.ledger.json")
        try:
            check(wanted, expand(wanted, known.uncabled())[0], from_scratch=False)
        except PlanError as error:
            return in_words(error)
    return RIGHT


# -- snapshots -------------------------------------------------------------------------------------------------------


@cache
def _long_ago() -> FakeNetBox:
    """What was built is older than what a snapshot has to look for."""
    netbox = copy.deepcopy(built(True))
    netbox.history.tick(60)
    netbox.make("dcim/regions", name="Somewhere", slug="somewhere")
    return netbox


def snapshot(rng: Random, directory: Path) -> Outcome:
    """The snapshot of a run: bytes, lines, or rows packed as new. What is read with it is what is read without."""
    netbox = _long_ago()
    path = directory / NAME
    path.unlink(missing_ok=True)
    client = Client(ReadOnly(netbox))
    look = partial(_look, client, rng.choice((1, 2, 3)))
    if path not in _SNAPSHOTS:
        look(Observe(SnapshotFile(str(path), URL, _fail)))
        _SNAPSHOTS[path] = path.read_bytes()
    whole = _SNAPSHOTS[path]
    way = rng.randrange(4)
    if way == 0:
        path.write_bytes(mutated_bytes(whole, rng))
    elif way == 1:
        path.write_bytes(whole[:rng.randrange(len(whole))])
    elif way == 2:
        path.write_bytes(gzip.compress(mutated_bytes(gzip.decompress(whole), rng)))
    else:
        lines = gzip.decompress(whole).splitlines()
        which = rng.randrange(len(lines))
        before = lines[which]
        lines[which] = before[:8] + json.dumps(mutated(json.loads(before[8:]), rng), separators=(",", ":")).encode()
        path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    with within(_SECONDS):
        done = look(Observe(SnapshotFile(str(path), URL, _fail), True))
        honest = look(None)
    assert done.changes == honest.changes, done.observed
    assert done.observed.mode == "changed" or done.observed.reason
    return RIGHT if done.observed.mode == "changed" else ERROR


_SNAPSHOTS: dict[Path, bytes] = {}


def _look(client: Client, number: int, observe: Observe | None) -> Preview:
    return preview(loaded(plan(number)), client, URL, Ledger(), Options(), silent, observe)


def _fail(text: str) -> None:
    raise AssertionError(text)


# -- run records -----------------------------------------------------------------------------------------------------


def record(rng: Random, _directory: Path) -> Outcome:
    """The journal entry of a run, which anybody can edit: what is done does not depend on it."""
    netbox = copy.deepcopy(built(True))
    wanted = plan(rng.choice((1, 2, 3)))
    honest = see(wanted, netbox)
    (entry,) = netbox.tables[JOURNAL].values()
    text = str(entry["comments"])
    head, begin, rest = text.partition("```json")
    body, end, tail = rest.rpartition("```")
    if rng.random() < 0.5:
        entry["comments"] = mutated_bytes(text.encode(), rng).decode(errors="replace")
    else:
        entry["comments"] = head + begin + json.dumps(mutated(json.loads(body), rng)) + end + tail
    with within(_SECONDS):
        done = see(wanted, netbox)
    assert done.digest == honest.digest
    assert [c.reason for c in done.changes.changes if c.action == "create"] == [
        c.reason for c in honest.changes.changes if c.action == "create"
    ]
    return RIGHT if done.changes.reasons() == honest.changes.reasons() else ERROR


# -- journals --------------------------------------------------------------------------------------------------------


def journal(rng: Random, directory: Path) -> Outcome:
    """The journal of a run that is to be undone: it is refused, or nothing foreign is touched."""
    netbox = copy.deepcopy(built(False))
    files = JournalFiles(str(directory), lambda _text: None)
    path = directory / "journal" / "20260101T000000Z-000000.jsonl"
    path.parent.mkdir(exist_ok=True)
    lines = _journal_lines(netbox)
    if rng.random() < 0.5:
        path.write_bytes(mutated_bytes("".join(json.dumps(row) + "\n" for row in lines).encode(), rng))
    else:
        which = rng.randrange(len(lines))
        lines[which] = mutated(lines[which], rng)
        path.write_bytes("".join(json.dumps(row) + "\n" for row in lines).encode())
    with within(_SECONDS):
        try:
            files.unfinished()
            past = files.read(path.stem)
        except JournalError as error:
            return in_words(error, str(path))
        try:
            undo_run(past.header, past.steps, loaded(plan(2)), Client(ReadOnly(netbox)), URL, silent)
        except (NetBoxError, PlanError) as error:
            return in_words(error)
    return RIGHT


def _journal_lines(netbox: FakeNetBox) -> list[Any]:
    """The lines that a run leaves which builds the plan."""
    kept: list[Any] = []
    client = Client(netbox)
    done = preview(loaded(plan(2)), client, URL, Ledger(), Options(), silent)
    RestWriter(client, done.refs, Journal(kept.append)).write(done.changes, "test", silent)
    header = {
        "format": 1, "run": "20260101T000000Z-000000", "plan": "test", "netbox": URL, "who": "me", "time": "now",
        "site": "dc1", "document": plan(2),
    }
    lines: list[Any] = json.loads(json.dumps([header, *kept], default=list))
    return lines


# -- marks -----------------------------------------------------------------------------------------------------------

_MARKED = (DEVICES, INTERFACES, CABLES)
_EDITS: tuple[Callable[[str, Random], Any], ...] = (
    lambda _text, _rng: None,
    lambda _text, _rng: "",
    lambda text, _rng: text.upper(),
    lambda text, rng: mutated_bytes(text.encode(), rng).decode(errors="replace"),
    lambda text, rng: mutated_bytes(text.encode(), rng).decode(errors="replace"),
    lambda text, _rng: text.replace("1", "999999"),
    lambda text, _rng: text + " ",
)


def marks(rng: Random, _directory: Path) -> Outcome:
    """Marks on our objects that somebody edited, or copied from one to another."""
    netbox = copy.deepcopy(built(True))
    foreign = {endpoint: _unmarked(netbox, endpoint) for endpoint in _MARKED}
    for _time in range(rng.choice((1, 1, 2, 5))):
        table = netbox.tables[rng.choice(_MARKED)]
        ours = [row for row in table.values() if row["custom_fields"].get("hedgehog_plan_id")]
        row, other = rng.choice(ours), rng.choice(ours)
        name = rng.choice([*row["custom_fields"], "hedgehog_key", "hedgehog_plan_id"])
        value = row["custom_fields"].get(name)
        if rng.random() < 0.3:
            row["custom_fields"][name] = other["custom_fields"].get(name)
        elif isinstance(value, str):
            row["custom_fields"][name] = rng.choice(_EDITS)(value, rng)
        else:
            row["custom_fields"][name] = rng.choice((None, 0, -1, 10**9, 7))
    wanted, prune = plan(rng.choice((1, 2, 3))), rng.random() < 0.5
    way, writes = rng.random(), len(netbox.writes())
    with within(_SECONDS):
        try:
            if way < 0.2:
                tear_down("test", netbox)
            else:
                see(wanted, netbox, prune, max_moves=99)
                assert len(netbox.writes()) == writes
                bring(wanted, netbox, prune, max_moves=99)
                assert not see(wanted, netbox, prune, max_moves=99).changes
        except (NetBoxError, PlanError) as error:
            return in_words(error)
        finally:
            for endpoint, rows in foreign.items():
                assert {row_id: netbox.tables[endpoint].get(row_id) for row_id in rows} == rows
    return RIGHT


def _unmarked(netbox: FakeNetBox, endpoint: str) -> dict[int, Any]:
    rows = netbox.tables[endpoint].items()
    return copy.deepcopy({row_id: row for row_id, row in rows if not row["custom_fields"].get("hedgehog_plan_id")})
