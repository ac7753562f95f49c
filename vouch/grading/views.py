"""Pages of judgement: the batches, and one decision with its replay."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from vouch.grading import queries
from vouch.platform.identity.request import StaffRequest

SHOWN_RUNS = 50


def runs(request: StaffRequest) -> HttpResponse:
    """The latest batches of assessments (评估批次)."""
    return render(request, "grading/runs.html", {"runs": queries.runs()[:SHOWN_RUNS]})


def assessment(request: StaffRequest, pk: int) -> HttpResponse:
    """One decision in full, decided once more from its snapshot (决策回放)."""
    row = get_object_or_404(queries.assessments_visible_to(request.actor), pk=pk)
    context = {"assessment": row, "why": queries.explanation_of(row), "replay": queries.replay(row)}
    return render(request, "grading/assessment.html", context)
