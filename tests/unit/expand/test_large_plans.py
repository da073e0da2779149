# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The large plans of the benchmark, a fiftieth of them: they place, and keep every promise."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ..plans import Document, counts, expanded, loaded, warnings_of
from ..promises import check

PLANS = Path(__file__).parents[2] / "performance" / "plans"


def a_fiftieth(name: str) -> Document:
    plan: Document = yaml.safe_load((PLANS / f"{name}.yml").read_text(encoding="utf-8"))
    for row in (*plan["switch_classes"].values(), *plan["server_classes"].values()):
        row.pop("ports", None)  # the promises are about ports with cables
        if "quantity" in row:
            row["quantity"] = max(row["quantity"] // 50, 2 if "role" in row else 1)
    return plan


@pytest.mark.parametrize("name", ["rail-10000", "synthetic-10000"])
def test_large_plans_keep_every_promise(name: str) -> None:
    plan = a_fiftieth(name)
    topology = expanded(plan)
    assert len(topology.cables) > 700
    assert warnings_of(plan) == []
    check(loaded(plan), topology)


def test_every_plane_of_the_rail_plan_is_alike() -> None:
    found = counts(expanded(a_fiftieth("rail-10000")))
    for tier in ("leaf", "spine"):
        assert len({found[f"be-{tier}-{plane}"] for plane in range(8)}) == 1
