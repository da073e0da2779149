# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview: survey, and stop at what stands in the way. What comes out is all that apply may do; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..diagnostics import Diagnostic, few
from ..diff.approval import Digest
from ..diff.changeset import ChangeSet
from ..diff.compare import change_set
from ..events import Sink
from ..model.ledger import Ledger
from ..model.objects import Topology
from ..model.plan import Plan
from ..model.state import OWNED_KINDS
from ..netbox.client import Client
from ..netbox.fields import References
from ..netbox.reader import Observe, Observed
from .approval import digest_of_plan
from .survey import Options, survey


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a run would do and why. `refs` holds the ids that the writer needs."""

    topology: Topology
    changes: ChangeSet
    digest: Digest
    ledger: Ledger
    observed: Observed
    refs: References
    warnings: tuple[Diagnostic, ...]


def preview(
    plan: Plan, client: Client, url: str, file_ledger: Ledger, options: Options, sink: Sink,
    observe: Observe | None = None,
) -> Preview:
    """What would make NetBox the plan.

    Args:
        url: address of the NetBox, for the digest.
        file_ledger: the copy of the ledger beside the plan; where it and NetBox disagree, NetBox wins.

    Raises:
        PlanError: the plan does not fit, or something stands in the way; all of it.
        NetBoxError: of any kind.
    """
    seen = survey(plan, client, file_ledger, options, sink, observe)
    few(seen.found).stop_on_errors()
    digest = digest_of_plan(plan, options.as_row(), url, seen.changes)
    return Preview(
        seen.topology, seen.changes, digest, seen.ledger, seen.observed, seen.refs, tuple(seen.found.warnings)
    )


def setup_only(done: Preview) -> Preview:
    """The part of a preview that makes what the plan refers to: fields, tag, catalog, site."""
    shared = change_set(
        (c for c in done.changes.changes if c.kind not in OWNED_KINDS), {}
    )
    return replace(done, changes=shared, digest=done.digest.of_part("prepared", shared.digest))
