# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of many rows with a value each, in one statement. Django's bulk_update writes a CASE per field and row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def update_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], now: bool = False) -> None:
    """Set columns of rows, each given as its id and the values in the order of the columns.

    Args:
        now: also set last_updated, as a save does.
    """
    values = list(zip(*rows, strict=True))
    if not values:
        return
    fields = {field.column: field for field in model._meta.concrete_fields}
    names = ("id", *columns)
    types = [fields[name].rel_db_type(connection) for name in names]
    table = connection.ops.quote_name(model._meta.db_table)
    sets = [f'"{name}" = new."{name}"' for name in columns] + (["last_updated = now()"] if now else [])
    lists = ", ".join(f"%s::{kind}[]" for kind in types)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS old SET {', '.join(sets)} FROM unnest({lists})"
            f" AS new({', '.join(names)}) WHERE old.id = new.id",
            [list(column) for column in values],
        )


def add_to(model: type[Model], column: str, amounts: Mapping[int, int]) -> None:
    """Add to a number of rows, by id."""
    if not amounts:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE {table} AS old SET "{column}" = old."{column}" + new.amount'
            " FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, amount) WHERE old.id = new.id",
            [list(amounts), list(amounts.values())],
        )
