"""What we may know of a customer, and what allows us to."""

from __future__ import annotations

from vouch.customers.models.consent import Authorisation, CreditReport, Notice
from vouch.customers.models.documents import FiledDocument
from vouch.customers.models.invoices import Invoice
from vouch.customers.models.materials import Material, Verification
from vouch.customers.models.rights import RightsClock, RightsRequest

__all__ = [
    "Authorisation", "CreditReport", "FiledDocument", "Invoice", "Material", "Notice", "RightsClock",
    "RightsRequest", "Verification",
]  # fmt: skip
