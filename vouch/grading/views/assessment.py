"""Pages of judgement: the batches, and one decision with its replay."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vouch.customers.permissions import may_receive_request
from vouch.grading import permissions, queries
from vouch.grading.actions import order_run
from vouch.grading.forms import NoteForm, RunForm
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.policy.queries import NoPolicyInForceError, policy_in_force

SHOWN_RUNS = 50


@face(may=SIGNED_IN)
@require_http_methods(["GET", "POST"])
def runs(request: StaffRequest) -> HttpResponse:
    """The latest batches of assessments (评估批次), and a new one over the whole book."""
    now = timezone.now()
    ordering = request.method == "POST"
    form = RunForm(request.POST if ordering else None, today=timezone.localdate())
    if ordering and form.is_valid():
        try:
            run = order_run(actor=request.actor, at=now, as_of=form.cleaned_data["as_of"])
        except NoPolicyInForceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已开始评估 %(total)d 户，本页会显示进度。") % {"total": run.total})
            return redirect("grading:runs")
    try:
        version = policy_in_force(at=now)
    except NoPolicyInForceError:
        version = None
    context = {
        "runs": queries.runs()[:SHOWN_RUNS],
        "form": form,
        "may_assess_book": permissions.may_assess_book(request.actor),
        "policy": version,
        "older": queries.older_standings(request.actor, policy_id=version.pk).count() if version else 0,
    }
    return render(request, "grading/runs.html", context, status=422 if form.errors else 200)


@face(may=SIGNED_IN)
@require_GET
def progress(request: StaffRequest) -> HttpResponse:
    """The table of batches alone, which asks again while one is under way."""
    return render(request, "grading/runs_table.html", {"runs": queries.runs()[:SHOWN_RUNS]})


@face(may=SIGNED_IN, shows=("assessment", "party"))
@require_GET
def replayed(request: StaffRequest, pk: int) -> HttpResponse:
    """What was known, which rule said what, and what today's policy would say (决策回放)."""
    row = get_object_or_404(queries.assessments_visible_to(request.actor), pk=pk)
    context = {
        "assessment": row,
        "why": queries.explanation_of(row),
        "replay": queries.replay_of(row, request.actor, at=timezone.now()),
    }
    return render(request, "grading/replay.html", context)


@face(may=SIGNED_IN, shows=("assessment", "party"))
@require_GET
def assessment(request: StaffRequest, pk: int) -> HttpResponse:
    """One decision in full, decided once more from its snapshot (决策回放)."""
    row = get_object_or_404(queries.assessments_visible_to(request.actor), pk=pk)
    actor = request.actor
    decision = getattr(row, "advice_decision", None)
    waits = row.is_advice and decision is None
    context = {
        "assessment": row,
        "why": queries.explanation_of(row),
        "replay": queries.replay(row),
        "advice_decision": decision,
        "waits": waits,
        "is_newest": queries.is_newest(row),
        "may_decide_advice": waits and permissions.may_decide_advice(actor, row),
        "note_form": NoteForm(),
        "override": queries.open_override(row.party_id),
        "letters": queries.letters_visible_to(actor).filter(assessment=row),
        "may_open_letters": permissions.may_open_letters(actor),
        "may_issue": permissions.may_issue_letter(actor, row),
        "may_ask": may_receive_request(actor, row.party),
        "debt": queries.debt_lines(row, today=timezone.localdate()) if queries.is_newest(row) else [],
        "may_propose": permissions.may_propose_override(actor, row.party_id),
    }
    return render(request, "grading/assessment.html", context)
