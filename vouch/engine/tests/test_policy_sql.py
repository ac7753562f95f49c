"""A policy printed as SQL judges a book as `decide` judges its customers."""

from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from vouch.engine.decide import decide
from vouch.engine.facts import FactKind, Value
from vouch.engine.policy_sql import print_policy
from vouch.engine.rules.sql import Dialect
from vouch.engine.tests.policies import facts, small

SQL_TYPES = {FactKind.TEXT: "VARCHAR", FactKind.BOOLEAN: "BOOLEAN", FactKind.DATE: "DATE"}


def expected(rows: list[dict[str, Value]]) -> list[tuple[Any, ...]]:
    found = []
    for subject, row in enumerate(rows):
        made = decide(small(), row)
        judged = (made.outcome.value, made.score, made.grade, made.customer_class)
        found.append((subject, *judged, made.limit, made.fee_rate, made.path))
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(facts(), min_size=1, max_size=30))
def test_duckdb_judges_as_decide_does(rows: list[dict[str, Value]]) -> None:
    kinds = {fact.name: fact.kind for fact in small().facts}
    declared = ", ".join(f'"{name}" {SQL_TYPES.get(kind, "BIGINT")}' for name, kind in kinds.items())
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE book (subject INTEGER, {declared})")
        marks = ", ".join("?" * (len(kinds) + 1))
        values = [[subject, *(row[name] for name in kinds)] for subject, row in enumerate(rows)]
        connection.executemany(f"INSERT INTO book VALUES ({marks})", values)
        query = print_policy(small(), book="book", dialect=Dialect.DUCKDB)
        assert connection.execute(f"{query} ORDER BY subject").fetchall() == expected(rows)
