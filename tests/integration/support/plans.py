# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small plans, as documents: big enough to show every kind of link, small enough to be built in seconds."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

LEAF = "celestica-ds5000"


def tiny(servers: int = 2, plan_id: str = "tiny", **more: Any) -> Document:
    """Servers with two alternating links and a management link: 2 servers are 5 devices, 12 interfaces, 6 cables.

    Leaf ports 1 to 8 are broken out into 4 lanes, so that 32 servers fit on the two leaves.
    """
    document: Document = {
        "schema": 1,
        "id": plan_id,
        "site": "dc1",
        "fabrics": {"frontend": {}, "oob": {"fabric_class": "unmanaged"}},
        "switch_classes": {
            "leaf": {
                "fabric": "frontend", "role": "server-leaf", "device_type": LEAF,
                "zones": {"servers": {"type": "server", "ports": "1-8", "breakout": "4x200g"}},
            },
            "oob": {
                "fabric": "oob", "role": "oob", "device_type": "mgmt-48",
                "zones": {"servers": {"type": "oob", "ports": "1-48", "breakout": "1x1g"}},
            },
        },
        "server_classes": {
            "gpu": {
                "quantity": servers,
                "device_type": "gpu-server",
                "nics": {"fe": {"ports": ["p0", "p1"]}, "bmc": {"module_type": "bmc"}},
                "connections": {
                    "fe": {"nic": "fe", "zone": "leaf/servers", "ports": 2, "distribution": "alternating"},
                    "bmc": {"nic": "bmc", "zone": "oob/servers", "distribution": "same-switch"},
                },
            },
        },
        "catalog": {
            "manufacturers": {"generic": {"name": "Generic"}},
            "device_types": {
                "gpu-server": {"manufacturer": "generic", "model": "GPU server", "u_height": 4},
                "mgmt-48": {
                    "manufacturer": "generic", "model": "Management switch",
                    "ports": {"1-48": {"speed": 1, "breakouts": ["1x1g"], "interface_type": "1000base-t"}},
                },
            },
        },
    }
    return document | more


def rails(servers: int = 2, plan_id: str = "rails", **more: Any) -> Document:
    """`tiny` with two rails, uplinks and a spine: 2 servers are 8 devices, 28 interfaces, 14 cables.

    Each rail has a leaf of its own with room for 4 servers.
    """
    document = tiny(servers, plan_id, **more)
    document["fabrics"]["backend"] = {}
    document["switch_classes"] |= {
        "rail-leaf": {
            "fabric": "backend", "role": "server-leaf", "device_type": LEAF, "quantity": 2,
            "zones": {
                "servers": {"type": "server", "ports": "1-2", "breakout": "2x400g"},
                "uplinks": {"type": "uplink", "ports": "33-34", "breakout": "1x800g"},
            },
        },
        "spine": {
            "fabric": "backend", "role": "spine", "device_type": LEAF,
            "zones": {"leaves": {"type": "fabric", "ports": "1-8", "breakout": "1x800g"}},
        },
    }
    server = document["server_classes"]["gpu"]
    server["nics"]["be"] = {"ports": ["rail0", "rail1"]}
    for rail in (0, 1):
        server["connections"][f"rail-{rail}"] = {
            "nic": "be", "first_port": rail, "zone": "rail-leaf/servers", "distribution": "rail-optimized", "rail": rail
        }
    return document


def named_after_plan(document: Document) -> Document:
    """The same plan with its id in every name, so that it can stand beside another on one site."""
    pattern = "{plan}-{class}-{index}"
    return document | {"naming": dict.fromkeys(("server", "leaf", "spine", "border", "oob"), pattern)}


def servers(document: Document, quantity: int, absent: tuple[int, ...] = ()) -> Document:
    """The same plan with another number of servers."""
    classes = document["server_classes"]
    gpu = {**classes["gpu"], "quantity": quantity, "absent": list(absent)}
    return document | {"server_classes": {**classes, "gpu": gpu}}


def stated(document: Document) -> Document:
    """The same plan, whose first leaf and first connection say everything that there is to say."""
    leaf = {
        **document["switch_classes"]["leaf"],
        "instances": {
            "1": {
                "tenant": "ml", "location": "row-1", "rack": "R1", "position": 10, "face": "front",
                "platform": "sonic", "status": "staged", "tags": ["gpu"], "description": "first leaf",
            },
        },
    }
    gpu = document["server_classes"]["gpu"]
    cable = {"type": "dac-passive", "color": "aa00bb", "label": "{a_device} {a_interface}", "length": 2.5}
    connections = {**gpu["connections"], "fe": {**gpu["connections"]["fe"], "cable": cable}}
    catalog = {
        **document["catalog"],
        "tenants": {"ml": {"name": "ML"}, "hpc": {"name": "HPC"}},
        "locations": {"row-1": {"name": "Row 1"}, "row-2": {"name": "Row 2"}},
        "racks": {"R1": {"location": "row-1"}, "R2": {"location": "row-2", "u_height": 48}},
        "platforms": {"sonic": {"name": "SONiC"}},
        "tags": {"gpu": {"name": "GPU"}, "prod": {"name": "Production"}},
    }
    return {
        **document, "catalog": catalog, "switch_classes": {**document["switch_classes"], "leaf": leaf},
        "server_classes": {**document["server_classes"], "gpu": {**gpu, "connections": connections}},
    }


def with_leaf(document: Document, index: str, **said: Any) -> Document:
    """The same plan with a leaf that says other things."""
    leaf = document["switch_classes"]["leaf"]
    instances = leaf.get("instances", {})
    one = {**instances.get(index, {}), **said}
    instances = {**instances, index: {name: value for name, value in one.items() if value is not None}}
    classes = {**document["switch_classes"], "leaf": {**leaf, "instances": instances}}
    return {**document, "switch_classes": classes}


def with_external_spines(document: Document, names: tuple[str, ...] = ("old-1", "old-2"), **more: Any) -> Document:
    """The same plan with uplinks of its leaves to a spine pair that it does not own: two links of a leaf to each."""
    leaf = document["switch_classes"]["leaf"]
    zones = {**leaf["zones"], "uplinks": {"type": "uplink", "ports": "33-36", "breakout": "1x800g"}}
    spine = {
        "fabric": "frontend", "role": "spine", "device_type": LEAF, "external": True,
        "zones": {"leaves": {"type": "fabric", "ports": "1-8", "breakout": "1x800g"}},
        "instances": {str(index): {"name": name} for index, name in enumerate(names, 1)},
        **more,
    }
    classes = {**document["switch_classes"], "leaf": {**leaf, "zones": zones}, "spine": spine}
    return {**document, "switch_classes": classes}
