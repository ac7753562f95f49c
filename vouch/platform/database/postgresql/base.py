"""Django's PostgreSQL backend with three habits of ours: test databases belong to the owner, flushing is the owner's work, and
where the guard is armed it also stands before COPY. The file is called what Django asks for: the module ``base`` of the backend that
``ENGINE`` names.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.postgresql import base, creation, operations
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from psycopg import sql

from vouch.platform.database import connection as roles
from vouch.platform.database import guard

JOBS_TABLES = (
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_jobs",
    "procrastinate_workers",
)
"""Unmanaged models, which Django's flush leaves out; those that refer to others first."""
WRITTEN_BY_MIGRATING = frozenset({"django_content_type", "auth_permission"})


class DatabaseCreation(creation.DatabaseCreation):
    """The owner creates, migrates and drops the test database; the tests run as the app."""

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        with roles.as_owner(self.connection.alias):
            name = super().create_test_db(*args, **kwargs)
            with self.connection.cursor() as cursor:  # tests that die with the machine are run again
                cursor.execute(
                    f"ALTER DATABASE {self.connection.ops.quote_name(name)} SET synchronous_commit = off"
                )
        return name

    def destroy_test_db(self, *args: Any, **kwargs: Any) -> None:
        with roles.as_owner(self.connection.alias):
            super().destroy_test_db(*args, **kwargs)


class DatabaseOperations(operations.DatabaseOperations):
    """Flushing (after a transactional test) as the owner, past the triggers that forbid it."""

    def sql_flush(
        self, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        """Rows are deleted: TRUNCATE would make every table and index anew, hundreds of files for a few rows."""
        emptied = [*JOBS_TABLES, *(table for table in tables if table not in WRITTEN_BY_MIGRATING)]
        return [f"DELETE FROM {self.quote_name(table)}" for table in emptied]  # noqa: S608 - names of the models

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        if not self.connection.settings_dict["NAME"].startswith("test_"):
            message = "flush is for test databases only"
            raise RuntimeError(message)
        with roles.owner_connection(self.connection.alias) as owner:
            owner.execute("SET LOCAL lock_timeout = '10s'")
            guarded = owner.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & (8 | 32) <> 0"
                # Those that read a statement's rows only take note of it.
                " AND tgoldtable IS NULL"
            ).fetchall()
            for (table,) in guarded:
                owner.execute(sql.SQL(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            owner.execute(sql.SQL("; ".join(sql_list)))
            # What foreign keys still have to check would stand in the way of the next statement.
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for (table,) in guarded:
                owner.execute(sql.SQL(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


class _GuardedCopy:
    """`cursor.copy` does not pass Django's execute wrappers."""

    cursor: Any

    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        if guard.is_armed():
            guard.check(statement if isinstance(statement, str) else statement.as_string(None))
        return self.cursor.copy(statement, *args, **kwargs)


class _Cursor(_GuardedCopy, CursorWrapper):
    pass


class _DebugCursor(_GuardedCopy, CursorDebugWrapper):
    pass


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection; see the module."""

    creation_class = DatabaseCreation
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if guard.is_armed():
            self.execute_wrappers.append(guard.wrapper)

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return _Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        return _DebugCursor(cursor, self)
