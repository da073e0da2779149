# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""`grace`: what the plan no longer wants gets the status decommissioning instead of being deleted.

It stays owned and a leftover until a run without `grace` deletes it. Interfaces have no status in NetBox, and stay as
they are. What is marked already is no change.
"""

from __future__ import annotations

from dataclasses import replace

from ..diagnostics import Diagnostics
from ..model.objects import Topology
from ..model.state import CABLE, DEVICE, Owned
from .changeset import PLAN, UPDATE, Change, ChangeSet
from .compare import change_set, removals

DECOMMISSIONING = "decommissioning"

_SHOWN = 5


def spare(changes: ChangeSet, owned: Owned) -> ChangeSet:
    """The change set with its leftovers marked."""
    kept = {(c.kind, c.key): c for c in changes.changes}
    for gone in removals(owned, changes.leftovers):
        row = owned.of(gone.kind)[gone.key]
        if gone.kind not in (DEVICE, CABLE) or row.values.get("status") == DECOMMISSIONING:
            continue
        # A leftover that follows a rename is a change already.
        place = gone.kind, gone.key
        one = kept.get(place) or Change(gone.kind, UPDATE, gone.key, gone.label, id=gone.id, reason=PLAN)
        kept[place] = replace(
            one, before={**one.before, "status": row.values.get("status")},
            after={**one.after, "status": DECOMMISSIONING},
        )
    return replace(change_set(kept.values(), changes.leftovers), held=changes.held, grace=DECOMMISSIONING)


def warn_of_marked(topology: Topology, owned: Owned, found: Diagnostics) -> None:
    """Warn of wanted objects that are still marked: a status that the plan does not state is not ours to touch."""
    marked = {
        "devices": [d.name for d in topology.devices if d.status is None and _marked(owned, DEVICE, d.key)],
        "cables": [c.key for c in topology.cables if _marked(owned, CABLE, c.key)],
    }
    for word, names in marked.items():
        if names:
            shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
            found.warn(
                "wanted-decommissioning", (),
                f"the plan wants {len(names)} {word} that have the status decommissioning ({shown}), and a run leaves"
                " a status that the plan does not state.",
                "Set their status in NetBox" + (", or state it in the plan." if word == "devices" else "."),
            )


def _marked(owned: Owned, kind: str, key: str) -> bool:
    row = owned.of(kind).get(key)
    return row is not None and row.values.get("status") == DECOMMISSIONING
