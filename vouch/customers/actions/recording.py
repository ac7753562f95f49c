"""The one place where invoices are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from vouch.customers import permissions
from vouch.customers.actions.reading import InvoiceDetails, content_of, leaf_of
from vouch.customers.models import Invoice
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action

_COLUMNS = (
    *("party_id", "direction", "number", "issued_on", "counterparty", "amount", "tax", "total", "state"),
    *("content", "batch_id"),
)


def known_contents(contents: Iterable[str]) -> Mapping[str, int | None]:
    """Which of these invoices are recorded already, and the import that brought each."""
    with connection.cursor() as cursor:
        # One array instead of thousands of parameters: this is asked for every chunk of a file.
        cursor.execute(
            "SELECT replace(content::text, '-', ''), batch_id FROM customers_invoice WHERE content = ANY(%s::uuid[])",
            [f"{{{','.join(contents)}}}"],
        )
        return dict(cursor.fetchall())


def write_invoices(fresh: Mapping[str, Sequence[str]], *, batch_id: int | None) -> None:
    """Append invoices of which none is recorded (content → canonical columns); only inside an action."""
    copy_rows(Invoice, _COLUMNS, ((*columns, content, batch_id) for content, columns in fresh.items()))


@action("customers.invoices.recorded", may=permissions.may_record_invoices)
def record_invoices(
    entry: Entry, *, actor: Actor, at: datetime, party_id: int, invoices: Sequence[InvoiceDetails]
) -> int:
    """Record invoices of one customer that did not come in a file; give how many were new.

    Amounts need two decimals. Those recorded already are left as they are.
    """
    strangers = {details.party_id for details in invoices} - {party_id}
    if strangers:
        message = f"invoices of parties {sorted(strangers)} among those of party {party_id}"
        raise ValueError(message)
    columns = {content_of(leaf_of(details.columns)): details.columns for details in invoices}
    known = known_contents(columns)
    fresh = {content: row for content, row in columns.items() if content not in known}
    write_invoices(fresh, batch_id=None)
    entry.bulk("party", party_id, rows=[leaf_of(row) for row in fresh.values()], accepted=len(fresh))
    if not fresh:
        entry.nothing()
    return len(fresh)
