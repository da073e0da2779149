# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the option `drift` says, and which fields of a change set it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.changeset import (
    CREATE,
    MOVE,
    UPDATE,
    Change,
    ChangeSet,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.compare import change_set
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.held import tell_held
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.policy import (
    FIELDS,
    DriftPolicy,
    PolicyError,
    drift_policy,
    hold,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.render import render
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES


def update(before: dict[str, Any], after: dict[str, Any], reason: str = "drift", **more: Any) -> Change:
    return Change("device", UPDATE, "gpu/1", "gpu-001", before, after, 7, reason, **more)


def held(change: Change, drift: Any) -> tuple[dict[str, Any], list[str]]:
    """What is still written, and what is not."""
    found = hold(change_set([change], {}), drift_policy(drift))
    rest = dict(found.changes[0].after) if found.changes else {}
    return rest, [f"{one.policy} {one.name}" for one in found.held]


# -- the option ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", "restore", {}, {"default": "restore"}, {"device": "restore"}])
def test_drift_is_put_right_unless_somebody_says_otherwise(value: Any) -> None:
    assert drift_policy(value).as_row() == {}


def test_the_most_exact_key_counts() -> None:
    policy = drift_policy({"default": "report", "device": "keep", "device.name": "restore", "device.class": "report"})
    assert [policy.of("device", name) for name in ("status", "name", "class_key")] == ["keep", "restore", "report"]
    assert policy.of("cable", "ends") == "report"
    assert drift_policy("keep").of("interface", "speed") == "keep"


def test_identity_and_ledger_are_no_matter_of_policy() -> None:
    policy = drift_policy("keep")
    assert [policy.of("cable", "ports"), policy.of("device", "plan_id"), policy.of("interface", "device")] == [
        "restore"
    ] * 3
    managed = {kind: {one.name for one in resource.fields} for kind, resource in RESOURCES.items()}
    assert {kind: managed[kind] - set(names) for kind, names in FIELDS.items()} == {
        "device": set(), "interface": {"device"}, "cable": {"ports", "status"},
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("ignore", ["'ignore' is no policy.", "Policies are restore, keep, report."]),
        ("repot", ["Did you mean 'report'?"]),
        ({"device": "kep"}, ["drift: device: 'kep' is no policy.", "Did you mean 'keep'?"]),
        ({"devices": "keep"}, ["'devices' is no kind of object.", "Did you mean 'device'?", "default", "cable"]),
        ({"x.name": "keep"}, ["'x' is no kind of object.", "Kinds are device, interface, cable."]),
        ({"device.nam": "keep"}, ["a device has no field 'nam'.", "Did you mean 'name'?", "fields are name, "]),
        ({"device.class_key": "keep"}, ["Did you mean 'class'?"]),
        ({"cable.ports": "keep"}, ["a cable has no field 'ports'.", "ends, fabric, zone, type"]),
        (True, ["True is no policy."]),
        (["keep"], ["['keep'] is no policy."]),
        ({1: None}, ["'1' is no kind", "None is no policy."]),
    ],
)
def test_what_makes_no_sense_is_told_with_what_would(value: Any, words: list[str]) -> None:
    with pytest.raises(PolicyError) as error:
        drift_policy(value)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(PolicyError) as error:
        drift_policy({"devices": "keep", "cable.end": "keep", "interface": "forget"})
    assert len(str(error.value).splitlines()) == 3


# -- what is left alone ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["keep", "report"])
def test_pure_drift_is_left_alone(word: str) -> None:
    assert held(update({"name": "x"}, {"name": "y"}), word) == ({}, [f"{word} name"])
    assert held(update({"name": "x"}, {"name": "y"}), {"device.name": word}) == ({}, [f"{word} name"])
    assert held(update({"name": "x"}, {"name": "y"}), {"device.role": word}) == ({"name": "y"}, [])


@pytest.mark.parametrize("reason", ["plan changed", "both", "adopted"])
def test_what_the_plan_changed_is_not(reason: str) -> None:
    assert held(update({"name": "x"}, {"name": "y"}, reason), "keep") == ({"name": "y"}, [])


def test_what_nobody_can_say_is_taken_for_drift() -> None:
    change = update({"name": "x"}, {"name": "y"}, "cannot say", because="nobody knows")
    assert held(change, "keep") == ({}, ["keep name"])


def test_fields_are_judged_one_by_one() -> None:
    change = update(
        {"name": "x", "role": "a", "status": "b"}, {"name": "y", "role": "c", "status": "d"}, "both",
        field_reasons={"name": "drift", "role": "plan changed", "status": "drift"},
    )
    found = hold(change_set([change], {}), drift_policy({"device": "keep", "device.status": "restore"}))
    (rest,) = found.changes
    assert (dict(rest.after), rest.reason) == ({"role": "c", "status": "d"}, "both")
    assert dict(rest.field_reasons) == {"role": "plan changed", "status": "drift"}
    (rest,) = hold(change_set([change], {}), drift_policy("keep")).changes
    assert (dict(rest.before), dict(rest.after), rest.reason, dict(rest.field_reasons)) == (
        {"role": "a"}, {"role": "c"}, "plan changed", {}
    )


IN_RACK = {"rack": "r1", "location": "l1", "position": 1, "face": "front"}


@pytest.mark.parametrize(
    ("has", "reasons", "drift", "rest", "left"),
    [
        # Of a device in another rack, what is said of the rack counts, and nothing is sent along for it.
        ({"rack": "r2", "position": 5}, {}, {"device.rack": "keep"}, {}, ["keep rack", "keep position"]),
        ({"rack": "r2", "position": 5}, {}, {"device.position": "keep"}, IN_RACK, []),
        ({"rack": "r2"}, {}, {"device.rack": "report"}, {}, ["report rack"]),
        # In its rack, the unit and the side are one place.
        ({"position": 5}, {}, {"device.position": "keep"}, {}, ["keep position"]),
        ({"position": 5, "face": "rear"}, {}, {"device.position": "keep"}, IN_RACK, []),
        ({"position": 5, "face": "rear"}, {}, {"device": "keep", "device.face": "report"}, {},
         ["report position", "report face"]),
        # What the plan changed takes all of them with it.
        ({"rack": "r2", "position": 5}, {"rack": "drift", "position": "plan changed"}, "keep", IN_RACK, []),
    ],
)
def test_fields_that_netbox_checks_together_stay_together(
    has: dict[str, Any], reasons: dict[str, str], drift: Any, rest: dict[str, Any], left: list[str]
) -> None:
    sent = IN_RACK if "rack" in has else {name: IN_RACK[name] for name in has}
    change = update({**sent, **has}, sent, "both" if reasons else "drift", field_reasons=reasons)
    found, not_written = held(change, drift)
    assert (found, sorted(not_written)) == ({n: v for n, v in rest.items() if n in sent}, sorted(left))


def test_a_length_and_its_unit_stay_together() -> None:
    change = Change(
        "cable", UPDATE, "k", "k", {"length": 3, "length_unit": "m"}, {"length": 4, "length_unit": "m"}, 1, "drift"
    )
    assert held(change, {"cable.length": "keep"}) == ({}, ["keep length"])
    assert held(change, {"cable.length_unit": "keep"}) == ({"length": 4, "length_unit": "m"}, [])


def test_a_moved_cable_that_is_left_alone_is_still_updated_otherwise() -> None:
    change = Change(
        "cable", MOVE, "k", "k", {"ends": ("a", "c"), "zone": "x"}, {"ends": ("a", "b"), "zone": "y"}, 1, "both",
        field_reasons={"ends": "drift", "zone": "plan changed"},
    )
    (rest,) = hold(change_set([change], {}), drift_policy({"cable.ends": "report"})).changes
    assert (rest.action, dict(rest.after), rest.reason) == (UPDATE, {"zone": "y"}, "plan changed")


def test_creates_and_shared_objects_are_no_drift() -> None:
    rows = [
        Change("device", CREATE, "gpu/2", "x", {}, {"name": "x"}, None, "plan changed"),
        Change("custom_field", UPDATE, "f", "f", {}, {"object_types": []}, 2, "plan changed"),
    ]
    found = hold(change_set(rows, {}), drift_policy("keep"))
    assert (found.changes, found.held) == (tuple(rows), ())


def test_what_is_left_alone_is_not_in_the_digest_but_what_is_written_is() -> None:
    plain = change_set([update({"name": "x"}, {"name": "y"})], {"cable": ("k",)})
    assert hold(plain, DriftPolicy()) is plain
    found = hold(plain, drift_policy("keep"))
    assert (found.digest, found.leftovers) == (change_set([], {}).digest, plain.leftovers)


# -- in words --------------------------------------------------------------------------------------------------------


def test_kept_drift_is_counted_and_reported_drift_is_named() -> None:
    rows = [
        update({"name": f"x{n}"}, {"name": f"gpu-{n}"}) for n in range(12)
    ] + [update({"fabric_class": None}, {"fabric_class": "managed"})]
    found = hold(change_set(rows, {}), drift_policy({"device.name": "report", "default": "keep"}))
    assert render(found, 10).splitlines() == ["drift kept: 1 device.fabric_class", "drift reported: 12 device.name"]
    warnings = Diagnostics()
    tell_held(found, warnings)
    (warning,) = warnings
    assert warning.code == "drift-reported" and warning.message.startswith(
        "device.name differs from the plan, and is left as it is: gpu-001 name x0 (plan: gpu-0); "
    )
    assert warning.message.endswith("name x9 (plan: gpu-9) and 2 more.")


def test_what_may_be_no_drift_is_said() -> None:
    change = update({"name": "x"}, {"name": "y"}, "cannot say", because="nobody knows")
    warnings = Diagnostics()
    tell_held(hold(change_set([change], {}), drift_policy("keep")), warnings)
    (warning,) = warnings
    assert warning.code == "drift-unproven" and "because nobody knows" in warning.message
    assert "gpu-001 name" in warning.message
    assert ChangeSet().held == ()
