"""The rule language on PostgreSQL gives the oracle's answers to the last digit, missing values included."""

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, assume, given, settings

from vouch.engine.facts import FactKind
from vouch.engine.rules import tree
from vouch.engine.rules.sql import Dialect, print_sql
from vouch.engine.tests import oracle
from vouch.engine.tests.expressions import KINDS, expressions, rows
from vouch.engine.tests.test_rules import accepted

ROWS = rows(60)
SQL_TYPES = {FactKind.TEXT: "text", FactKind.BOOLEAN: "boolean", FactKind.DATE: "date"}
BOOK = json.dumps([{"place": place, **row} for place, row in enumerate(ROWS)], default=str)


def by_postgres(node: tree.Node) -> list[Any]:
    declared = ", ".join(f'"{name}" {SQL_TYPES.get(kind, "bigint")}' for name, kind in KINDS.items())
    printed = print_sql(node, dialect=Dialect.POSTGRES).replace("%", "%%")
    query = f"SELECT {printed} FROM jsonb_to_recordset(%s::jsonb) AS book(place int, {declared}) ORDER BY place"
    with connection.cursor() as cursor:
        cursor.execute(query, [BOOK])
        return [value for (value,) in cursor.fetchall()]


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expressions())
def test_postgresql_gives_the_oracles_answer(text: str) -> None:
    node = accepted(text)
    assume(node is not None)
    assert node is not None
    assert by_postgres(node) == [oracle.evaluate(node, row) for row in ROWS]
