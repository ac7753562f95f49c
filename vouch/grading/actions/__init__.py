"""Verbs of judgement: the only place that writes what was decided."""

from __future__ import annotations

from vouch.grading.actions.advice import decide_advice
from vouch.grading.actions.assessment import (
    assess_chunk,
    assess_customers,
    assess_party,
    finish_run,
    order_due,
    order_run,
    resume_run,
    start_run,
)
from vouch.grading.actions.letter import answer_review, issue_letter, open_letter
from vouch.grading.actions.override import (
    NotNow,
    OverrideDetails,
    approve_override,
    expire_override,
    lift_override,
    propose_override,
    refuse_override,
    withdraw_override,
)

__all__ = [
    "NotNow",
    "OverrideDetails",
    "answer_review",
    "approve_override",
    "assess_chunk",
    "assess_customers",
    "assess_party",
    "decide_advice",
    "expire_override",
    "finish_run",
    "issue_letter",
    "lift_override",
    "open_letter",
    "order_due",
    "order_run",
    "propose_override",
    "refuse_override",
    "resume_run",
    "start_run",
    "withdraw_override",
]
