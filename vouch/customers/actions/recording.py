"""The one place where invoices are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from vouch.customers import permissions
from vouch.customers.actions.reading import InvoiceDetails, content_of
from vouch.customers.models import Invoice
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action

_COLUMNS = (
    *("party_id", "direction", "number", "issued_on", "counterparty", "amount", "tax", "total", "state"),
    *("content", "batch_id"),
)


def known_contents(contents: Sequence[UUID]) -> Mapping[UUID, int | None]:
    """Which of these invoices are recorded already, and the import that brought each."""
    known = Invoice.objects.filter(content__in=contents)
    return dict(known.values_list("content", "batch_id"))


def write_invoices(fresh: Mapping[UUID, InvoiceDetails], *, batch_id: int | None) -> None:
    """Append invoices of which none is recorded; only inside an action."""
    copy_rows(Invoice, _COLUMNS, ((*details, content, batch_id) for content, details in fresh.items()))


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
    texts = {content_of(details.text): details for details in invoices}
    known = known_contents(list(texts))
    fresh = {content: details for content, details in texts.items() if content not in known}
    write_invoices(fresh, batch_id=None)
    entry.bulk("party", party_id, rows=[details.text for details in fresh.values()], accepted=len(fresh))
    if not fresh:
        entry.nothing()
    return len(fresh)
