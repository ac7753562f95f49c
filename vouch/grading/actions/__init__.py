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

__all__ = [
    "assess_chunk",
    "assess_customers",
    "assess_party",
    "finish_run",
    "freeze_use",
    "lift_freeze",
    "order_run",
    "resume_run",
    "start_run",
]
