"""Questions to the database and the models about tables: their keys, who names whom, what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import Model


class ForeignKey(NamedTuple):
    """A foreign key of one column; ``is_extension`` where that column is also the child's primary key."""

    child: str
    column: str
    parent: str
    is_extension: bool


def foreign_keys() -> list[ForeignKey]:
    """Every foreign key of one column between tables of ours."""
    statement = """
        SELECT child.relname, columns.attname, parent.relname, COALESCE(own.indkey[0] = links.conkey[1], false)
        FROM pg_constraint AS links
        JOIN pg_class AS child ON child.oid = links.conrelid
        JOIN pg_class AS parent ON parent.oid = links.confrelid
        JOIN pg_attribute AS columns ON columns.attrelid = child.oid AND columns.attnum = links.conkey[1]
        JOIN pg_index AS own ON own.indrelid = child.oid AND own.indisprimary AND own.indnkeyatts = 1
        JOIN pg_index AS theirs
          ON theirs.indrelid = parent.oid AND theirs.indisprimary AND theirs.indkey[0] = links.confkey[1]
        WHERE links.contype = 'f' AND links.connamespace = 'public'::regnamespace AND cardinality(links.conkey) = 1
          AND child.relname NOT LIKE 'exchange%%'
    """
    return [ForeignKey(*row) for row in asked(statement, [])]


def key_of(table: str) -> tuple[str, str]:
    """The primary key's column and its type. Raises LookupError for a table that is there no more."""
    statement = """
        SELECT columns.attname, format_type(columns.atttypid, NULL)
        FROM pg_index AS keys JOIN pg_attribute AS columns
          ON columns.attrelid = keys.indrelid AND columns.attnum = keys.indkey[0]
        WHERE keys.indisprimary AND keys.indrelid = to_regclass(%s)
    """
    for column, key_type in asked(statement, [f"public.{quoted(table)}"]):
        return column, key_type
    message = f"no table {table}"
    raise LookupError(message)


def tables_of_subjects() -> dict[str, str]:
    """Kind of subject, as the ledger names it → its table."""
    kinds = ((getattr(model, "subject_kind", ""), model._meta.db_table) for model in apps.get_models())
    return {kind: table for kind, table in kinds if kind}


def title_of(table: str) -> str:
    """What a table holds, in Chinese."""
    model = _models().get(table)
    return table if model is None else str(model._meta.verbose_name)


@cache
def _models() -> Mapping[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models() if not model._meta.proxy}


def quoted(name: str) -> str:
    """The name as it stands in a statement."""
    return connection.ops.quote_name(name)


def asked(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
