# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired and observed become changes, which lead from one to the other and then to nothing."""

from __future__ import annotations

import copy
import hashlib
import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    BY_TEMPLATE,
    CREATE,
    DELETE,
    MOVE,
    UPDATE,
    WITH_DEVICE,
    ChangeSet,
    digest,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import change_set, compare, removals
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.normalize import same, wanted_values
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.order import phases
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.render import render
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.state import (
    CABLE,
    DEVICE,
    INTERFACE,
    Owned,
    Row,
    SharedRow,
)

from ..fakes.state import applied
from ..plans import Document, again, document, expanded, servers, switches, zone
from ..strategies import grown, plans


def plan(number: int = 2, **leaf: Any) -> Document:
    return document({"leaf": switches(servers=zone("1-8", "2x100g"), **leaf)}, {"gpu": servers(number, {})})


def changes_of(topology: Topology, owned: Owned, prune: bool = False, **more: Any) -> ChangeSet:
    return compare(topology, owned, more.get("shared", ()), more.get("templates", {}), prune)


def built(topology: Topology) -> Owned:
    return applied(Owned(), changes_of(topology, Owned()))


def edited(owned: Owned, kind: str, key: str, **values: Any) -> Owned:
    """What is owned after someone changed an object by hand."""
    other = copy.deepcopy(owned)
    row = other.of(kind)[key]
    merged = {**row.values, **values}
    other.of(kind)[key] = Row(row.id, str(merged.get("name", row.name)), merged, row.plan_id)
    return other


SERVER_LINK = "server gpu/1/c0/0"


# -- one change at a time --------------------------------------------------------------------------------------------


def test_everything_is_created_where_nothing_is() -> None:
    topology = expanded(plan())
    found = changes_of(topology, Owned())
    assert found.counts() == {
        "device": {"create": 3}, "interface": {"create": 4}, "cable": {"create": 2},
    }
    first = found.of(DEVICE, CREATE)[0]
    assert first.before == {} and first.after == wanted_values(topology.devices[0]) and first.id is None


def test_nothing_changes_where_all_is_as_wanted() -> None:
    topology = expanded(plan())
    found = changes_of(topology, built(topology), prune=True)
    assert not found and not found.leftovers


@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        (DEVICE, "gpu/1", {"name": "other"}),
        (DEVICE, "leaf/1", {"role": "spine", "fabric": "x"}),
        (INTERFACE, "leaf/1:1/1", {"speed": 1}),
        (INTERFACE, "leaf/1:1/1", {"lane": None}),
        (CABLE, SERVER_LINK, {"zone": "x"}),
        (CABLE, SERVER_LINK, {"ports": "x"}),
    ],
)
def test_a_difference_is_an_update_of_just_those_fields(kind: str, key: str, values: dict[str, Any]) -> None:
    topology = expanded(plan())
    owned = edited(built(topology), kind, key, **values)
    (change,) = changes_of(topology, owned).changes
    assert (change.kind, change.action, change.key, change.id) == (kind, UPDATE, key, owned.of(kind)[key].id)
    assert change.before == values
    assert set(change.after) == set(values)


@pytest.mark.parametrize(
    ("name", "left", "right", "equal"),
    [
        ("zone", "", None, True), ("zone", None, "", True), ("zone", "", "x", False), ("lane", None, 0, False),
        ("lane", 1, 1, True), ("speed", 1, "1", False), ("ends", ("a", "b"), ("b", "a"), True),
        ("ends", ("a", "b"), ("a", "c"), False), ("ends", ("a",), ("a", "b"), False), ("ends", (), ("a", "b"), False),
        ("ends", None, ("a", "b"), False), ("name", "A", "a", False), ("ends", ("a", "a"), ("a", "b"), False),
    ],
)
def test_what_is_the_same(name: str, left: Any, right: Any, equal: bool) -> None:
    assert same(name, left, right) is equal


def test_ends_that_differ_from_an_unchanged_ledger_entry_are_drift() -> None:
    topology = expanded(plan())
    owned = edited(built(topology), CABLE, SERVER_LINK, ends=("gpu/1:c0/0", "leaf/1:2/1"))
    (change,) = changes_of(topology, owned).changes
    assert (change.action, change.reason) == (MOVE, "drift")
    owned = edited(owned, CABLE, SERVER_LINK, ports="a=gpu/1:c0/0 b=leaf/1:2/1@2x100g")
    (change,) = changes_of(topology, owned).changes
    assert (change.action, change.reason) == (MOVE, "plan changed")


def test_what_is_not_wanted_is_left_over_or_with_prune_deleted() -> None:
    before = expanded(plan(2))
    owned = built(before)
    after = again(plan(1), before)
    kept = changes_of(after, owned)
    assert not kept
    assert kept.leftovers == {
        DEVICE: ("gpu/2",), INTERFACE: ("gpu/2:c0/0", "leaf/1:1/2"), CABLE: ("server gpu/2/c0/0",),
    }
    pruned = changes_of(after, owned, prune=True)
    assert pruned.leftovers == {}
    assert {(c.kind, c.key): c.via for c in pruned.changes} == {
        (DEVICE, "gpu/2"): "", (INTERFACE, "gpu/2:c0/0"): WITH_DEVICE, (INTERFACE, "leaf/1:1/2"): "",
        (CABLE, "server gpu/2/c0/0"): "",
    }
    assert all(c.action == DELETE and c.id and c.before for c in pruned.changes)


def test_a_nameless_interface_with_a_wanted_name_is_adopted() -> None:
    topology = expanded(plan())
    owned = built(topology)
    row = owned.interfaces.pop("leaf/1:1/1")
    owned.nameless["leaf/1", "E1/1/1"] = Row(row.id, row.name, {**row.values, "zone": None, "type": "other"})
    (change,) = changes_of(topology, owned).changes
    assert (change.action, change.id, change.reason) == (UPDATE, row.id, "adopted")
    marks = {"plan_id": "test", "key": "leaf/1:1/1"}
    assert change.after == {**marks, "type": "100gbase-x-qsfp28", "zone": "servers"}


def test_an_interface_that_a_template_makes_is_a_create_that_is_not_sent() -> None:
    topology = expanded(plan())
    templates = {"some-switch": frozenset({"E1/1/1", "E1/9"})}
    made = changes_of(topology, Owned(), templates=templates)
    assert {c.key: c.via for c in made.of(INTERFACE, CREATE)}["leaf/1:1/1"] == BY_TEMPLATE
    assert {c.key: c.via for c in made.of(INTERFACE, CREATE)}["leaf/1:1/2"] == ""
    by_title = {phase.title: [c.key for c in phase.changes] for phase in phases(made)}
    assert by_title["Updating interfaces"] == ["leaf/1:1/1"]
    assert "leaf/1:1/1" not in by_title["Creating interfaces"]
    # On a device that is there already NetBox makes nothing any more.
    owned = Owned(devices=built(topology).devices)
    assert {c.via for c in changes_of(topology, owned, templates=templates).of(INTERFACE, CREATE)} == {""}


def test_shared_objects_are_made_or_completed() -> None:
    shared = [
        SharedRow("site", "dc1", {"slug": "dc1"}), SharedRow("tag", "t", {"slug": "t"}, 5),
        SharedRow("custom_field", "f", {"name": "f"}, 6, {"object_types": ["dcim.device"]}),
    ]
    found = changes_of(expanded(plan()), built(expanded(plan())), shared=shared)
    assert [(c.kind, c.action, c.key) for c in found.changes] == [
        ("site", CREATE, "dc1"), ("custom_field", UPDATE, "f"),
    ]


# -- order -----------------------------------------------------------------------------------------------------------


def test_phases_go_from_the_outside_in_and_then_from_the_inside_out() -> None:
    before, after = expanded(plan(2)), expanded(plan(4))
    owned = edited(built(before), DEVICE, "gpu/1", name="other")
    owned = edited(owned, INTERFACE, "leaf/1:1/1", speed=1)
    owned = edited(owned, CABLE, SERVER_LINK, zone="x")
    gone = built(expanded(document({"zz": switches(servers=zone("1"))}, {"old": servers(1, {"zone": "zz/servers"})})))
    for kind in (DEVICE, INTERFACE, CABLE):
        for key, row in gone.of(kind).items():
            owned.of(kind)[key] = Row(row.id + 1000, row.name, row.values, row.plan_id)
    shared = [SharedRow("site", "dc1", {"slug": "dc1"})]
    found = changes_of(after, owned, prune=True, shared=shared)
    assert [phase.title for phase in phases(found)] == [
        "Setup", "Deleting cables", "Deleting devices", "Updating devices", "Creating devices",
        "Updating interfaces", "Creating interfaces", "Updating cables", "Creating cables",
    ]
    sent = [c for phase in phases(found) for c in phase.changes]
    assert len(sent) == len(found.changes) - sum(c.via == WITH_DEVICE for c in found.changes)


def exchanged(*pairs: tuple[str, tuple[str, ...]]) -> list[dict[str, tuple[str | None, str | None]]]:
    """What is detached, request by request, where cables have these ends: cables and what they hold then."""
    topology = expanded(plan(3))
    owned = built(topology)
    for key, ends in pairs:
        owned = edited(owned, CABLE, key, ends=ends)
    found = changes_of(topology, owned)
    applied(owned, found)
    return [
        {c.key: c.after["ends"] for c in phase.changes} for phase in phases(found) if phase.title == "Detaching cables"
    ]


A, B, C = ("gpu/1:c0/0", "leaf/1:1/1"), ("gpu/2:c0/0", "leaf/1:1/2"), ("gpu/3:c0/0", "leaf/1:2/1")
FIRST, SECOND, THIRD = (f"server gpu/{n}/c0/0" for n in (1, 2, 3))
FREE = "border/1:8/1"  # on a switch of somebody else


def test_only_what_stands_in_anothers_way_is_detached() -> None:
    assert exchanged() == []
    assert exchanged((FIRST, (A[0], FREE))) == []
    # A chain: 1 is on the port of 2, and 2 on a free one.
    assert exchanged((FIRST, (A[0], B[1])), (SECOND, (B[0], FREE))) == [{FIRST: (A[0], None)}]


def test_a_cable_that_exchanges_one_end_keeps_the_other() -> None:
    assert exchanged((FIRST, (A[0], B[1])), (SECOND, (B[0], A[1]))) == [{FIRST: (A[0], None), SECOND: (B[0], None)}]
    assert exchanged((FIRST, (B[0], A[1])), (SECOND, (A[0], B[1]))) == [{FIRST: (None, A[1]), SECOND: (None, B[1])}]
    # Whichever side it is at.
    assert exchanged((FIRST, (B[1], A[0])), (SECOND, (B[0], A[1]))) == [{FIRST: (A[0], None), SECOND: (B[0], None)}]
    # A cable with one end, and that in the way.
    assert exchanged((FIRST, (B[1],)), (SECOND, (B[0], A[1]))) == [{FIRST: (A[0], None), SECOND: (B[0], None)}]


def test_cables_that_exchange_both_ends_let_go_of_one_after_the_other() -> None:
    assert exchanged((FIRST, B), (SECOND, A)) == [
        {FIRST: (B[1], None), SECOND: (A[1], None)}, {FIRST: (A[0], None), SECOND: (B[0], None)}
    ]
    around = exchanged((FIRST, B), (SECOND, C), (THIRD, A))
    assert [len(one) for one in around] == [3, 3]


@given(st.permutations([*A, *B, *C, FREE]), st.booleans())
def test_cables_come_from_any_ports_to_theirs(ends: list[str], lost: bool) -> None:
    first = ends[:1] if lost else ends[:2]
    exchanged((FIRST, tuple(first)), (SECOND, tuple(ends[2:4])), (THIRD, tuple(ends[4:6])))


# -- digests and text ------------------------------------------------------------------------------------------------


def test_the_digest_depends_on_every_change_and_on_nothing_else() -> None:
    topology = expanded(plan())
    owned = edited(built(topology), DEVICE, "gpu/1", name="other")
    one = changes_of(topology, owned)
    assert one.digest == changes_of(topology, owned).digest
    assert len(one.digest) == 64
    other = changes_of(topology, edited(owned, DEVICE, "gpu/1", name="another"))
    assert one.digest != other.digest
    assert one.digest != changes_of(topology, edited(owned, DEVICE, "gpu/2", role="x")).digest
    # What we do not manage is not read, so it cannot matter; an id that is touched does.
    row = owned.devices["gpu/1"]
    owned.devices["gpu/1"] = Row(row.id + 7, row.name, row.values, row.plan_id)
    assert one.digest != changes_of(topology, owned).digest
    # Labels and reasons are for people.
    relabelled = [copy.copy(c) for c in one.changes]
    object.__setattr__(relabelled[0], "label", "x")
    assert change_set(relabelled, {}).digest == one.digest


def test_a_digest_is_the_same_on_every_machine() -> None:
    assert digest({"b": 1, "a": ("ü",)}, None) == digest({"a": ["ü"], "b": 1}, None)
    assert digest("ü", 1) == hashlib.sha256(b'["\\u00fc",1]').hexdigest()


@given(plans(most=6), st.integers(0, 1000))
def test_the_order_in_which_netbox_answers_does_not_matter(document: Document, seed: int) -> None:
    topology = _placed(document)
    owned = built(topology)
    mixed = Owned()
    for kind in (DEVICE, INTERFACE, CABLE):
        rows = list(owned.of(kind).items())
        random.Random(seed).shuffle(rows)
        mixed.of(kind).update(rows[: len(rows) // 2])
    plain = Owned(*({key: row for key, row in owned.of(kind).items() if key in mixed.of(kind)}
                    for kind in (DEVICE, INTERFACE, CABLE)))
    one, other = changes_of(topology, plain, prune=True), changes_of(topology, mixed, prune=True)
    assert one.digest == other.digest
    assert render(one, 50) == render(other, 50)


# -- properties ------------------------------------------------------------------------------------------------------


def _placed(document: Document) -> Topology:
    try:
        return expanded(document)
    except PlanError:
        assume(False)
        raise


@given(st.data(), st.booleans())
def test_applying_the_changes_leaves_nothing_to_change(data: st.DataObject, prune: bool) -> None:
    """From one plan to another: grown, or another plan altogether, of which the first is then left over."""
    first = data.draw(plans(most=6))
    second = data.draw(st.one_of(grown(first), plans(most=6)))
    before = _placed(first)
    owned = built(before)
    assert not changes_of(before, owned, prune=True)
    try:
        after = again(second, before, prune)
    except PlanError:
        assume(False)
        raise
    found = changes_of(after, owned, prune)
    assume(prune or not _clashes(after, owned))
    done = applied(owned, found)
    rest = changes_of(after, done, prune)
    assert not rest
    assert rest.leftovers == found.leftovers
    assert not (prune and rest.leftovers)
    wanted = {d.key for d in after.devices} | {i.key for i in after.interfaces} | {c.key for c in after.cables}
    left = {key for keys in found.leftovers.values() for key in keys}
    assert set(done.devices) | set(done.interfaces) | set(done.cables) == wanted | left


def _clashes(after: Topology, owned: Owned) -> bool:
    """Leftovers that stand in the way, which the guard reports: no change set to carry out then."""
    wanted = {end: c.key for c in after.cables for end in c.ends}
    keys = {c.key for c in after.cables}
    return any(
        key not in keys and end in wanted for key, row in owned.cables.items() for end in row.values["ends"]  # type: ignore[union-attr]
    ) or any(
        (i.device, i.name) == (row.values["device"], row.values["name"]) and i.key != key
        for key, row in owned.interfaces.items() for i in after.interfaces
    )


@given(plans(most=6), st.data())
def test_only_what_is_owned_is_deleted(document: Document, data: st.DataObject) -> None:
    topology = _placed(document)
    owned = built(topology)
    assume(owned.devices)
    for number in range(3):
        device = data.draw(st.sampled_from(sorted(owned.devices)))
        owned.nameless[device, f"foreign-{number}"] = Row(10_000 + number, f"foreign-{number}", {"device": device})
        owned.cable_on[10_000 + number] = 20_000 + number
    ours = {row.id for kind in (DEVICE, INTERFACE, CABLE) for row in owned.of(kind).values()}
    empty = document | {"server_classes": {}}
    for change in changes_of(expanded(empty), owned, prune=True).changes:
        assert change.action == DELETE and change.id in ours
    all_keys = {kind: tuple(owned.of(kind)) for kind in (DEVICE, INTERFACE, CABLE)}
    assert {change.id for change in removals(owned, all_keys)} == ours


@pytest.mark.parametrize(("number", "via"), [(100, WITH_DEVICE), (101, "")])
def test_a_device_with_many_interfaces_is_not_deleted_in_one_go(number: int, via: str) -> None:
    ports = {f"leaf/1:{n}/1": Row(n, f"E{n}", {"device": "leaf/1", "name": f"E{n}"}, "test") for n in range(number)}
    owned = Owned(
        devices={key: Row(n, key, {"name": key}, "test") for n, key in enumerate(("leaf/1", "gpu/1"), 900)},
        interfaces={**ports, "gpu/1:fe/0": Row(800, "fe", {"device": "gpu/1", "name": "fe"}, "test")},
    )
    gone = removals(owned, {kind: tuple(owned.of(kind)) for kind in (DEVICE, INTERFACE, CABLE)})
    assert {c.via for c in gone if c.kind == INTERFACE and c.key in ports} == {via}
    assert next(c.via for c in gone if c.key == "gpu/1:fe/0") == WITH_DEVICE
    assert [p.title for p in phases(change_set(gone, {}))] == (
        ["Deleting devices"] if via else ["Deleting interfaces", "Deleting devices"]
    )
