# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One trial: runs that something happens to, runs that find what these left, and what is wrong with it.

Right is: a run ends well and NetBox is what an uninterrupted run makes it, or it ends with one clear error (or is
killed), and the next run brings NetBox to the same end. Then a further run writes nothing.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from integration.support.rest import NetBox
from integration.support.sandbox import Sandbox

from .faults import KINDS, Fault
from .others import Others
from .process import Ended, Running
from .proxy import Proxy, Request
from .scenes import SCENES, Scene
from .script import Script
from .state import State, differences, state

# How a run ended to which something happened.
RIGHT, ERROR, KILLED = "ended right", "ended with a clear error", "was killed"

_PATIENCE = 8  # seconds that the module waits for an answer where one is late; else as long as it likes
_RUNS = 4  # after those that something happens to
_TAKE_LOCK = re.compile(r"`take_lock: (\S+)`")
_LONGEST = 1500  # characters of a message that a person still reads


@dataclass(frozen=True)
class Whole:
    """What a run makes of a scene that nothing happens to: the requests it takes, and what NetBox has then."""

    reads: int
    writes: int
    state: State
    ledger: str


@dataclass(frozen=True)
class Struck:
    """A run that something happened to."""

    happened: tuple[Fault, ...]
    outcome: str
    message: str


@dataclass
class Trial:
    """What came of a script. `further` are the runs it took to the end; `repaired` says that one of them wrote although
    the run before it had ended well, as it must where others write. `problems` are what is wrong.
    """

    script: Script
    struck: list[Struck] = field(default_factory=list)
    further: int = 0
    repaired: bool = False
    problems: list[str] = field(default_factory=list)


class Stage:
    """Where trials take place: a sandbox, a proxy before it, and a directory for what runs leave."""

    def __init__(self, sandbox: Sandbox, proxy: Proxy, directory: Path) -> None:
        self._sandbox, self._proxy, self._directory = sandbox, proxy, directory
        self._netbox = NetBox(sandbox.url, sandbox.token)
        self._whole: dict[str, Whole] = {}

    def size(self, scene: str) -> tuple[int, int]:
        """Reads and writes of the run that nothing happens to."""
        whole = self.whole(scene)
        return whole.reads, whole.writes

    def whole(self, name: str) -> Whole:
        """The run that nothing happens to; it is done once."""
        if name not in self._whole:
            self._begin(SCENES[name])
            ended = self._run(SCENES[name])
            if ended.status:
                raise AssertionError(f"{name} fails where nothing happens to it: {ended.text[:2000]}")
            writes = len(self._proxy.writes())
            reads = len(self._proxy.requests) - writes
            self._whole[name] = Whole(reads, writes, state(self._netbox), self._ledger())
        return self._whole[name]

    def play(self, script: Script) -> Trial:
        """Let something happen to some runs, and see what the next ones make of it."""
        scene, whole, trial = SCENES[script.scene], self.whole(script.scene), Trial(script)
        self._begin(scene)
        ended_well = False
        for faults in script.struck():
            ended = self._run(scene, faults, script.page)
            self._judge(ended, trial)
            outcome = KILLED if ended.status == -signal.SIGKILL else ERROR if ended.status else RIGHT
            trial.struck.append(Struck(tuple(self._proxy.happened), outcome, ended.message))
            if not self._proxy.happened and ended.status and not _disturbed(trial):
                trial.problems.append(f"a run to which nothing happened failed: {ended.message}")
            if ended_well := ended.status == 0:
                break
        if not script.reports:
            shutil.rmtree(self._directory / "reports", ignore_errors=True)
        self._resume(scene, trial, ended_well)
        trial.problems += differences(whole.state, state(self._netbox))[:10]
        if self._ledger() != whole.ledger:
            trial.problems.append("the ledger file is not that of an uninterrupted run")
        trial.problems += [f"the proxy itself failed: {one}" for one in self._proxy.broken]
        self._proxy.broken.clear()
        return trial

    def _resume(self, scene: Scene, trial: Trial, ended_well: bool) -> None:
        """Run until nothing is written any more: to go on, and to see that there is nothing left to do."""
        disturbed, dead = _disturbed(trial), ""
        for _run in range(_RUNS):
            ended = self._run(scene, take_lock=dead)
            self._proxy.settle()
            trial.further += 1
            self._judge(ended, trial)
            # Without its journal nobody knows that a run is dead, so the next one asks first.
            dead = "" if trial.script.reports or dead else _holder(ended)
            writes = [] if dead else self._proxy.writes()
            if dead and self._proxy.committed():
                trial.problems.append("a run wrote although another one holds the lock")
            if ended.status and not dead and not disturbed:
                trial.problems.append(f"a run to which nothing happened failed: {ended.message}")
            if writes and ended_well:
                trial.repaired = True
                if not disturbed:
                    trial.problems.append("a run said that it was done, and the next one found something to write")
            if not ended.status and not writes and not dead:
                return
            ended_well = not ended.status and not dead
        trial.problems.append(f"{_RUNS} further runs, and the last one still writes or fails: {ended.text[:500]}")

    def _begin(self, scene: Scene) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(parents=True)
        scene.set(self._sandbox)

    def _run(
        self, scene: Scene, faults: Sequence[Fault] = (), page: int = 0, take_lock: str = ""
    ) -> Ended:
        late = any(KINDS[one.kind].late_answer or KINDS[one.kind].late_request for one in faults)
        options = {
            **scene.run, "report_dir": str(self._directory / "reports"),
            "ledger_file": str(self._directory / "plan.ledger.json"),
            **({"timeout": _PATIENCE} if late else {}), **({"take_lock": take_lock} if take_lock else {}),
        }
        running: list[Running] = []

        def kill() -> None:
            running[0].kill()

        self._proxy.begin(faults, timeout=_PATIENCE, page=page, kill=kill, others=Others(self._netbox))
        running.append(Running(self._proxy.url, self._sandbox.token, options))
        return running[0].end()

    def _judge(self, ended: Ended, trial: Trial) -> None:
        """What a person and a machine are shown of a run, and what it sent."""
        trial.problems += _unclear(ended, self._sandbox.token)
        trial.problems += [f"sent again what NetBox had done: {one}" for one in _sent_again(self._proxy.writes())]
        for path in self._directory.rglob("*"):
            if path.is_file() and self._sandbox.token.encode() in path.read_bytes():
                trial.problems.append(f"the token is in {path.name}")

    def _ledger(self) -> str:
        path = self._directory / "plan.ledger.json"
        return path.read_text() if path.exists() else ""


def _disturbed(trial: Trial) -> bool:
    """Whether NetBox changed under a run: then one may fail, or find more to do, to which nothing else happened."""
    return any(
        KINDS[one.kind].others_write or KINDS[one.kind].late_request for run in trial.struck for one in run.happened
    )


def _holder(ended: Ended) -> str:
    """The run that holds the lock, as one that stopped there tells it, or warns of it where it had nothing to write."""
    told = [ended.message] if ended.status else [
        str(row["hint"]) for row in ended.result.get("diagnostics", ()) if row["code"] == "lock-held"
    ]
    found = _TAKE_LOCK.search("\n".join(told))
    return found[1] if found else ""


def _unclear(ended: Ended, token: str) -> list[str]:
    """What is wrong with how a run ended."""
    found = []
    if token in ended.text:
        found.append("the token is in what the run prints")
    if ended.status < 0:
        return found if ended.status == -9 else [*found, f"ended by signal {-ended.status}"]
    if not ended.result:
        return [*found, f"printed something else than one result: {ended.text[-1000:]}"]
    if ended.status == 0:
        return found
    if "Traceback" in ended.text or ended.result.get("exception"):
        found.append(f"a traceback: {ended.text[-1500:]}")
    if not ended.result.get("failed") or not ended.message:
        found.append("failed without a message")
    if len(ended.message) > _LONGEST or "<html" in ended.message or "bug in hedgehog.diet" in ended.message:
        found.append(f"not a message for a person: {ended.message[:500]}")
    return found


def _sent_again(writes: Sequence[Request]) -> list[str]:
    """Writes that were sent although NetBox had carried out the same one before."""
    done: set[tuple[str, str, bytes]] = set()
    again = []
    for one in writes:
        what = one.method, one.path, one.body
        if what in done:
            again.append(f"{one.method} {one.path} {one.body[:200]!r}")
        if 200 <= one.status < 300:
            done.add(what)
    return again
