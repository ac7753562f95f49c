"""Pages of judgement."""

from __future__ import annotations

from vouch.grading.views.advice import advice, decide
from vouch.grading.views.assessment import assessment, progress, runs
from vouch.grading.views.override import override, overrides, propose

__all__ = ["advice", "assessment", "decide", "override", "overrides", "progress", "propose", "runs"]
