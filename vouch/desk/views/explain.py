"""A person asks why: the decision beside the answer (解释说明, PIPL 24 and 48)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vouch.customers.actions import NotNow, answer_request
from vouch.customers.permissions import may_answer_request, may_open_requests
from vouch.customers.terms import RequestKind
from vouch.desk.forms import ExplanationForm
from vouch.desk.queries.explaining import decisions_about, drafted, request_of
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face


@face(may=may_open_requests, shows=("rights_request",))
@require_http_methods(["GET", "POST"])
def explain(request: StaffRequest, pk: int) -> HttpResponse:
    """The decisions on the person and their firms, and the answer drafted from them."""
    one = request_of(request.actor, pk)
    if one is None or one.kind != RequestKind.EXPLAIN:
        raise Http404
    decisions = decisions_about(request.actor, one.party)
    form = ExplanationForm(request.POST or None, initial={"answer": drafted(decisions)})
    if request.method == "POST" and form.is_valid():
        try:
            answer_request(
                actor=request.actor, at=timezone.now(), request=one, answer=form.cleaned_data["answer"]
            )
        except NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已答复，请求办结。"))
            return redirect(one)
    context = {
        "one": one,
        "decisions": decisions,
        "form": form,
        "may_answer": one.is_open and may_answer_request(request.actor, one),
    }
    return render(request, "desk/explain.html", context, status=422 if request.method == "POST" else 200)
