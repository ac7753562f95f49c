"""The rule language and a whole policy on PostgreSQL give the oracle's answers to the last digit, missing values included."""

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vouch.engine.facts import FactKind, Value
from vouch.engine.policy_sql import print_policy
from vouch.engine.rules import tree
from vouch.engine.rules.sql import Dialect, print_sql
from vouch.engine.tests import oracle
from vouch.engine.tests.expressions import KINDS, expressions, rows
from vouch.engine.tests.policies import facts, small
from vouch.engine.tests.test_policy_sql import expected
from vouch.engine.tests.test_rules import accepted

ROWS = rows(60)
SQL_TYPES = {FactKind.TEXT: "text", FactKind.BOOLEAN: "boolean", FactKind.DATE: "date"}
BOOK = json.dumps([{"place": place, **row} for place, row in enumerate(ROWS)], default=str)


def by_postgres(node: tree.Node) -> list[Any]:
    declared = ", ".join(f'"{name}" {SQL_TYPES.get(kind, "bigint")}' for name, kind in KINDS.items())
    printed = print_sql(node, dialect=Dialect.POSTGRES).replace("%", "%%")
    query = (
        f"SELECT {printed} FROM jsonb_to_recordset(%s::jsonb) AS book(place int, {declared}) ORDER BY place"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [BOOK])
        return [value for (value,) in cursor.fetchall()]


@pytest.mark.django_db
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(expressions())
def test_postgresql_gives_the_oracles_answer(text: str) -> None:
    node = accepted(text)
    assume(node is not None)
    assert node is not None
    assert by_postgres(node) == [oracle.evaluate(node, row) for row in ROWS]


@pytest.mark.django_db
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(facts(), min_size=1, max_size=30))
def test_postgresql_judges_as_decide_does(rows: list[dict[str, Value]]) -> None:
    declared = ", ".join(f'"{fact.name}" {SQL_TYPES.get(fact.kind, "bigint")}' for fact in small().facts)
    given_rows = json.dumps([{"subject": subject, **row} for subject, row in enumerate(rows)], default=str)
    book = f"(SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given_rows(subject int, {declared}))"
    judged = print_policy(small(), book="book", dialect=Dialect.POSTGRES).replace("%", "%%")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH book AS {book} SELECT * FROM ({judged}) AS judged ORDER BY subject", [given_rows]
        )
        assert cursor.fetchall() == expected(rows)
