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
from vouch.platform.exchange.contents import MASKED, content_of, shown
from vouch.platform.exchange.forms import CorrectionForm, PurposeForm, ReasonForm
from vouch.platform.exchange.models import ImportRow
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.terms import ImportStatus, RowState, Verdict
from vouch.platform.exchange.views.outcome import row_url
from vouch.platform.exchange.views.shared import (
    CLASSES,
    REFUSAL,
    read_for_a_purpose,
    readable_classes,
    visible_import,
)
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face


@face(may=may_open_imports, shows=("import", "import_row"), classes=CLASSES, refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def one_row(request: StaffRequest, pk: int, row_pk: int) -> HttpResponse:
    """One kept row: correct it, accept it as it stands, or decide that it is not imported; read it for a purpose."""
    batch = visible_import(request, pk)
    row = get_object_or_404(queries.kept_rows(batch), pk=row_pk)
    verb = request.POST.get("do", "")
    content = content_of(row)
    correction = CorrectionForm(row, content, request.POST if verb == "correct" else None)
    reason = ReasonForm(request.POST if verb in {"accept", "dismiss"} else None)
    classes = MASKED
    if verb == "show":
        classes = read_for_a_purpose(request, batch, _("第 %(line)d 行") % {"line": row.line})
    elif request.method == "POST":
        done = _DEEDS.get(verb, _nothing)(request, row, correction, reason)
        if done:
            messages.success(request, done)
            following = queries.next_open_row(row)
            return redirect(row_url(following) if following else batch.get_absolute_url())
    source = queries.source_of(row)
    told = shown(row, content, classes) if content else None
    context = {
        "batch": batch,
        "content": told,
        "cells": list(zip(source.columns, told.cells, strict=False)) if told else [],
        "purpose": PurposeForm() if readable_classes(request.actor, batch) else None,
        "is_shown": verb == "show",
        "row": row,
        "column": queries.column_title(row),
        "correction": correction,
        "reason": reason,
        "can_resolve": content is not None
        and row.state in {RowState.OPEN, RowState.DISMISSED}
        and not batch.is_dry_run
        and batch.status not in {ImportStatus.UNDOING, ImportStatus.UNDONE},
        "is_rejected": row.verdict == Verdict.REJECTED,
    }
    is_refused = request.method == "POST" and verb != "show"
    return render(request, "exchange/row.html", context, status=422 if is_refused else 200)


Deed = Callable[[StaffRequest, ImportRow, CorrectionForm, ReasonForm], str]


def _correct(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not correction.is_valid():
        return ""
    try:
        actions.correct_row(actor=request.actor, at=timezone.now(), row=row, cells=correction.values())
    except actions.StillRejected as error:
        _note(error)
        correction.add_error(error.column if error.column in correction.fields else None, error.reason)
        return ""
    except actions.NotNow as error:
        correction.add_error(None, str(error))
        return ""
    return _("第 %(line)d 行已更正并导入。") % {"line": row.line}


def _note(error: actions.StillRejected) -> None:
    """What the refusal leaves in the ledger, now that the action is rolled back."""
    if error.note is not None:
        error.note()


def _accept(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not reason.is_valid():
        return ""
    try:
        actions.accept_row(
            actor=request.actor, at=timezone.now(), row=row, reason=reason.cleaned_data["reason"]
        )
    except (actions.StillRejected, actions.NotNow) as error:
        if isinstance(error, actions.StillRejected):
            _note(error)
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
