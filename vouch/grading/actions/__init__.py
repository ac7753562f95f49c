"""Verbs of judgement: the only place that writes what was decided."""

from __future__ import annotations

from vouch.grading.actions.assessment import (
    assess_chunk,
    assess_customers,
    assess_party,
    finish_run,
    order_run,
    resume_run,
    start_run,
)
from vouch.grading.actions.freeze import freeze_use, lift_freeze
from vouch.grading.actions.hold import (
    NotHeld,
    expire_hold,
    release,
    reserve,
    settle_hold,
    use,
)
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

__all__ = [
    "LimitDetails",
    "NotALimit",
    "NotHeld",
    "assess_chunk",
    "assess_customers",
    "assess_party",
    "decide_limit",
    "end_limit",
    "expire_hold",
    "expire_limit",
    "finish_run",
    "follow_group",
    "freeze_use",
    "lift_freeze",
    "lower_limit",
    "open_building",
    "order_run",
    "propose_limit",
    "release",
    "reserve",
    "resume_run",
    "settle_hold",
    "start_run",
    "use",
    "withdraw_limit",
]
