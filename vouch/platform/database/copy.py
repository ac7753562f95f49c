"""Bulk load: PostgreSQL's COPY, the one way to write many rows, usable only inside an action."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from psycopg import sql

from vouch.platform.database import guard


def copy_rows(table: str | type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append the rows and return their number. Column names are the database's.

    Values are adapted by psycopg in text form (Decimal, date, aware datetime, list, None; JSON as `Jsonb`). Constraints, triggers and
    row security hold as for INSERT; defaults fill the columns that are not named. Raises WriteOutsideActionError outside an action and
    django.db.IntegrityError etc. as the database does: then no row of the call is kept.
    """
    if not guard.writing.get():
        message = f"copy_rows to {table} outside an action"
        raise guard.WriteOutsideActionError(message)
    name = table if isinstance(table, str) else table._meta.db_table
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    connection = connections[DEFAULT_DB_ALIAS]
    count = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
