# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed fields as model fields and custom fields, checked one by one as a form would."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from extras.models import CustomField

from .changes import Header, Row


def given(row: Row, header: Header) -> dict[str, Any]:
    """What a new object gets where the change says nothing, under what the change says."""
    return {**header.on_create.get(row.kind, {}), **row.after}


def checked(row: Row, model: type[Model], name: str, value: Any) -> Any:
    """A value of a model field in the type it has there. Raises: ChangesError, where NetBox would refuse it."""
    try:
        return _clean(model, name, value)
    except ValidationError as error:
        raise row.error(f"is refused by NetBox: {name} {value!r}: {' '.join(error.messages)}") from None


@lru_cache(10_000)  # types, speeds and colours are few, and looking through all choices takes longer than the insert
def _clean(model: type[Model], name: str, value: Any) -> Any:
    # A float would bring its binary digits into a decimal field.
    return model._meta.get_field(name).clean(str(value) if isinstance(value, float) else value, None)


class Marks:
    """Custom field data of new objects of one kind: the marks, and the defaults of all other custom fields."""

    def __init__(self, header: Header, kind: str, model: type[Model]) -> None:
        self._header = header
        self._names = header.marks.get(kind, {})
        self._defaults = CustomField.objects.get_defaults_for_model(model)

    def of(self, row: Row) -> dict[str, Any]:
        ours = {self._header.plan_mark: self._header.plan, self._header.key_mark: row.key}
        marks = {self._names[name]: value for name, value in row.after.items() if name in self._names}
        return {**self._defaults, **ours, **{name: value for name, value in marks.items() if value not in (None, "")}}

    def rest(self, row: Row, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that are no marks."""
        return {name: value for name, value in values.items() if name not in self._names}
