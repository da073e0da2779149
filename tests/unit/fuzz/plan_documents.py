# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged plan documents, as mappings and as files, through the gate that users take, up to a preview."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from ansible.errors import AnsibleError

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Plan
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import ReadOnly
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import find_plan

from ..fakes.netbox import FakeNetBox
from ..plans import SHIPPED_PLANS
from ..promises import check
from ..runs import URL
from .mutations import mutated, mutated_bytes
from .outcomes import RIGHT, Outcome, in_words, within

_UNIT = Path(__file__).resolve().parents[1]
# The first DIET's own documents, which not everybody has.
CASES = Path(os.environ.get("HEDGEHOG_DIET_CASES", "") or _UNIT.parents[2] / "shared" / "cases") / "origin"
_SECONDS = 20.0  # for one document, on a busy machine
_TOO_LARGE = ("servers-10000",)
_LARGE = 4000  # links of a topology that is checked and compared


@cache
def documents() -> tuple[list[str], list[str]]:
    """The texts of plans that are right, and of some that are not, to begin with."""
    right = [path for path in SHIPPED_PLANS.glob("*.yml") if path.stem not in _TOO_LARGE]
    right += (_UNIT / "expand" / "origin_documents").glob("*.y*ml")
    right += CASES.glob("*.yaml") if CASES.is_dir() else ()
    wrong = (_UNIT / "expand" / "errors").glob("*.yml")
    good, bad = ([path.read_text(encoding="utf-8") for path in sorted(paths)] for paths in (right, wrong))
    return good, bad


def _any(rng: Random) -> str:
    right, wrong = documents()
    return rng.choice(right if rng.random() < 0.8 else wrong)


def text(rng: Random, directory: Path) -> Outcome:
    """A plan file of which some bytes are others."""
    path = directory / "plan.yml"
    path.write_bytes(mutated_bytes(_any(rng).encode(), rng))
    return _outcome(str(path), True)


def document(rng: Random, directory: Path) -> Outcome:
    """A plan as a mapping, or written to a file, of which some values are others."""
    damaged = mutated(_loaded(_any(rng)) or {}, rng, rng.choice((1, 1, 1, 2, 5)), 0.6)
    if rng.random() < 0.5:
        return _outcome(damaged, False)
    path = directory / "plan.yml"
    try:
        path.write_text(json.dumps(damaged) if rng.random() < 0.3 else yaml.safe_dump(damaged, allow_unicode=True))
    except (ValueError, RecursionError):
        return _outcome(damaged, False)
    return _outcome(str(path), True)


@cache
def _loaded(content: str) -> Any:
    return yaml.safe_load(content)


def _outcome(plan: Any, is_file: bool) -> Outcome:
    file = plan if is_file else ""
    with within(_SECONDS):
        try:
            found = find_plan(plan, str)
        except AnsibleError as error:
            return in_words(error, file)
        netbox = FakeNetBox()
        try:
            topology = expand(found.loaded.plan)[0]
            if len(topology.cables) < _LARGE:
                check(found.loaded.plan, topology)
            _preview(found.loaded.plan, topology, netbox)
        except PlanError as error:
            return in_words(AnsibleError(found.explain(found.loaded.locate(error.diagnostics))), file)
        finally:
            assert not netbox.writes()
    return RIGHT


def _preview(plan: Plan, topology: Topology, netbox: FakeNetBox) -> None:
    """An empty NetBox gets all of it."""
    done = preview(plan, Client(ReadOnly(netbox)), URL, Ledger(), Options(), silent)
    made = {kind: actions["create"] for kind, actions in done.changes.counts().items()}
    there = {"device": topology.devices, "interface": topology.interfaces, "cable": topology.cables}
    assert all(made.get(kind, 0) == len(rows) for kind, rows in there.items())
