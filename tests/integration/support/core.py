# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the collection's core without Ansible: preview, apply and teardown, with every request recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import Change, ChangeSet
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.deletions import DEFAULT, limit_of
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.policy import drift_policy
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.render import line
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of, plan_digest
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.run_record import carried
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import (
    Connection,
    HttpTransport,
    Response,
    Statistics,
    is_read,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.apply import apply
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import preview, setup_only
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.teardown import teardown


class Killed(BaseException):
    """The run was killed. Not an Exception, so that nothing can catch it and tidy up."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    params: Mapping[str, Any]
    body: Any
    status: int

    @property
    def is_write(self) -> bool:
        return not is_read(self.method, self.path)


class Recorder:
    """A transport that remembers every request, and can die before or after its n-th write."""

    def __init__(self, transport: HttpTransport, die_before: int = 0, die_after: int = 0) -> None:
        self._transport = transport
        self._die_before, self._die_after = die_before, die_after
        self.statistics: Statistics = transport.statistics
        self.at_once = 1  # requests are remembered in the order in which they were sent
        self.requests: list[Request] = []

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.is_write]

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        nth = 0 if is_read(method, path) else len(self.writes) + 1
        if nth and nth == self._die_before:
            raise Killed
        response = self._transport.send(method, path, params, body)
        self.requests.append(Request(method, path, dict(params or {}), body, response.status))
        if nth and nth == self._die_after:
            raise Killed
        return response


@dataclass(frozen=True)
class Outcome:
    """What a run would do or did, and the requests it took."""

    changes: ChangeSet
    digest: str
    warnings: Sequence[Diagnostic]
    requests: Sequence[Request]
    topology: Topology | None = None

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        return self.changes.counts()

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.is_write]

    @property
    def ledger(self) -> Ledger:
        """What a ledger file beside the plan says after this run."""
        if self.topology is None:
            raise ValueError("a teardown leaves no ledger")
        return ledger_of(self.topology).uncabled()

    @property
    def lines(self) -> list[str]:
        return [line(change) for change in self.changes.changes]

    @property
    def codes(self) -> list[str]:
        return [warning.code for warning in self.warnings]

    def only(self) -> Change:
        assert len(self.changes.changes) == 1, self.lines
        return self.changes.changes[0]


class Core:
    """Plans against one NetBox. `recorder` is that of the last run, also where it raised."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self._token = url, token
        self.recorder: Recorder

    def preview(
        self, document: Mapping[str, Any], *, prune: bool = False, max_moves: int = 0, ledger: Ledger | None = None,
        rebalance: bool = False, drift: Any = None, grace: str = "", max_deletions: Any = None, **adopting: Any,
    ) -> Outcome:
        """Not wrapped in what keeps check mode from writing, so that an attempt would be seen."""
        limit = limit_of(max_deletions, DEFAULT)
        options = Options(prune, max_moves, rebalance, drift_policy(drift), grace, limit, **adopting)
        return self._run(document, options, ledger, write=False)

    def apply(
        self, document: Mapping[str, Any], *, prune: bool = False, max_moves: int = 0, ledger: Ledger | None = None,
        die_before: int = 0, die_after: int = 0, rebalance: bool = False, drift: Any = None, grace: str = "",
        max_deletions: Any = None, **adopting: Any,
    ) -> Outcome:
        limit = limit_of(max_deletions, DEFAULT)
        options = Options(prune, max_moves, rebalance, drift_policy(drift), grace, limit, **adopting)
        return self._run(document, options, ledger, True, die_before, die_after)

    def prepare(self, document: Mapping[str, Any]) -> Topology:
        """Make what a plan refers to, and no more; what it would have built comes back."""
        plan = read_plan(document).plan
        client = self._client()
        done = preview(plan, client, self.url, Ledger(), Options(), silent)
        RestWriter(client, done.refs).write(setup_only(done).changes, plan.id, silent)
        return done.topology

    def _run(
        self, document: Mapping[str, Any], options: Options, ledger: Ledger | None, write: bool,
        die_before: int = 0, die_after: int = 0,
    ) -> Outcome:
        plan = read_plan(document).plan
        client = self._client(die_before, die_after)
        done = preview(plan, client, self.url, ledger or Ledger(), options, silent)
        warnings = list(done.warnings)
        if write:
            writer = RestWriter(client, done.refs)
            record = {"digest": done.digest.text(), "plan_digest": plan_digest(plan), **carried(document)}
            warnings += apply(done.changes, plan.id, plan.site.slug, writer, client, done.refs, record, silent)
        return Outcome(done.changes, done.digest.text(), warnings, self.recorder.requests, done.topology)

    def teardown(
        self, plan_id: str, *, write: bool = True, die_before: int = 0, die_after: int = 0,
        former_ids: tuple[str, ...] = (), grace: str = "",
    ) -> Outcome:
        client = self._client(die_before, die_after)
        done = teardown(plan_id, Renames(plan_ids=former_ids), client, self.url, silent, grace)
        warnings: list[Diagnostic] = list(done.warnings)
        if write:
            site = next(iter(done.stays.get("sites", ())), "")
            writer = RestWriter(client, done.refs)
            warnings += apply(done.changes, plan_id, site, writer, client, done.refs, {}, silent)
        return Outcome(done.changes, done.digest.text(), warnings, self.recorder.requests)

    def _client(self, die_before: int = 0, die_after: int = 0) -> Client:
        self.recorder = Recorder(HttpTransport(Connection(self.url, self._token)), die_before, die_after)
        return Client(self.recorder)
