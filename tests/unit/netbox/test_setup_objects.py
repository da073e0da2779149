# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there before the fabric: templates, shared objects, custom fields, rights."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import AccessError

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, FIELDS, INTERFACES, JOURNAL, TAGS, TEMPLATES
from ..runs import bring, conflicts, see
from .scene import built, keys_of, owned, row_of, small


def test_interfaces_that_templates_make_are_marked_not_made_twice() -> None:
    netbox = FakeNetBox()
    maker = netbox.make("dcim/manufacturers", name="Acme", slug="acme")
    kind = netbox.make("dcim/device-types", model="Switch", slug="some-switch", manufacturer=maker)
    for name in ("E1/1/1", "E1/1/2", "E1/40", "Management0"):
        netbox.make(TEMPLATES, device_type=kind, name=name, type="other")
    seen = see(small(), netbox)
    done = bring(small(), netbox)
    assert seen.changes == done.changes
    assert owned(netbox) == keys_of(small())
    assert row_of(netbox, INTERFACES, "leaf/1:1/1")["type"] == "100gbase-x-qsfp28"
    assert not see(small(), netbox).changes
    unmarked = {r["name"] for r in netbox.tables[INTERFACES].values() if not r["custom_fields"].get("hedgehog_key")}
    assert unmarked == {"E1/1/1", "E1/1/2", "E1/40", "Management0"} & unmarked


def test_what_is_shared_is_made_when_missing_and_never_changed() -> None:
    netbox = FakeNetBox()
    site = netbox.make("dcim/sites", name="The other name", slug="dc1")
    before = copy.deepcopy(netbox.tables["dcim/sites"][site])
    bring(small(), netbox)
    assert netbox.tables["dcim/sites"][site] == before
    assert {t["slug"] for t in netbox.tables["dcim/device-types"].values()} == {"some-switch", "some-server"}
    assert [m["slug"] for m in netbox.tables["dcim/manufacturers"].values()] == ["acme"]


def test_a_custom_field_of_ours_only_gets_the_object_types_it_lacks() -> None:
    netbox = FakeNetBox()
    field = netbox.make(FIELDS, name="hedgehog_fabric", type="text", object_types=["dcim.rack", "dcim.device"])
    done = bring(small(), netbox)
    assert [(c.key, c.after) for c in done.changes.of("custom_field", "update")] == [
        ("hedgehog_fabric", {"object_types": ["dcim.rack", "dcim.device", "dcim.cable"]})
    ]
    assert netbox.tables[FIELDS][field]["filter_logic"] == "loose"


def test_a_custom_field_of_another_type_is_an_error() -> None:
    netbox = FakeNetBox()
    netbox.make(FIELDS, name="hedgehog_fabric", type="integer", object_types=["dcim.device"])
    with pytest.raises(AccessError, match=r"hedgehog_fabric.*integer.*text"):
        see(small(), netbox)


def test_a_device_type_that_nobody_knows_is_an_error() -> None:
    plan = small()
    del plan["catalog"]
    assert conflicts(plan, FakeNetBox()) == ["unknown-device-type", "unknown-device-type", "unknown-device-type"]


@pytest.mark.parametrize("endpoint", [DEVICES, INTERFACES, CABLES])
def test_without_the_right_to_view_a_plan_does_not_look_unbuilt(endpoint: str) -> None:
    netbox = built()
    netbox.may_not.add(f"view {endpoint}")
    with pytest.raises(AccessError, match=r"dcim\.view_"):
        see(small(), netbox)


def test_a_token_that_may_not_list_fields_and_tags_can_still_work() -> None:
    netbox = built()
    netbox.may_not |= {f"view {FIELDS}", f"view {TAGS}", f"POST {FIELDS}", f"POST {TAGS}", f"POST {JOURNAL}"}
    bring(small(4), netbox)
    assert owned(netbox) == keys_of(small(4))


def test_where_unknown_marks_are_stored_unseen_the_token_has_to_list_fields() -> None:
    """Up to 4.4: what carries marks that nobody registered would never be found again."""
    netbox = FakeNetBox("4.4.10")
    netbox.may_not.add(f"view {FIELDS}")
    with pytest.raises(AccessError, match=r"NetBox 4\.4\.10 stores marks in fields that are not registered"):
        bring(small(), netbox)
    assert netbox.writes() == []


def test_what_a_token_may_not_make_is_named() -> None:
    netbox = FakeNetBox()
    netbox.may_not.add(f"POST {FIELDS}")
    with pytest.raises(AccessError) as error:
        bring(small(), netbox)
    for word in ("hedgehog_plan_id", "hedgehog_ports", "extras/custom-fields", "hedgehog.diet.setup"):
        assert word in str(error.value)
