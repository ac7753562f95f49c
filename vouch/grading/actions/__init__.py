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
from vouch.grading.actions.classing import (
    ClassError,
    Proposal,
    confirm_class,
    propose_class,
    reopen_class,
    return_class,
)
from vouch.grading.actions.following import follow_assessments, tend_classes
from vouch.grading.actions.freeze import freeze_use, lift_freeze

__all__ = [
    "ClassError",
    "Proposal",
    "assess_chunk",
    "assess_customers",
    "assess_party",
    "confirm_class",
    "finish_run",
    "follow_assessments",
    "freeze_use",
    "lift_freeze",
    "order_run",
    "propose_class",
    "reopen_class",
    "resume_run",
    "return_class",
    "start_run",
    "tend_classes",
]
