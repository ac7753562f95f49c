"""Verbs of this room: the only place that writes what we know of a customer."""

from __future__ import annotations

from vouch.customers.actions.importing import InvoiceImporter
from vouch.customers.actions.reading import InvoiceDetails
from vouch.customers.actions.recording import record_invoices

__all__ = ["InvoiceDetails", "InvoiceImporter", "record_invoices"]
