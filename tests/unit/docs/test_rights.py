# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of rights in docs/netbox.md is the one by which tokens are made in the integration tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from contract.rights import RIGHTS

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.permissions import permission
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.resources import RESOURCES, SHARED_RESOURCES

PAGE = (Path(__file__).resolve().parents[3] / "docs/netbox.md").read_text(encoding="utf-8")


def test_the_page_has_the_rights_that_are_tested() -> None:
    table = PAGE.partition("## Rights")[2].partition("\n\n| For ")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (?!---)(.+?) \| (.+?) \|$", table, flags=re.MULTILINE)
    said = {verb: tuple(re.findall(r"`([a-z]+\.[a-z0-9_]+)`", cell)) for verb, cell in rows}
    assert said == dict(RIGHTS)


@pytest.mark.parametrize(
    ("verb", "where", "name"),
    [
        ("read", "/api/dcim/devices/", "dcim.view_device"), ("create", "dcim/devices", "dcim.add_device"),
        ("update", "dcim/cables", "dcim.change_cable"), ("delete", "extras/tags/7", "extras.delete_tag"),
        ("create", "extras/journal-entries", "extras.add_journalentry"), ("read", "/graphql/", ""),
        ("read", "/api/core/object-changes/", "core.view_objectchange"), ("read", "/api/status/", ""),
    ],
)
def test_permissions_are_called_as_netbox_calls_them(verb: str, where: str, name: str) -> None:
    assert permission(verb, where) == name


def test_every_kind_has_its_right_in_the_table() -> None:
    known = {right for rights in RIGHTS.values() for right in rights}
    for endpoint in (one.endpoint for one in (*RESOURCES.values(), *SHARED_RESOURCES.values())):
        assert permission("create", endpoint) in known
