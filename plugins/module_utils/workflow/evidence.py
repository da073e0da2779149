# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan wanted when it was last applied: its run record, expanded with the ledger of today.

Asked for only where something differs, so that a run without changes costs no request for it.
"""

from __future__ import annotations

from collections.abc import Collection

from ..diagnostics import InvariantError, PlanError
from ..diff.changeset import ChangeSet
from ..diff.reasons import Evidence, Place, in_question, wanted_then
from ..expand.artifact import plan_digest
from ..expand.language.load import read_plan
from ..expand.pipeline import expand
from ..model.ledger import Ledger
from ..model.objects import Topology
from ..model.plan import Plan
from ..netbox.client import Client
from ..netbox.run_record import NoRecord, last_record


def evidence(
    plan: Plan, changes: ChangeSet, client: Client, ledger: Ledger, prune: bool = False, rebalance: bool = False
) -> Evidence:
    """Why objects may differ; `diff.reasons.explain` decides it. As `evidence_of`, of what is in question."""
    return evidence_of(in_question(changes), plan, client, ledger, prune, rebalance)


def evidence_of(
    objects: Collection[Place], plan: Plan, client: Client, ledger: Ledger, prune: bool = False, rebalance: bool = False
) -> Evidence:
    """What the plan wanted of some objects when it was last applied.

    A record that is damaged, or that the token may not read, makes that unknown: it is never an error.

    Args:
        ledger: where links are placed, by present keys, as the plan was expanded with it.
        rebalance: whether links are placed anew, so that the same plan may want something else.

    Raises:
        ServerError, UnreachableError: as for any request.
    """
    if not objects:
        return Evidence()
    record = last_record(client, (plan.id, *plan.renames.plan_ids))
    if isinstance(record, NoRecord):
        return Evidence(missing=record.because)
    if record.plan_digest == plan_digest(plan) and not rebalance:
        return Evidence(unchanged=True)
    try:
        former = read_plan(record.document).plan
        topology = _expanded(former, plan, ledger, prune)
    except (PlanError, InvariantError):
        return Evidence(missing="the plan as it was last applied can no longer be expanded")
    return Evidence(wanted_then(topology, plan.renames, objects))


def _expanded(former: Plan, plan: Plan, ledger: Ledger, prune: bool) -> Topology:
    """A former plan on the ports of today; the ledger knows links by the words of the plan that there is now."""
    servers, switches = former.server_classes, former.switch_classes
    back = plan.renames.back(
        {*servers, *switches},
        {f"{key}/{zone}" for key, one in switches.items() for zone in one.zones},
        {f"{key}/{nic}" for key, one in servers.items() for nic in one.nics},
        {f"{key}/{connection}" for key, one in servers.items() for connection in one.connections},
    )
    topology, _warnings = expand(former, back.ledger(ledger), prune)
    return topology
