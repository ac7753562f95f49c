"""Letters about a decision, and the human review of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vouch.customers import permissions as rights
from vouch.customers.actions import NotNow as NotYet
from vouch.customers.actions import receive_request
from vouch.customers.queries.rights import remaining, request_of, text_of
from vouch.customers.terms import RequestKind, RequestState
from vouch.grading import permissions, queries
from vouch.grading.actions import NotNow, answer_review, issue_letter, open_letter
from vouch.grading.forms import AskForm, ReviewForm
from vouch.platform.identity.request import StaffRequest
from vouch.platform.vault.terms import VaultError
from vouch.platform.web.faces import face
from vouch.platform.web.paper import PaperError


@face(may=permissions.may_open_letters, shows=("assessment",))
@require_POST
def letter(request: StaffRequest, pk: int) -> HttpResponse:
    """Issue the letter that explains a decision (说明函)."""
    one = get_object_or_404(queries.assessments_visible_to(request.actor), pk=pk)
    try:
        made = issue_letter(actor=request.actor, at=timezone.now(), assessment=one)
    except (PaperError, VaultError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已出具 %(number)s。") % {"number": made.number})
    return redirect(one)


@face(may=permissions.may_open_letters, shows=("letter",))
@require_POST
def opened(request: StaffRequest, pk: int) -> HttpResponse:
    """The letter itself; opening it leaves an entry."""
    one = get_object_or_404(queries.letters_visible_to(request.actor), pk=pk)
    try:
        found = open_letter(actor=request.actor, at=timezone.now(), letter=one)
    except VaultError as error:
        messages.error(request, str(error))
        return redirect(one)
    response = HttpResponse(found.content, content_type=found.media_type)
    response["Content-Disposition"] = f'inline; filename="{found.name}.pdf"'
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@face(may=rights.may_open_requests, shows=("assessment",))
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a customer's request for a human review of a decision; its clock begins."""
    one = get_object_or_404(queries.assessments_visible_to(request.actor), pk=pk)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = receive_request(
                actor=request.actor, at=timezone.now(), party=one.party, details=form.details(one.pk)
            )
        except (NotYet, VaultError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已受理，须在 %(due)s 前答复。") % {"due": found.due_on})
            return redirect(found)
    context = {"assessment": one, "form": form}
    return render(
        request, "grading/ask_review.html", context, status=422 if request.method == "POST" else 200
    )


@face(may=rights.may_open_requests, shows=("rights_request",))
@require_http_methods(["GET", "POST"])
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """The decision beside the request, and the reviewer's own decision."""
    one = request_of(request.actor, pk)
    if one is None or one.kind != RequestKind.REVIEW:
        raise Http404
    assessment = queries.assessment_in(one.matter)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = answer_review(
                actor=request.actor,
                at=timezone.now(),
                request=one,
                outcome=form.cleaned_data["outcome"],
                answer=form.cleaned_data["answer"],
            )
        except (NotNow, NotYet, PaperError, VaultError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已办结，并出具 %(number)s。") % {"number": made.number})
            return redirect("grading:review", pk=one.pk)
    context = {
        "one": one,
        "assessment": assessment,
        "why": queries.explanation_of(assessment) if assessment else None,
        "left": remaining(one, today=timezone.localdate()),
        "detail": text_of(one, "detail"),
        "answer": text_of(one, "answer"),
        "form": form,
        "letters": queries.letters_visible_to(request.actor).filter(request=one),
        "is_barred": rights.is_barred(request.actor, one),
        "may_answer": one.state == RequestState.IN_PROGRESS
        and permissions.may_answer_review(request.actor, one),
    }
    return render(request, "grading/review.html", context, status=422 if request.method == "POST" else 200)
