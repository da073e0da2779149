# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a benchmark, and what a step took: measured, or worked out from a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from measuring.meter import Measured
from measuring.traffic import Request, between

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger

from .plans import NOTHING, Document, Find, Objects, document, expanded, objects, posted

CREATE, UNCHANGED, MORE, FEWER, RENAME, TEARDOWN = "create", "unchanged", "more", "fewer", "rename", "teardown"
STEPS = (CREATE, UNCHANGED, MORE, FEWER, TEARDOWN)

CHANGE = 10  # servers that come, and servers that go from the middle


@dataclass(frozen=True, slots=True)
class Listed:
    """A plan and the ledger that it is expanded with."""

    document: Document
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the plan that is wanted after it (none: nothing is), and what that means object by object.

    `look` is what a client that works object by object has to ask for, `create` and `delete` what it has to do; all of
    them are found in what `listed` expands to.
    """

    name: str
    document: Document | None
    listed: Listed
    look: Objects = NOTHING
    create: Objects = NOTHING
    delete: Objects = NOTHING

    @property
    def work(self) -> dict[str, dict[str, int]]:
        """Numbers of objects by verb and kind."""
        return {
            verb: rows.counts
            for verb, rows in (("look", self.look), ("create", self.create), ("delete", self.delete))
            if any(rows.counts.values())
        }


def steps(servers: int, find: Find) -> dict[str, Step]:
    """All steps of one size, in their order."""
    first = max(1, servers // 2 - CHANGE // 2 + 1)
    absent = list(range(first, first + CHANGE))
    documents = document(servers), document(servers + CHANGE), document(servers + CHANGE, absent)
    listed, rows, ledger = [], [], Ledger()
    for one in documents:
        listed.append(Listed(one, ledger))
        topology = expanded(one, ledger)
        rows.append(objects(posted(topology, find)))
        ledger = ledger_of(topology)
    base, more, fewer = rows
    everything = (
        Step(CREATE, documents[0], listed[0], create=base),
        Step(UNCHANGED, documents[0], listed[0], look=base),
        Step(MORE, documents[1], listed[1], create=more.without(base)),
        Step(FEWER, documents[2], listed[1], delete=more.without(fewer)),
        Step(RENAME, document(servers + CHANGE, absent, "node"), listed[2]),
        # Interfaces go with their devices.
        Step(TEARDOWN, None, listed[2], delete=Objects(fewer.devices, {}, fewer.cables)),
    )
    return {step.name: step for step in everything}


def sample(step: Step, servers: int) -> Step:
    """The part of a step that concerns its first servers, without the leaves."""
    return replace(step, **{
        verb: rows.around(list(rows.servers)[:servers])
        for verb, rows in (("look", step.look), ("create", step.create), ("delete", step.delete))
    })


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a step: one verb on objects of one kind, and when; seconds since 1970."""

    verb: str
    kind: str
    count: int
    begin: float
    end: float


def figures(measured: Measured, parts: Iterable[Part] = ()) -> dict[str, Any]:
    """What a step took, as it is stored."""
    found: dict[str, Any] = {
        "seconds": round(measured.seconds, 2),
        "requests": measured.requests,
        "sent": measured.sent,
        "received": measured.received,
        "peak_mb": round(measured.peak_mb),
        "client_cpu": round(measured.client_cpu, 2),
        "server_cpu": round(measured.server_cpu, 2),
        "busy": round(measured.busy, 3),
        "server_share": round(measured.server_share, 3),
        "writing": round(_writing(measured), 2),
        "endpoints": _endpoints(measured),
    }
    told = [_part(measured, part) for part in parts]
    return found | ({"parts": told} if told else {})


def extrapolated(small: Mapping[str, Any], work: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """What a step would take with other numbers of objects, from its parts in a sample.

    What is outside of all parts, such as the start of the client, stays as it is. Of processor seconds it is not known
    which part they belong to: they grow as the seconds do.
    """
    parts = [part for part in small["parts"] if part["count"]]
    result: dict[str, Any] = {"from": {}}
    for name in ("seconds", "requests", "sent", "received"):
        fixed = small[name] - sum(part[name] for part in parts)
        total = fixed + sum(part[name] / part["count"] * work[part["verb"]][part["kind"]] for part in parts)
        result[name] = round(total, 2) if name == "seconds" else round(total)
    growth = result["seconds"] / small["seconds"]
    for name in ("client_cpu", "server_cpu"):
        result[name] = round(small[name] * growth, 2)
    for name in ("peak_mb", "busy", "server_share"):
        result[name] = small[name]
    for part in parts:
        result["from"].setdefault(part["verb"], {})[part["kind"]] = part["count"]
    return result


def _part(measured: Measured, part: Part) -> dict[str, Any]:
    requests = between(measured.log, part.begin, part.end)
    return {
        "verb": part.verb,
        "kind": part.kind,
        "count": part.count,
        "seconds": round(part.end - part.begin, 2),
        "requests": len(requests),
        "sent": sum(request.sent for request in requests),
        "received": sum(request.received for request in requests),
    }


def _writing(measured: Measured) -> float:
    """Seconds from the beginning of the first write to the end of the last."""
    writes = [request for request in measured.log if _is_write(request)]
    return max(request.end for request in writes) - min(request.begin for request in writes) if writes else 0.0


def _is_write(request: Request) -> bool:
    return request.method in ("POST", "PATCH", "DELETE") and request.path.startswith("/api/dcim/")


def _endpoints(measured: Measured) -> dict[str, dict[str, Any]]:
    """Writes by method and endpoint: how many, of how many rows, seconds at the server."""
    found: dict[str, dict[str, Any]] = {}
    for request in measured.log:
        if _is_write(request):
            # One object at a time has its id in the path when it is changed or deleted.
            name = f"{request.method} {'/'.join(request.endpoint.split('/')[:2])}"
            row = found.setdefault(name, {"requests": 0, "rows": 0, "seconds": 0.0})
            row["requests"] += 1
            row["rows"] += request.rows
            row["seconds"] = round(row["seconds"] + request.end - request.begin, 3)
    return found


def shapes(measured: Measured) -> Sequence[tuple[str, int]]:
    """The list POSTs of a run, in the order in which they began: kind and number of rows."""
    return [
        (request.endpoint.removeprefix("dcim/"), request.rows)
        for request in sorted(measured.log, key=lambda one: one.begin)
        if request.method == "POST" and request.rows and request.endpoint.startswith("dcim/")
    ]
