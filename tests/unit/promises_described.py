# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says of its devices and cables beside what the network needs arrives at every one of them."""

from __future__ import annotations

from dataclasses import fields

from ansible_collections.hedgehog.diet.plugins.module_utils.model.objects import Topology
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import Attributes, Instance, Plan

from .plans import device_at


def devices_are_as_described(plan: Plan, topology: Topology) -> None:
    """Names, tags and the rest of one device, else of its class."""
    for device in (*topology.devices, *topology.external_devices):
        one = {**plan.switch_classes, **plan.server_classes}[device.class_key]
        instance = one.instances.get(device.index, Instance())
        if instance.name:
            assert device.name == instance.name
        for field in fields(Attributes):
            own, shared = getattr(instance.attributes, field.name), getattr(one.attributes, field.name)
            found = getattr(device, field.name)
            if field.name == "tags":
                assert set(found or ()) == {*own, *shared}
            else:
                assert found == (shared if own is None else own), (device.key, field.name)


def labels_and_looks_are_as_described(plan: Plan, topology: Topology) -> None:
    """The near end of a cable says what it is like; where it says nothing, the zone at its far end does."""
    names = {d.key: d.name for d in (*topology.devices, *topology.external_devices)}
    ports = {i.key: i.name for i in (*topology.interfaces, *topology.external_interfaces)}
    zones = {i.key: i.zone for i in (*topology.interfaces, *topology.external_interfaces)}
    for cable in topology.cables:
        near_class, far_class = device_at(cable.a)[0], device_at(cable.b)[0]
        inner = cable.key.split("/")[2]
        near = (
            plan.server_classes[near_class].connections[inner] if cable.kind == "server"
            else plan.zone(near_class, inner)
        )
        far = plan.zone(far_class, zones[cable.b])
        for name in ("type", "color"):
            said = getattr(near.cable, name)
            assert getattr(cable, name) == (getattr(far.cable, name) if said is None else said)
        sized = far.cable if near.cable.length is None else near.cable
        assert (cable.length, cable.length_unit) == (sized.length, sized.length_unit)
        pattern = far.cable.label if near.cable.label is None else near.cable.label
        if pattern is None:
            assert cable.label is None
            continue
        ends = {
            "a_device": names[cable.a.partition(":")[0]], "b_device": names[cable.b.partition(":")[0]],
            "a_interface": ports[cable.a], "b_interface": ports[cable.b], "kind": cable.kind, "plan": plan.id,
        }
        for variable, text in ends.items():
            pattern = pattern.replace(f"{{{variable}}}", text)
        assert cable.label == pattern
