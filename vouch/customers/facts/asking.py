"""Facts of a source answered by one statement: the same for these parties and for all, as of the end of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any

from django.db import connection

from vouch.customers.queries.materials import end_of
from vouch.engine.facts import Fact, FactFrame, FactKind, Value

_NUMBERS = {FactKind.INTEGER, FactKind.MONEY, FactKind.RATE}


@dataclass(frozen=True, slots=True)
class Answer:
    """One fact's meaning in words, and the SQL that says it exactly."""

    name: str
    _: KW_ONLY
    kind: FactKind
    title: str
    definition: str
    sql: str
    missing: str
    unit: str = ""

    def fact(self, source: str) -> Fact:
        """As the catalogue knows it."""
        return Fact(
            name=self.name,
            title=self.title,
            definition=self.definition,
            kind=self.kind,
            unit="元" if self.kind is FactKind.MONEY else self.unit,
            source=source,
            missing=self.missing,
        )


def money(amount: str) -> str:
    """SQL: yuan as fen."""
    return f"({amount} * 100)::bigint"


def rate(part: str, whole: str) -> str:
    """SQL: millionths of a fraction, rounded half away from zero; NULL where the whole is not positive."""
    return f"CASE WHEN {whole} > 0 THEN round({part} * 1000000.0 / {whole})::bigint END"


def months_before(count: int) -> str:
    """SQL: the day so many months before; what is after it lies in the window."""
    return f"(%(as_of)s::date - interval '{count} months')::date"


def answered(
    statement: str, answers: Sequence[Answer], subjects: Sequence[int] | None, *, as_of: date, scope: str
) -> FactFrame:
    """Run ``statement``, whose rows are a party, the day that its values rest on, and a value for each answer.

    ``{scope}`` in it becomes ``scope`` (a condition on ``%(parties)s``), or TRUE for all parties.
    """
    values: Mapping[str, Any] = {"as_of": as_of, "end": end_of(as_of), "parties": list(subjects or ())}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(scope="TRUE" if subjects is None else scope), values)
        rows = cursor.fetchall()
    dated = [row[1] for row in rows]
    columns: dict[str, list[Value]] = {}
    for place, answer in enumerate(answers, start=2):
        column = [row[place] for row in rows]
        if answer.kind in _NUMBERS:
            column = [None if value is None else int(value) for value in column]
        columns[answer.name] = column
    return FactFrame([row[0] for row in rows], columns, dict.fromkeys(columns, dated))
