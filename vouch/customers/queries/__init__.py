"""Questions about what we know of a customer."""

from __future__ import annotations

from vouch.customers.models import Invoice
from vouch.customers.queries.invoices import (
    InvoiceCounts,
    InvoiceMonth,
    InvoicesWanted,
    TradingPartner,
    customer_of,
    invoice_counts,
    invoices_of,
    invoices_where,
    last_invoice_on,
    latest_invoice_on,
    monthly_invoices,
    top_partners,
    visible_to,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {Invoice: visible_to}
"""How rows of each table are seen."""

__all__ = [
    "VISIBLE",
    "InvoiceCounts", "InvoiceMonth", "InvoicesWanted", "TradingPartner", "customer_of", "invoice_counts", "invoices_of",
    "invoices_where", "last_invoice_on", "latest_invoice_on", "monthly_invoices", "top_partners", "visible_to",
]  # fmt: skip
