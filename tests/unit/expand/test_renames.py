# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is renamed with `formerly` stays where it is: classes, zones, NICs, connections, some at once, in chains."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology

from ..plans import (
    Document,
    again,
    counts,
    document,
    ends,
    errors_of,
    expanded,
    loaded,
    pairs,
    port_of,
    rails,
    servers,
    switches,
    zone,
)
from ..promises import check
from ..strategies import plans

Names = Mapping[str, str]


def renamed(plan: Document, names: Names, chain: bool = False) -> Document:
    """A plan with other keys: `names` by former key, of whatever has that key. A chain has an older key before it."""
    plan = copy.deepcopy(plan)

    def keyed(rows: Document) -> Document:
        found = {}
        for key, row in rows.items():
            if key in names:
                row = {**row, "formerly": [f"even-before-{key}", key] if chain else [key]}
            found[names.get(key, key)] = row
        return found

    def zone_name(text: str) -> str:
        class_key, zone_key = text.split("/")
        return f"{names.get(class_key, class_key)}/{names.get(zone_key, zone_key)}"

    for row in plan["switch_classes"].values():
        row["zones"] = keyed(row["zones"])
        for part in row["zones"].values():
            if "peer" in part:
                part["peer"] = zone_name(part["peer"])
    for row in plan["server_classes"].values():
        row["nics"], row["connections"] = keyed(row["nics"]), keyed(row["connections"])
        for part in row["connections"].values():
            part["nic"] = names.get(part["nic"], part["nic"])
            part["zone"] = zone_name(part["zone"])
    plan["switch_classes"], plan["server_classes"] = keyed(plan["switch_classes"]), keyed(plan["server_classes"])
    for fabric in plan["fabrics"].values():
        if isinstance(fabric.get("leaves_per_pod"), dict):
            fabric["leaves_per_pod"] = {names.get(key, key): n for key, n in fabric["leaves_per_pod"].items()}
    taken = plan.get("_taken", {})
    plan["_taken"] = {f"{names.get(key.rpartition('/')[0], key.rpartition('/')[0])}/{key.rpartition('/')[2]}": ports
                      for key, ports in taken.items()}
    return plan


def keys_of(plan: Document) -> list[str]:
    """Keys that things of a plan have, those of classes first."""
    rows = [*plan["switch_classes"].items(), *plan["server_classes"].items()]
    inner = {key for _class, row in rows for part in ("zones", "nics", "connections") for key in row.get(part, ())}
    return [*(key for key, _row in rows), *sorted(inner)]


def places(topology: Topology, names: Names) -> set[tuple[str, str]]:
    """The ends of all cables, under names that they have now."""
    def present(end: str) -> str:
        device, _colon, port = end.partition(":")
        class_key, _slash, index = device.rpartition("/")
        nic, _slash, number = port.rpartition("/")
        return f"{names.get(class_key, class_key)}/{index}:{names.get(nic, nic)}/{number}"

    return {(present(cable.a), present(cable.b)) for cable in topology.cables}


@given(plans(), st.data())
def test_no_cable_moves_whatever_is_renamed(plan: Document, data: st.DataObject) -> None:
    """New names sort first or last, so that the order in which things are dealt is another."""
    try:
        before = expanded(plan)
    except PlanError:
        assume(False)
    some = data.draw(st.lists(st.sampled_from(keys_of(plan)), unique=True, min_size=1, max_size=5))
    names = {key: data.draw(st.sampled_from((f"0-{key}", f"zz-{key}"))) for key in some}
    after_plan = renamed(plan, names, chain=data.draw(st.booleans()))
    prune = data.draw(st.booleans())
    after = again(after_plan, before, prune)
    assert places(after, {}) == places(before, names)
    assert {names.get(key, key): n for key, n in counts(before).items()} == counts(after)
    check(loaded(after_plan), after, from_scratch=False, taken=after_plan["_taken"])
    # `formerly` may stay in the plan, or be taken out once the new keys are written.
    then = after_plan if data.draw(st.booleans()) else without_formerly(after_plan)
    assert again(then, after, prune).cables == after.cables


def without_formerly(rows: Any) -> Any:
    if isinstance(rows, dict):
        return {key: without_formerly(row) for key, row in rows.items() if key != "formerly"}
    return rows


def test_the_server_class_and_its_connection_at_once_over_two_names() -> None:
    """Somebody renames a class and a connection, and before it was applied renames both again."""
    def plan(key: str, connection: str, *formerly: tuple[str, str]) -> Document:
        links = [{"key": connection, "ports": 2}]
        rows = document({"leaf": switches(servers=zone("1-4"))}, {"b": servers(3, {}), key: servers(3, *links)})
        if formerly:
            rows["server_classes"][key]["formerly"] = [one for one, _other in formerly]
            rows["server_classes"][key]["connections"][connection]["formerly"] = [other for _one, other in formerly]
        return rows

    before = expanded(plan("c", "x"))
    after = again(plan("a", "z", ("c", "x"), ("d", "y")), before)
    was, now = port_of(before), port_of(after)
    assert {key.replace("server c/", "server a/").replace("/x/", "/z/"): port for key, port in was.items()} == now


def test_a_rail_class_keeps_its_domains_under_another_name() -> None:
    def plan(key: str, quantity: int, **more: Any) -> Document:
        return document(
            {key: switches(servers=zone("1-8"), **more)}, {"gpu": servers(quantity, *rails(4, zone=f"{key}/servers"))}
        )

    before = expanded(plan("leaf", 8))
    after = again(plan("rail", 9, formerly=["leaf"]), before)
    assert {key: end.replace("leaf", "rail") for key, end in port_of(before).items()}.items() <= port_of(after).items()
    domains = [str(entry.domain) for entry in ledger_of(after).values()]
    assert "Domain(number=1, first=1, last=4)" in domains


def test_a_mesh_whose_members_change_their_order() -> None:
    def plan(first: str, **more: Any) -> Document:
        rows = {
            key: switches(servers=zone("1"), mesh=zone("2-5", "1x800g", "mesh"), **(more if key == first else {}))
            for key in (first, "m")
        }
        return document(
            rows, {"x": servers(1, {"zone": f"{first}/servers"}), "y": servers(1, {"zone": "m/servers"})},
            fabrics={"fab": {"mode": "mesh"}},
        )

    before = expanded(plan("a"))
    after = again(plan("z", formerly=["a"]), before)
    assert pairs(after, "mesh") == {("z/1", "m/1"): 4}
    assert {end.replace("a/1", "z/1") for pair in ends(before).values() for end in pair} == {
        end for pair in ends(after).values() for end in pair
    }


def test_a_new_member_joins_a_mesh_that_was_turned() -> None:
    """Two members with 4 lanes have 4 links; three have 2 a pair, so two links of the old pair stay."""
    def plan(first: str, quantity: int, **more: Any) -> Document:
        rows = {
            first: switches(servers=zone("1"), mesh=zone("2-5", "1x800g", "mesh"), **more),
            "m": switches(servers=zone("1"), mesh=zone("2-5", "1x800g", "mesh"), quantity=quantity),
        }
        return document(
            rows, {"x": servers(1, {"zone": f"{first}/servers"}), "y": servers(1, {"zone": "m/servers"})},
            fabrics={"fab": {"mode": "mesh"}},
        )

    before = expanded(plan("a", 1))
    after = again(plan("z", 2, formerly=["a"]), before)
    assert pairs(after, "mesh") == {("z/1", "m/1"): 2, ("m/1", "m/2"): 2, ("m/2", "z/1"): 2}
    was = {key.replace("mesh a/", "mesh z/"): tuple(end.replace("a/1", "z/1") for end in pair)
           for key, pair in ends(before).items() if key.startswith("mesh ")}
    now = ends(after)
    assert sum(now.get(key) == pair for key, pair in was.items()) == 2


def test_without_formerly_it_is_another_thing() -> None:
    plan = document({"leaf": switches(servers=zone("1-8"))}, {"gpu": servers(4, {})})
    before = expanded(plan)
    after = again(renamed_without_saying(plan), before)
    assert not set(port_of(before).values()) & set(port_of(after).values())


def renamed_without_saying(plan: Document) -> Document:
    plan = renamed(plan, {"gpu": "cpu"})
    del plan["server_classes"]["cpu"]["formerly"]
    return plan


def test_ports_that_others_take_are_known_under_the_former_key_of_their_switch() -> None:
    def plan(key: str, **more: Any) -> Document:
        row = switches(servers=zone("1-2"), external=True, instances={"1": {"name": "theirs"}}, **more)
        return document({key: row}, {"gpu": servers(1, {"zone": f"{key}/servers"})})

    ledger = Ledger({}, {"old/1": frozenset({"1"})})
    assert set(port_of(expanded(plan("new", formerly=["old"]), ledger)).values()) == {"new/1:2/1"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda plan: plan["server_classes"]["gpu"].update(formerly=["cpu"]), ("server_classes", "gpu", "formerly")),
        (lambda plan: plan["switch_classes"]["leaf"]["zones"]["servers"].update(formerly=["more"]),
         ("switch_classes", "leaf", "zones", "servers", "formerly")),
        (lambda plan: plan.update(formerly=["test"]), ("formerly",)),
    ],
)
def test_a_key_that_is_in_use_is_nobodys_former_key(change: Any, path: tuple[str, ...]) -> None:
    plan = document(
        {"leaf": switches(servers=zone("1-8"), more=zone("9"))}, {"gpu": servers(1, {}), "cpu": servers(1, {})}
    )
    change(plan)
    (error,) = errors_of(plan)
    assert (error.code, error.path) == ("former-key-in-use", path)


def test_two_things_cannot_have_been_one() -> None:
    plan = document(
        {"leaf": switches(servers=zone("1-8"))},
        {"a": servers(1, {}, formerly=["old"]), "b": servers(1, {}, formerly=["old"])},
    )
    (error,) = errors_of(plan)
    assert error.code == "former-key-twice"
    assert error.path == ("server_classes", "b", "formerly")
