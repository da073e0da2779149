# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every quantity up to 2,000 of every distribution: what sizes also places, and no port is used twice.

A few quantities in the profile quick, all of them in the profile soak.
"""

from __future__ import annotations

import dataclasses
from random import Random

import pytest
from hypothesis import settings

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Plan

from ..plans import Document, document, loaded, rails, servers, switches, zone
from ..promises import check

MOST = 2000
QUICK = 30  # examples of a property in the profile quick: with more, the sweep is complete


def quantities(seed: int) -> list[int]:
    """Small ones, because that is where most sizes change; a large one; all."""
    if settings.default is not None and settings.default.max_examples > QUICK:
        return list(range(1, MOST + 1))
    some = Random(seed)
    return [some.randint(1, 12), some.randint(13, 120), some.randint(121, 500)]


def links(distribution: str, number: int, **more: object) -> list[Document]:
    """Connections of 1 to 3 links that together are so many."""
    rows: list[Document] = []
    while number:
        ports = min(number, 1 + len(rows) % 3)
        rows.append({"distribution": distribution, "ports": ports, "key": f"{distribution}-{len(rows)}", **more})
        number -= ports
    return rows


def classes(distribution: str) -> Document:
    """Three classes of different widths in one zone. The second is a third of the first, the third a seventh."""
    if distribution == "rails":
        return {"gpu": servers(7, *rails(8)), "head": servers(2, *rails(3)), "box": servers(1, *rails(5))}
    if distribution == "mixed":
        return {
            "gpu": servers(7, *rails(4), *links("alternating", 2)),
            "head": servers(2, *links("same-switch", 3), *links("none", 2)),
            "box": servers(1, *links("alternating", 5)),
        }
    return {
        "gpu": servers(7, *links(distribution, 4)),
        "head": servers(2, *links(distribution, 1)),
        "box": servers(1, *links(distribution, 3)),
    }


SHAPES = {
    "broken out": {"leaf": switches(servers=zone("1-32", "2x400g"))},
    "narrow": {"leaf": switches(servers=zone("1-9:2", "1x100g"), other=zone("2-8:2", "4x100g"))},
    "with spines": {
        "leaf": switches(servers=zone("1-48", allocation="interleaved"), up=zone("49-54", "1x800g", "uplink")),
        "spine": switches(role="spine", down=zone("1-1024", "1x800g", "fabric")),
    },
    "in pairs": {
        "leaf": switches(servers=zone("1-24", "2x100g"), twin=zone("31-32", "1x400g", "peer"),
                         redundancy={"type": "mclag"}),
    },
}


def with_quantities(plan: Plan, number: int) -> Plan:
    each = {"gpu": number, "head": number // 3, "box": number // 7}
    rows = {key: dataclasses.replace(row, quantity=each[key]) for key, row in plan.server_classes.items()}
    return dataclasses.replace(plan, server_classes=rows)


@pytest.mark.parametrize(
    ("shape", "distribution"),
    [
        (shape, distribution)
        for shape in SHAPES
        for distribution in ("alternating", "same-switch", "none", "rails", "mixed")
        if shape != "in pairs" or distribution not in ("rails", "mixed")  # rails do not go to groups
    ],
)
def test_whatever_sizes_also_places(shape: str, distribution: str) -> None:
    plan = loaded(document(SHAPES[shape], classes(distribution)))
    for number in quantities(len(shape) * len(distribution)):
        rows = with_quantities(plan, number)
        topology = expand(rows)[0]
        check(rows, topology)
