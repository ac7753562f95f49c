"""Pages of judgement."""

from __future__ import annotations

from vouch.grading.views.advice import advice, decide
from vouch.grading.views.assessment import assessment, progress, replayed, runs
from vouch.grading.views.debt import debts
from vouch.grading.views.override import override, overrides, propose
from vouch.grading.views.review import ask, letter, opened, review

__all__ = [
    "advice",
    "ask",
    "assessment",
    "debts",
    "decide",
    "letter",
    "opened",
    "override",
    "overrides",
    "progress",
    "propose",
    "replayed",
    "review",
    "runs",
]
