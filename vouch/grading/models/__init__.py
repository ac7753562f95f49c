"""Tables of judgement: what was decided, and where each customer stands."""

from __future__ import annotations

from vouch.grading.models.assessment import Assessment, AssessmentRun, Standing

__all__ = ["Assessment", "AssessmentRun", "Standing"]
