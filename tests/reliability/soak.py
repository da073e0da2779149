#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries for hours what `make test` tries a little of, and stores the figures.

    make soak                                           all parts
    make soak ARGS="kills wire --seeds 200"             some of them
    make soak ARGS="wire --seeds 20 --from 400"         other seeds, which add to what is stored of the same code
    make soak ARGS=--more                               what a soak that was broken off has left
    make soak ARGS="--again 'grow: body cut @ write 3'" one trial once more, as it was printed
    make soak ARGS=page                                 the page once more, of what is stored

Parts: `kills` (SIGKILL at every write), `wire` (a proxy that lies), `fuzz` (bad input by the thousand), `properties`
(generated plans, a hundred times as many). Each writes results/<part>.json; docs/reliability.md is made of these.
Prints a line for whatever is wrong, with which it can be done again, and ends with 1 then.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".cache" / "collections")]

from integration.support.sandbox import bring_up, keep  # noqa: E402

from reliability import fuzz, properties, script  # noqa: E402
from reliability.faults import ON_THE_WIRE  # noqa: E402
from reliability.figures import Kept, of_trial  # noqa: E402
from reliability.page import write_page  # noqa: E402
from reliability.proxy import proxied  # noqa: E402
from reliability.trial import Stage  # noqa: E402

SEEDS = len(ON_THE_WIRE) * len(script.SCENES)  # each fault once in each scene
RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of the part wire: how many")
    parser.add_argument("--from", type=int, default=0, dest="first", help="of the part wire: the first of them")
    parser.add_argument("--scenes", nargs="+", choices=[*script.SCENES], default=[*script.SCENES], help="of kills")
    parser.add_argument("--inputs", type=int, default=50_000, help="of the part fuzz: how many")
    parser.add_argument("--seed", type=int, default=20, help="of the part fuzz")
    parser.add_argument("--examples", type=int, default=3000, help="of the part properties: for each of them")
    parser.add_argument("--again", metavar="TRIAL", help="do one trial again, and nothing else")
    parser.add_argument("--more", action="store_true", help="only what a soak that was broken off has left")
    parser.add_argument("--no-store", action="store_true", help="keep the stored results and the page as they are")
    arguments = parser.parse_args()
    if arguments.parts == ["page"]:
        write_page()
        return 0
    unknown = sorted({*arguments.parts} - PARTS.keys())
    if unknown:
        parser.error(f"no part is called {', '.join(unknown)}")
    if arguments.again:
        return _again(arguments.again)
    wrong = 0
    for part in arguments.parts or PARTS:
        kept = Kept(None if arguments.no_store else RESULTS / f"{part}.json")
        try:
            PARTS[part](arguments, kept)
        finally:
            wrong += kept.wrong
            if not arguments.no_store:
                write_page()
    print(f"{wrong} wrong" if wrong else "Nothing is wrong")
    return 1 if wrong else 0


@contextmanager
def _stage() -> Iterator[Stage]:
    sandbox = bring_up()
    try:
        with proxied(sandbox.url) as proxy, tempfile.TemporaryDirectory(prefix="diet-soak-") as directory:
            yield Stage(sandbox, proxy, Path(directory) / "run")
    finally:
        if not keep():
            sandbox.destroy()


def _again(text: str) -> int:
    with _stage() as stage:
        trial = stage.play(script.Script.parse(text))
    for run in trial.struck:
        print(f"{', '.join(map(str, run.happened)) or 'nothing'}: {run.outcome}. {run.message}")
    print("\n".join(trial.problems) or f"Right after {trial.further} further runs")
    return 1 if trial.problems else 0


def _trials(scripts: Callable[[Stage], Iterator[tuple[str, script.Script]]], kept: Kept, more: bool) -> None:
    """Play scripts, each under a name; with `more` only those that are not stored yet."""
    with _stage() as stage:
        for name, one in scripts(stage):
            if more and kept.has(name):
                continue
            trial = stage.play(one)
            kept.report["sizes"][one.scene] = stage.size(one.scene)
            kept.add(name, of_trial(trial))
            print(f"{name}: {one} -> {'WRONG' if trial.problems else trial.struck[-1].outcome}", flush=True)
            for problem in trial.problems:
                print(f"    {problem[:1000]}", flush=True)
            if trial.problems:
                print(f"    again: make soak ARGS=\"--again '{one}'\"", flush=True)


def _kills(arguments: argparse.Namespace, kept: Kept) -> None:
    _trials(
        lambda stage: ((str(one), one) for one in script.kills(stage.size) if one.scene in arguments.scenes),
        kept, arguments.more,
    )


def _wire(arguments: argparse.Namespace, kept: Kept) -> None:
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    _trials(
        lambda stage: ((f"seed {seed:04}", script.of_seed(seed, stage.size)) for seed in seeds), kept, arguments.more
    )


PARTS: Mapping[str, Callable[[argparse.Namespace, Kept], None]] = {
    "kills": _kills,
    "wire": _wire,
    "fuzz": lambda arguments, kept: fuzz.run(arguments.inputs, arguments.seed, kept),
    "properties": lambda arguments, kept: properties.run(arguments.examples, kept),
}


if __name__ == "__main__":
    sys.exit(main())
