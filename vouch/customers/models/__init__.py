"""What we may know of a customer, and what allows us to."""

from __future__ import annotations

from vouch.customers.models.invoices import Invoice

__all__ = ["Invoice"]
