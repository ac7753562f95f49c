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
from vouch.grading.actions.classing import (
    ClassError,
    ClassProposal,
    confirm_class,
    propose_class,
    reopen_class,
    return_class,
)
from vouch.grading.actions.debt import count_debts
from vouch.grading.actions.following import follow_assessments, tend_classes
from vouch.grading.actions.freeze import freeze_use, lift_freeze
from vouch.grading.actions.hold import (
    NotHeld,
    expire_hold,
    release,
    reserve,
    settle_hold,
    use,
)
from vouch.grading.actions.letter import answer_review, issue_letter, open_letter
from vouch.grading.actions.limit import (
    LimitDetails,
    NotALimit,
    decide_limit,
    end_limit,
    expire_limit,
    follow_group,
    lower_limit,
    open_building,
    propose_limit,
    withdraw_limit,
)
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
    "ClassError",
    "ClassProposal",
    "LimitDetails",
    "NotALimit",
    "NotHeld",
    "NotNow",
    "OverrideDetails",
    "Proposal",
    "answer_review",
    "approve_override",
    "assess_chunk",
    "assess_customers",
    "assess_party",
    "confirm_class",
    "count_debts",
    "decide_advice",
    "decide_limit",
    "end_limit",
    "expire_hold",
    "expire_limit",
    "expire_override",
    "finish_run",
    "follow_assessments",
    "follow_group",
    "freeze_use",
    "issue_letter",
    "lift_freeze",
    "lift_override",
    "lower_limit",
    "open_building",
    "open_letter",
    "order_due",
    "order_run",
    "propose_class",
    "propose_limit",
    "propose_override",
    "refuse_override",
    "release",
    "reopen_class",
    "reserve",
    "resume_run",
    "return_class",
    "settle_hold",
    "start_run",
    "tend_classes",
    "use",
    "withdraw_limit",
    "withdraw_override",
]
