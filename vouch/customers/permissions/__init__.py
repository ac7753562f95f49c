"""Who may do what with a customer's data."""

from __future__ import annotations

from vouch.customers.permissions.answers import may_answer, may_review_answers
from vouch.customers.permissions.assessments import (
    may_draft_assessments,
    may_keep_assessments,
    may_review_assessment,
    may_review_assessments,
)
from vouch.customers.permissions.consent import (
    may_be_refused,
    may_list_credit,
    may_manage_notices,
    may_open_consent,
    may_open_credit,
    may_record_authorisation,
    may_remove_expired,
    may_see_signed_file,
    may_use_credit_of,
    may_use_report,
    may_verify_authorisation,
    may_withdraw_authorisation,
)
from vouch.customers.permissions.errands import (
    may_close_errand,
    may_keep_errands,
    may_order_errand,
    may_remind,
    may_see_errands,
)
from vouch.customers.permissions.invoices import may_record_invoices
from vouch.customers.permissions.materials import (
    may_add_materials,
    may_classify_document,
    may_decide_figures,
    may_decide_staged,
    may_open_decisions,
    may_open_file,
    may_open_material,
    may_record_material,
    may_verify_material,
    may_withdraw_material,
    office_of,
)
from vouch.customers.permissions.rights import (
    may_answer_request,
    may_approve_erasure,
    may_fetch_package,
    may_handle_request,
    may_open_requests,
    may_receive_request,
    may_set_clocks,
)
from vouch.customers.permissions.social import may_note_signals, may_withdraw_signal
from vouch.customers.permissions.watching import (
    may_change_collateral,
    may_decide_hit,
    may_keep_lists,
    may_open_certificates,
    may_open_decisions_on_hits,
    may_open_lists,
    may_reveal_certificate,
    may_screen,
)

__all__ = [
    "may_add_materials", "may_answer", "may_answer_request", "may_approve_erasure", "may_be_refused",
    "may_change_collateral", "may_classify_document", "may_close_errand", "may_decide_figures",
    "may_decide_hit", "may_decide_staged", "may_draft_assessments", "may_fetch_package", "may_handle_request",
    "may_keep_assessments", "may_keep_errands", "may_keep_lists", "may_list_credit", "may_manage_notices",
    "may_note_signals", "may_open_certificates", "may_open_consent", "may_open_credit", "may_open_decisions",
    "may_open_decisions_on_hits", "may_open_file", "may_open_lists", "may_open_material", "may_open_requests",
    "may_order_errand", "may_receive_request", "may_record_authorisation", "may_record_invoices",
    "may_record_material", "may_remind", "may_remove_expired", "may_reveal_certificate", "may_review_answers",
    "may_review_assessment", "may_review_assessments", "may_screen", "may_see_errands", "may_see_signed_file",
    "may_set_clocks", "may_use_credit_of", "may_use_report", "may_verify_authorisation",
    "may_verify_material", "may_withdraw_authorisation", "may_withdraw_material", "may_withdraw_signal",
    "office_of",
]  # fmt: skip
