# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs against a NetBox, without Ansible: preview, apply, teardown, as `module/runner.py` puts them together."""

from __future__ import annotations

from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.deletions import limit_of
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.policy import drift_policy
from ansible_collections.hedgehog.diet.plugins.module_utils.events import Event, Sink, silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import plan_digest
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.renames import Renames
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.run_record import carried
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import ReadOnly, Transport
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.apply import apply
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import Preview, preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.teardown import Teardown, teardown

from .plans import Document, loaded

URL = "http://netbox.example"


def see(
    plan: Document, netbox: Transport, prune: bool = False, max_moves: int = 0, ledger: Ledger | None = None,
    rebalance: bool = False, drift: Any = None, grace: str = "", max_deletions: Any = None, **adopting: Any,
) -> Preview:
    """A preview, over a transport that lets no write through."""
    client = Client(ReadOnly(netbox))
    limit = limit_of(max_deletions)
    options = Options(prune, max_moves, rebalance, drift_policy(drift), grace, limit, **adopting)
    return preview(loaded(plan), client, URL, ledger or Ledger(), options, silent)


def bring(
    plan: Document, netbox: Transport, prune: bool = False, max_moves: int = 0, sink: Sink = silent,
    rebalance: bool = False, drift: Any = None, grace: str = "", max_deletions: Any = None, **adopting: Any,
) -> Preview:
    """A run that writes."""
    client = Client(netbox)
    limit = limit_of(max_deletions)
    options = Options(prune, max_moves, rebalance, drift_policy(drift), grace, limit, **adopting)
    done = preview(loaded(plan), client, URL, Ledger(), options, sink)
    writer = RestWriter(client, done.refs)
    record = {"digest": done.digest.text(), "plan_digest": plan_digest(loaded(plan)), **carried(plan)}
    apply(done.changes, plan["id"], plan["site"], writer, client, done.refs, record, sink)
    return done


def tear_down(
    plan_id: str, netbox: Transport, former_ids: tuple[str, ...] = (), grace: str = "", max_deletions: Any = None
) -> Teardown:
    client = Client(netbox)
    done = teardown(plan_id, Renames(plan_ids=former_ids), client, URL, silent, grace, limit_of(max_deletions))
    apply(done.changes, plan_id, "", RestWriter(client, done.refs), client, done.refs, {}, silent)
    return done


def conflicts(plan: Document, netbox: Transport, **options: bool | int | str) -> list[str]:
    """The codes of what stands in the way of a run."""
    try:
        see(plan, netbox, **options)  # type: ignore[arg-type]
    except PlanError as error:
        return [d.code for d in error.diagnostics if d.severity == "error"]
    return []


class Recorder:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)
