"""Who may do what with a customer's data."""

from __future__ import annotations

from vouch.customers.permissions.invoices import may_record_invoices

__all__ = ["may_record_invoices"]
