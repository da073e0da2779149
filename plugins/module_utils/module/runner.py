# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the workflows for a module, and turns what they raise into what Ansible shows.

The only place that knows AnsibleModule, and the only `except` that becomes fail_json.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..diagnostics import Diagnostic, PlanError
from ..diff.approval import Digest
from ..diff.changeset import ChangeSet
from ..diff.deletions import DEFAULT, LimitError, limit_of
from ..diff.journal import JournalError
from ..diff.policy import KEEP, REPORT, PolicyError, drift_policy
from ..diff.render import render, way_out_of_leftovers
from ..events import Event, Sink, silent
from ..expand.artifact import ledger_of as topology_ledger
from ..expand.artifact import plan_digest, topology_digest
from ..expand.language.load import Loaded, read_plan
from ..expand.language.shape import MissingLibraryError
from ..expand.pause import no_search_for_cycles
from ..expand.pipeline import ALGORITHM
from ..model.ledger import MAX_TEXT, Ledger, LedgerError, Taken, dump
from ..model.ledger import read as read_ledger
from ..model.plan import Plan
from ..model.renames import Renames
from ..netbox.client import Client
from ..netbox.connection import secrets, unsafe
from ..netbox.errors import NetBoxError
from ..netbox.meter import Metered
from ..netbox.reader import CHANGED, Observe
from ..netbox.run_record import carried
from ..netbox.transport import HttpTransport, ReadOnly, Statistics, library_missing
from ..workflow.approval import hold_to
from ..workflow.preview import Preview, preview, setup_only
from ..workflow.survey import Options
from ..workflow.teardown import Teardown, teardown
from ..workflow.undo import Undo, undo_run
from . import report
from .argspec import connection
from .bug import bug
from .files import ProgressFile, open_to_others, read_text, report_dir, write_text
from .session import AnySeen, Session
from .snapshot_file import NAME, SnapshotFile

Result = dict[str, Any]


def run_topology(module: AnsibleModule) -> None:
    """The body of diet_topology. Ends in exit_json or fail_json."""
    run = Run(module)
    absent, undo = module.params["state"] == "absent", bool(module.params["undo"])
    if module.params["plan_id"] and not (absent or undo):
        module.fail_json(msg="plan_id goes with state=absent or undo only; otherwise give plan or plan_file.")
    if module.params["grace"] and (undo or not (absent or module.params["prune"])):
        module.fail_json(msg="grace goes with prune=true or state=absent only; nothing else deletes what is unwanted.")
    # As Control-C does it: the lock is given back, and what was done stands in the journal.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    end_with(run, run.undo if undo else run.absent if absent else run.present)


def end_with(run: Run, body: Callable[[], Result]) -> None:
    """Ends in exit_json with what `body` says, or in fail_json with what it raises, in words."""
    module = run.module
    try:
        result = body()
    except PlanError as error:
        run.fail(str(error), error.diagnostics)
    except MissingLibraryError as error:
        module.fail_json(msg=missing_required_lib(str(error.name)))
    except (NetBoxError, LedgerError, JournalError, PolicyError, LimitError) as error:
        run.fail(str(error))
    except OSError as error:
        run.fail(f"{error.filename}: {error.strerror}." if error.filename else str(error))
    except KeyboardInterrupt:
        run.fail("Interrupted. What was done until then stays; run again to go on from there.")
    except Exception as error:  # whatever it is, it is ours, an InvariantError among others
        run.fail(bug(error))
    else:
        module.exit_json(**result)


class Run:
    """One run: its module, its clock, its NetBox."""

    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        self.params: Mapping[str, Any] = module.params
        self.begin = time.monotonic()
        self.statistics = Statistics()
        self.meter: Metered | None = None
        self.loaded: Loaded | None = None
        self._session: Session | None = None
        self._reports: dict[str, str] = {}
        self._approval: Collection[Diagnostic] = ()
        progress = self.params["progress_file"]
        self.sink: Sink = ProgressFile(progress) if progress else silent

    # -- states --------------------------------------------------------------------------------------------------

    def present(self) -> Result:
        plan = self.plan()
        drift = drift_policy(self.params["drift"])
        with no_search_for_cycles():
            ledger = self.file_ledger(plan.id, plan.renames.plan_ids)
        prepared_only = self.params["state"] == "prepared"
        client = self.client(self.module.check_mode)
        limit, grace = limit_of(self.params["max_deletions"], DEFAULT), self.params["grace"] or ""
        options = Options(
            self.params["prune"], self.params["max_moves"], self.params["rebalance"], drift, grace, limit,
            self.params["adopt"], self.params["adopt_from"],
        )
        url, observe = self.params["netbox_url"], self.observe(plan.id)

        def look() -> Preview:
            seen = preview(plan, client, url, ledger, options, self.sink, observe)
            return self._reported(plan.id, setup_only(seen) if prepared_only else seen)

        def record(seen: Preview) -> Mapping[str, Any]:
            return {
                "digest": seen.digest.text(),
                "plan_digest": plan_digest(plan),
                "topology_digest": topology_digest(seen.topology),
                "algorithm": ALGORITHM,
                "quantities": {q.switch_class: q.count for q in seen.topology.quantities},
                **carried(self.params["plan"]),
            }

        site = "" if prepared_only else plan.site.slug
        done, warnings = self.session(plan.id).carry_out(look, record, client, site, plan)
        result = self._result(plan.id, done.changes, done.digest)
        result["observed"] = done.observed.as_row()
        quantities = done.topology.quantities
        result["quantities"] = {q.switch_class: {"count": q.count, "reason": q.reason} for q in quantities}
        if not self.module.check_mode and not prepared_only:
            with no_search_for_cycles():
                held = {key: done.ledger[key] for key in done.changes.leftovers.get("cable", ()) if key in done.ledger}
                left = Ledger(held, done.ledger.taken).under(topology_ledger(done.topology))
                if left.says_what(ledger) and not plan.renames.plan_ids:
                    result["ledger_file"] = self.params["ledger_file"]
                else:
                    self._write_ledger(plan.id, left, result)
        return self.finish(result, [*done.warnings, *warnings])

    def absent(self) -> Result:
        plan = None if self.params["plan_id"] else self.plan()
        plan_id, renames = (plan.id, plan.renames) if plan else (self.params["plan_id"], Renames())
        taken = self._taken(plan_id, renames.plan_ids)
        client = self.client(self.module.check_mode)
        grace, limit = self.params["grace"] or "", limit_of(self.params["max_deletions"])

        def look() -> Teardown:
            url = self.params["netbox_url"]
            return self._reported(plan_id, teardown(plan_id, renames, client, url, self.sink, grace, limit))

        def record(seen: Teardown) -> Mapping[str, Any]:
            return {"digest": seen.digest.text()}

        def site(seen: Teardown) -> str:
            return next(iter(seen.stays.get("sites", ())), "")

        done, warnings = self.session(plan_id).carry_out(look, record, client, site, plan)
        result = self._result(plan_id, done.changes, done.digest)
        result["stays"] = done.stays
        if not self.module.check_mode and done.changes and not grace:
            self._write_known_ledger(plan_id, Ledger(taken=taken), result)
        return self.finish(result, [*done.warnings, *warnings])

    def undo(self) -> Result:
        """Take back what a run did, by its journal."""
        plan_id = self.params["plan_id"] or self.plan().id
        session = self.session(plan_id)
        past = session.past(self.params["undo"])
        plan = session.plan_of(past)
        taken = self._taken(plan_id, plan.renames.plan_ids if plan else ())
        client = self.client(self.module.check_mode)

        def look() -> Undo:
            url, limit = self.params["netbox_url"], limit_of(self.params["max_deletions"])
            seen = undo_run(past.header, past.steps, plan, client, url, self.sink, limit)
            return self._reported(plan_id, seen)

        def record(seen: Undo) -> Mapping[str, Any]:
            return {"digest": seen.digest.text(), "undone": past.header.run}

        done, warnings = session.carry_out(look, record, client, past.header.site, plan)
        result = self._result(plan_id, done.changes, done.digest)
        result["stays"] = done.stays
        if not self.module.check_mode:
            session.undone(past)
            if done.changes:
                self._write_known_ledger(plan_id, Ledger(done.ledger, taken), result)
        return self.finish(result, [*done.warnings, *warnings])

    # -- collaborators -------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        self.loaded = read_plan(self.params["plan"] or {})
        return self.loaded.plan

    def client(self, read_only: bool) -> Client:
        if library_missing():
            raise MissingLibraryError("pynetbox", name="pynetbox")
        how = connection(self.params)
        self.module.no_log_values.update(secrets(how))
        if told := unsafe(how):
            self.module.warn(told)
        self.meter = Metered(HttpTransport(how), self.sink)
        self.statistics = self.meter.statistics
        return Client(ReadOnly(self.meter) if read_only else self.meter)

    def session(self, plan_id: str) -> Session:
        """How this run writes, if it does."""
        if self._session is None:
            self._session = Session(self.module, plan_id, self.sink)
        return self._session

    def observe(self, plan_id: str) -> Observe:
        """How to read, and where the snapshot is that this run begins with or leaves."""
        changed = self.params["observe"] == CHANGED
        try:
            directory = report_dir(self.params["report_dir"], plan_id)
            if told := open_to_others(directory):
                self.module.warn(told)
            path = os.path.join(directory, NAME)
        except OSError as error:
            if changed:
                self.module.warn(f"There is no place to keep a snapshot in, so everything is read: {error}")
            return Observe(None, changed)
        return Observe(SnapshotFile(path, self.params["netbox_url"], self.module.warn), changed)

    def file_ledger(self, plan_id: str, former_ids: Collection[str]) -> Ledger:
        path = self.params["ledger_file"]
        text = read_text(path, MAX_TEXT + 1) if path else None
        return read_ledger(text, path, plan_id, former_ids) if text is not None else Ledger()

    def _taken(self, plan_id: str, former_ids: Collection[str]) -> Taken:
        """The ports that others take on external switches, which they do when the plan is gone too."""
        try:
            return self.file_ledger(plan_id, former_ids).taken
        except LedgerError:
            return {}  # nothing that is placed depends on it any more

    # -- results -------------------------------------------------------------------------------------------------

    def _reported(self, plan_id: str, seen: AnySeen) -> AnySeen:
        """What was seen, held to what was approved, with its report written before anything is carried out."""
        # Before the report of what was approved is replaced: a refusal compares with it.
        shown = partial(report.read_changes, self.params["report_dir"], plan_id)
        self._approval = hold_to(self.params["approved_digest"], seen.digest, seen.changes, shown)
        self._reports = self._write_report(plan_id, seen.changes)
        return seen

    def _result(self, plan_id: str, changes: ChangeSet, digest: Digest) -> Result:
        if not changes:
            self.sink(Event("Nothing to change"))
        result: Result = {
            "changed": bool(changes),
            "plan_id": plan_id,
            "changes": changes.counts(),
            "reasons": changes.reasons(),
            "kept": changes.left_alone(KEEP),
            "reported": changes.left_alone(REPORT),
            "digest": digest.text(),
            "leftovers": report.leftovers(changes),
            "report": "",
            "changes_file": "",
            "drift_file": "",
            **self._reports,
            **self.session(plan_id).as_result(),
        }
        if changes.leftovers:
            told = ", ".join(f"{len(keys)} {kind}s" for kind, keys in changes.leftovers.items())
            self.module.warn(f"The plan no longer wants {told} that it owns; {way_out_of_leftovers(changes)}.")
        if self.module._diff:
            result["diff"] = {"prepared": render(changes, self.params["diff_lines"], result["report"])}
        return result

    def _write_report(self, plan_id: str, changes: ChangeSet) -> dict[str, str]:
        if not changes and not changes.held:
            return {}
        try:
            directory = report_dir(self.params["report_dir"], plan_id)
            files = report.write_changes(changes, directory) if changes else {}
            return files | (report.write_held(changes, directory) if changes.held else {})
        except OSError as error:
            self.module.warn(f"No report is written: {error}")
            return {}

    def _write_known_ledger(self, plan_id: str, ledger: Ledger, result: Result) -> None:
        """As `_write_ledger`, where there is a ledger file already."""
        if self.params["ledger_file"] and os.path.exists(self.params["ledger_file"]):
            self._write_ledger(plan_id, ledger, result)

    def _write_ledger(self, plan_id: str, ledger: Ledger, result: Result) -> None:
        path = self.params["ledger_file"]
        if not path:
            return
        try:
            write_text(path, dump(plan_id, ledger))
            result["ledger_file"] = path
        except OSError as error:
            self.module.warn(f"The ledger file is not written, NetBox has the ledger all the same: {error}")

    def finish(self, result: Result, warnings: Iterable[Diagnostic]) -> Result:
        return result | self.costs() | {"diagnostics": self._located([*warnings, *self._approval])}

    def _located(self, diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
        """Findings at their paths in the user's document; what loading it found has those already."""
        found = list(diagnostics)
        if self.loaded is not None:
            found = [*self.loaded.warnings, *self.loaded.locate(found)]
        return [d.as_dict() for d in report.findings(found)]

    def costs(self) -> Result:
        return {
            "requests": report.requests(self.statistics, self.meter),
            "seconds": round(time.monotonic() - self.begin, 1),
        }

    def fail(self, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        """Give up. The action plugin turns the diagnostics into places in the user's file."""
        located, costs = self._located(diagnostics), self.costs()
        # A page of endpoints below the message would hide it: Ansible prints all that a failed task returns.
        costs["requests"].pop("endpoints", None)
        self.module.fail_json(msg=report.message(message), diagnostics=located, **costs)
