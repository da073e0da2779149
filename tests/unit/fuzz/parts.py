# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""All parts of the fuzzing, and their entry: `run` tries so many inputs of a seed, and counts what became of them.

    python -m unit.fuzz.parts 2000 --seed 7 --part reply         (from `tests`, with the collection on the path)

The same seed tries the same inputs. `attempt` repeats one of them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from . import netbox_replies, plan_documents, stored_state
from .outcomes import ERROR, RIGHT, WRONG, Outcome

Attempt = Callable[[Random, Path], Outcome]

# Each with its share of what is tried, by what an attempt costs.
PARTS: dict[str, tuple[Attempt, int]] = {
    "plan text": (plan_documents.text, 6),
    "plan document": (plan_documents.document, 3),
    "ledger file": (stored_state.ledger, 4),
    "snapshot": (stored_state.snapshot, 1),
    "run record": (stored_state.record, 1),
    "journal": (stored_state.journal, 1),
    "marks": (stored_state.marks, 2),
    "refusal": (netbox_replies.refusal, 8),
    "reply": (netbox_replies.reply, 3),
}


def attempt(part: str, seed: int, number: int, directory: Path) -> Outcome:
    """One input."""
    return PARTS[part][0](Random(f"{seed} {part} {number}"), directory)


def run(count: int, seed: int, only: str = "", tell: Callable[[str], None] = print) -> dict[str, dict[str, int]]:
    """Try about `count` inputs in all, and count by part what became of them; `tell` hears of what went wrong."""
    shares = {part: share for part, (_attempt, share) in PARTS.items() if only in ("", part)}
    told: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory(prefix="diet-fuzz-") as directory:
        for part, share in shares.items():
            found: Counter[str] = Counter()
            for number in range(-(-count * share // sum(shares.values()))):
                try:
                    outcome = attempt(part, seed, number, Path(directory))
                    because = "" if outcome != WRONG else "it says that it is wrong"
                except Exception:
                    outcome, because = WRONG, traceback.format_exc()[-3000:]
                if because:
                    tell(f"{part}, seed {seed}, number {number}:\n{because}")
                found[outcome] += 1
            told[part] = {
                "inputs": sum(found.values()), "errors": found[ERROR], "right": found[RIGHT], "wrong": found[WRONG]
            }
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="", choices=["", *PARTS])
    asked: Any = parser.parse_args()
    print(json.dumps(run(asked.count, asked.seed, asked.part), indent=1))


if __name__ == "__main__":
    main()
