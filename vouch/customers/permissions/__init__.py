"""Who may do what with a customer's data."""

from __future__ import annotations

from vouch.customers.permissions.answers import may_answer, may_review_answers
from vouch.customers.permissions.consent import (
    may_be_refused,
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

__all__ = [
    "may_add_materials", "may_answer", "may_answer_request", "may_approve_erasure", "may_be_refused",
    "may_classify_document", "may_close_errand", "may_decide_figures", "may_decide_staged",
    "may_fetch_package", "may_handle_request", "may_keep_errands", "may_manage_notices", "may_open_consent",
    "may_open_credit", "may_open_decisions", "may_open_file", "may_open_material", "may_open_requests",
    "may_order_errand", "may_receive_request", "may_record_authorisation", "may_record_invoices",
    "may_record_material", "may_remind", "may_remove_expired", "may_review_answers", "may_see_errands",
    "may_see_signed_file", "may_set_clocks", "may_use_credit_of", "may_use_report",
    "may_verify_authorisation", "may_verify_material", "may_withdraw_authorisation", "may_withdraw_material",
    "office_of",
]  # fmt: skip
