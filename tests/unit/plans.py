# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small plan documents for tests, and what tests ask of the topologies they expand to."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.artifact import ledger_of
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import load
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger
from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Plan

Document = dict[str, Any]

SHIPPED_PLANS = Path(__file__).parents[2] / "playbooks" / "plans"


def acme(**more: Any) -> Document:
    """A catalog with the types that plans here name, for a NetBox that has none."""
    return {
        "manufacturers": {"acme": {"name": "Acme"}},
        "device_types": {
            "some-switch": {"manufacturer": "acme", "model": "Switch"},
            "some-server": {"manufacturer": "acme", "model": "Server"},
        },
        **more,
    }


def document(switch_classes: Document, server_classes: Document, **more: Any) -> Document:
    """A plan on fabrics that its switch classes name; `more` are further keys, `fabrics` among them.

    `_taken`, which plans ignore, are ports of external switches that others have cabled, by device.
    """
    fabrics = {row["fabric"]: {} for row in switch_classes.values()}
    fabrics |= more.pop("fabrics", {})
    return {
        "schema": 1, "id": "test", "site": "dc1", "fabrics": fabrics,
        "switch_classes": switch_classes, "server_classes": server_classes, **more,
    }


def switches(fabric: str = "fab", role: str = "server-leaf", **more: Any) -> Document:
    """A switch class; keyword arguments that are mappings with `ports` are its zones."""
    zones = {key: row for key, row in more.items() if isinstance(row, dict) and "ports" in row}
    rest = {key: row for key, row in more.items() if key not in zones}
    return {"fabric": fabric, "role": role, "device_type": "some-switch", "zones": zones, **rest}


def zone(ports: str | int, breakout: str = "1x100g", type: str = "server", **more: Any) -> Document:
    return {"type": type, "ports": ports, "breakout": breakout, **more}


def servers(quantity: int, *links: Document, **more: Any) -> Document:
    """A server class with a NIC per connection; connections are called c0, c1, ..., or by their key `key`."""
    connections, nics = {}, {}
    for number, link in enumerate(links):
        row = {"zone": "leaf/servers", **link}
        key = row.pop("key", f"c{number}")
        nics[key] = {"ports": [f"p{n}" for n in range(row.get("ports", 1))]}
        connections[key] = {"nic": key, **row}
    return {
        "quantity": quantity, "device_type": "some-server", "nics": nics, "connections": connections, **more,
    }


def rails(count: int, **more: Any) -> list[Document]:
    return [{"key": f"rail-{n}", "distribution": "rail-optimized", "rail": n, **more} for n in range(count)]


def shipped(name: str) -> Document:
    """A plan that the collection comes with."""
    plan: Document = yaml.safe_load((SHIPPED_PLANS / f"{name}.yml").read_text(encoding="utf-8"))
    return plan


# -- expansion -------------------------------------------------------------------------------------------------------


def loaded(plan: Document) -> Plan:
    return _loaded(json.dumps(plan))


@lru_cache(maxsize=64)
def _loaded(text: str) -> Plan:
    """Checking the shape takes longer than expanding, and tests expand the same plan several times."""
    return load(json.loads(text))[0]


def expanded(
    plan: Document, ledger: Ledger | None = None, prune: bool = False, rebalance: bool = False
) -> Topology:
    return expand(loaded(plan), with_taken(plan, ledger), prune, rebalance)[0]


def with_taken(plan: Document, ledger: Ledger | None) -> Ledger:
    """A ledger with the ports of external switches that `_taken` of the plan says others have cabled."""
    taken = {device: frozenset(ports) for device, ports in plan.get("_taken", {}).items()}
    return Ledger(ledger or {}, taken or (ledger.taken if ledger is not None else {}))


def warnings_of(plan: Document, ledger: Ledger | None = None, prune: bool = False) -> list[Diagnostic]:
    loaded, warnings = load(plan)
    return [*warnings, *expand(loaded, with_taken(plan, ledger), prune)[1]]


def errors_of(plan: Document, ledger: Ledger | None = None) -> list[Diagnostic]:
    """The errors of a plan that must have some."""
    try:
        expand(load(plan)[0], with_taken(plan, ledger))
    except PlanError as error:
        return [d for d in error.diagnostics if d.severity == "error"]
    raise AssertionError("the plan has no errors")


def again(plan: Document, before: Topology, prune: bool = False) -> Topology:
    """A plan expanded with the ledger of a topology that NetBox has."""
    return expanded(plan, ledger_of(before), prune)


def counts(topology: Topology) -> dict[str, int]:
    return {row.switch_class: row.count for row in topology.quantities}


def kinds(topology: Topology) -> dict[str, int]:
    return dict(Counter(cable.kind for cable in topology.cables))


def ends(topology: Topology) -> dict[str, tuple[str, str]]:
    return {cable.key: cable.ends for cable in topology.cables}


def indices(topology: Topology, class_key: str) -> list[int]:
    """The indices of the devices of a class, external ones too, in order."""
    return sorted(d.index for d in (*topology.devices, *topology.external_devices) if d.class_key == class_key)


def device_at(end: str) -> tuple[str, int]:
    """Class and index of the device of an interface key."""
    class_key, _slash, index = end.partition(":")[0].rpartition("/")
    return class_key, int(index)


def switch_of(topology: Topology, kind: str = "server") -> dict[str, int]:
    """The index of the far switch of every link of a kind."""
    return {c.key: device_at(c.b)[1] for c in topology.cables if c.kind == kind}


def port_of(topology: Topology) -> dict[str, str]:
    """The far port of every link, `switch:port/lane`."""
    return {c.key: c.b for c in topology.cables}


def loads(topology: Topology, class_key: str = "leaf", zone: str | None = None, kind: str | None = None) -> list[int]:
    """Links that end on each switch of a class."""
    found = Counter(
        device_at(c.b)[1]
        for c in topology.cables
        if device_at(c.b)[0] == class_key and zone in (None, c.zone) and kind in (None, c.kind)
    )
    return [found[index] for index in indices(topology, class_key)]


def by_server(topology: Topology) -> dict[str, list[int]]:
    """The far switches of every server, in the order of its links."""
    rows: dict[str, list[int]] = defaultdict(list)
    for cable in topology.cables:
        if cable.kind == "server":
            rows[cable.a.partition(":")[0]].append(device_at(cable.b)[1])
    return dict(rows)


def pairs(topology: Topology, kind: str) -> Mapping[tuple[str, str], int]:
    """Links of a kind per pair of devices."""
    return Counter((c.a.partition(":")[0], c.b.partition(":")[0]) for c in topology.cables if c.kind == kind)
