"""The page of one kept row: corrected, accepted as it stands, or dismissed."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vouch.platform.exchange import actions, queries
from vouch.platform.exchange.forms import CorrectionForm, ReasonForm
from vouch.platform.exchange.models import ImportRow
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.terms import ImportStatus, RowState, Verdict
from vouch.platform.exchange.views.outcome import row_url
from vouch.platform.exchange.views.shared import REFUSAL, visible_import
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face


@face(may=may_open_imports, shows=("import", "import_row"), refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def one_row(request: StaffRequest, pk: int, row_pk: int) -> HttpResponse:
    """One kept row: correct it, accept it as it stands, or decide that it is not imported."""
    batch = visible_import(request, pk)
    row = get_object_or_404(queries.kept_rows(batch), pk=row_pk)
    verb = request.POST.get("do", "")
    correction = CorrectionForm(row, request.POST if verb == "correct" else None)
    reason = ReasonForm(request.POST if verb in {"accept", "dismiss"} else None)
    if request.method == "POST":
        done = _DEEDS.get(verb, _nothing)(request, row, correction, reason)
        if done:
            messages.success(request, done)
            following = queries.next_open_row(row)
            return redirect(row_url(following) if following else batch.get_absolute_url())
    context = {
        "batch": batch,
        "row": row,
        "column": queries.column_title(row),
        "correction": correction,
        "reason": reason,
        "can_resolve": row.state in {RowState.OPEN, RowState.DISMISSED}
        and not batch.is_dry_run
        and batch.status not in {ImportStatus.UNDOING, ImportStatus.UNDONE},
        "is_rejected": row.verdict == Verdict.REJECTED,
    }
    return render(request, "exchange/row.html", context, status=422 if request.method == "POST" else 200)


Deed = Callable[[StaffRequest, ImportRow, CorrectionForm, ReasonForm], str]


def _correct(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not correction.is_valid():
        return ""
    try:
        actions.correct_row(
            actor=request.actor, at=timezone.now(), row=row, cells=dict(correction.cleaned_data)
        )
    except actions.StillRejected as error:
        correction.add_error(error.column if error.column in correction.fields else None, error.reason)
        return ""
    except actions.NotNow as error:
        correction.add_error(None, str(error))
        return ""
    return _("第 %(line)d 行已更正并导入。") % {"line": row.line}


def _accept(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not reason.is_valid():
        return ""
    try:
        actions.accept_row(
            actor=request.actor, at=timezone.now(), row=row, reason=reason.cleaned_data["reason"]
        )
    except (actions.StillRejected, actions.NotNow) as error:
        reason.add_error(None, str(error))
        return ""
    return _("第 %(line)d 行已按原样接受。") % {"line": row.line}


def _dismiss(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not reason.is_valid():
        return ""
    try:
        actions.dismiss_row(
            actor=request.actor, at=timezone.now(), row=row, reason=reason.cleaned_data["reason"]
        )
    except actions.NotNow as error:
        reason.add_error(None, str(error))
        return ""
    return _("第 %(line)d 行不导入。") % {"line": row.line}


def _nothing(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    return ""


_DEEDS: dict[str, Deed] = {"correct": _correct, "accept": _accept, "dismiss": _dismiss}
