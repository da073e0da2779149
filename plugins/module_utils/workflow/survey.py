# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Survey: read, expand, compare, and find what stands in the way. Nothing is written.

Conflicts are found here and stop nobody: a preview stops at them, a report on drift tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..diagnostics import Diagnostics
from ..diff.changeset import CREATE, MOVE, ChangeSet
from ..diff.compare import compare
from ..diff.deletions import NO_LIMIT, Limit
from ..diff.external import check_external
from ..diff.followed import followed
from ..diff.grace import spare, warn_of_marked
from ..diff.guard import guard
from ..diff.held import tell_held
from ..diff.policy import ENDS, KEEP, DriftPolicy, hold
from ..diff.racks import Size, check_units, racks_to_check
from ..diff.reasons import explain
from ..diff.refusals import Demands, check_demands, check_refusals
from ..events import Event, Sink
from ..expand.external import port_keys
from ..expand.pause import no_search_for_cycles
from ..expand.pipeline import expand
from ..model.keys import interface_key, split_device_key
from ..model.ledger import Entry, Ledger
from ..model.objects import Topology
from ..model.plan import Plan
from ..model.state import CABLE, DEVICE, INTERFACE, OWNED_KINDS, Owned, SharedRow
from ..netbox.client import Client
from ..netbox.external import read_external, taken
from ..netbox.fields import References
from ..netbox.reader import Observe, Observed, ledger_of, prove_view_rights, read_owned
from ..netbox.shared import read_shared, shared_wanted
from ..netbox.surroundings import (
    read_closed,
    read_names,
    read_racked,
    read_required,
    read_templates,
    unknown_interface_types,
)
from .adoption import adopt, lent
from .evidence import evidence
from .references import check_references
from .removal import check_removal


@dataclass(frozen=True, slots=True)
class Options:
    """Options that change what would be written, which are part of the digest; and limits, which are not.

    `grace` is a status that is given to what `prune` would delete.
    """

    prune: bool = False
    max_moves: int = 0
    rebalance: bool = False
    drift: DriftPolicy = field(default_factory=DriftPolicy)
    grace: str = ""
    max_deletions: Limit = NO_LIMIT
    adopt: bool = False
    adopt_from: str = ""

    @property
    def deletes(self) -> bool:
        """Whether what the plan no longer wants goes; what is only marked holds its ports and names."""
        return self.prune and not self.grace

    def as_row(self) -> dict[str, Any]:
        """Those that change what would be written, as plain data: the same for all ways to say it."""
        return {
            "prune": self.prune, "rebalance": self.rebalance, "drift": self.drift.as_row(), "grace": self.grace,
            "adopt": self.adopt, "adopt_from": self.adopt_from,
        }


@dataclass(frozen=True, slots=True)
class Survey:
    """What a plan wants, what NetBox has, and how they differ.

    `known` is the ledger that only files know; `found` has warnings, and as errors what stands in the way.
    """

    topology: Topology
    changes: ChangeSet
    known: Ledger
    ledger: Ledger
    observed: Observed
    refs: References
    found: Diagnostics

    @property
    def owned(self) -> Owned:
        return self.observed.owned


@no_search_for_cycles()
def survey(
    plan: Plan, client: Client, file_ledger: Ledger, options: Options, sink: Sink, observe: Observe | None = None
) -> Survey:
    """How NetBox differs from the plan.

    Args:
        file_ledger: the copy of the ledger beside the plan; where it and NetBox disagree, NetBox wins.

    Raises:
        PlanError: the plan does not fit, or refers to what is not there; all of it.
        NetBoxError: of any kind.
    """
    sink(Event("Reading NetBox"))
    prove_view_rights(client)
    refs, found = References(), Diagnostics()
    # Before our cables, which may end there.
    external = read_external(client, plan, refs)
    lender = options.adopt_from if options.adopt_from not in (plan.id, *plan.renames.plan_ids) else ""
    observed = read_owned(client, plan.id, plan.renames, refs, found, observe, sink, lender)
    owned = observed.owned
    known, placed = plan.renames.ledger(file_ledger.uncabled()), ledger_of(owned)
    there = _followed(plan, placed, owned, options.drift)
    placed = placed.like({**placed, **there})
    ledger = Ledger(known.under(placed), taken(plan, external, owned, placed))
    links = lent(plan, ledger, owned, options.deletes)
    if links:
        placed = placed.like({**placed, **{key: link.entry for key, link in links.items() if link.entry is not None}})
        ledger = Ledger(known.under(placed), taken(plan, external, owned, placed))

    sink(Event("Expanding the plan"))
    topology, warnings = expand(plan, ledger, options.deletes, options.rebalance)
    found.extend(warnings)
    _disagreements(known, ledger, topology, found)

    sink(Event("Comparing"))
    shared = read_shared(client, shared_wanted(topology), refs, topology.site.slug)
    check_references(plan, topology, shared, found)
    check_external(topology, external, (plan.id, *plan.renames.plan_ids), found)
    found.stop_on_errors()
    ports = external.wanted(topology)
    for key, port in ports.items():
        refs.add(INTERFACE, key, port.id)
    adoption = adopt(plan, topology, owned, links, ports, options.adopt, lender, client, refs, found)
    new_types = {d.device_type for d in topology.devices if d.key not in owned.devices}
    templates = read_templates(
        client, {r.key: r.id for r in shared if r.kind == "device_type" and r.id and r.key in new_types}
    )
    changes = compare(topology, owned, shared, templates, options.deletes)
    changes = explain(changes, evidence(plan, changes, client, ledger, options.deletes, options.rebalance), there)
    changes = hold(changes, options.drift)
    tell_held(changes, found)
    if options.grace:
        changes = spare(changes, owned)
    warn_of_marked(topology, owned, found)
    named = any(c.kind == DEVICE and ("name" in c.after or "tenant" in c.after) for c in changes.changes)
    names = read_names(client, topology.site.slug) if named and refs.knows("site", topology.site.slug) else {}
    sound = guard(changes, owned, names, ports, options.max_moves, found, adoption)
    check_refusals(topology, changes, shared, found)
    check_demands(topology, changes, owned, _demands(client, plan.id, changes), found)
    _rack_units(client, topology, changes, shared, found)
    if sound:
        check_removal(client, changes, owned, options.max_deletions, found)
    return Survey(topology, changes, known, ledger, observed, refs, found)


def _demands(client: Client, plan_id: str, changes: ChangeSet) -> Demands:
    """What NetBox may refuse of these changes, asked for only where they have something of the kind."""
    makes = any(c.action == CREATE and c.kind in OWNED_KINDS for c in changes.changes)
    types = {str(c.after["type"]) for c in changes.changes if c.kind == INTERFACE and "type" in c.after}
    cabled = any(c.kind == CABLE and c.action in (CREATE, MOVE) for c in changes.changes)
    return Demands(
        read_required(client) if makes else {},
        unknown_interface_types(client, types) if types else (),
        read_closed(client, plan_id) if cabled else (),
    )


def _followed(plan: Plan, placed: Ledger, owned: Owned, drift: DriftPolicy) -> dict[str, Entry]:
    """Ledger entries of cables that were moved by hand and are to stay there."""
    if drift.of(*ENDS) != KEEP:
        return {}
    names = {key: port_keys(one) for key, one in plan.switch_classes.items()}
    ports = {}
    for (device, name), row in owned.nameless.items():
        port = names.get(split_device_key(device)[0], {}).get(name)
        if port is not None:
            ports[f"#{row.id}"] = interface_key(device, port)
    return followed(placed, owned, ports)


def _disagreements(file_ledger: Ledger, ledger: Ledger, topology: Topology, found: Diagnostics) -> None:
    """The ledger file is a copy; the preview says where it differs from what NetBox has."""
    wanted = {cable.key for cable in topology.cables}
    differ = [
        key for key, entry in file_ledger.items()
        if key in wanted and key in ledger and not ledger[key].places_as(entry)
    ]
    if differ:
        shown = ", ".join(differ[:5]) + (", ..." if len(differ) > 5 else "")
        found.warn(
            "ledger-differs", (),
            f"the ledger file and NetBox disagree about the ports of {len(differ)} links ({shown}); NetBox wins.",
        )


def _rack_units(
    client: Client, topology: Topology, changes: ChangeSet, shared: Sequence[SharedRow], found: Diagnostics
) -> None:
    racks = racks_to_check(topology, changes)
    if not racks:
        return
    sizes = {
        row.key: Size(float(row.payload.get("u_height", 1)), bool(row.payload.get("is_full_depth", True)))
        for row in shared if row.kind == "device_type"
    }
    check_units(topology, changes, sizes, read_racked(client, topology.site.slug, racks), found)
