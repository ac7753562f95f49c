"""Verbs of this room: the only place that writes what we know of a customer, and what allows us to."""

from __future__ import annotations

from vouch.customers.actions.answers import Given, give_answers
from vouch.customers.actions.assessments import (
    AssessmentDetails,
    WrongAssessment,
    draft_assessment,
    remind_of_assessments,
    return_assessment,
    review_assessment,
    revise_assessment,
    submit_assessment,
    switch_social,
    withdraw_assessment,
)
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
from vouch.customers.actions.collateral import (
    TermsDetails,
    ValuationDetails,
    change_collateral,
    register_collateral,
    reveal_certificate,
    show_collateral,
    value_collateral,
)
from vouch.customers.actions.credit import (
    ReadReport,
    look_at_report,
    open_report,
    remove_expired_reports,
    store_report,
)
from vouch.customers.actions.credit_head import ReportDetails, WrongReport
from vouch.customers.actions.documents import Filing, classify_document, file_document
from vouch.customers.actions.duties import record_bills, record_taxes
from vouch.customers.actions.errands import (
    ErrandDetails,
    close_errand,
    move_errand,
    order_errand,
    order_errands,
    remind_managers,
    remind_of_errands,
    settle_errands,
)
from vouch.customers.actions.figures import ChoiceDetails, FigureDetails, choose_figure, record_figure
from vouch.customers.actions.files import FILE_MAX, WrongFile
from vouch.customers.actions.financials import (
    FinancialsDetails,
    check_financials,
    periods_told,
    record_financials,
    record_sets,
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
from vouch.customers.actions.guarantees import GuaranteeLine, GuaranteesDetails, state_guarantees
from vouch.customers.actions.importing import InvoiceImporter
from vouch.customers.actions.list_reading import EntryDetails, WrongList, read_number
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
from vouch.customers.actions.records import RecordLine, SearchDetails, record_search
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
from vouch.customers.actions.social import SignalLine, SocialShut, note_signals, withdraw_signal
from vouch.customers.actions.staging import Upload, discard_file, forget_staged, stage_file
from vouch.customers.actions.statement_lists import StatementImporter
from vouch.customers.actions.watching import (
    ListFile,
    add_to_list,
    confirm_hit,
    dismiss_hit,
    open_list,
    screen_imported,
    screen_list,
    screen_party,
    take_off_list,
    take_version,
)

__all__ = [
    "FILE_MAX", "AssessmentDetails", "AuthorisationDetails", "ChoiceDetails", "EntryDetails", "ErrandDetails",
    "FigureDetails", "Filing", "FinancialsDetails", "Given", "GuaranteeLine", "GuaranteesDetails",
    "InvoiceDetails", "InvoiceImporter", "ListFile", "MaterialDetails", "NoAuthorisation", "NotNow",
    "NoticeDetails", "OpenedFile", "ReadReport", "RecordLine", "RecordedStatement", "ReportDetails",
    "RequestDetails", "SearchDetails", "SignalLine", "SocialShut", "StatementDetails", "StatementImporter", "TermsDetails",
    "Upload", "ValuationDetails", "VerificationDetails", "WrongAssessment", "WrongConsent", "WrongFile",
    "WrongList", "WrongMaterial", "WrongReport", "add_to_list", "answer_request", "approve_erasure",
    "change_collateral", "check_financials", "choose_figure", "classify_document", "close_errand",
    "confirm_hit", "discard_file", "dismiss_hit", "draft_assessment", "draft_notice", "extend_request",
    "fetch_package", "file_document", "forget_staged", "give_answers", "look_at_report", "make_package",
    "move_errand", "note_refusal", "note_signals", "open_list", "open_material", "open_report",
    "open_signed_file", "order_errand", "order_errands", "periods_told", "propose_erasure", "publish_notice",
    "read_number", "receive_request", "record_authorisation", "record_bills", "record_figure",
    "record_financials", "record_invoices", "record_search", "record_sets", "record_statement",
    "record_taxes", "refuse_request", "register_collateral", "reject_authorisation", "remind_managers",
    "remind_of_assessments", "remind_of_errands", "remove_expired_reports", "require_authorisation",
    "restrict_by_request", "return_assessment", "reveal_certificate", "review_assessment",
    "revise_assessment", "revise_notice", "screen_imported", "screen_list", "screen_party", "set_clock",
    "settle_errands", "show_collateral", "stage_file", "state_guarantees", "store_report",
    "submit_assessment", "switch_social", "take_off_list", "take_up", "take_version", "value_collateral",
    "verify_authorisation", "verify_material", "verify_requester", "withdraw_assessment",
    "withdraw_authorisation", "withdraw_by_request", "withdraw_material", "withdraw_signal", "withdrawable",
]  # fmt: skip
