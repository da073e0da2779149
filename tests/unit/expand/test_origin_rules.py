# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule that the first DIET checks, when a document is read, sized or generated, is checked here too.

Each mistake is found by the importer, by the rules of our language or by the expansion, with its place in the document.
Rules that say the same of other values are in `test_origin_values.py`. Rules about what a document cannot hold (naming
templates, domains, mesh subnets, owners, background jobs, module bays) have no counterpart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import ERROR, WARNING, Diagnostic, PlanError
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.load import read_plan
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.pipeline import expand

Document = dict[str, Any]
Change = Callable[[Document], object]

FILE = FilePath(__file__).parent / "origin_documents" / "pairs.yaml"

LEAF, SPINE, RING, MGMT = 0, 1, 2, 4  # switch classes
SERVERS, UP, RING_ZONE, MGMT_UP = 0, 1, 8, 11  # zones
PAIR, BUNDLE, BMC = 0, 1, 2  # connections


@pytest.fixture
def pairs() -> Document:
    document: Document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


def found_in(document: Document) -> list[Diagnostic]:
    """All that reading and expanding find, at places of the document."""
    try:
        loaded = read_plan(document)
    except PlanError as error:
        return error.diagnostics
    try:
        _topology, warnings = expand(loaded.plan)
    except PlanError as error:
        return [*loaded.warnings, *loaded.locate(error.diagnostics)]
    return [*loaded.warnings, *loaded.locate(warnings)]


def at(block: str, position: int, **values: Any) -> Change:
    return lambda document: document[block][position].update(values)


def both(*changes: Change) -> Change:
    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


def without(block: str, position: int) -> Change:
    return lambda document: document[block].pop(position)


def data(block: str, position: int, **values: Any) -> Change:
    return lambda document: document["reference_data"][block][position].update(values)


CLASSES, ZONES, LINKS, NICS = "switch_classes", "switch_port_zones", "server_connections", "server_nics"

RULES: list[tuple[str, Change, str, str, tuple[str, ...]]] = [
    # Before anything is generated
    ("no server class", lambda d: d.update(server_classes=[], server_nics=[], server_connections=[]), ERROR,
     "no-classes", ("server_classes",)),
    ("no switch class", lambda d: d.update(switch_classes=[], switch_port_zones=[]), ERROR, "no-classes",
     (CLASSES,)),
    # Documents
    ("a version that is no number", lambda d: d["meta"].update(version="one"), ERROR, "wrong-type",
     ("meta", "version")),
    ("somebody else's document", lambda d: d["meta"].update(managed_by="hand"), WARNING, "odd-value",
     ("meta", "managed_by")),
    ("a status that there is not", lambda d: d["plan"].update(status="done"), WARNING, "odd-value",
     ("plan", "status")),
    ("an old key", at(LINKS, PAIR, nic_module_type="card"), WARNING, "left-out",
     (LINKS, "0", "nic_module_type")),
    ("an unknown key", at(LINKS, PAIR, colour="red"), WARNING, "unknown-key", (LINKS, "0", "colour")),
    # Server classes and NICs
    ("a negative quantity", at("server_classes", 0, quantity=-1), ERROR, "out-of-range",
     ("server_classes", "0", "quantity")),
    ("negative GPUs", at("server_classes", 0, gpus_per_server=-1), ERROR, "out-of-range",
     ("server_classes", "0", "gpus_per_server")),
    ("a NIC id with a blank", both(at(NICS, 1, nic_id="b ack"), at(LINKS, BUNDLE, nic="b ack"),
                                   at(LINKS, BMC, nic="b ack")), WARNING, "renamed-key", (NICS, "1", "nic_id")),
    ("a NIC without ports", at(NICS, 0, module_type="short"), ERROR, "no-ports", (NICS, "0", "module_type")),
    # Connections
    ("a connection id with a blank", at(LINKS, PAIR, connection_id="p air"), WARNING, "renamed-key",
     (LINKS, "0", "connection_id")),
    ("a NIC of another class", at(NICS, 0, server_class="spare", nic_id="other"), ERROR, "unknown-nic",
     (LINKS, "0", "nic")),
    ("a zone for something else", at(LINKS, PAIR, target_zone="leaf/peer"), ERROR, "zone-cannot-take-servers",
     (LINKS, "0", "target_zone")),
    ("management ports in a server zone", at(LINKS, PAIR, port_type="ipmi"), ERROR, "port-type",
     (LINKS, "0", "port_type")),
    ("data ports in a management zone", at(LINKS, BMC, port_type="data"), ERROR, "port-type",
     (LINKS, "2", "port_type")),
    ("a bond without groups", both(at(CLASSES, LEAF, redundancy_type=None), at(LINKS, PAIR, speed=25)), ERROR,
     "bond-without-groups", (LINKS, "0", "hedgehog_conn_type")),
    ("an optic that is none", at(LINKS, PAIR, transceiver_module_type="card"), ERROR, "not-an-optic",
     (LINKS, "0", "transceiver_module_type")),
    ("a reach class of another medium", lambda d: d["reference_data"]["module_types"][1]["attribute_data"].update(
        reach_class="SR"), ERROR, "reach-does-not-fit-medium",
     ("reference_data", "module_types", "1", "attribute_data")),
    ("a port index beyond the NIC", at(LINKS, PAIR, port_index=4), ERROR, "no-such-nic-port",
     (LINKS, "0", "ports_per_connection")),
    ("a negative port index", at(LINKS, PAIR, port_index=-1), ERROR, "out-of-range", (LINKS, "0", "port_index")),
    ("more ports than the NIC has left", at(LINKS, BUNDLE, ports_per_connection=3), ERROR, "no-such-nic-port",
     (LINKS, "1", "ports_per_connection")),
    ("no ports", at(LINKS, PAIR, ports_per_connection=0), ERROR, "out-of-range",
     (LINKS, "0", "ports_per_connection")),
    ("a rail without a number", at(LINKS, BUNDLE, distribution="rail-optimized"), ERROR, "rail-without-number",
     (LINKS, "1")),
    ("optics that cannot work", at(LINKS, PAIR, transceiver_module_type="short"), ERROR, "optics-do-not-match",
     (LINKS, "0", "transceiver_module_type")),
    # Switch classes
    ("a blank fabric", at(CLASSES, LEAF, fabric_name=""), ERROR, "missing-key", (CLASSES, "0")),
    ("a mesh of one", at(CLASSES, RING, override_quantity=1), ERROR, "mesh-size",
     (CLASSES, "2", "topology_mode")),
    ("a mesh of four", at(CLASSES, RING, override_quantity=4), ERROR, "mesh-size",
     (CLASSES, "2", "topology_mode")),
    ("a mesh without a number", at(CLASSES, RING, override_quantity=None), WARNING, "computed-mesh", (CLASSES, "2")),
    ("spines in a mesh", at(CLASSES, RING, hedgehog_role="spine"), ERROR, "spine-in-mesh",
     (CLASSES, "2", "hedgehog_role")),
    ("two modes in a fabric", at(CLASSES, SPINE, topology_mode="mesh"), ERROR, "mixed-fabric",
     (CLASSES, "1", "fabric_name")),
    ("redundancy without a group", at(CLASSES, LEAF, redundancy_group=None, groups=None), WARNING, "no-group",
     (CLASSES, "0", "redundancy_type")),
    ("a group that is not among the groups", at(CLASSES, LEAF, groups=["x"]), WARNING, "group-ignored",
     (CLASSES, "0", "groups")),
    ("an odd number of mclag switches", at(CLASSES, LEAF, override_quantity=3), ERROR, "quantity-against-groups",
     (CLASSES, "0", "override_quantity")),
    ("one eslag switch", both(at(CLASSES, LEAF, redundancy_type="eslag", override_quantity=1)), ERROR,
     "quantity-against-groups", (CLASSES, "0", "override_quantity")),
    ("five eslag switches", both(at(CLASSES, LEAF, redundancy_type="eslag", override_quantity=5)), ERROR,
     "quantity-against-groups", (CLASSES, "0", "override_quantity")),
    # Zones
    ("ports that are none", at(ZONES, SERVERS, port_spec="4-1"), ERROR, "invalid-ports", (ZONES, "0", "port_spec")),
    ("port 0", at(ZONES, SERVERS, port_spec="0-4"), ERROR, "invalid-ports", (ZONES, "0", "port_spec")),
    ("port 1025", at(ZONES, SERVERS, port_spec="1-1025"), ERROR, "invalid-ports", (ZONES, "0", "port_spec")),
    ("no breakout", at(ZONES, SERVERS, breakout_option=None), ERROR, "missing-key", (ZONES, "0")),
    ("an order that is too short", at(ZONES, SERVERS, allocation_order=[4, 3, 2]), ERROR, "invalid-value",
     (ZONES, "0", "allocation_order")),
    ("an order with a port twice", at(ZONES, SERVERS, allocation_order=[4, 3, 2, 2]), ERROR, "invalid-ports",
     (ZONES, "0", "allocation_order")),
    ("an order of other ports", at(ZONES, SERVERS, allocation_order=[4, 3, 2, 5]), ERROR, "invalid-value",
     (ZONES, "0", "allocation_order")),
    ("an order that is no list", at(ZONES, SERVERS, allocation_order="4,3,2,1"), ERROR, "wrong-type",
     (ZONES, "0", "allocation_order")),
    ("no order", at(ZONES, SERVERS, allocation_order=None), WARNING, "no-order",
     (ZONES, "0", "allocation_strategy")),
    ("priority 0", at(ZONES, SERVERS, priority=0), ERROR, "out-of-range", (ZONES, "0", "priority")),
    ("an optic that is not described", at(ZONES, UP, transceiver_module_type="x"), ERROR, "unknown-module-type",
     (ZONES, "1", "transceiver_module_type")),
    # Sizing and generation
    ("a leaf without uplinks", without(ZONES, UP), ERROR, "no-uplinks", (CLASSES, "0")),
    ("a spine without fabric zones", at(ZONES, 6, zone_type="server", transceiver_module_type=None), ERROR,
     "speed-mismatch", (CLASSES, "1")),
    ("a breakout the hardware does not list", data("device_type_extensions", 0, supported_breakouts=["whole"]),
     WARNING, "hardware-extended", (ZONES, "0", "port_spec")),
    ("no switches for a connection", at(CLASSES, LEAF, override_quantity=0), ERROR, "alternating-needs-two",
     (CLASSES, "0", "override_quantity")),
    ("more servers than ports", at("server_classes", 0, quantity=17), ERROR, "over-capacity",
     (CLASSES, "0", "override_quantity")),
    ("a mesh without a mesh zone", without(ZONES, RING_ZONE), ERROR, "mesh-zones",
     (CLASSES, "2", "topology_mode")),
    ("a mesh with too few ports", at(ZONES, RING_ZONE, port_spec="9"), ERROR, "mesh-zones",
     (CLASSES, "2", "topology_mode")),
    ("a mesh with an odd number of ports", at(ZONES, RING_ZONE, port_spec="9-11"), WARNING, "unused-mesh-lanes",
     (CLASSES, "2", "topology_mode")),
    ("a peer that is full", at(ZONES, MGMT_UP, port_spec="13-16"), ERROR, "over-capacity",
     (CLASSES, "0", "override_quantity")),
    ("an unknown peer", at(ZONES, MGMT_UP, peer_zone="leaf/x"), ERROR, "unknown-zone", (ZONES, "11", "peer_zone")),
    ("a NIC port twice", at(LINKS, BUNDLE, port_index=0), ERROR, "nic-port-twice", (LINKS, "1")),
    ("overlapping zones", at(ZONES, UP, port_spec="4-8"), WARNING, "overlapping-zones", (ZONES, "1", "port_spec")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "severity", "code", "path"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES]
)
def test_rules_of_the_first_diet(
    pairs: Document, change: Change, severity: str, code: str, path: tuple[str, ...]
) -> None:
    change(pairs)
    assert (severity, code, path) in [(d.severity, d.code, d.path) for d in found_in(pairs)]


def test_without_a_change_there_is_no_error(pairs: Document) -> None:
    assert [d for d in found_in(pairs) if d.severity == ERROR] == []


def test_the_documentation_lists_every_warning_of_the_importer() -> None:
    root = FILE.parents[4]
    sources = "".join(p.read_text(encoding="utf-8") for p in (root / "plugins/module_utils/expand/origin").glob("*.py"))
    codes = set(re.findall(r'warn\(\s*"([a-z-]+)"', sources))
    listed = (root / "docs" / "origin.md").read_text(encoding="utf-8")
    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in listed} == set()
