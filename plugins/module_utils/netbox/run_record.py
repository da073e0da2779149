# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record that a run leaves in NetBox's journal: what it says, and how it is read back.

A sentence for people, then JSON. With it goes the plan as it was applied, so that a later run can tell what changed.
Anybody may edit a journal entry, so what comes back is checked, and what is damaged is no record rather than an error.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..diff.marks import plan_tag
from .client import Client
from .errors import AccessError, RefusedError

FORMAT = 1
ENDPOINT = "extras/journal-entries"
TITLE = "DIET run of plan"

# NetBox refuses comments of more than 200,000 characters; the counts and quantities of large plans need some as well.
MAX_DOCUMENT = 150_000
_MAX_JSON = 16_000_000  # of a plan: what an edited record may make us unpack
_BEGIN, _END = "```json", "```"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A record that was read: its id in NetBox, when it was made, and the plan as it was applied."""

    id: int
    created: str
    plan_digest: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoRecord:
    """There is none that says what the plan was: why, in words that follow `because`."""

    because: str


def carried(document: Mapping[str, Any]) -> dict[str, str]:
    """A plan document as a record carries it, nothing where it is too large.

    It is compressed: people read the entry on the page of the site, where the plan would drown it.
    """
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    if len(packed) > MAX_DOCUMENT:
        return {}
    return {"document": packed, "document_digest": hashlib.sha256(text.encode()).hexdigest()}


def comments(plan_id: str, told: str, body: Mapping[str, Any]) -> str:
    """The text of a record: `told` for people, `body` for machines."""
    rows = json.dumps({"format": FORMAT, "plan": plan_id, **body}, indent=1, sort_keys=True)
    return f"{TITLE} **{plan_id}**. {told}.\n\n{_BEGIN}\n{rows}\n{_END}\n"


def last_record(client: Client, plan_ids: Iterable[str]) -> RunRecord | NoRecord:
    """The newest record of a plan, under the first of its ids that has one.

    Raises:
        ServerError, UnreachableError: as for any request. What the token may not read is no record.
    """
    for plan_id in plan_ids:
        try:
            _extent, row = client.extent(ENDPOINT, tag=plan_tag(plan_id), q=TITLE, fields="id,created,comments")
        except AccessError:
            return NoRecord("the token may not view journal entries, where runs are recorded")
        except RefusedError:
            continue  # NetBox has no such tag
        if row is not None:
            return read(row, plan_id)
    return NoRecord("NetBox has no record of an earlier run of this plan")


def read(row: Mapping[str, Any], plan_id: str) -> RunRecord | NoRecord:
    """The record in a journal entry."""
    which = f"the record of the last run (journal entry {row.get('id')})"
    text = str(row.get("comments") or "")
    try:
        body = json.loads(text.partition(_BEGIN)[2].rpartition(_END)[0])
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("format"), int):
        return NoRecord(f"{which} is damaged")
    if body["format"] != FORMAT:
        return NoRecord(f"{which} has the format {body['format']}, and this version reads {FORMAT}")
    if body.get("plan") != plan_id:
        return NoRecord(f"{which} is of the plan {body.get('plan')!r}")
    if "document" not in body:
        return NoRecord(f"{which} does not carry the plan")
    document = _unpacked(body["document"], body.get("document_digest"))
    if document is None:
        return NoRecord(f"{which} carries a plan that is damaged")
    return RunRecord(int(row["id"]), str(row.get("created") or ""), str(body.get("plan_digest") or ""), document)


def _unpacked(packed: Any, digest: Any) -> dict[str, Any] | None:
    try:
        unpack = zlib.decompressobj()
        text = unpack.decompress(base64.b64decode(str(packed), validate=True), _MAX_JSON)
        whole = unpack.eof and hashlib.sha256(text).hexdigest() == digest
        document = json.loads(text) if whole else None
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
