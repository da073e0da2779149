# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A NetBox that answers with something else than it should, once, anywhere in a preview or an apply.

Only what no NetBox says is put into an answer (missing keys, other types, other shapes): nobody can tell a wrong name
from a right one. Whatever comes of the run, foreign objects stay as they are, and an honest run afterwards ends where
an undisturbed one does.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.diff.journal import Header, no_journal
from ansible_collections.hedgehog.diet.plugins.module_utils.events import silent
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.client import Client
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import NetBoxError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import Response, Transport, is_read
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.writer import RestWriter
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.preview import Preview, preview
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.run import ROLLBACK, STOP, Conduct, Job, carry_out
from ansible_collections.hedgehog.diet.plugins.module_utils.workflow.survey import Options

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import CABLES, DEVICES, INTERFACES
from ..plans import Document, acme, document, loaded, servers, switches, zone
from ..runs import URL, bring, see, tear_down
from .mutations import HUGE, at, deep, mutated, places
from .outcomes import RIGHT, WRONG, Outcome, in_words, within

VERSIONS = ("4.2.0", "4.4.10", "4.6.8", "4.7.3")
STATUSES = (200, 200, 200, 200, 200, 204, 301, 400, 403, 404, 409, 418, 500, 502)
_SECONDS = 20.0
_REPLIES = Path(__file__).resolve().parents[2] / "contract" / "replies"


def plan(number: int) -> Document:
    """Devices with all that a plan may state of them, cables of every look, an external spine."""
    return document(
        {
            "leaf": switches(
                servers=zone("1-8", "2x100g"), up=zone("9-10", type="uplink"), ports="all", rack="r1", tenant="ml",
            ),
            "spine": switches(
                role="spine", down=zone("1-8", type="fabric"), external=True,
                instances={"1": {"name": "old-1"}, "2": {"name": "old-2"}},
            ),
        },
        {
            "gpu": servers(
                number, {"ports": 2, "distribution": "alternating", "cable": {"type": "smf", "label": "{kind}"}},
                tags=["hot"], platform="linux", description="a server",
            ),
        },
        catalog=acme(
            tenants={"ml": {"name": "ML"}}, tags={"hot": {"name": "Hot"}}, platforms={"linux": {"name": "Linux"}},
            racks={"r1": {}},
        ),
    )


@cache
def scene(built: bool, version: str = "4.7.3", graphql: bool = True) -> FakeNetBox:
    """A NetBox with devices of others, and where `built` with the plan, of which somebody has edited a device."""
    netbox = FakeNetBox(version)
    netbox.graphql_enabled = graphql
    site = netbox.make("dcim/sites", name="DC 1", slug="dc1")
    maker = netbox.make("dcim/manufacturers", name="Other", slug="other")
    where = {
        "site": site, "role": netbox.make("dcim/device-roles", name="Other", slug="other"),
        "device_type": netbox.make("dcim/device-types", model="Other", slug="other", manufacturer=maker),
    }
    for name in ("old-1", "old-2", "somebody"):
        device = netbox.make(DEVICES, name=name, **where)
        for port in range(1, 9):
            netbox.make(INTERFACES, device=device, name=f"E1/{port}", type="other")
    if built:
        bring(plan(2), netbox)
        broken = [row for row in netbox.tables[DEVICES].values() if row["name"].startswith("gpu")]
        broken[0].update(name="renamed", description="edited")
    return netbox


class Lying:
    """A transport that changes one answer, the one to request number `at`."""

    def __init__(self, netbox: FakeNetBox, rng: Random, number: int) -> None:
        self._netbox, self._rng, self._left = netbox, rng, number
        self.statistics, self.at_once = netbox.statistics, 1
        self.lied = ""

    def send(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Response:
        answer = self._netbox.send(method, path, params, body)
        self._left -= 1
        if self._left:
            return answer
        changed = unlike(answer, self._rng)
        self.lied = f"{method} {path} {params}: {str(changed)[:300]}"
        return changed


def unlike(answer: Response, rng: Random) -> Response:
    """An answer as no NetBox gives it."""
    if rng.random() < 0.15:
        return Response(rng.choice(STATUSES), rng.choice(_bodies(rng)), time=answer.time)
    body = copy.deepcopy(answer.body)
    found = list(places(body))
    if not found:
        return Response(answer.status, rng.choice(_bodies(rng)), time=answer.time)
    for _time in range(rng.choice((1, 1, 1, 3))):
        path = rng.choice(found)
        try:
            holder = at(body, path[:-1])
            value = holder[path[-1]]
            if rng.random() < 0.3:
                del holder[path[-1]]
            else:
                holder[path[-1]] = rng.choice(_OTHERS[type(value)](value, rng))
        except (KeyError, IndexError, TypeError):
            continue  # something around it was changed before
    status = answer.status if rng.random() < 0.9 else rng.choice(STATUSES)
    return Response(status, body, time=answer.time)


def _bodies(rng: Random) -> list[Any]:
    page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
    return [
        None, {}, [], page, 0, "", True, [None], [[]], {"results": None}, {"results": {}}, {"results": [None]},
        {"count": "x", "results": []}, {"detail": [{"x": 1}]}, {"detail": page * 1000}, {"errors": 1},
        {"errors": [{"index": -1}, {"index": "0", "errors": None}, 7]}, {"errors": [{"message": {"a": 1}}]},
        {"data": None}, {"data": {"device_list": None}}, {"data": []}, [{"id": 1}], {"id": 1, "status": "pending"},
        deep(rng), {"results": [deep(rng)]},
    ]


def _common(value: Any, rng: Random) -> list[Any]:
    return [[], {}, [value], {"x": value}, True, 0.5, deep(rng)]


_OTHERS = {
    int: lambda value, rng: [*_common(value, rng), "x", -HUGE, HUGE * HUGE, 10**400, None, float("nan")],
    float: lambda value, rng: [*_common(value, rng), "x", None, float("inf")],
    str: lambda value, rng: [*_common(value, rng), 7, HUGE],
    bool: lambda value, rng: [*_common(value, rng)[:4], "x", 7, None],
    type(None): lambda value, rng: [*_common(value, rng)],
    dict: lambda value, rng: [[], [value], "x", 7, True, list(value), deep(rng)],
    list: lambda value, rng: [{}, {"x": value}, "x", 7, True, None, deep(rng)],
}


def reply(rng: Random, directory: Path) -> Outcome:
    """One wrong answer somewhere in a run."""
    built, version = rng.random() < 0.7, rng.choice(VERSIONS)
    netbox = copy.deepcopy(scene(built, version, rng.random() < 0.6))
    prune, wanted = rng.random() < 0.5, plan(rng.choice((1, 3)) if built else 2)
    way = rng.choice(("see", "bring", "run", "run", "tear down"))
    foreign = _foreign(netbox)
    lying = Lying(netbox, rng, rng.randint(1, {"see": 33, "bring": 46, "run": 60, "tear down": 25}[way]))
    outcome = RIGHT
    with within(_SECONDS):
        try:
            if way == "see":
                see(wanted, lying, prune)
            elif way == "bring":
                bring(wanted, lying, prune)
            elif way == "run":
                _run(wanted, lying, prune, rng.choice((STOP, ROLLBACK)))
            else:
                tear_down("test", lying)
        except (NetBoxError, PlanError) as error:
            outcome = in_words(error)
    if not lying.lied:  # it was over before
        return reply(rng, directory)
    assert way != "see" or not [one for one in netbox.writes() if one not in scene(built, version, True).writes()]
    assert _foreign(netbox) == foreign, lying.lied
    bring(wanted, netbox, prune)
    assert not see(wanted, netbox, prune).changes, lying.lied
    return outcome


def _run(wanted: Document, transport: Transport, prune: bool, on_failure: str) -> None:
    """As the module does it: with a lock, a second look, a watch over what is written, and perhaps a rollback."""
    client, known = Client(transport), loaded(wanted)

    def look() -> Preview:
        return preview(known, client, URL, Ledger(), Options(prune), silent)

    header = Header("20260101T000000Z-000000", "test", URL, "me", "now", "dc1", wanted)
    job = Job(look, lambda _seen: {}, header, known, Conduct(on_failure=on_failure))
    carry_out(job, look(), client, RestWriter, no_journal(), silent)


def _foreign(netbox: FakeNetBox) -> dict[str, Any]:
    """What is nobody's business: devices and interfaces without marks of the plan, cables too."""
    return {
        endpoint: {
            row_id: {name: value for name, value in row.items() if name != "custom_fields"}
            for row_id, row in netbox.tables[endpoint].items() if not row["custom_fields"].get("hedgehog_plan_id")
        }
        for endpoint in (DEVICES, INTERFACES, CABLES)
    }


@cache
def _recorded() -> list[dict[str, Any]]:
    """Answers to bad requests, as NetBoxes of all versions gave them."""
    files = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(_REPLIES.glob("*.json")))
    cases = (case for file in files for case in file["refusals"].values())
    return [case[name] for case in cases for name in ("list", "alone") if name in case]


def refusal(rng: Random, _directory: Path) -> Outcome:
    """What a NetBox said to a bad request, recorded, and damaged."""
    answer = rng.choice(_recorded())
    said = mutated(answer["body"], rng) if rng.random() < 0.9 else rng.choice(_bodies(rng))
    status = answer["status"] if rng.random() < 0.7 else rng.choice(STATUSES)

    class Refusing(FakeNetBox):
        def send(
            self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None
        ) -> Response:
            return super().send(method, path, params, body) if is_read(method, path) else Response(status, said)

    client = Client(Refusing())
    rows = [{"id": number} for number in range(1, 4)]
    write = rng.choice((
        lambda: client.create(DEVICES, rows), lambda: client.update(DEVICES, rows),
        lambda: client.delete(DEVICES, [1, 2, 3]), lambda: client.delete_one(DEVICES, 1),
    ))
    try:
        write()
    except NetBoxError as error:
        positions = [position for position, _text in error.rows if position is not None]
        return in_words(error) if min(positions, default=0) >= 0 else WRONG
    assert status < 300
    return RIGHT
