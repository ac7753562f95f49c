"""Pages of judgement."""

from __future__ import annotations

from vouch.grading.views.assessment import assessment, progress, runs

__all__ = ["assessment", "progress", "runs"]
