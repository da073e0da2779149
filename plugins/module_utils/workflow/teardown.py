# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teardown: the change set that removes exactly what a plan owns, cables first. Shared objects stay."""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics import Diagnostic, Diagnostics
from ..diff.approval import Digest
from ..diff.changeset import ChangeSet
from ..diff.compare import change_set, removals
from ..diff.deletions import NO_LIMIT, Limit
from ..diff.grace import spare
from ..diff.guard import guard_strays
from ..events import Event, Sink
from ..expand.pause import no_search_for_cycles
from ..model.keys import natural
from ..model.renames import Renames
from ..model.state import OWNED_KINDS, Owned, SharedRow
from ..netbox.client import Client
from ..netbox.fields import References
from ..netbox.reader import Observed, prove_view_rights, read_owned
from ..netbox.shared import REFERENCES, read_shared
from .approval import digest_of_teardown
from .removal import check_removal


@dataclass(frozen=True, slots=True)
class Teardown:
    """What would be removed. `stays` names the shared objects that the plan's devices used, by kind."""

    changes: ChangeSet
    digest: Digest
    refs: References
    observed: Observed
    stays: dict[str, list[str]]
    warnings: tuple[Diagnostic, ...] = ()


@no_search_for_cycles()
def teardown(
    plan_id: str, renames: Renames, client: Client, url: str, sink: Sink, grace: str = "", limit: Limit = NO_LIMIT
) -> Teardown:
    """What would remove a plan.

    Args:
        renames: what the plan was called before; what carries a former id goes too.
        grace: a status that devices and cables get instead.

    Raises:
        PlanError: something of others hangs on it, it is more than the limit, or its marks are damaged; all of it.
        NetBoxError: of any kind.
    """
    sink(Event("Reading NetBox"))
    prove_view_rights(client)
    refs = References()
    found = Diagnostics()
    observed = read_owned(client, plan_id, renames, refs, found)
    owned = observed.owned
    keys = {kind: tuple(sorted(owned.of(kind), key=natural)) for kind in OWNED_KINDS}
    changes = spare(ChangeSet((), keys), owned) if grace else change_set(removals(owned, keys), {})
    if guard_strays(owned, found):
        check_removal(client, changes, owned, limit, found)
    found.stop_on_errors()
    sites = sorted({str(row.values["site"]) for row in owned.devices.values()})
    read_shared(client, [SharedRow("site", site, {}) for site in sites], refs)
    digest = digest_of_teardown(plan_id, renames, grace, url, changes)
    return Teardown(changes, digest, refs, observed, _stays(owned), tuple(found.warnings))


def _stays(owned: Owned) -> dict[str, list[str]]:
    used: dict[str, set[str]] = {}
    for row in owned.devices.values():
        for kind in ("device_type", "device_role", "site", *REFERENCES):
            if row.values.get(kind):
                used.setdefault(f"{kind}s", set()).add(str(row.values[kind]))
    return {kind: sorted(names) for kind, names in used.items()}
