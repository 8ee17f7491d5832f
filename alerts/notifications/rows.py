"""Hand-written SQL, for the few statements that are made for every message: planned once, its rows read as models."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AnyModel = TypeVar("AnyModel", bound=models.Model)


def columns(model: type[models.Model], alias: str) -> str:
    """Return the columns of a model as a statement names them, in the order in which `read` wants them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def read(model: type[AnyModel], values: Iterator[object]) -> AnyModel | None:
    """Take the columns of a model from `values`; None when its key is null, because an outer join found nothing."""
    fields = model._meta.concrete_fields
    taken = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, islice(values, len(fields)), strict=True)
    ]
    if taken[fields.index(model._meta.pk)] is None:
        return None
    return model.from_db(connection.alias, [field.attname for field in fields], taken)


def fetch_prepared(*statements: tuple[str, Mapping[str, object]]) -> tuple[Any, ...] | None:
    """Make statements in one transaction and one round trip; return the first row of the last one.

    The session keeps their plans, which takes longer to make than to use. Inside a transaction they are part of it.
    """
    connection.ensure_connection()
    cursors = [psycopg.Cursor(connection.connection) for _ in statements]
    with connection.wrap_database_errors, connection.connection.pipeline():
        for cursor, (statement, values) in zip(cursors, statements, strict=True):
            cursor.execute(statement, values, prepare=True)
    return cursors[-1].fetchone()
