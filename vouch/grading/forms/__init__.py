"""What people enter about judgement."""

from __future__ import annotations

from vouch.grading.forms.assessment import RunForm
from vouch.grading.forms.debt import DebtFilter
from vouch.grading.forms.override import NoteForm, OverrideFilter, OverrideForm
from vouch.grading.forms.review import AskForm, ReviewForm

__all__ = [
    "AskForm",
    "DebtFilter",
    "NoteForm",
    "OverrideFilter",
    "OverrideForm",
    "ReviewForm",
    "RunForm",
]
