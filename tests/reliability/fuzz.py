# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input by the thousand, against the in-memory NetBox: what `tests/unit/fuzz` tries a slice of."""

from __future__ import annotations

from unit.fuzz.parts import PARTS
from unit.fuzz.parts import run as try_part

from .figures import Kept


def run(inputs: int, seed: int, kept: Kept) -> None:
    """Try about so many inputs of a seed, a part at a time."""
    shares = sum(share for _attempt, share in PARTS.values())
    for part, (_attempt, share) in PARTS.items():
        wrong: list[str] = []
        count = -(-inputs * share // shares)
        counts = try_part(count, seed, part, wrong.append)[part]
        print(f"{part}: {counts}", *wrong, sep="\n    ", flush=True)
        kept.add(part, {
            **counts, "seed": seed, "problems": [text[:300] for text in wrong],
            "again": f"cd tests && python -m unit.fuzz.parts {count} --seed {seed} --part '{part}'",
        })
