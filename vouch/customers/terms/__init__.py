"""Words of this room."""

from __future__ import annotations

from vouch.customers.terms.collateral import (
    ENDING_SOON_DAYS,
    METHODS_OF,
    REGISTRATION_EFFECT,
    VALUATION_DAYS,
    RegistrationState,
    SecurityMethod,
    ValuationMethod,
    Ware,
)
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
from vouch.customers.terms.documents import DocumentCategory
from vouch.customers.terms.flows import UTILITY_UNITS, FlowDirection, TaxKind, TransactionMark, UtilityKind
from vouch.customers.terms.guarantees import RELATED, GuaranteeKind, Tie
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
from vouch.customers.terms.records import GRAVE, SEARCH_DAYS, LawsuitSide, RecordKind, RecordState
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
from vouch.customers.terms.watching import HIT_TRANSITIONS, LIST_MEANING, Certainty, HitState, ListKind

__all__ = [
    "AUTHORISATION_TRANSITIONS", "CLOCKS", "CONFIDENCE_OF", "DATA_CLASS_OF", "ENDING_DAYS",
    "ENDING_SOON_DAYS", "GRAVE", "HIT_TRANSITIONS", "LIST_MEANING", "METHODS_OF", "NOTICE_TRANSITIONS",
    "OPEN_STATES", "QUERY_REASONS", "REGISTRATION_EFFECT", "RELATED", "REQUEST_TRANSITIONS", "RETENTION",
    "SEARCH_DAYS", "SENSITIVE", "UTILITY_UNITS", "VALUATION_DAYS", "AuthorisationState", "Certainty",
    "Channel", "Clock", "Confidence", "DataClass", "Direction", "DocumentCategory", "Finding",
    "FlowDirection", "GuaranteeKind", "HitState", "InvoiceKind", "InvoiceState", "Lack", "LawsuitSide",
    "LegalBasis", "ListKind", "MaterialKind", "MaterialState", "NoticeKind", "NoticeState", "Origin",
    "Outcome", "Purpose", "RecordKind", "RecordState", "RefusalReason", "RegistrationState", "ReportKind",
    "RequestChannel", "RequestKind", "RequestState", "Retention", "SecurityMethod", "Standing", "TaxKind",
    "Tie", "TransactionMark", "Unit", "UtilityKind", "ValuationMethod", "VerificationMeans", "Ware",
]  # fmt: skip
