"""All tables of the database out in one snapshot, and in again: the rows of a backup, before anybody encrypts them.

Rows travel as PostgreSQL's COPY text, column by column name: the same from 15 to 18, and no program of the server's is needed.
Reading is done as the running role and disturbs nobody; loading is the owner's work, into empty tables, in one transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from vouch.platform.database.connection import app_connection, owner_connection
from vouch.platform.database.home import InstallationError

BLOCK_BYTES = 1024 * 1024
LOCK_SECONDS = 20

_TABLES: LiteralString = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attgenerated = ''
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    GROUP BY c.relname ORDER BY c.relname
"""
_FOREIGN_KEYS: LiteralString = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0 ORDER BY 1, 2
"""
_INDEXES: LiteralString = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1
"""
_TRIGGERS: LiteralString = """
    SELECT t.tgrelid::regclass::text, quote_ident(t.tgname), t.tgenabled FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""
_OWNED_SEQUENCES: LiteralString = """
    SELECT s.relname, t.relname, a.attname FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace
"""
_ENABLE = {"O": "ENABLE TRIGGER", "A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER"}

# What the text of a value looks like must not hang on anybody's settings.
_SPELLING: tuple[LiteralString, ...] = (
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'postgres'",
    "SET bytea_output = 'hex'",
    "SET extra_float_digits = 1",
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
)


class TransferError(RuntimeError):
    """Rows cannot be taken out or in; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table and those of its columns that hold values of their own."""

    name: str
    columns: tuple[str, ...]


class Snapshot:
    """The whole database as it was at one moment; writers go on meanwhile."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.server: str = self.ask("SELECT current_setting('server_version')")[0][0]
        self.tables = _tables(connection)

    def ask(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        """Rows of a question put to the same moment."""
        return self.connection.execute(statement).fetchall()

    def rows_of(self, table: Table) -> Rows:
        """The table's rows as blocks of COPY text."""
        return Rows(self.connection, table)

    def sequences(self) -> dict[str, int | None]:
        """Last value of each sequence, None where none was given. Sequences stand outside snapshots: ask last, and they are not behind."""
        found = self.ask(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
        )
        return {str(name): value for name, value in found}


class Rows:
    """Blocks of COPY text, of about a mebibyte each; ``count`` is the number of rows once all are read."""

    def __init__(self, connection: psycopg.Connection[Any], table: Table) -> None:
        self._connection, self._table = connection, table
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
            sql.Identifier(self._table.name), sql.SQL(", ").join(map(sql.Identifier, self._table.columns))
        )
        block = bytearray()
        with self._connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for row in copy:
                    block += row
                    if len(block) >= BLOCK_BYTES:
                        yield bytes(block)
                        block.clear()
            self.count = cursor.rowcount
        if block:
            yield bytes(block)


def _tables(connection: psycopg.Connection[Any]) -> list[Table]:
    return [Table(str(name), tuple(columns)) for name, columns in connection.execute(_TABLES).fetchall()]


@contextlib.contextmanager
def snapshot() -> Iterator[Snapshot]:
    """One moment of the database, read as the running role. Raises TransferError, psycopg.Error."""
    with contextlib.closing(app_connection()) as connection:
        for setting in _SPELLING:
            connection.execute(setting)
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        taken = Snapshot(connection)
        closed = [
            table.name
            for table in taken.tables
            if not taken.connection.execute(
                "SELECT has_table_privilege(quote_ident(%s), 'SELECT')", [table.name]
            ).fetchall()[0][0]
        ]
        if closed:
            raise TransferError(
                f"运行角色无权读取表 {'、'.join(closed)}，备份会不完整。请运行 vouch migrate。"
            )
        # A migration waits until we are done, rather than pull a table away.
        names = sql.SQL(", ").join(sql.Identifier(table.name) for table in taken.tables)
        if taken.tables:
            connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
        yield taken
        connection.rollback()


class Loading:
    """Empty tables being filled, in one transaction: rows first, then keys and indexes over all of them, then triggers.

    What a loaded row refers to need not be there yet, and append-only tables take their rows; at the end every constraint, index and
    trigger stands as it stood, checked against what is there.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.tables = {table.name: table for table in _tables(connection)}
        self._keys = connection.execute(_FOREIGN_KEYS).fetchall()
        self._indexes = connection.execute(_INDEXES).fetchall()
        self._triggers = connection.execute(_TRIGGERS).fetchall()

    def empty(self) -> None:
        """Take down keys, indexes and triggers, and what the migrations put into the tables."""
        for table, name, _definition in self._keys:
            self._run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in self._indexes:
            self._run(f"DROP INDEX {name}")
        for table in {table for table, _name, _state in self._triggers}:
            self._run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        names = sql.SQL(", ").join(sql.Identifier(name) for name in self.tables)
        self.connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))

    def load(self, name: str, columns: Sequence[str], blocks: Iterable[bytes]) -> int:
        """Append rows of COPY text, and give their number. Raises TransferError where the table is not as it was."""
        here = self.tables.get(name)
        if here is None or set(here.columns) != set(columns):
            raise TransferError(f"表 {name} 的结构与备份不同，不能恢复。")
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for block in blocks:
                    copy.write(block)
            return cursor.rowcount

    def put_jobs_back(self) -> int:
        """Jobs that ran when the rows were taken wait again: their workers are on another machine. Returns their number."""
        with self.connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing'")
            count = cursor.rowcount
            cursor.execute("UPDATE procrastinate_jobs SET worker_id = NULL WHERE worker_id IS NOT NULL")
        return count

    def set_sequences(self, values: dict[str, int | None]) -> None:
        """Go on counting where the other database stopped, and never below a number that is taken."""
        for name, value in values.items():
            self.connection.execute(
                sql.SQL("SELECT setval({}::regclass, %s, %s)").format(sql.Literal(f'public."{name}"')),
                [1 if value is None else value, value is not None],
            )
        for sequence, table, column in self.connection.execute(_OWNED_SEQUENCES).fetchall():
            self.connection.execute(
                sql.SQL(
                    "SELECT setval({0}::regclass, m.top) FROM (SELECT max({2}) AS top FROM {1}) m, {3} s"
                    " WHERE m.top >= s.last_value + CASE WHEN s.is_called THEN 1 ELSE 0 END"
                ).format(
                    sql.Literal(f'public."{sequence}"'), sql.Identifier(table), sql.Identifier(column),
                    sql.Identifier(sequence),
                )
            )  # fmt: skip

    def finish(self) -> None:
        """Put indexes, keys and triggers back. Raises psycopg.IntegrityError where rows contradict a key."""
        for _name, definition in self._indexes:
            self._run(definition)
        for table, name, definition in self._keys:
            self._run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for table, name, state in self._triggers:
            if state in _ENABLE:
                self._run(f"ALTER TABLE {table} {_ENABLE[state]} {name}")

    def count(self, name: str) -> int:
        """Rows in the table now."""
        found = self.connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
        ).fetchall()
        return int(found[0][0])

    def _run(self, statement: str) -> None:
        self.connection.execute(statement.encode())


@contextlib.contextmanager
def loading() -> Iterator[Loading]:
    """Fill the tables as the owner; on any error none of it happened. Raises InstallationError where somebody uses them."""
    with contextlib.closing(owner_connection()) as connection:
        for setting in _SPELLING:
            connection.execute(setting)
        connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'".encode())
        connection.commit()
        try:
            with connection.transaction():
                yield Loading(connection)
        except psycopg.errors.LockNotAvailable as error:
            raise InstallationError(
                "数据库正在被使用，无法恢复。请先停止 vouch run 和 vouch worker。"
            ) from error
        connection.autocommit = True
        connection.execute("ANALYZE")
