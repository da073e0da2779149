# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run of the module writes: its id, its journal, its lock, and what it finds of runs that did not end."""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from ansible.module_utils.basic import AnsibleModule

from ..diagnostics import Diagnostic, Diagnostics, PlanError
from ..diff.journal import Header, Journal, JournalError, Past, no_journal
from ..diff.settled import tell_unfinished
from ..events import Sink
from ..expand.language.load import read_plan
from ..model.plan import Plan
from ..netbox import lock
from ..netbox.client import Client
from ..netbox.errors import AccessError, ChangedError, NetBoxError, RefusedError
from ..netbox.writer import RestWriter
from ..workflow.run import Conduct, Job, Seen, carry_out
from .files import report_dir
from .journal_file import JournalFile, JournalFiles

AnySeen = TypeVar("AnySeen", bound=Seen)

# What ends a run that has no step in its journal and holds no lock. After any other failure it may hold one.
_NOTHING_SENT = (PlanError, AccessError, RefusedError, ChangedError, lock.LockedError)


class Session:
    """One run of the module, as far as it writes. Without a place for a journal, NetBox alone says where to go on."""

    def __init__(self, module: AnsibleModule, plan_id: str, sink: Sink) -> None:
        self._module = module
        self._params: Mapping[str, Any] = module.params
        self._plan_id = plan_id
        self._sink = sink
        begun = datetime.now(UTC)
        self.run = f"{begun:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self._begun = f"{begun:%Y-%m-%dT%H:%M:%SZ}"
        self._wrote = False
        self._path = ""
        self._files: JournalFiles | None = None
        try:
            self._files = JournalFiles(report_dir(self._params["report_dir"], plan_id), module.warn)
        except OSError as error:
            if not module.check_mode:
                module.warn(f"There is no place for the journal of this run, so it cannot be undone: {error}")

    def carry_out(
        self, look: Callable[[], AnySeen], record: Callable[[AnySeen], Mapping[str, Any]], client: Client,
        site: str | Callable[[AnySeen], str], plan: Plan | None,
    ) -> tuple[AnySeen, list[Diagnostic]]:
        """Look, and if this is no check and there is something to do, do it. What was seen last comes back.

        Args:
            site: slug of the site that takes the run record, empty for none.

        Raises:
            PlanError, NetBoxError: as `look` and `workflow.run.carry_out` do.
        """
        unfinished = self._files.unfinished() if self._files is not None else []
        seen = look()
        told = Diagnostics()
        for past in unfinished:
            tell_unfinished(past, seen.observed.owned, told)
        if self._module.check_mode or not seen.changes:
            self._look_at_lock(client, told)
        if self._module.check_mode:
            return seen, told.warnings
        if seen.changes:
            header = Header(
                self.run, self._plan_id, self._params["netbox_url"], who(), self._begun,
                site if isinstance(site, str) else site(seen), self._params["plan"] or {},
            )
            conduct = Conduct(self._params["lock"], self._is_dead, self._params["on_failure"])
            said = {"run": self.run, "who": who()}
            job = Job(look, lambda one: {**record(one), **said}, header, plan, conduct)
            file, journal = self._begin(header)
            try:
                seen, warnings = carry_out(job, seen, client, RestWriter, journal, self._sink)
            except _NOTHING_SENT:
                self._end(file, journal)
                raise
            except BaseException:
                if file is not None:
                    file.close()
                raise
            self._end(file, journal)
            told.extend(warnings)
        if self._files is not None:
            for past in unfinished:
                self._files.settle(past.header.run, self.run)
            self._files.tidy()
        return seen, told.warnings

    def _begin(self, header: Header) -> tuple[JournalFile | None, Journal]:
        if self._files is not None:
            try:
                file = self._files.begin(header)
            except OSError as error:
                self._module.warn(f"This run has no journal, so it cannot be undone: {error}")
            else:
                self._path = file.path
                return file, Journal(file.keep)
        return None, no_journal()

    def _end(self, file: JournalFile | None, journal: Journal) -> None:
        """A run that sent nothing, because it was locked out, say, has nothing to tell: its journal goes."""
        self._wrote = bool(journal.steps)
        if file is None:
            return
        file.close()
        if not journal.steps:
            file.remove()
            self._path = ""

    def _is_dead(self, run: str) -> bool:
        """Whether a run certainly writes no more: one of this directory that is over, or one that the user names."""
        return run == self._params["take_lock"] or (self._files is not None and self._files.is_over(run))

    def _look_at_lock(self, client: Client, told: Diagnostics) -> None:
        """Where nothing is written: tell who holds the lock, and take away that of a run that died at its end."""
        if not self._params["lock"]:
            return
        try:
            found = lock.held(client, self._plan_id)
            if found is None:
                return
            row_id, holder = found
            if not holder.run or not self._is_dead(holder.run):
                told.warn("lock-held", (), holder.told(self._plan_id), holder.way_out(self._plan_id))
            elif not self._module.check_mode:
                lock.release(client, lock.Lock(self._plan_id, row_id))
                told.warn("lock-taken-over", (), f"the lock of the run {holder.run}, which is dead, was taken away.")
        except AccessError:
            return  # whoever may not see tags is told so when there is something to write
        except NetBoxError as error:
            self._module.warn(f"Nobody can tell whether another run holds the lock of the plan: {error}")

    # -- earlier runs --------------------------------------------------------------------------------------------

    def past(self, run: str) -> Past:
        """The journal of a run that is to be undone.

        Raises:
            JournalError: there is none, it is of another plan or NetBox, or that run still goes on.
        """
        if self._files is None:
            raise JournalError("Without a report directory there is no journal, and nothing can be undone.")
        past = self._files.read(run)
        header = past.header
        if header.plan_id != self._plan_id:
            raise JournalError(f"The run {run} was one of the plan {header.plan_id!r}, not of {self._plan_id!r}.")
        if header.netbox.rstrip("/") != self._params["netbox_url"].rstrip("/"):
            raise JournalError(f"The run {run} wrote to {header.netbox}, not to {self._params['netbox_url']}.")
        if not past.end and not self._files.is_over(run):
            raise JournalError(f"The run {run} still goes on, or nobody can tell whether it does.")
        if past.undone_by:
            self._module.warn(f"The run {run} was undone before, by the run {past.undone_by}.")
        return past

    def undone(self, past: Past) -> None:
        if self._files is not None:
            self._files.add(past.header.run, {"undone_by": self.run})

    @staticmethod
    def plan_of(past: Past) -> Plan | None:
        """The plan of a run, as its journal has it."""
        try:
            return read_plan(past.header.document).plan if past.header.document else None
        except PlanError:
            return None  # of another version; then only external switches and former keys are not known

    def as_result(self) -> dict[str, Any]:
        return {"run": self.run if self._wrote else "", "journal": self._path}


def who() -> str:
    """Who runs this: the user and the host, and the job of AWX that it is, if it is one."""
    user = os.environ.get("USER") or str(os.getuid())
    job = os.environ.get("AWX_JOB_ID") or os.environ.get("JOB_ID")
    return f"{user}@{platform.node()}" + (f" (AWX job {job})" if job else "")
