"""Tables of judgement: what was decided, and where each customer stands."""

from __future__ import annotations

from vouch.grading.models.advice import AdviceDecision, Letter
from vouch.grading.models.assessment import Assessment, AssessmentRun, Standing
from vouch.grading.models.classing import Classification
from vouch.grading.models.debt import InformationDebt
from vouch.grading.models.freeze import Freeze
from vouch.grading.models.hold import Hold, HoldMove
from vouch.grading.models.limit import GroupMember, Limit, LimitSubject
from vouch.grading.models.override import Override

__all__ = [
    "AdviceDecision",
    "Assessment",
    "AssessmentRun",
    "Classification",
    "Freeze",
    "GroupMember",
    "Hold",
    "HoldMove",
    "InformationDebt",
    "Letter",
    "Limit",
    "LimitSubject",
    "Override",
    "Standing",
]
