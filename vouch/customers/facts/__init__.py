"""Facts from invoices: one SQL answers all of them for one customer or for every customer, as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vouch.customers.facts.definitions import PRESENCE, SIZE, TREND, VOID_AND_RED
from vouch.customers.facts.partners import HABITS, MARGIN, PARTNERS
from vouch.customers.facts.statement import statement
from vouch.engine.facts import FactFrame
from vouch.parties.queries import grouped_rows

FACTS = (*PRESENCE, *SIZE, *TREND, *VOID_AND_RED, *PARTNERS, *MARGIN, *HABITS)
_EXPRESSIONS = [entry.sql for entry in FACTS]


def ask(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """Every invoice fact of these parties, or of all with invoices, as of the end of a day.

    Only invoices issued on or before the day count. A party without any such invoice is not in the frame,
    which the catalogue shows as missing.
    """
    parameters: dict[str, date | list[int]] = {"as_of": as_of}
    if subjects is not None:
        parameters["parties"] = list(subjects)
    rows = grouped_rows(statement(_EXPRESSIONS, scoped=subjects is not None), parameters)
    return FactFrame.of_rows(FACTS, rows)
