"""Words of this room."""

from __future__ import annotations

from vouch.customers.terms.answers import Round
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
from vouch.customers.terms.documents import (
    CATEGORY_GROUPS,
    ENDING_SOON_DAYS,
    PHOTOS,
    DocumentCategory,
    Validity,
)
from vouch.customers.terms.figures import (
    MEASURES,
    SPREAD_TOLERANCE,
    STATEMENT_FIGURES,
    Figure,
    Measure,
)
from vouch.customers.terms.financials import BASES, Basis, PeriodKind, RemarkKind
from vouch.customers.terms.flows import UTILITY_UNITS, FlowDirection, TaxKind, TransactionMark, UtilityKind
from vouch.customers.terms.gaps import ERRAND_TRANSITIONS, ErrandState, Evidence, Fetcher, GapState
from vouch.customers.terms.invoices import Direction, InvoiceKind, InvoiceState
from vouch.customers.terms.materials import (
    CONFIDENCE_OF,
    DATA_CLASS_OF,
    Confidence,
    Finding,
    MaterialKind,
    MaterialState,
    Origin,
    VerificationMeans,
)
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
    "AUTHORISATION_TRANSITIONS", "BASES", "CATEGORY_GROUPS", "CLOCKS", "CONFIDENCE_OF", "DATA_CLASS_OF",
    "ENDING_DAYS", "ENDING_SOON_DAYS", "ERRAND_TRANSITIONS", "MEASURES", "NOTICE_TRANSITIONS", "OPEN_STATES",
    "PHOTOS", "QUERY_REASONS", "REQUEST_TRANSITIONS", "RETENTION", "SENSITIVE", "SPREAD_TOLERANCE",
    "STATEMENT_FIGURES", "UTILITY_UNITS", "AuthorisationState", "Basis", "Channel", "Clock", "Confidence",
    "DataClass", "Direction", "DocumentCategory", "ErrandState", "Evidence", "Fetcher", "Figure", "Finding",
    "FlowDirection", "GapState", "InvoiceKind", "InvoiceState", "Lack", "LegalBasis", "MaterialKind",
    "MaterialState", "Measure", "NoticeKind", "NoticeState", "Origin", "Outcome", "PeriodKind", "Purpose",
    "RefusalReason", "RemarkKind", "ReportKind", "RequestChannel", "RequestKind", "RequestState", "Retention",
    "Round", "Standing", "TaxKind", "TransactionMark", "Unit", "UtilityKind", "Validity", "VerificationMeans",
]  # fmt: skip
