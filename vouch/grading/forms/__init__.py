"""What people enter about judgement."""

from __future__ import annotations

from vouch.grading.forms.assessment import RunForm
from vouch.grading.forms.override import NoteForm, OverrideFilter, OverrideForm

__all__ = ["NoteForm", "OverrideFilter", "OverrideForm", "RunForm"]
