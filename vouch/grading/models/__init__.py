"""Tables of judgement: what was decided, and where each customer stands."""

from __future__ import annotations

from vouch.grading.models.advice import AdviceDecision, Letter
from vouch.grading.models.assessment import Assessment, AssessmentRun, Standing
from vouch.grading.models.override import Override

__all__ = ["AdviceDecision", "Assessment", "AssessmentRun", "Letter", "Override", "Standing"]
