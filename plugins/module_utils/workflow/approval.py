# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds a run to what was approved: the digest of a preview against the digest of what the run would do itself.

Both are made here, of the same parts by the same code. Options that only allow or tell something are in none of them:
`max_moves`, where reports go, how many lines a diff has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ..diagnostics import Diagnostic, Diagnostics
from ..diff.approval import Digest, Row, moved_changes
from ..diff.changeset import ChangeSet
from ..expand.artifact import meaning_digest
from ..expand.pipeline import ALGORITHM
from ..model.plan import Plan
from ..model.renames import Renames

# What the last preview left of its changes, to be asked for where they are needed.
Shown = Callable[[], Iterable[Row]]


def digest_of_plan(plan: Plan, options: Mapping[str, Any], url: str, changes: ChangeSet) -> Digest:
    """The digest of a run that brings a NetBox to a plan; `options` are those that decide what is written."""
    return Digest.of(ALGORITHM, meaning_digest(plan), options, url, changes.digest)


def digest_of_teardown(plan_id: str, renames: Renames, grace: str, url: str, changes: ChangeSet) -> Digest:
    """The digest of a run that removes a plan: of the plan it depends on the ids alone."""
    return Digest.of(ALGORITHM, [plan_id, *renames.plan_ids], ["absent", grace], url, changes.digest)


def digest_of_undo(run: str, url: str, changes: ChangeSet) -> Digest:
    """The digest of a run that takes back another one."""
    return Digest.of(ALGORITHM, run, "undo", url, changes.digest)


def hold_to(approved: str | None, now: Digest, changes: ChangeSet, shown: Shown) -> Collection[Diagnostic]:
    """Refuse to do what was not approved; warnings come back.

    A run that finds nothing to do has nothing to be approved: one that is repeated after it was carried out, say.

    Args:
        approved: the digest that was approved, None where nobody asks for approval.
        now: the digest of what the run would do.

    Raises:
        PlanError: something else was approved. It says which part moved, and what to approve now.
    """
    if approved is None:
        return ()
    found = Diagnostics()
    then = Digest.parse(approved)
    if then is None:
        found.error(
            "malformed-digest", (), f"approved_digest: {approved[:100]!r} is no digest of a preview.",
            "One looks like 1-0123456789ab-01234567-01234567- and 40 more digits.",
        )
    elif then == now:
        return ()
    elif not changes:
        found.warn(
            "nothing-to-approve", (), f"nothing is left to do, so nothing is written; {_moved(then, now)}.",
        )
    else:
        listed = "".join(f"\n    {one}" for one in _listed(then, changes, shown))
        found.error(
            "not-approved", (), f"what would be written is not what was approved: {_moved(then, now)}.",
            f"Nothing is written. Look at the preview again, then approve {now.text()}{listed}",
        )
    found.stop_on_errors()
    return found.warnings


def _moved(then: Digest, now: Digest) -> str:
    """Which parts differ, in words."""
    parts = []
    if then.algorithm != now.algorithm:
        parts.append(
            f"this version of hedgehog.diet expands plans by algorithm {now.algorithm}, not {then.algorithm}"
        )
    if then.plan != now.plan:
        parts.append("the plan is another")
    if then.options != now.options:
        parts.append("the options that decide what is written are others")
    if then.netbox != now.netbox:
        parts.append("the address of NetBox is another")
    if not parts:
        return "NetBox (or the ledger file) has changed since"
    return f"{', '.join(parts)}; the changes are {'the same' if then.changes == now.changes else 'others'}"


def _listed(then: Digest, changes: ChangeSet, shown: Shown) -> list[str]:
    """The first changes that differ, where the changes that were approved are still known."""
    if then.changes == changes.digest[:len(then.changes)]:
        return []
    rows = list(shown())
    return moved_changes(rows, (change.as_row() for change in changes.changes)) if then.is_of(rows) else []
