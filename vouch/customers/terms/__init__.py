"""Words of this room."""

from __future__ import annotations

from vouch.customers.terms.invoices import Direction, InvoiceKind, InvoiceState

__all__ = ["Direction", "InvoiceKind", "InvoiceState"]
