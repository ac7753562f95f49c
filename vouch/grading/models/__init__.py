"""Tables of judgement: what was decided, and where each customer stands."""

from __future__ import annotations

from vouch.grading.models.assessment import Assessment, AssessmentRun, Standing
from vouch.grading.models.classing import Classification
from vouch.grading.models.freeze import Freeze

__all__ = ["Assessment", "AssessmentRun", "Classification", "Freeze", "Standing"]
