"""Facts from invoices: one SQL answers all of them for one customer or for every customer, as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from vouch.customers.facts.definitions import PRESENCE, SIZE, TREND, VOID_AND_RED
from vouch.customers.facts.partners import HABITS, MARGIN, PARTNERS
from vouch.customers.facts.statement import statement
from vouch.engine.facts import FactFrame, Value

INVOICE_FACTS = (*PRESENCE, *SIZE, *TREND, *VOID_AND_RED, *PARTNERS, *MARGIN, *HABITS)
FACTS = tuple(entry.fact for entry in INVOICE_FACTS)
_EXPRESSIONS = [entry.sql for entry in INVOICE_FACTS]
_WHOLE_NUMBERS = {"integer", "money", "rate"}


def ask(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """Every invoice fact of these parties, or of all with invoices, as of the end of a day.

    Only invoices issued on or before the day count. A party without any such invoice is not in the frame,
    which the catalogue shows as missing.
    """
    parameters: dict[str, date | list[int]] = {"as_of": as_of}
    if subjects is not None:
        parameters["parties"] = list(subjects)
    with connection.cursor() as cursor:
        cursor.execute(statement(_EXPRESSIONS, scoped=subjects is not None), parameters)
        rows = cursor.fetchall()
    parties, last_on, *values = map(list, zip(*rows, strict=True)) if rows else ([], [], *([] for _ in FACTS))
    columns: dict[str, list[Value]] = {}
    for fact, column in zip(FACTS, values, strict=True):
        if fact.kind in _WHOLE_NUMBERS:
            column = [None if value is None else int(value) for value in column]  # noqa: PLW2901 - sums are numeric
        columns[fact.name] = column
    return FactFrame(subjects=parties, columns=columns, dated_on=dict.fromkeys(columns, last_on))
