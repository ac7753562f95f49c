"""Words of this room."""

from __future__ import annotations

from vouch.customers.terms.consent import (
    AUTHORISATION_TRANSITIONS,
    ENDING_DAYS,
    NOTICE_TRANSITIONS,
    QUERY_REASONS,
    SENSITIVE,
    AuthorisationState,
    Channel,
    DataClass,
    Lack,
    LegalBasis,
    NoticeKind,
    NoticeState,
    Purpose,
    ReportKind,
    Standing,
)
from vouch.customers.terms.invoices import Direction, InvoiceKind, InvoiceState
from vouch.customers.terms.rights import (
    CLOCKS,
    OPEN_STATES,
    REQUEST_TRANSITIONS,
    RETENTION,
    Clock,
    Outcome,
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
    Retention,
    Unit,
)

__all__ = [
    "AUTHORISATION_TRANSITIONS", "CLOCKS", "ENDING_DAYS", "NOTICE_TRANSITIONS", "OPEN_STATES", "QUERY_REASONS",
    "REQUEST_TRANSITIONS", "RETENTION", "SENSITIVE", "AuthorisationState", "Channel", "Clock", "DataClass", "Direction",
    "InvoiceKind", "InvoiceState", "Lack", "LegalBasis", "NoticeKind", "NoticeState", "Outcome", "Purpose",
    "RefusalReason", "ReportKind", "RequestChannel", "RequestKind", "RequestState", "Retention", "Standing", "Unit",
]  # fmt: skip
