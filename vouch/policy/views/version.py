"""Pages of the rules: which versions there are, what one of them says, and its way into force."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.engine.canonical import FileError
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face
from vouch.policy import permissions, queries
from vouch.policy.actions import (
    WrongStateError,
    draft_policy,
    publish_policy,
    retire_policy,
    review_policy,
)
from vouch.policy.forms import DraftForm
from vouch.policy.models import PolicyVersion
from vouch.policy.terms import PolicyState

MOVES: Mapping[str, Callable[..., PolicyVersion]] = {
    "review": review_policy,
    "publish": publish_policy,
    "retire": retire_policy,
}


@face(may=permissions.may_read, shows=("policy_version",))
@require_http_methods(["GET", "POST"])
def versions(request: StaffRequest) -> HttpResponse:
    """Every version of every policy (评估政策), and the way in for a new one."""
    drafting = request.method == "POST"
    form = DraftForm(request.POST, request.FILES) if drafting else DraftForm()
    if drafting and form.is_valid():
        document = form.cleaned_data["file"].read()
        try:
            row = draft_policy(actor=request.actor, at=timezone.now(), document=document)
        except FileError as error:
            found = [str(one) for one in queries.findings_in(document) if one.is_error]
            # What only the register of versions knows (a number that is taken) the check of the file does not.
            for problem in found or error.problems:
                form.add_error("file", problem)
        else:
            messages.success(request, _("已收下 %(policy)s。") % {"policy": row})
            return redirect(row)
    context = {
        "versions": queries.versions(),
        "form": form,
        "may_draft": permissions.may_draft(request.actor),
    }
    return render(request, "policy/versions.html", context, status=422 if form.errors else 200)


@face(may=permissions.may_read, shows=("policy_version",))
@require_GET
def version(request: StaffRequest, pk: int) -> HttpResponse:
    """One version as a person reads it: card, rules, limit formula, consequences of each class."""
    row = get_object_or_404(queries.versions(), pk=pk)
    is_open = row.state in {PolicyState.DRAFT, PolicyState.REVIEWED}
    context = {
        "version": row,
        "reading": queries.reading_of(row),
        "moves": _moves(request, row),
        "findings": queries.findings_in(row.document.encode()) if is_open else None,
        "compared": queries.compared(row),
    }
    return render(request, "policy/version.html", context)


@face(may=permissions.may_read, shows=("policy_version",))
@require_POST
def move(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Review, publish or retire a version."""
    if verb not in MOVES:
        raise Http404
    row = get_object_or_404(queries.versions(), pk=pk)
    try:
        row = MOVES[verb](actor=request.actor, at=timezone.now(), version=row)
    except WrongStateError as error:
        messages.error(request, str(error))
    else:
        state = row.get_state_display()
        messages.success(request, _("%(policy)s %(state)s。") % {"policy": row, "state": state})
    return redirect(row)


def _moves(request: StaffRequest, row: PolicyVersion) -> list[tuple[str, str]]:
    """What this person may do with the version as it stands: verb and its words."""
    found = []
    if row.state == PolicyState.DRAFT and permissions.may_review(request.actor, row):
        found.append(("review", _("复核通过")))
    if row.state == PolicyState.REVIEWED and permissions.may_publish(request.actor, row):
        found.append(("publish", _("发布")))
    if row.state == PolicyState.PUBLISHED and permissions.may_retire(request.actor):
        found.append(("retire", _("停用")))
    return found
