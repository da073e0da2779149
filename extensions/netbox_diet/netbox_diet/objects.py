# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices, interfaces and cables, a batch at a time, with all that NetBox adds when one of them is saved.

bulk_create calls no save() and sends no signal. What those would do stands here, each with the place it is taken from
(NetBox 4.7): what a device inherits, where a component is, both ends of a cable and the paths through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dcim.models import Cable, CablePath, CableTermination, Device, Interface
from dcim.utils import compile_path_node
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.functions import Lower
from extras.models import Tag, TaggedItem
from utilities.conversion import to_meters

from .changes import CABLE, DEVICE, INTERFACE, Header, Row
from .shared import Shared
from .sql import update_rows
from .values import Marks, checked, given

MODELS: dict[str, type[Model]] = {DEVICE: Device, INTERFACE: Interface, CABLE: Cable}

KBPS_PER_GBPS = 1_000_000

# Managed fields of a device that refer to a shared object, and what they are called in the model.
_REFERENCES = {
    "device_role": "role", "device_type": "device_type", "site": "site", "tenant": "tenant", "location": "location",
    "rack": "rack", "platform": "platform",
}
_INHERITED = {"airflow": "airflow", "cooling_method": "cooling_method", "platform": "default_platform"}


class Place(NamedTuple):
    """A device, and where its components are."""

    device: int
    site: int
    location: int | None
    rack: int | None


class Port(NamedTuple):
    """An interface, and where it is."""

    id: int
    place: Place


@dataclass(slots=True)
class Known:
    """Ids of what was created, by our key: some 20 MB for 100,000 interfaces, and all that grows with the file."""

    places: dict[str, Place] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)


class Devices:
    def __init__(self, header: Header, shared: Shared, known: Known) -> None:
        self._shared, self._known, self._header = shared, known, header
        self._marks = Marks(header, DEVICE, Device)
        self._type = ContentType.objects.get_for_model(Device)

    def create(self, rows: Sequence[Row]) -> list[Device]:
        tags: list[list[Tag]] = []
        devices = []
        for row in rows:
            values = self._marks.rest(row, given(row, self._header))
            slugs = dict.fromkeys([self._header.tag, *values.pop("tags", ())])
            tags.append([self._shared.get(row, "tag", slug) for slug in slugs])
            devices.append(self._device(row, values))
        self._refuse_taken(rows, devices)
        Device.objects.bulk_create(devices)
        TaggedItem.objects.bulk_create(
            TaggedItem(content_type=self._type, object_id=device.pk, tag=tag)
            for device, ours in zip(devices, tags, strict=True)
            for tag in ours
        )
        for row, device in zip(rows, devices, strict=True):
            place = Place(device.pk, device.site_id, device.location_id, device.rack_id)
            self._known.places[row.key] = place
        return devices

    def _device(self, row: Row, values: dict[str, Any]) -> Device:
        # The REST API writes a face that is not said as no text; the web pages write NULL. Both mean none.
        attributes: dict[str, Any] = {"custom_field_data": self._marks.of(row), "face": ""}
        for name, value in values.items():
            if name in _REFERENCES:
                attributes[_REFERENCES[name]] = self._shared.get(row, name, value)
            else:
                attributes[name] = checked(row, Device, name, value)
        # dcim.models.Device.save
        for name, of_type in _INHERITED.items():
            attributes[name] = attributes.get(name) or getattr(attributes["device_type"], of_type)
        rack = attributes.get("rack")
        if rack is not None and rack.location is not None:
            attributes["location"] = rack.location
        return Device(**attributes)

    def _refuse_taken(self, rows: Sequence[Row], devices: Sequence[Device]) -> None:
        names = {device.name.lower(): row for row, device in zip(rows, devices, strict=True)}
        taken = (
            Device.objects.filter(site__slug=self._header.site)
            .annotate(lower=Lower("name"))
            .filter(lower__in=list(names))
            .order_by("name")
            .values_list("lower", "tenant__slug")
        )
        for name, tenant in taken:
            if names[name].after.get("tenant") == tenant:
                raise names[name].error(f"is to be called {name!r}, as another device of the site is already.")


class Interfaces:
    def __init__(self, header: Header, known: Known) -> None:
        self._known, self._header = known, header
        self._marks = Marks(header, INTERFACE, Interface)

    def create(self, rows: Sequence[Row]) -> list[Interface]:
        interfaces = []
        for row in rows:
            values = self._marks.rest(row, given(row, self._header))
            place = self._known.places.get(values.pop("device"))
            if place is None:
                raise row.error(f"is on the device {row.after['device']!r}, which does not stand above it.")
            speed = values.pop("speed", None)
            one = Interface(
                device_id=place.device,
                speed=None if speed is None else speed * KBPS_PER_GBPS,
                custom_field_data=self._marks.of(row),
                **{name: checked(row, Interface, name, value) for name, value in values.items()},
            )
            # dcim.models.ComponentModel.save
            one._site_id, one._location_id, one._rack_id = place.site, place.location, place.rack
            interfaces.append(one)
        Interface.objects.bulk_create(interfaces)
        for row, interface in zip(rows, interfaces, strict=True):
            self._known.ports[row.key] = Port(interface.pk, self._known.places[row.after["device"]])
        return interfaces


class Cables:
    def __init__(self, header: Header, known: Known) -> None:
        self._known, self._header = known, header
        self._marks = Marks(header, CABLE, Cable)
        self._interface = ContentType.objects.get_for_model(Interface)
        self._cable = ContentType.objects.get_for_model(Cable)

    def create(self, rows: Sequence[Row]) -> list[Cable]:
        ends = [self._ends(row) for row in rows]
        cables = [self._new(row) for row in rows]
        Cable.objects.bulk_create(cables)
        CableTermination.objects.bulk_create(
            self._termination(cable, side, port)
            for cable, ports in zip(cables, ends, strict=True)
            for side, port in zip("AB", ports, strict=True)
        )
        paths = [
            self._path(cable, origin, target)
            for cable, (a, b) in zip(cables, ends, strict=True)
            for origin, target in ((a, b), (b, a))
        ]
        CablePath.objects.bulk_create(paths)
        attached = [
            (port.id, cable.pk, side)
            for cable, ports in zip(cables, ends, strict=True)
            for side, port in zip("AB", ports, strict=True)
        ]
        # dcim.models.CabledObjectModel.set_cable_termination, dcim.models.CablePath.save
        rows_of_interfaces = [(*one, path.pk) for one, path in zip(attached, paths, strict=True)]
        update_rows(Interface, ("cable_id", "cable_end", "_path_id"), rows_of_interfaces, now=True)
        return cables

    def _ends(self, row: Row) -> tuple[Port, Port]:
        keys = row.after["ends"]
        for key in keys:
            if key not in self._known.ports:
                raise row.error(f"ends at the interface {key!r}, which does not stand above it.")
        a, b = (self._known.ports[key] for key in keys)
        return a, b

    def _new(self, row: Row) -> Cable:
        values = self._marks.rest(row, given(row, self._header))
        del values["ends"]
        cable = Cable(
            custom_field_data=self._marks.of(row),
            **{name: checked(row, Cable, name, value) for name, value in values.items()},
        )
        # dcim.models.Cable.save
        if cable.length is None:
            cable.length_unit = None
        elif cable.length_unit:
            cable._abs_length = to_meters(cable.length, cable.length_unit)
        return cable

    def _termination(self, cable: Cable, side: str, port: Port) -> CableTermination:
        """One end, as dcim.models.CableTermination.cache_related_objects fills it."""
        return CableTermination(
            cable_id=cable.pk, cable_end=side, termination_type=self._interface, termination_id=port.id,
            _device_id=port.place.device, _rack_id=port.place.rack, _location_id=port.place.location,
            _site_id=port.place.site,
        )

    def _path(self, cable: Cable, origin: Port, target: Port) -> CablePath:
        """What dcim.models.CablePath.from_origin finds from one interface straight to the next."""
        nodes = [
            compile_path_node(self._interface.pk, origin.id),
            compile_path_node(self._cable.pk, cable.pk),
            compile_path_node(self._interface.pk, target.id),
        ]
        return CablePath(
            path=[[node] for node in nodes], _nodes=nodes, is_complete=True, is_active=cable.status == "connected"
        )
