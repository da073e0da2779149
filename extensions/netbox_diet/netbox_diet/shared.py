# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that many use: sites, types, roles, custom fields, tags. Taken as they are where NetBox has them, or made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.models import ObjectType
from dcim.models import DeviceRole, DeviceType, Location, Manufacturer, Platform, Rack, Site
from django.core.exceptions import ValidationError
from django.db.models import Model
from extras.models import CustomField, Tag
from tenancy.models import Tenant
from utilities.fields import CounterCacheField

from .changes import ChangesError, Header, Row

MODELS: Mapping[str, type[Model]] = {
    "manufacturer": Manufacturer,
    "device_type": DeviceType,
    "device_role": DeviceRole,
    "site": Site,
    "tenant": Tenant,
    "location": Location,
    "rack": Rack,
    "platform": Platform,
    "custom_field": CustomField,
    "tag": Tag,
}
_BY_NAME = ("rack", "custom_field")
_ON_SITE = ("location", "rack")
_REFERENCES = ("manufacturer", "site", "location")


class Shared:
    """The shared objects of the file, by kind and slug (or name)."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._found: dict[tuple[str, str], Any] = {}

    def get(self, row: Row, kind: str, key: str) -> Any:
        """What a row refers to. Raises: ChangesError."""
        try:
            return self._found[kind, key]
        except KeyError:
            raise row.error(f"refers to the {kind} {key!r}, which does not stand above it.") from None

    def load(self, row: Row) -> bool:
        """Find or make one; True where it was made. Raises: ChangesError."""
        found = self._find(row)
        made = found is None
        if found is None:
            found = self._make(row)
        elif row.kind == "custom_field":
            _check_custom_field(row, found)
        elif row.kind == "device_type":
            _check_templates(row, found)
        self._found[row.kind, row.key] = found
        return made

    def _find(self, row: Row) -> Any:
        if row.kind not in MODELS:
            raise row.error("is of a kind that is unknown here.")
        by = {"name" if row.kind in _BY_NAME else "slug": row.key}
        if row.kind in _ON_SITE:
            by["site"] = self.get(row, "site", self._header.site)
        return MODELS[row.kind].objects.filter(**by).first()

    def _make(self, row: Row) -> Any:
        if not row.after:
            raise row.error("is described nowhere, so it has to be there; it is not.")
        values = dict(row.after)
        types = values.pop("object_types", None)
        for name in _REFERENCES:
            if name in values:
                values[name] = self.get(row, name, values[name])
        one = MODELS[row.kind](**values)
        try:
            one.full_clean()
        except ValidationError as error:
            raise row.error(f"is refused by NetBox: {error.messages}") from None
        one.save()
        if types is not None:
            one.object_types.set([ObjectType.objects.get_by_natural_key(*name.split(".")) for name in types])
        return one


def _check_custom_field(row: Row, found: CustomField) -> None:
    have = {f"{one.app_label}.{one.model}" for one in found.object_types.all()}
    lacking = set(row.after["object_types"]) - have
    if found.type != row.after["type"] or lacking:
        raise row.error(
            f"exists with the type {found.type} for {sorted(have)}; needed is {row.after['type']} for"
            f" {row.after['object_types']}."
        )


def _check_templates(row: Row, found: DeviceType) -> None:
    counters = [f.name for f in found._meta.get_fields() if isinstance(f, CounterCacheField)]
    templates = [name for name in counters if name.endswith("_template_count") and getattr(found, name)]
    if templates:
        raise row.error("has component templates, which are not followed here; take a type without any.")


def refuse_existing(header: Header, models: Mapping[str, type[Model]]) -> None:
    """Raises: ChangesError, where objects carry the plan's id already."""
    counts = {
        kind: model.objects.filter(**{f"custom_field_data__{header.plan_mark}": header.plan}).count()
        for kind, model in models.items()
    }
    if any(counts.values()):
        there = ", ".join(f"{count} {kind}s" for kind, count in counts.items() if count)
        raise ChangesError(
            f"NetBox has objects of the plan {header.plan!r} already ({there}); a plan that has any cannot be loaded."
        )
