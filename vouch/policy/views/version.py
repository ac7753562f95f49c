"""Pages of the rules: which versions there are, what one of them says, and its way into force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.engine.canonical import FileError
from vouch.engine.policy_check import Finding
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face
from vouch.policy import permissions, queries
from vouch.policy.actions import (
    GateRefused,
    WrongStateError,
    draft_policy,
    publish_policy,
    retire_policy,
    review_policy,
    roll_back,
)
from vouch.policy.forms import DraftForm, PublishForm, TextForm
from vouch.policy.models import PolicyVersion
from vouch.policy.queries.gate import judge
from vouch.policy.terms import PolicyState

MOVES: Mapping[str, Callable[..., PolicyVersion]] = {
    "review": review_policy,
    "publish": publish_policy,
    "retire": retire_policy,
    "rollback": roll_back,
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
            return _editor(request, document, problems=error.problems, status=422)
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
    may_publish = row.state == PolicyState.REVIEWED and permissions.may_publish(request.actor, row)
    context = {
        "publish_form": PublishForm() if may_publish else None,
        "verdict": judge(queries.proposal_of(row), at=timezone.now()) if is_open else None,
        "may_draft": permissions.may_draft(request.actor),
        "version": row,
        "reading": queries.reading_of(row),
        "moves": _moves(request, row),
        "findings": queries.findings_in(row.document.encode()) if is_open else None,
        "compared": queries.compared(row),
    }
    return render(request, "policy/version.html", context)


@face(may=permissions.may_draft, shows=("policy_version",))
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """A policy's text with what is found beside its lines; it becomes a draft once nothing is wrong.

    It begins with the text of a version under the next number, or with what was sent.
    """
    row = get_object_or_404(queries.versions(), pk=pk)
    if request.method == "GET":
        return _editor(request, queries.as_next(row).encode(), begins_with=row)
    return _edited(request, begins_with=row)


@face(may=permissions.may_draft)
@require_POST
def write(request: StaffRequest) -> HttpResponse:
    """The same for a text that is of no version yet: a file that was refused, mended on the page."""
    return _edited(request, begins_with=None)


def _edited(request: StaffRequest, *, begins_with: PolicyVersion | None) -> HttpResponse:
    form = TextForm(request.POST)
    if not form.is_valid():
        problems = [str(one) for one in form.errors["document"]]
        return _editor(request, b"", begins_with=begins_with, problems=problems, status=422)
    document = form.cleaned_data["document"]
    if request.POST.get("do") == "check":
        return _editor(request, document, begins_with=begins_with, is_checked=True)
    try:
        row = draft_policy(actor=request.actor, at=timezone.now(), document=document)
    except FileError as error:
        return _editor(request, document, begins_with=begins_with, problems=error.problems, status=422)
    messages.success(request, _("已收下 %(policy)s。") % {"policy": row})
    return redirect(row)


def _editor(
    request: StaffRequest,
    document: bytes,
    *,
    begins_with: PolicyVersion | None = None,
    problems: Sequence[str] = (),
    is_checked: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The text, its lines with what was found in each, and what belongs to no line."""
    text = document.decode("utf-8-sig", errors="replace")
    findings = queries.findings_in(document) if document else []
    # What only the register of versions knows (a number that is taken) the check of the file does not.
    rest = [] if any(one.is_error for one in findings) else list(problems)
    marked: dict[int, list[Finding]] = {}
    for one in findings:
        marked.setdefault(one.line, []).append(one)
    context = {
        "form": TextForm(initial={"document": text}),
        "begins_with": begins_with,
        "lines": [
            (number, line, marked[number])
            for number, line in enumerate(text.splitlines(), start=1)
            if number in marked
        ],
        "general": marked.get(0, []),
        "rest": rest,
        "is_checked": is_checked,
        "errors": sum(one.is_error for one in findings) + len(rest),
        "hints": sum(not one.is_error for one in findings),
    }
    return render(request, "policy/edit.html", context, status=status)


@face(may=permissions.may_read, shows=("policy_version",))
@require_POST
def move(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Review, publish or retire a version."""
    if verb not in MOVES:
        raise Http404
    row = get_object_or_404(queries.versions(), pk=pk)
    more = {}
    if verb == "publish":
        form = PublishForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(map(str, form.errors["effective_on"])))
            return redirect(row)
        more = {"effective_at": form.effective_at()}
    try:
        row = MOVES[verb](actor=request.actor, at=timezone.now(), version=row, **more)
    except (WrongStateError, GateRefused) as error:
        messages.error(request, str(error))
    except FileError as error:
        messages.error(request, "；".join(error.problems))
    else:
        state = row.get_state_display()
        messages.success(request, _("%(policy)s %(state)s。") % {"policy": row, "state": state})
    return redirect(row)


def _moves(request: StaffRequest, row: PolicyVersion) -> list[tuple[str, str]]:
    """What this person may do with the version as it stands: verb and its words."""
    found = []
    if row.state == PolicyState.DRAFT and permissions.may_review(request.actor, row):
        found.append(("review", _("复核通过")))
    if row.state == PolicyState.SCHEDULED and permissions.may_retire(request.actor):
        found.append(("retire", _("取消生效")))
    if row.state == PolicyState.PUBLISHED and permissions.may_retire(request.actor):
        found.append(("retire", _("停用")))
    if row.state == PolicyState.RETIRED and row.published_at and permissions.may_draft(request.actor):
        found.append(("rollback", _("回退到这一版")))
    return found
