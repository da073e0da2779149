# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/reliability.md, made of all stored results; `make soak ARGS=page` writes it anew without trying anything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .faults import KILLED_AFTER, KILLED_BEFORE, KINDS, ON_THE_WIRE
from .scenes import SCENES
from .trial import ERROR, RIGHT

Report = Mapping[str, Any]

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parent / "results"
PAGE = ROOT / "docs" / "reliability.md"

HEAD = """\
# Reliability

Written by `make soak`, which repeats it; the figures are in `tests/reliability/results`, with every single trial. What
these trials promise is in [netbox.md](netbox.md#when-a-run-is-interrupted). `make test` plays a few of them, always the
same.

A trial is played on a real NetBox, which is brought to a scene. The module runs as Ansible starts it, through a proxy
on the way to NetBox; at some request something happens. Then it runs without, as often as it takes until a run writes
nothing. Right is a trial if all of this holds:

- Each run ended well, or with one error that a person can read, without a traceback and without the token in it or in
  any file that it left; or it was killed.
- The next run went on, and did not fail, unless NetBox was changed under it.
- No write was sent a second time after NetBox had carried it out, in one run.
- In the end NetBox has, field by field and not counting ids and times, what it has after a run that nothing happened
  to: every device, interface, cable, type, role, site, rack, tag, field, whoever it belongs to. So has the ledger file.
- A run that said that it was done left nothing for the next one, unless others wrote.

The scenes are of one plan with all kinds of objects, beside devices and a cable of somebody else:

"""


def write_page() -> None:
    """Write docs/reliability.md anew."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """What stored results come to."""
    text = [HEAD + "".join(f"- **{scene.name}**: {scene.told}\n" for scene in SCENES.values())]
    stored = {part: RESULTS / f"{part}.json" for part in SECTIONS}
    reports = {
        part: json.loads(path.read_text(encoding="utf-8")) for part, path in stored.items() if path.exists()
    }
    sizes = {scene: size for one in reports.values() for scene, size in one.get("sizes", {}).items()}
    for part, report in reports.items():
        text.append("\n".join(SECTIONS[part]({**report, "sizes": sizes})) + "\n")
    return "\n".join(text)


def _kills(report: Report) -> Iterator[str]:
    trials = [*report["trials"].values()]
    yield "## Killed"
    yield ""
    yield (
        "SIGKILL in the moment in which a write is sent, before NetBox gets it, or after NetBox has committed it,"
        " before the answer is there. *In a row*: each run is killed after one change, until there is none left to"
        " make, so that one begins at every point that there is. *Alone*: one run is killed, and all that NetBox has is"
        " compared after the next ones. Those of a third of these find no report directory, and so nothing but NetBox:"
        " they refuse to write until they are told that the run which holds the lock is dead."
    )
    yield ""
    yield _told(report)
    alone_at = sum(len(one["runs"]) == 1 for one in trials)
    there = 2 * sum(report["sizes"].get(scene, (0, 0))[1] for scene in SCENES)
    yield f"Of {there} kills alone that there are, {alone_at} were tried."
    yield ""
    yield "| scene | writes | killed in a row | alone, before a write | after a write | without reports | right |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for scene in SCENES:
        of_scene = [one for one in trials if one["scene"] == scene]
        row = sum(bool(run["faults"]) for one in of_scene if len(one["runs"]) > 1 for run in one["runs"])
        alone = [one for one in of_scene if len(one["runs"]) == 1]
        kinds = Counter(kind for one in alone for kind in one["runs"][0]["faults"])
        yield (
            f"| {scene} | {report['sizes'].get(scene, ('', ''))[1]} | {row} | {kinds[KILLED_BEFORE]} |"
            f" {kinds[KILLED_AFTER]} | {sum(not one['reports'] for one in alone)} | {_right(of_scene)} |"
        )
    yield from _wrong(report)


def _wire(report: Report) -> Iterator[str]:
    trials = [*report["trials"].values()]
    runs = [run for one in trials for run in one["runs"]]
    yield "## The wire lies"
    yield ""
    yield (
        "Up to four runs in a row meet one to five faults at random requests, until one of them ends well; which is"
        " drawn from a seed. Some NetBoxes hand out pages of six rows, so that rows shift from one"
        " into another when others write. A read is sent again, a write never: what became of it is settled by the next"
        " run, which reads it."
    )
    yield ""
    yield _told(report)
    happened = sum(len(run["faults"]) for run in runs)
    yield ""
    yield (
        f"{happened:,} faults in {sum(bool(run['faults']) for run in runs):,} runs of {len(trials):,} seeds;"
        f" {sum(not run['faults'] for run in runs):,} more runs ended before the request that was drawn."
        f" {sum(one['repaired'] for one in trials)} times a run ended well and the next one repaired what others had"
        " changed meanwhile."
    )
    yield ""
    whole = len(ON_THE_WIRE) * len(SCENES)
    yield f"A whole soak takes {whole} seeds: then every fault has been the first in every scene."
    yield ""
    yield "| fault | at | what the client gets | times | the run ended well | with a clear error |"
    yield "| --- | --- | --- | ---: | ---: | ---: |"
    for name in ON_THE_WIRE:
        kind = KINDS[name]
        hit = [run["outcome"] for run in runs if name in run["faults"]]
        at = " and ".join(f"{side}s" for side in kind.on)
        yield f"| {name} | {at} | {kind.told} | {len(hit)} | {hit.count(RIGHT)} | {hit.count(ERROR)} |"
    yield ""
    yield "| scene | seeds | further runs | right |"
    yield "| --- | ---: | ---: | ---: |"
    for scene in SCENES:
        of_scene = [one for one in trials if one["scene"] == scene]
        yield f"| {scene} | {len(of_scene)} | {_further(of_scene)} | {_right(of_scene)} |"
    yield from _wrong(report)


def _fuzz(report: Report) -> Iterator[str]:
    yield "## Bad input"
    yield ""
    yield (
        "Plans, stored files, what people may edit in NetBox, and answers of NetBox, each a good one that is damaged"
        " at random, from a seed: keys and rows lost, doubled or exchanged, values of another type, huge, negative,"
        " deep or empty, bytes changed. They go the way that a user's go, against the in-memory NetBox. Right is an"
        " error that says what is wrong and where, with no write after it, or a result that keeps every promise."
    )
    yield ""
    yield _told(report)
    yield ""
    yield "| input | tried | an error in words | a right result | wrong |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for part, one in report["trials"].items():
        yield f"| {part} | {one['inputs']:,} | {one['errors']:,} | {one['right']:,} | {one['wrong']:,} |"
    yield ""
    yield "For a snapshot, an error means that everything was read instead; for a refusal, that it was told in words."
    yield from _wrong(report)


def _properties(report: Report) -> Iterator[str]:
    found = report["trials"]["all"]
    yield "## Generated plans"
    yield ""
    yield (
        "Properties of expansion, ledger, growth and comparison, which every plan has to have, on generated ones:"
        f" {found['examples']:,} examples of each."
    )
    yield ""
    yield _told(report)
    yield ""
    yield f"{found.get('passed', 0):,} tests passed, {found.get('failed', 0):,} failed."
    yield from _wrong(report)


SECTIONS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "kills": _kills, "wire": _wire, "fuzz": _fuzz, "properties": _properties,
}


def _told(report: Report) -> str:
    return (
        f"{report['date']}, {report['cores']} cores with a load of {report['load']} before, Python"
        f" {report['python']}, {report['minutes']:.0f} minutes, the code of git tree {report['code']}."
    )


def _further(trials: Iterable[Report]) -> str:
    """How many runs it took to the end: at least two, of which the last found nothing to do."""
    return ", ".join(f"{count} x {runs}" for runs, count in sorted(Counter(one["further"] for one in trials).items()))


def _right(trials: Iterable[Report]) -> str:
    rows = [not one["problems"] for one in trials]
    return f"{sum(rows)} of {len(rows)}"


def _wrong(report: Report) -> Iterator[str]:
    wrong = [one for one in report["trials"].values() if one["problems"]]
    if wrong:
        yield ""
        yield "**Wrong:**"
        yield ""
        yield from (f"- `{one['again']}`: {'; '.join(one['problems'])}" for one in wrong)
