# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs are interrupted at: a NetBox as it is before, and the run that is to change it.

One plan has all kinds of objects: devices with everything that a plan can state of them, racks and what they hang on,
interfaces that templates make, spare ones, uplinks, rails. Beside it stand a device and a cable of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.support.core import Core
from integration.support.plans import Document, rails, stated, with_leaf
from integration.support.rest import NetBox, end_ids
from integration.support.sandbox import Sandbox

PLAN_ID = "all-kinds"
Options = Mapping[str, Any]


def plan(servers: int = 2, spines: int = 1) -> Document:
    """The plan with all kinds of objects."""
    document = with_leaf(stated(rails(servers, PLAN_ID)), "2", rack="R1", position=20, face="front")
    gpu = {
        **document["server_classes"]["gpu"], "ports": "all",
        "nics": {**document["server_classes"]["gpu"]["nics"], "free": {"ports": ["p0"]}},
    }
    spine = {**document["switch_classes"]["spine"], "quantity": spines}
    return {
        **document, "server_classes": {"gpu": gpu},
        "switch_classes": {**document["switch_classes"], "spine": spine},
    }


@dataclass(frozen=True)
class Scene:
    """`begins` is the plan that NetBox has before, and `disturb` what somebody did to it then; `run` are options."""

    name: str
    told: str
    run: Options
    begins: Document | None = None
    disturb: Callable[[NetBox], None] = field(default=lambda _netbox: None)

    def set(self, sandbox: Sandbox) -> None:
        """Make NetBox what it is before the run."""

        def build() -> None:
            netbox, core = NetBox(sandbox.url, sandbox.token), Core(sandbox.url, sandbox.token)
            _surroundings(netbox)
            if self.begins is not None:
                core.apply(self.begins)
            self.disturb(netbox)

        sandbox.scene(f"reliability_{self.name.replace(' ', '_')}", build)


def _surroundings(netbox: NetBox) -> None:
    """What is there before everything else, and is none of the plan's business."""
    maker = netbox.create("dcim/manufacturers", name="Generic", slug="generic")
    kind = netbox.create(
        "dcim/device-types", manufacturer=maker["id"], model="GPU server", slug="gpu-server", u_height=4
    )
    for name in ("fe-p0", "fe-p1", "iDRAC"):
        netbox.create("dcim/interface-templates", device_type=kind["id"], name=name, type="other")
    site = netbox.create("dcim/sites", name="dc1", slug="dc1")
    role = netbox.create("dcim/device-roles", name="Foreign", slug="foreign")
    here = {"site": site["id"], "role": role["id"], "device_type": kind["id"]}
    for name in ("foreign-1", "foreign-2"):
        netbox.create("dcim/devices", name=name, **here)
    ports = [netbox.interface(name, "fe-p0") for name in ("foreign-1", "foreign-2")]
    netbox.connect(*ports, label="foreign")


def _exchange(netbox: NetBox) -> None:
    """What people exchange by hand: the ports of two cables, three in a ring, names, rack units; one lost an end."""
    two = [netbox.cable(f"server gpu/{n}/fe/0") for n in (1, 2)]
    ring = [netbox.cable(f"server gpu/{n}/rail-{rail}/0") for n, rail in ((1, 0), (2, 0), (1, 1))]
    for rows, moved in ((two, two[::-1]), (ring, ring[1:] + ring[:1])):
        for row in rows:
            netbox.hold(row["id"], end_ids(row)[0][0], None)
        for row, other in zip(rows, moved, strict=True):
            netbox.hold(row["id"], end_ids(row)[0][0], end_ids(other)[1][0])
    lost = netbox.cable("server gpu/1/bmc/0")
    netbox.hold(lost["id"], end_ids(lost)[0][0], None)
    _names(netbox, "dcim/devices", netbox.device("gpu-001"), netbox.device("gpu-002"))
    _names(netbox, "dcim/interfaces", *(netbox.interface_by_key(f"gpu/1:be/{n}") for n in (0, 1)))
    leaves = [netbox.device(f"leaf-0{n}") for n in (1, 2)]
    for leaf in leaves:
        netbox.update("dcim/devices", leaf["id"], position=None)
    for leaf, other in zip(leaves, leaves[::-1], strict=True):
        netbox.update("dcim/devices", leaf["id"], position=other["position"])


def _names(netbox: NetBox, endpoint: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    netbox.update(endpoint, one["id"], name="for-the-time-being")
    netbox.update(endpoint, other["id"], name=one["name"])
    netbox.update(endpoint, one["id"], name=other["name"])


def _renamed(document: Document) -> Document:
    """The same plan, whose class of servers and whose id have got other names."""
    gpu = {**document["server_classes"]["gpu"], "formerly": ["gpu"]}
    return {**document, "id": "all-kinds-2", "formerly": [PLAN_ID], "server_classes": {"node": gpu}}


SCENES: Mapping[str, Scene] = {
    scene.name: scene
    for scene in (
        Scene("apply", "a plan of all kinds into a NetBox that has none of it", {"plan": plan()}),
        Scene(
            "grow", "a server more and a spine more, to which uplinks move",
            {"plan": plan(3, 2), "max_moves": 99}, plan(),
        ),
        Scene("shrink", "two servers fewer, with prune", {"plan": plan(2), "prune": True}, plan(4)),
        Scene("exchange", "ports, names and rack units that people exchanged", {"plan": plan()}, plan(), _exchange),
        Scene("rename", "a class and a plan with new names", {"plan": _renamed(plan())}, plan()),
        Scene("teardown", "all of it away", {"plan": plan(), "state": "absent"}, plan()),
    )
}
