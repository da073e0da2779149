# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview: read, expand, compare, guard. What comes out is all that apply may do; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics import Diagnostic, Diagnostics
from ..diff.changeset import CREATE, DELETE, ChangeSet, digest
from ..diff.compare import change_set, compare
from ..diff.guard import guard, guard_removals
from ..events import Event, Sink
from ..expand.artifact import plan_digest
from ..expand.pipeline import expand
from ..model.ledger import Ledger
from ..model.objects import Topology
from ..model.plan import Plan
from ..model.state import DEVICE, Owned, SharedRow, Surroundings
from ..netbox.client import Client
from ..netbox.reader import (
    ledger_of,
    prove_view_rights,
    read_foreign_cables,
    read_names,
    read_owned,
    read_shared,
    read_templates,
    shared_wanted,
)
from ..netbox.resources import References


@dataclass(frozen=True, slots=True)
class Options:
    """Options that change what would be written; part of the digest."""

    prune: bool = False
    max_moves: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a run would do and why. `refs` holds the ids that the writer needs."""

    topology: Topology
    changes: ChangeSet
    digest: str
    ledger: Ledger
    owned: Owned
    refs: References
    warnings: tuple[Diagnostic, ...]


def preview(plan: Plan, client: Client, url: str, file_ledger: Ledger, options: Options, sink: Sink) -> Preview:
    """What would make NetBox the plan.

    Args:
        url: address of the NetBox, for the digest.
        file_ledger: the copy of the ledger beside the plan; where it and NetBox disagree, NetBox wins.

    Raises:
        PlanError: the plan does not fit, or something stands in the way; all of it.
        NetBoxError: of any kind.
    """
    sink(Event("Reading NetBox"))
    prove_view_rights(client)
    refs = References()
    owned = read_owned(client, plan.id, refs)
    ledger = file_ledger.uncabled().under(ledger_of(owned))

    sink(Event("Expanding the plan"))
    topology, warnings = expand(plan, ledger, options.prune)
    found = Diagnostics(warnings)
    _disagreements(file_ledger, ledger, topology, found)

    sink(Event("Comparing"))
    shared = read_shared(client, shared_wanted(topology), refs)
    _unknown_types(plan, shared, found)
    found.stop_on_errors()
    around = Surroundings()
    new_types = {d.device_type for d in topology.devices if d.key not in owned.devices}
    read_templates(
        client, {r.key: r.id for r in shared if r.kind == "device_type" and r.id and r.key in new_types}, around
    )
    changes = compare(topology, owned, shared, around.templates, options.prune)
    if any(c.kind == DEVICE and (c.action == CREATE or "name" in c.after) for c in changes.changes) and any(
        row.kind == "site" and row.id for row in shared
    ):
        read_names(client, topology.site.slug, around)
    guard(changes, owned, around, options.max_moves, found)
    _stripped_cables(client, changes, owned, found)
    found.stop_on_errors()
    return Preview(
        topology, changes, digest(changes.digest, plan_digest(plan), url, [options.prune]), ledger, owned, refs,
        tuple(found.warnings),
    )


def setup_only(done: Preview) -> Preview:
    """The part of a preview that makes what the plan refers to: fields, tag, catalog, site."""
    shared = change_set(
        (c for c in done.changes.changes if c.kind not in ("device", "interface", "cable")), {}
    )
    return Preview(done.topology, shared, shared.digest, done.ledger, done.owned, done.refs, done.warnings)


def _unknown_types(plan: Plan, shared: list[SharedRow], found: Diagnostics) -> None:
    unknown = {row.key for row in shared if row.kind == "device_type" and row.id is None and not row.payload}
    for section, classes in (("switch_classes", plan.switch_classes), ("server_classes", plan.server_classes)):
        for one in classes.values():
            if one.device_type.slug in unknown:
                found.error(
                    "unknown-device-type", (section, one.key, "device_type"),
                    f"NetBox has no device type {one.device_type.slug!r}, and neither has the catalog.",
                    "Add it to `catalog.device_types`, or to NetBox.",
                )


def _disagreements(file_ledger: Ledger, ledger: Ledger, topology: Topology, found: Diagnostics) -> None:
    """The ledger file is a copy; the preview says where it differs from what NetBox has."""
    wanted = {cable.key for cable in topology.cables}
    differ = [
        key for key, entry in file_ledger.items()
        if key in wanted and key in ledger and ledger[key].text() != entry.text()
    ]
    if differ:
        shown = ", ".join(differ[:5]) + (", ..." if len(differ) > 5 else "")
        found.warn(
            "ledger-differs", (),
            f"the ledger file and NetBox disagree about the ports of {len(differ)} links ({shown}); NetBox wins.",
        )


def _stripped_cables(client: Client, changes: ChangeSet, owned: Owned, found: Diagnostics) -> None:
    going = [c.id for c in changes.of(DEVICE, DELETE) if c.id is not None]
    if not going:
        return
    around = Surroundings()
    read_foreign_cables(client, going, owned, around)
    guard_removals(owned, around, found)
