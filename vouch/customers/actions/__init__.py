"""Verbs of this room: the only place that writes what we know of a customer, and what allows us to."""

from __future__ import annotations

from vouch.customers.actions.authorisations import (
    AuthorisationDetails,
    OpenedFile,
    WrongConsent,
    open_signed_file,
    record_authorisation,
    reject_authorisation,
    verify_authorisation,
    withdraw_authorisation,
)
from vouch.customers.actions.bank import RecordedStatement, StatementDetails, record_statement
from vouch.customers.actions.credit import (
    ReportDetails,
    WrongReport,
    open_report,
    remove_expired_reports,
    store_report,
)
from vouch.customers.actions.documents import file_document
from vouch.customers.actions.duties import record_bills, record_taxes
from vouch.customers.actions.figures import ChoiceDetails, FigureDetails, choose_figure, record_figure
from vouch.customers.actions.files import FILE_MAX, WrongFile
from vouch.customers.actions.financials import (
    FinancialsDetails,
    check_financials,
    periods_told,
    record_financials,
)
from vouch.customers.actions.fulfilment import (
    approve_erasure,
    fetch_package,
    make_package,
    propose_erasure,
    restrict_by_request,
    withdraw_by_request,
    withdrawable,
)
from vouch.customers.actions.gate import NoAuthorisation, note_refusal, require_authorisation
from vouch.customers.actions.importing import InvoiceImporter
from vouch.customers.actions.materials import (
    MaterialDetails,
    VerificationDetails,
    WrongMaterial,
    open_material,
    verify_material,
    withdraw_material,
)
from vouch.customers.actions.notices import NoticeDetails, NotNow, draft_notice, publish_notice, revise_notice
from vouch.customers.actions.reading import InvoiceDetails
from vouch.customers.actions.recording import record_invoices
from vouch.customers.actions.rights import (
    RequestDetails,
    answer_request,
    extend_request,
    receive_request,
    refuse_request,
    set_clock,
    take_up,
    verify_requester,
)
from vouch.customers.actions.staging import Upload, discard_file, forget_staged, stage_file

__all__ = [
    "FILE_MAX", "AuthorisationDetails", "ChoiceDetails", "FigureDetails", "FinancialsDetails",
    "InvoiceDetails", "InvoiceImporter", "MaterialDetails", "NoAuthorisation", "NotNow", "NoticeDetails",
    "OpenedFile", "RecordedStatement", "ReportDetails", "RequestDetails", "StatementDetails", "Upload",
    "VerificationDetails", "WrongConsent", "WrongFile", "WrongMaterial", "WrongReport", "answer_request",
    "approve_erasure", "check_financials", "choose_figure", "discard_file", "draft_notice", "extend_request",
    "fetch_package", "file_document", "forget_staged", "make_package", "note_refusal", "open_material",
    "open_report", "open_signed_file", "periods_told", "propose_erasure", "publish_notice", "receive_request",
    "record_authorisation", "record_bills", "record_figure", "record_financials", "record_invoices",
    "record_statement", "record_taxes", "refuse_request", "reject_authorisation", "remove_expired_reports",
    "require_authorisation", "restrict_by_request", "revise_notice", "set_clock", "stage_file",
    "store_report", "take_up", "verify_authorisation", "verify_material", "verify_requester",
    "withdraw_authorisation", "withdraw_by_request", "withdraw_material", "withdrawable",
]  # fmt: skip
