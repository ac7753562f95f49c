"""Facts of a source answered by one statement: the same for these parties and for all, as of the end of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from vouch.engine.facts import FactFrame, SqlFact
from vouch.parties.queries import end_of, grouped_rows


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
    statement: str, facts: Sequence[SqlFact], subjects: Sequence[int] | None, *, as_of: date, scope: str
) -> FactFrame:
    """Run ``statement``, whose rows are a party, the day that its values rest on, and a value for each fact.

    ``{scope}`` in it becomes ``scope`` (a condition on ``%(parties)s``), or TRUE for all parties.
    """
    values: Mapping[str, Any] = {"as_of": as_of, "end": end_of(as_of), "parties": list(subjects or ())}
    rows = grouped_rows(statement.format(scope="TRUE" if subjects is None else scope), values)
    return FactFrame.of_rows(facts, rows)
