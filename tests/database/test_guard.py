"""The guard: no write to our tables outside an action, however it is written."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from vouch.platform.database import guard
from vouch.platform.database.copy import copy_rows
from vouch.platform.database.guard import WriteOutsideActionError, written_tables
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.testing import writing

WRITES = {
    "INSERT INTO parties_party (name) VALUES (%s)": ["parties_party"],
    'insert into "public"."parties_party" default values': ["parties_party"],
    "UPDATE ONLY parties_party SET name = 'x'": ["parties_party"],
    "DELETE FROM parties_party": ["parties_party"],
    "  -- a remark\n/* and\nanother */ DELETE FROM parties_party": ["parties_party"],
    "WITH gone AS (DELETE FROM parties_party RETURNING *) SELECT * FROM gone": ["parties_party"],
    "WITH a AS (SELECT 1), b AS (INSERT INTO t1 SELECT * FROM a RETURNING *) UPDATE t2 SET x = 1 FROM b": [
        "t1",
        "t2",
    ],
    "WITH RECURSIVE a AS MATERIALIZED (SELECT 1) DELETE FROM t1 USING a": ["t1"],
    "MERGE INTO t1 USING t2 ON t1.id = t2.id WHEN MATCHED THEN UPDATE SET x = 1 WHEN NOT MATCHED THEN DO NOTHING": [
        "t1"
    ],
    "TRUNCATE TABLE t1, public.t2 CASCADE": ["t1", "t2"],
    "TRUNCATE t1": ["t1"],
    "COPY t1 (a, b) FROM STDIN": ["t1"],
    "COPY t1 FROM STDIN WITH (FORMAT binary)": ["t1"],
    "SELECT 1; DELETE FROM t1": ["t1"],
    "SELECT 'x'; UPDATE t1 SET a = 'y'": ["t1"],
    "INSERT INTO t1 (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2": ["t1"],
    "EXPLAIN ANALYZE DELETE FROM t1": ["t1"],
    "EXPLAIN (ANALYZE) UPDATE t1 SET a = 1": ["t1"],
    "PREPARE q AS INSERT INTO t1 VALUES (1)": ["t1"],
    "DO $$ BEGIN DELETE FROM t1; END $$": ["*"],
    "CALL tidy()": ["*"],
    'DELETE FROM "odd ""name"': ['odd "name'],
}
READS = (
    "SELECT * FROM parties_party",
    "SELECT * FROM parties_party FOR UPDATE",
    "SELECT * FROM parties_party FOR NO KEY UPDATE OF parties_party SKIP LOCKED",
    "SELECT 'DELETE FROM parties_party'",
    "SELECT E'it\\'s; DELETE FROM parties_party'",
    "SELECT $tag$; DELETE FROM parties_party $tag$",
    'SELECT "delete", "insert" FROM parties_party',
    "SELECT 1 -- ; DELETE FROM parties_party",
    "COPY parties_party TO STDOUT",
    "COPY (SELECT a FROM parties_party) TO STDOUT",
    "SAVEPOINT s1",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    "SELECT updated_at, deleted FROM t1 ORDER BY update_count",
)


@pytest.mark.parametrize(("statement", "tables"), WRITES.items())
def test_a_write_is_seen_with_its_tables(statement: str, tables: list[str]) -> None:
    assert list(written_tables(statement)) == tables


@pytest.mark.parametrize("statement", READS)
def test_a_read_is_no_write(statement: str) -> None:
    assert list(written_tables(statement)) == []


@pytest.mark.django_db
def test_the_orm_cannot_write_outside_an_action() -> None:
    with pytest.raises(WriteOutsideActionError, match="identity_unit"):
        Unit.objects.update(name="x")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity_unit SET name = 'x'",
        "WITH gone AS (DELETE FROM identity_unit RETURNING id) SELECT * FROM gone",
        "SELECT 1; DELETE FROM identity_unit",
    ],
)
def test_raw_sql_cannot_write_outside_an_action(statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(WriteOutsideActionError):
        cursor.execute(statement)


@pytest.mark.django_db
def test_executemany_and_copy_cannot_either() -> None:
    with connection.cursor() as cursor:
        with pytest.raises(WriteOutsideActionError):
            cursor.executemany("DELETE FROM identity_unit WHERE id = %s", [[1], [2]])
        with pytest.raises(WriteOutsideActionError):
            cursor.copy("COPY identity_unit (name) FROM STDIN")
    with pytest.raises(WriteOutsideActionError):
        copy_rows(Unit, ["name", "code"], [("a", "A")])


@pytest.mark.django_db
def test_inside_an_action_and_for_the_tables_of_libraries_writing_is_free() -> None:
    Session.objects.create(session_key="k", session_data="", expire_date=timezone.now())
    with writing():
        assert Unit.objects.update(name="x") >= 0
    with pytest.raises(WriteOutsideActionError):
        Unit.objects.update(name="y")


def test_the_tables_of_libraries_are_not_ours() -> None:
    ours = ("identity_user", "ledger_entry", "parties_party", "web_request", "vouch_anything")
    assert not any(table.startswith(guard.LIBRARY_TABLES) for table in ours)
