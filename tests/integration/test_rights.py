# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly the rights that docs/netbox.md lists suffice for each verb, and without one of them its name is said.

One user, whose permissions are switched on and off: what one refusal leaves undone, the next attempt goes on with.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from contract.rights import OWNED, RIGHTS, each

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import AccessError, NetBoxError

from .support.core import Core, Outcome
from .support.plans import named_after_plan, servers, stated, tiny
from .support.playbook import run_module
from .support.rest import NetBox
from .support.users import User

BeginWith = Callable[[str], None]

PREVIEW, APPLY, PRUNE = (set(RIGHTS[verb]) for verb in ("preview", "apply", "apply with `prune`, teardown"))
LOCK, RECORD = (set(RIGHTS[verb]) for verb in ("lock, unless `lock: false`", "run record, else a warning"))
SETUP, STATED = set(RIGHTS["setup"]), set(RIGHTS["preview, where a plan states them"])


@pytest.fixture
def user(begin_with: BeginWith, netbox: NetBox) -> User:
    """A user without rights, of a NetBox where `tiny` is built."""
    begin_with("tiny")
    return User(netbox)


def refused(user: User, rights: Iterable[str], lacking: str, act: Callable[[], object]) -> str:
    """What is said where one of these rights lacks: its name."""
    user.may({*rights} - {lacking})
    with pytest.raises(NetBoxError) as error:
        act()
    assert lacking in str(error.value), error.value
    assert isinstance(error.value, AccessError)
    return str(error.value)


def without_bmc(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same plan without a link of each server, so that interfaces go as well."""
    less = copy.deepcopy(dict(document))
    del less["server_classes"]["gpu"]["connections"]["bmc"], less["server_classes"]["gpu"]["nics"]["bmc"]
    return less


def test_every_verb_needs_what_the_table_says_and_no_more(user: User, netbox: NetBox) -> None:
    core = Core(netbox.url, user.token)
    logged = netbox.changes_logged()
    for right in sorted(PREVIEW):
        refused(user, PREVIEW, right, lambda: core.preview(tiny(3)))
    assert netbox.changes_logged() == logged
    user.may(PREVIEW)
    assert core.preview(tiny(3)).counts["device"] == {"create": 1}
    assert not core.apply(tiny()).writes

    # Each attempt comes one kind further than the one before.
    def build() -> Outcome:
        return core.apply(servers(tiny(), 3))

    for right in each("add", *OWNED):
        refused(user, PREVIEW | APPLY, right, build)
    user.may(PREVIEW | APPLY)
    assert "no-run-record" in build().codes

    netbox.update("dcim/devices", netbox.device("gpu-001")["id"], name="bob")
    port = netbox.interface_by_key("gpu/2:fe/0")
    netbox.update("dcim/interfaces", port["id"], name="eth0")
    netbox.let_go(netbox.cable("server gpu/2/fe/1"))
    for right in each("change", *OWNED):
        refused(user, PREVIEW | APPLY, right, build)
    user.may(PREVIEW | APPLY | RECORD)
    done = build()
    assert "no-run-record" not in done.codes and not build().writes
    assert netbox.count("extras/journal-entries", tag="diet-tiny") >= 2

    def shrink() -> Outcome:
        return core.apply(without_bmc(servers(tiny(), 2)), prune=True)

    for right in each("delete", "dcim.cable", "dcim.interface", "dcim.device"):
        refused(user, PREVIEW | APPLY | PRUNE, right, shrink)
    user.may(PREVIEW | APPLY | PRUNE)
    assert shrink().counts["device"]["delete"] >= 1
    user.may(PREVIEW | PRUNE)
    assert core.teardown("tiny").counts["device"]["delete"] == 4
    assert netbox.count("dcim/devices") == netbox.count("dcim/cables") == 0


def test_what_a_plan_refers_to_needs_the_right_to_see_and_to_make_it(user: User, netbox: NetBox) -> None:
    core = Core(netbox.url, user.token)
    plan = named_after_plan(stated(tiny(plan_id="other")))
    for right in sorted(STATED):
        refused(user, PREVIEW | STATED, right, lambda: core.preview(plan))
    user.may(PREVIEW | STATED)
    assert core.preview(plan).counts["rack"] == {"create": 1}
    making = set(RIGHTS["setup, where the catalog describes them"])
    for right in ("tenancy.add_tenant", "dcim.add_location", "dcim.add_rack", "extras.add_tag"):
        said = refused(user, PREVIEW | STATED | SETUP | making, right, lambda: core.prepare(plan))
        assert "hedgehog.diet.setup" in said
    user.may(PREVIEW | STATED | SETUP | making)
    core.prepare(plan)
    assert netbox.count("extras/tags", slug="diet-other") == netbox.count("dcim/racks") == 1


ON_SITE: Mapping[str, Mapping[str, str]] = {
    "dcim.device": {"site__slug": "dc1"},
    "dcim.interface": {"device__site__slug": "dc1"},
    "dcim.cable": {"terminations___site__slug": "dc1"},
}


def test_rights_that_end_at_a_site(user: User, netbox: NetBox, core: Core) -> None:
    elsewhere = named_after_plan(tiny(plan_id="other", site="dc2"))
    core.prepare(elsewhere)
    limited = Core(netbox.url, user.token)
    user.may(PREVIEW | APPLY | PRUNE | RECORD, ON_SITE)
    assert limited.apply(servers(tiny(), 3)).counts["device"] == {"create": 1}
    netbox.let_go(netbox.cable("server gpu/2/fe/1"))
    assert limited.apply(servers(tiny(), 3)).counts == {"cable": {"move": 1}}
    assert limited.apply(servers(tiny(), 2), prune=True).counts["cable"] == {"delete": 3}
    with pytest.raises(AccessError, match=r"may not create .*devices"):
        limited.apply(elsewhere)
    assert netbox.count("dcim/devices", site="dc2") == 0
    limited.teardown("tiny")
    assert netbox.count("dcim/devices") == 0


def test_the_lock_needs_rights_on_its_tag_alone(
    user: User, netbox: NetBox, tmp_path: Path
) -> None:
    user.may(PREVIEW | APPLY | LOCK, {"extras.tag": {"slug__startswith": "diet-"}})
    environment = {"NETBOX_URL": netbox.url, "NETBOX_TOKEN": user.token}
    done = run_module(tmp_path, environment, plan=servers(tiny(), 3))
    assert done.status == 0, done.text
    assert netbox.count("extras/tags", slug="diet-lock_tiny") == 0
    user.may((PREVIEW | APPLY | LOCK) - {"extras.add_tag"})
    logged = netbox.changes_logged()
    said = run_module(tmp_path, environment, plan=servers(tiny(), 4))
    assert said.status != 0 and "extras.add_tag" in said.result["msg"] and "`lock: false`" in said.result["msg"]
    assert netbox.changes_logged() == logged
    assert run_module(tmp_path, environment, plan=servers(tiny(), 4), lock=False).status == 0
