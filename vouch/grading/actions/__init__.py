"""Verbs of judgement: the only place that writes what was decided."""

from __future__ import annotations

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

__all__ = [
    "assess_chunk",
    "assess_customers",
    "assess_party",
    "finish_run",
    "order_due",
    "order_run",
    "resume_run",
    "start_run",
]
