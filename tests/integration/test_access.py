# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that are wrong or may not do something: a clear answer, and nothing written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import (
    AccessError,
    NetBoxError,
    ServerError,
    UnreachableError,
)

from .support.core import Core
from .support.http import closed_port, web_server
from .support.plans import named_after_plan, servers, tiny
from .support.rest import NetBox
from .support.users import BUILDER, SETUP, VIEW, token_of

BeginWith = Callable[[str], None]


@contextmanager
def refused(netbox: NetBox, kind: type[NetBoxError], text: str) -> Iterator[None]:
    logged = netbox.changes_logged()
    with pytest.raises(kind, match=text):
        yield
    assert netbox.changes_logged() == logged


# -- addresses --------------------------------------------------------------------------------------------------------


def test_a_closed_port(sandbox: object) -> None:
    url = closed_port()
    with pytest.raises(UnreachableError, match=rf"{re.escape(url)} cannot be reached: .*refused"):
        Core(url, "token").preview(tiny())


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(UnreachableError, match=r"http://netbox\.invalid cannot be reached: "):
        Core("http://netbox.invalid", "token").preview(tiny())


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html", b"<html>Welcome to nginx!</html>", "is that a NetBox"),
        ("application/json", b'{"hello": "world"}', "not as a NetBox does"),
        ("application/json", b"[]", "not as a NetBox does"),
        ("application/json", b'{"netbox-version": "3.7.8"}', "NetBox 3.7.8 is too old"),
    ],
    ids=["html", "json", "list", "old"],
)
def test_an_address_that_is_not_a_netbox(content_type: str, body: bytes, text: str) -> None:
    with web_server(content_type, body) as url, pytest.raises(ServerError, match=text):
        Core(url, "token").preview(tiny())


def test_a_wrong_path(sandbox: object, netbox: NetBox) -> None:
    with pytest.raises(NetBoxError):
        Core(f"{netbox.url}/netbox", "nbt_x.y").preview(tiny())


# -- tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["0123456789abcdef" * 2 + "01234567", "nbt_abcdefabcdef.wrong"], ids=["v1", "v2"])
def test_a_wrong_token(token: str, netbox: NetBox) -> None:
    with refused(netbox, AccessError, "NetBox does not accept the token"):
        Core(netbox.url, token).apply(tiny())


def test_the_secret_of_a_token_is_in_no_error(netbox: NetBox) -> None:
    secret = "nbt_abcdefabcdef.s3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3t"
    with pytest.raises(NetBoxError) as error:
        Core(netbox.url, secret).apply(tiny())
    assert "s3cr3t" not in str(error.value)


@pytest.mark.parametrize("version", [1, 2])
def test_tokens_of_both_versions_work(version: int, fresh: None, netbox: NetBox) -> None:
    core = Core(netbox.url, token_of(netbox, SETUP, version))
    assert core.apply(tiny()).counts["cable"] == {"create": 6}
    assert not core.apply(tiny()).writes
    assert netbox.count("extras/journal-entries", tag="diet-tiny") == 1


def test_a_read_only_token_previews_and_cannot_apply(begin_with: BeginWith, netbox: NetBox) -> None:
    begin_with("tiny")
    core = Core(netbox.url, token_of(netbox, SETUP, writes=False))
    assert core.preview(tiny(3)).counts["device"] == {"create": 1}
    # NetBox gives a missing right and a read-only token the same answer.
    with refused(netbox, AccessError, "The token may not create dcim/devices|The token is read-only"):
        core.apply(tiny(3))
    assert not core.apply(tiny()).writes  # nothing to write, nothing to refuse


def test_a_token_without_any_right_sees_no_unbuilt_plan(begin_with: BeginWith, netbox: NetBox) -> None:
    """GraphQL answers it with empty lists, as if nothing were there."""
    begin_with("tiny")
    blind = token_of(netbox, {})
    core = Core(netbox.url, blind)
    for act in (core.preview, core.apply):
        with refused(netbox, AccessError, r"The token may not read .*dcim/devices.*dcim\.view_device"):
            act(tiny())
    with refused(netbox, AccessError, "view_device"):
        core.teardown("tiny")


@pytest.mark.parametrize("lacking", ["dcim.interface", "dcim.cable"])
def test_a_token_that_is_blind_in_one_eye(lacking: str, begin_with: BeginWith, netbox: NetBox) -> None:
    begin_with("tiny")
    rights = {kind: actions for kind, actions in BUILDER.items() if kind != lacking}
    with refused(netbox, AccessError, rf"The token may not read .*dcim\.view_{lacking.partition('.')[2]}"):
        Core(netbox.url, token_of(netbox, rights)).apply(tiny())


def test_a_token_that_may_only_look_can_preview(begin_with: BeginWith, netbox: NetBox) -> None:
    begin_with("tiny")
    core = Core(netbox.url, token_of(netbox, VIEW))
    assert not core.preview(tiny()).changes
    assert core.preview(tiny(3)).counts["device"] == {"create": 1}
    with refused(netbox, AccessError, "The token may not create dcim/devices"):
        core.apply(tiny(3))


def test_without_rights_on_fields_and_journal_a_prepared_plan_is_built(begin_with: BeginWith, netbox: NetBox) -> None:
    begin_with("tiny")
    core = Core(netbox.url, token_of(netbox, {**BUILDER, "extras.tag": ("view",)}))
    grown = core.apply(servers(tiny(), 3))
    assert grown.counts == {"device": {"create": 1}, "interface": {"create": 6}, "cable": {"create": 3}}
    assert [tag["slug"] for tag in netbox.device("gpu-003")["tags"]] == ["diet-tiny"]
    assert "no-run-record" in grown.codes
    assert not core.apply(servers(tiny(), 3)).writes
    assert core.teardown("tiny").counts["device"] == {"delete": 6}


def test_without_rights_on_shared_objects_an_unprepared_plan_says_who_can_help(fresh: None, netbox: NetBox) -> None:
    core = Core(netbox.url, token_of(netbox, BUILDER))
    assert core.preview(tiny()).counts["device"] == {"create": 5}
    expected = (
        r"The token may not create dcim/manufacturers.* have to be made once: celestica, generic\."
        r".*permission to add dcim/manufacturers.*hedgehog\.diet\.setup"
    )
    with refused(netbox, AccessError, expected):
        core.apply(tiny())


def test_without_a_right_to_see_tags_nothing_is_built(begin_with: BeginWith, netbox: NetBox) -> None:
    """NetBox resolves a tag only for those who may see it; for others it does not exist."""
    begin_with("tiny")
    core = Core(netbox.url, token_of(netbox, BUILDER))
    with refused(netbox, NetBoxError, "gpu-003.*diet-tiny"):
        core.apply(servers(tiny(), 3))
    assert netbox.count("dcim/devices") == 5


def test_a_missing_tag_that_the_token_cannot_see_is_refused_before_anything_is_built(
    begin_with: BeginWith, netbox: NetBox
) -> None:
    """A second plan: all shared objects are there but its own tag."""
    begin_with("tiny")
    core = Core(netbox.url, token_of(netbox, BUILDER))
    with refused(netbox, NetBoxError, "diet-other"):
        core.apply(named_after_plan(tiny(plan_id="other")))
    assert netbox.count("dcim/devices") == 5
