# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run record says what it was given, and what is damaged or somebody else's is no record."""

from __future__ import annotations

import base64
import json
import random
import zlib
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import ServerError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.run_record import (
    MAX_DOCUMENT,
    NoRecord,
    RunRecord,
    carried,
    comments,
    last_record,
    read,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import JOURNAL, TAGS

PLAN = {"id": "test", "names": {"é": [1, 2.5, None]}}


def row(plan_id: str = "test", **changed: Any) -> dict[str, Any]:
    body = {"plan_digest": "abc", **carried(PLAN), **changed}
    text = comments("test", "devices: 1 created", {k: v for k, v in body.items() if v is not None})
    return {"id": 5, "created": "2026-01-01", "comments": text.replace('"plan": "test"', f'"plan": "{plan_id}"')}


def edited(old: str, new: str) -> dict[str, Any]:
    one = row()
    assert old in one["comments"]
    return one | {"comments": one["comments"].replace(old, new)}


def test_a_record_says_what_it_was_given() -> None:
    one = row()
    assert one["comments"].startswith("DIET run of plan **test**. devices: 1 created.\n")
    assert read(one, "test") == RunRecord(5, "2026-01-01", "abc", PLAN)
    # As the form of the web interface leaves it: line breaks of two characters, no spaces at the end.
    assert read(one | {"comments": one["comments"].strip().replace("\n", "\r\n")}, "test") == read(one, "test")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"id": 5}, "(journal entry 5) is damaged"),
        ({"id": 5, "comments": "DIET run of plan **test**. All well!"}, "is damaged"),
        (edited('"format": 1', '"format": 1,,'), "is damaged"),
        (edited('"format": 1', '"format": "x"'), "is damaged"),
        (edited('"format": 1', '"format": 2'), "has the format 2, and this version reads 1"),
        ({"id": 5, "comments": "```json\n" + "[" * 100_000 + "\n```"}, "is damaged"),
        (row("other"), "is of the plan 'other'"),
        (row(document=None), "does not carry the plan"),
        (row(document_digest="0"), "a plan that is damaged"),
        (row(document="no base64!"), "a plan that is damaged"),
        (row(document=7), "a plan that is damaged"),
        (row(document=base64.b64encode(b"not packed").decode()), "a plan that is damaged"),
        (row(document=carried(PLAN)["document"][:-8]), "a plan that is damaged"),
        (row(**carried([1])), "a plan that is damaged"),  # type: ignore[arg-type]
        (row(document=base64.b64encode(zlib.compress(bytes(50_000_000))).decode()), "a plan that is damaged"),
    ],
)
def test_what_is_damaged_is_no_record(entry: dict[str, Any], words: str) -> None:
    found = read(entry, "test")
    assert isinstance(found, NoRecord) and words in found.because
    assert found.because.startswith("the record of the last run (journal entry 5)")


def test_a_plan_that_is_too_large_stays_out() -> None:
    noise = random.Random(1)
    large = {"id": "".join(chr(noise.randrange(33, 127)) for _n in range(MAX_DOCUMENT))}
    assert carried(large) == {}
    assert len(json.dumps({"id": "x" * 10_000_000})) > MAX_DOCUMENT
    assert len(carried({"id": "x" * 10_000_000})["document"]) < MAX_DOCUMENT


# -- the newest one --------------------------------------------------------------------------------------------------


@pytest.fixture
def netbox() -> FakeNetBox:
    fake = FakeNetBox()
    site = fake.make("dcim/sites", name="DC 1", slug="dc1")
    for slug in ("diet-test", "diet-old", "other"):
        fake.make(TAGS, name=slug, slug=slug)

    def leave(tag: str, text: str) -> None:
        entry = {"assigned_object_type": "dcim.site", "assigned_object_id": site, "comments": text}
        fake.make(JOURNAL, **entry, tags=[{"slug": tag}])

    for tag, digest in (("diet-old", "0"), ("diet-test", "1"), ("diet-test", "2"), ("other", "3")):
        plan_id = tag.removeprefix("diet-")
        leave(tag, comments(plan_id, "", {"plan_digest": digest, **carried(PLAN)}))
    leave("diet-test", "a note of somebody")
    return fake


def test_the_newest_record_of_the_plan_counts_and_nobodys_notes(netbox: FakeNetBox) -> None:
    found = last_record(Client(netbox), ("test", "old"))
    assert isinstance(found, RunRecord) and found.plan_digest == "2"
    assert [path for _method, path, _n in netbox.log[1:]] == ["/api/extras/journal-entries/"]


def test_a_former_id_is_asked_for_where_the_present_one_has_none(netbox: FakeNetBox) -> None:
    for plan_id in ("new", "other-new"):
        found = last_record(Client(netbox), (plan_id, "old"))
        assert isinstance(found, RunRecord) and found.plan_digest == "0"
    assert last_record(Client(netbox), ("new",)) == NoRecord("NetBox has no record of an earlier run of this plan")


def test_a_token_that_may_not_read_the_journal(netbox: FakeNetBox) -> None:
    netbox.may_not.add(f"view {JOURNAL}")
    found = last_record(Client(netbox), ("test",))
    assert isinstance(found, NoRecord) and "may not view journal entries" in found.because


def test_a_server_that_fails_is_no_missing_record(netbox: FakeNetBox) -> None:
    client = Client(netbox)
    netbox.refuse_all = Response(502, {})
    with pytest.raises(ServerError):
        last_record(client, ("test",))
