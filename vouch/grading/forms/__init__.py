"""What people enter about judgement."""

from __future__ import annotations

from vouch.grading.forms.assessment import RunForm

__all__ = ["RunForm"]
