# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises of the expansion, over whole plans made at random, without and with a ledger."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

import ansible_collections
from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import (
    ledger_of,
    plan_digest,
    topology_digest,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger, dump, read
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology

from ..plans import Document, again, counts, device_at, ends, expanded, loaded
from ..promises import check
from ..strategies import described, grown, plans, shuffled


def placed(plan: Document, ledger: Ledger | None = None, prune: bool = False) -> Topology:
    """The topology of a plan that places; plans that do not are no examples."""
    try:
        return expanded(plan, ledger, prune)
    except PlanError as error:
        event("refused: " + ", ".join(sorted({d.code for d in error.diagnostics if d.severity == "error"})))
        assume(False)
        raise


def server_ends(topology: Topology) -> dict[str, str]:
    return {c.key: c.b for c in topology.cables if c.kind == "server"}


def moved(before: Topology, after: Topology) -> dict[str, tuple[str, str]]:
    """Links that both have, with another far end."""
    old, new = ends(before), ends(after)
    return {key: (old[key][1], new[key][1]) for key in old.keys() & new.keys() if old[key] != new[key]}


# -- from scratch ----------------------------------------------------------------------------------------------------


@given(plans(absent=True))
def test_what_sizes_also_places_and_keeps_every_promise(plan: Document) -> None:
    check(loaded(plan), placed(plan), taken=plan["_taken"])


@given(plans(most=6))
def test_the_number_of_switches_is_the_first_that_places(plan: Document) -> None:
    topology = placed(plan)
    for key, number in counts(topology).items():
        for smaller in range(number) if not plan["switch_classes"][key].get("external") else ():
            given_less = copy.deepcopy(plan)
            given_less["switch_classes"][key]["quantity"] = smaller
            fabric = plan["switch_classes"][key]["fabric"]
            assert refused_at(given_less) & {("switch_classes", key), ("fabrics", fabric)}


def refused_at(plan: Document) -> set[tuple[str, ...]]:
    """The classes that a plan has errors at."""
    return {d.path[:2] for d in refusals(plan)}


def refusals(plan: Document, ledger: Ledger | None = None, prune: bool = False) -> list[Diagnostic]:
    try:
        expanded(plan, ledger, prune)
    except PlanError as error:
        return [d for d in error.diagnostics if d.severity == "error"]
    return []


@given(plans(), st.data())
def test_a_refused_quantity_names_quantities_that_place(plan: Document, data: st.DataObject) -> None:
    number = {
        key: n for key, n in counts(placed(plan)).items() if n and not plan["switch_classes"][key].get("external")
    }
    assume(number)
    key = data.draw(st.sampled_from(sorted(number)))
    plan["switch_classes"][key]["quantity"] = number[key] - 1
    with pytest.raises(PlanError) as error:
        expanded(plan)
    for finding in error.value.diagnostics:
        named = re.findall(r"(?:Quantities|Numbers) that do: ([^.]*)\.", finding.hint)
        for text in named[0].split(", ") if named and named != ["none"] and finding.path[1] == key else ():
            for quantity in map(int, text.split(" to ")):  # both ends of a span
                plan["switch_classes"][key]["quantity"] = quantity
                # What is fed by this class may not take it; the class itself does, but for what lands on a spine.
                if finding.hint.startswith("Q"):
                    assert ("switch_classes", key) not in refused_at(plan)
                else:
                    assert not {d.code for d in refusals(plan)} & {"spines-do-not-divide", "cores-do-not-divide"}


@given(plans(absent=True), st.integers(0, 1000))
def test_the_order_of_keys_does_not_matter(plan: Document, seed: int) -> None:
    other = shuffled(plan, random.Random(seed))
    assert topology_digest(placed(plan)) == topology_digest(expanded(other))
    assert plan_digest(loaded(plan)) == plan_digest(loaded(other))


@given(plans(absent=True))
def test_absent_servers_are_left_out_and_nothing_shifts(plan: Document) -> None:
    full = copy.deepcopy(plan)
    for row in full["server_classes"].values():
        del row["absent"]
    all_of_them, rest = placed(full), placed(plan)
    with_all, without = ends(all_of_them), ends(rest)
    gone = {
        key for key in with_all if key.startswith("server ")
        and int(key.split("/")[1]) in plan["server_classes"][key[7:].split("/")[0]]["absent"]
    }
    expected = {key: found for key, found in with_all.items() if key not in gone}
    if counts(all_of_them) == counts(rest):
        assert without == expected
    else:  # switches that only absent servers would have needed are not made
        servers = {key: pair for key, pair in expected.items() if key.startswith("server ")}
        assert {key: pair for key, pair in without.items() if key.startswith("server ")} == servers
    assert topology_digest(again(plan, rest)) == topology_digest(rest)


SCRIPT = """
import json, sys
from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand import artifact
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger, dump
for row in json.load(sys.stdin):
    plan = load(row)[0]
    ledger = Ledger({}, {device: frozenset(ports) for device, ports in row["_taken"].items()})
    for run in range(3):  # from scratch, with a part of the ledger, anew beside what is left over
        try:
            topology, warnings = expand(plan, ledger, rebalance=run == 2)
        except PlanError as error:
            print(error)
            break
        print(artifact.plan_digest(plan), artifact.topology_digest(topology), [w.text() for w in warnings])
        placed = artifact.ledger_of(topology)
        ledger = ledger.like({key: entry for number, (key, entry) in enumerate(placed.items()) if number % 3})
        print(dump(plan.id, ledger), end="")
"""


def bytes_of(examples: list[Document], python: str, seed: str, path: list[str]) -> str:
    """What another process makes of some plans."""
    done = subprocess.run(
        [python, "-c", SCRIPT], input=json.dumps(examples), capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(path)},
    )
    return done.stdout


@lru_cache(maxsize=1)
def some_examples() -> list[Document]:
    examples: list[Document] = []

    @given(st.data())
    def collect(data: st.DataObject) -> None:
        plan = data.draw(plans(absent=True))
        examples.append(data.draw(described(plan)) if data.draw(st.booleans()) else plan)

    collect()
    return random.Random(1).sample(examples, 10)


@lru_cache(maxsize=1)
def bytes_here() -> str:
    return bytes_of(some_examples(), sys.executable, "0", [p for p in sys.path if p])


def test_the_same_bytes_whatever_the_hash_seed() -> None:
    assert bytes_of(some_examples(), sys.executable, "20011", [p for p in sys.path if p]) == bytes_here()
    assert bytes_here().count("links") > 10


@pytest.mark.parametrize("version", ["3.11", "3.13", "3.14"])
def test_the_same_bytes_whatever_the_python(version: str) -> None:
    """Where this machine has another Python with jsonschema."""
    python = shutil.which(f"python{version}")
    asked = [python or "", "-c", "import jsonschema"]
    if python is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip(f"there is no Python {version} with jsonschema here")
    collections = [str(Path(path).parent) for path in ansible_collections.__path__]
    assert bytes_of(some_examples(), python, "1", collections) == bytes_here()


# -- with a ledger ---------------------------------------------------------------------------------------------------


@given(plans(), st.booleans())
def test_a_second_expansion_with_the_ledger_is_identical(plan: Document, prune: bool) -> None:
    first = placed(plan)
    second = expanded(plan, ledger_of(first), prune)
    assert counts(second) == counts(first)
    # The words of the arithmetic may differ with a ledger; nothing else may.
    assert dataclasses.replace(second, quantities=first.quantities) == first
    from_file = read(dump("test", ledger_of(first)), "ledger", "test")
    assert expanded(plan, from_file).cables == first.cables


@given(st.data())
def test_growth_moves_no_server_link_and_keeps_every_promise(data: st.DataObject) -> None:
    plan = data.draw(plans())
    before = placed(plan)
    larger = data.draw(grown(plan))
    after = placed(larger, ledger_of(before))
    check(loaded(larger), after, from_scratch=False, taken=plan["_taken"])
    old, new = server_ends(before), server_ends(after)
    assert {key: new[key] for key in old} == old
    assert expanded(larger, ledger_of(after)).cables == after.cables
    for key, (was, _now) in moved(before, after).items():
        assert key.startswith(("fabric ", "core ", "mesh ")), f"{key} was at {was}"
    only_what_is_above_the_new_shares_moves(before, after)


def only_what_is_above_the_new_shares_moves(before: Topology, after: Topology) -> None:
    old: Counter[object] = Counter()
    new: Counter[object] = Counter()
    stayed: Counter[object] = Counter()
    now = ends(after)
    for topology, per_pair in ((before, old), (after, new)):
        for cable in topology.cables:
            if cable.kind in ("fabric", "core", "mesh"):
                per_pair[device_at(cable.a), device_at(cable.b)] += 1
    for cable in before.cables:
        if cable.kind in ("fabric", "core", "mesh"):
            stayed[device_at(cable.a), device_at(cable.b)] += now.get(cable.key) == cable.ends
            # Its near end, and with it the cable, stays; but a lane of a mesh may be one too many for three.
            assert now[cable.key][0] == cable.a if cable.key in now else cable.kind == "mesh"
    assert stayed == Counter({pair: min(number, new[pair]) for pair, number in old.items()})


@given(plans(most=8), st.data())
def test_removing_one_server_touches_only_that_server(plan: Document, data: st.DataObject) -> None:
    before = placed(plan)
    ledger = ledger_of(before)
    servers = [(key, n) for key, row in plan["server_classes"].items() for n in range(1, row["quantity"] + 1)]
    assume(servers)
    some = data.draw(st.lists(st.sampled_from(servers), unique=True, min_size=1, max_size=3))
    for key, index in some:
        smaller = copy.deepcopy(plan)
        smaller["server_classes"][key]["absent"] = [index]
        wanted = {k: v for k, v in server_ends(before).items() if not k.startswith(f"server {key}/{index}/")}
        for prune in (False, True):
            after = expanded(smaller, ledger, prune)
            assert server_ends(after) == wanted
            assert not moved(before, after)
            # A switch of which nothing is in use any more goes, or is left over; none comes.
            gone = {d.key for d in before.devices} - {d.key for d in after.devices}
            assert {one for one in gone if one.split("/")[0] in plan["server_classes"]} == {f"{key}/{index}"}
            assert all(counts(after)[c] <= n for c, n in counts(before).items())


@given(plans(), st.data())
def test_shrink_with_prune_then_regrow(plan: Document, data: st.DataObject) -> None:
    before = placed(plan)
    smaller = copy.deepcopy(plan)
    for row in smaller["server_classes"].values():
        row["quantity"] -= data.draw(st.integers(0, row["quantity"]))
    found = refusals(smaller, ledger_of(before), prune=True)
    # Servers that stay on the spines of a pod whose leaves have gone: no number of spines is right for both.
    assert {smaller["switch_classes"][d.path[1]]["role"] for d in found} <= {"spine"}
    assert not found or "leaves_per_pod" in str(smaller["fabrics"])
    assume(not found)
    shrunk = expanded(smaller, ledger_of(before), prune=True)
    check(loaded(smaller), shrunk, from_scratch=False, taken=plan["_taken"])
    assert not [key for key in moved(before, shrunk) if key.startswith("server ")]
    regrown = placed(plan, ledger_of(shrunk), prune=True)  # may take more switches than from scratch, and not have them
    check(loaded(plan), regrown, from_scratch=False, taken=plan["_taken"])
    old, new = server_ends(shrunk), server_ends(regrown)
    assert {key: new[key] for key in old} == old


@given(plans())
def test_leftovers_hold_their_ports_without_prune(plan: Document) -> None:
    """A server class that is renamed leaves all its links behind; the new ones must go elsewhere."""
    before = placed(plan)
    renamed = copy.deepcopy(plan)
    renamed["server_classes"] = {f"new-{key}": row for key, row in plan["server_classes"].items()}
    after = placed(renamed, ledger_of(before))
    held = set(server_ends(before).values())
    assert not held & set(server_ends(after).values())
    pruned = expanded(renamed, ledger_of(before), prune=True)
    check(loaded(renamed), pruned, from_scratch=False, taken=plan["_taken"])


@given(plans(), st.data())
def test_entries_that_no_longer_fit_are_placed_anew(plan: Document, data: st.DataObject) -> None:
    """Ledgers damaged in every way that parses: the result keeps all promises, and what is untouched stays."""
    before = placed(plan)
    intact = ledger_of(before)
    entries = dict(intact)
    assume(entries)
    keys = data.draw(st.lists(st.sampled_from(sorted(entries)), unique=True, min_size=1, max_size=4))
    other = data.draw(st.sampled_from(sorted(entries)))
    for key in keys:
        entry = intact[key]
        kind = data.draw(st.sampled_from(("no such port", "no such switch", "taken port", "no breakout", "gone")))
        if kind == "no such port":
            text = entry.text().replace(":" + entry.b.port + "@", ":999/1@")
        elif kind == "no such switch":
            text = entry.text().replace(f"b={entry.b.device}:", "b=nowhere/7:")
        elif kind == "taken port":
            text = entry.text().replace(f"b={entry.b.text()}", f"b={intact[other].b.text()}")
        elif kind == "no breakout":
            text = entry.text().replace(f"@{entry.b.breakout}", "")
        else:
            del entries[key]
            continue
        parsed = type(entry).parse(text)
        assert parsed is not None
        entries[key] = parsed
    try:
        after = expanded(plan, Ledger(entries))
    except PlanError:
        event("refused")  # what is kept may leave no room for the rest on the switches there may be
        return
    check(loaded(plan), after, from_scratch=False, taken=plan["_taken"])
