#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what a plan creates in an empty NetBox as a file of changes, which the NetBox plugin in extensions loads.

    tools/plan_changes.py playbooks/plans/gpu-small.yml gpu-small.jsonl     or - for standard output

The same change set that the module would carry out, made without a NetBox; extensions/netbox_diet says how it is
written. Plans that refer to devices which are there already have to be previewed, and are refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / ".cache" / "collections")]

import yaml  # noqa: E402

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import Change, ChangeSet  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import compare  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.marks import plan_tag  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import OWNED_KINDS, Owned  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.fields import References  # noqa: E402
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import (  # noqa: E402
    KEY_MARK,
    PLAN_MARK,
    RESOURCES,
    SHARED_RESOURCES,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.shared import shared_wanted  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=Path, help="a plan file")
    parser.add_argument("changes", help="the file to write; - for standard output")
    arguments = parser.parse_args()
    try:
        plan, _warnings = load(yaml.safe_load(arguments.plan.read_text(encoding="utf-8")))
        topology, _warnings = expand(plan)
    except PlanError as error:
        parser.exit(1, f"{error}\n")
    if topology.external_devices:
        parser.exit(1, f"{arguments.plan} links to devices that are there already; preview it on their NetBox.\n")
    with ExitStack() as stack:
        out = sys.stdout
        if arguments.changes != "-":
            out = stack.enter_context(open(arguments.changes, "w", encoding="utf-8"))
        for row in rows(topology):
            out.write(json.dumps(row, separators=(",", ":"), default=list) + "\n")
    return 0


def rows(topology: Topology) -> Iterator[Mapping[str, Any]]:
    """The header, then every change, in the order in which they refer to each other."""
    # As they come from an empty NetBox, which is asked for one kind after the other.
    kinds = list(SHARED_RESOURCES)
    shared = sorted(shared_wanted(topology), key=lambda row: kinds.index(row.kind))
    changes = compare(topology, Owned(), shared, {}, prune=False)
    yield _header(topology, changes)
    for change in changes.changes:
        yield _row(change)


def _header(topology: Topology, changes: ChangeSet) -> Mapping[str, Any]:
    return {
        "format": "diet-changes",
        "version": 1,
        "plan": topology.plan_id,
        "site": topology.site.slug,
        "tag": plan_tag(topology.plan_id),
        "digest": changes.digest,
        "plan_mark": PLAN_MARK,
        "key_mark": KEY_MARK,
        "marks": {kind: _marks(kind) for kind in OWNED_KINDS},
        "on_create": {kind: dict(RESOURCES[kind].on_create) for kind in OWNED_KINDS},
        "counts": {kind: actions["create"] for kind, actions in changes.counts().items()},
    }


def _marks(kind: str) -> dict[str, str]:
    """Which managed fields are kept as custom fields: a field tells by how it is written."""
    fields = (one for one in RESOURCES[kind].fields if one.select == "custom_fields")
    return {one.name: next(iter(one.write("", References())["custom_fields"])) for one in fields}


def _row(change: Change) -> Mapping[str, Any]:
    return {"action": change.action, "kind": change.kind, "key": change.key, "after": change.after}


if __name__ == "__main__":
    sys.exit(main())
